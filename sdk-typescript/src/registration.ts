/** What a job says of itself -> the request that registers it. */
import type { Config } from "./config.js";
import type { JsonObject } from "./json.js";

/** A span of time: milliseconds, or text such as `90s`, `15m`, `2h`, `1d`. */
export type Span = number | string;

/** What is known of a job; all of it optional, and what is left out stays as it is. */
export interface JobOptions {
  /** The team's system that the job belongs to. */
  readonly service?: string;
  /** The job's name for people; its id by default. */
  readonly name?: string;
  readonly ownerEmail?: string;
  /** Who is mentioned in Slack: a member id such as `U1234567890`. */
  readonly alertUserId?: string;
  /** When it runs: cron (`0 1 * * *`), or the time between starts (`15m`). */
  readonly every?: Span | readonly Span[];
  /** The time zone of `every`, such as `Europe/Berlin`. */
  readonly timezone?: string;
  readonly cronProfile?: "vixie" | "kubernetes" | "systemd" | "quartz" | "utc";
  readonly startGrace?: Span;
  readonly heartbeatInterval?: Span;
  readonly heartbeatTimeout?: Span;
  readonly maxRuntime?: Span;
  /** How long after its slot it must have ended. */
  readonly finishBy?: Span;
  /** How long before its slot it may start. */
  readonly earlyTolerance?: Span;
  readonly minRuntime?: Span;
  readonly progressTimeout?: Span;
  readonly failureThreshold?: number;
  readonly recoveryThreshold?: number;
  readonly severity?: "critical" | "normal" | "low";
  readonly labels?: Readonly<Record<string, string>>;
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds; unset when it is no span, as what is below 0 or has no end. */
export function spanMs(span: Span | undefined): number | undefined {
  const ms = typeof span === "number" ? span : textMs(span ?? "");
  return ms >= 0 && ms < Infinity ? ms : undefined;
}

function textMs(span: string): number {
  const found = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*$/.exec(span);
  return found === null ? Number.NaN : Number(found[1]) * (UNITS[found[2] ?? ""] ?? 1);
}

/** The form of the wire, such as `7.5s`. */
export function wireSpan(ms: number): string {
  return `${Number((ms / 1000).toFixed(3))}s`;
}

/** The request; a span that cannot be read is left out. */
export function registration(schedulerId: string, job: JobOptions, config: Config): JsonObject {
  const labels = { ...(config.environment && { environment: config.environment }), ...job.labels };
  const span = (it: Span | undefined) => {
    const ms = spanMs(it);
    return ms === undefined ? undefined : wireSpan(ms);
  };
  const said: Record<string, JsonObject[string] | undefined> = {
    scheduler_id: schedulerId,
    service_name: job.service ?? config.service ?? "default",
    job_name: job.name ?? schedulerId,
    owner_email: job.ownerEmail ?? config.ownerEmail,
    alert_user_id: job.alertUserId,
    schedules: job.every === undefined ? undefined : [job.every].flat().map(schedule),
    timezone: job.timezone,
    cron_profile: job.cronProfile,
    start_grace: span(job.startGrace),
    heartbeat_interval: span(job.heartbeatInterval),
    heartbeat_timeout: span(job.heartbeatTimeout),
    max_runtime: span(job.maxRuntime),
    finish_by: span(job.finishBy),
    early_tolerance: span(job.earlyTolerance),
    min_runtime: span(job.minRuntime),
    progress_timeout: span(job.progressTimeout),
    failure_threshold: job.failureThreshold,
    recovery_threshold: job.recoveryThreshold,
    severity: job.severity,
    labels: Object.keys(labels).length === 0 ? undefined : labels,
  };
  return JSON.parse(JSON.stringify(said)) as JsonObject;
}

function schedule(every: Span): JsonObject {
  const ms = spanMs(every);
  return ms === undefined ? { cron: String(every) } : { every: wireSpan(ms) };
}
