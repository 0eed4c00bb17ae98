/**
 * The class of the API usage guide: change its import to this, and nothing else.
 *
 * It makes the same three REST calls. What differs is that it cannot harm the job: a
 * server that is away is no error (the report is kept on disk, and `{ queued: true }`
 * returned), the timer of heartbeats kills nothing and keeps nothing alive.
 */
import { later } from "./clock.js";
import { type Config, configure } from "./config.js";
import { ApiError, RateLimitedError } from "./errors.js";
import type { JsonObject } from "./json.js";
import { normalise } from "./metadata.js";
import { ofError } from "./retry.js";
import { Spool } from "./spool.js";
import { HttpWire } from "./wire-http.js";

/** What the constructor is told; the names are those of the guide. */
export interface SchedulerMonitoringConfig {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly schedulerId: string;
  readonly serviceName: string;
  readonly jobName: string;
  /** Throws also when the server is away, as the guide's class does; false. */
  readonly strict?: boolean;
}

/** What `updateStatus` may be told. */
export interface StatusOptions {
  readonly executionTimeMs?: number;
  readonly errorMessage?: string;
  // biome-ignore lint/suspicious/noExplicitAny: as in the guide.
  readonly metadata?: Record<string, any>;
}

// biome-ignore lint/suspicious/noExplicitAny: as in the guide, where axios gives any.
type Answer = any;

export class SchedulerMonitoringClient {
  readonly #given: SchedulerMonitoringConfig;
  readonly #config: Config;
  readonly #wire: HttpWire;
  readonly #spool: Spool | undefined;
  #registration: JsonObject;
  #timer: NodeJS.Timeout | undefined;
  #hasWarned = false;

  constructor(config: SchedulerMonitoringConfig) {
    this.#given = config;
    this.#config = configure({ url: config.apiUrl, apiKey: config.apiKey, transport: "http" });
    this.#wire = new HttpWire(this.#config, this.#config.url ?? "http://127.0.0.1");
    if (this.#config.spoolFolder !== undefined) this.#spool = new Spool(this.#config.spoolFolder);
    this.#registration = this.#named(config.serviceName, config.jobName);
  }

  /** Makes the scheduler known; safe to call every time. */
  async register(serviceName: string, jobName: string, ownerEmail?: string): Promise<Answer> {
    this.#registration = this.#named(serviceName, jobName);
    if (ownerEmail !== undefined) this.#registration.owner_email = ownerEmail;
    return this.#report("register", this.#registration);
  }

  /** Reports a status; a scheduler that is not registered is, once. */
  async updateStatus(
    status: "pending" | "running" | "completed" | "failed",
    serviceName: string,
    jobName: string,
    options: StatusOptions = {},
  ): Promise<Answer> {
    const body: JsonObject = {
      ...this.#named(serviceName, jobName),
      status,
      timestamp: new Date().toISOString(),
    };
    if (options.executionTimeMs !== undefined) body.execution_time_ms = options.executionTimeMs;
    if (options.errorMessage !== undefined) body.error_message = String(options.errorMessage);
    if (options.metadata !== undefined) body.metadata = normalise(options.metadata);
    return this.#report("status", body);
  }

  /** Sends one heartbeat. */
  async sendHeartbeat(): Promise<Answer> {
    return this.#report("heartbeat", { scheduler_id: this.#given.schedulerId });
  }

  /** Beats until {@link stopHeartbeat}; there is one timer, whatever the number of calls. */
  startHeartbeat(intervalMinutes = 5): void {
    this.stopHeartbeat();
    // None at all would be a storm.
    const ms = (intervalMinutes > 0 ? intervalMinutes : 5) * 60_000;
    const beat = () => {
      this.#timer = later(ms, beat);
      this.sendHeartbeat().catch((error) => this.#warn(error));
    };
    this.#timer = later(ms, beat);
  }

  stopHeartbeat(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #named(serviceName: string, jobName: string): JsonObject {
    const { schedulerId } = this.#given;
    return { scheduler_id: schedulerId, service_name: serviceName, job_name: jobName };
  }

  async #report(kind: "register" | "status" | "heartbeat", body: JsonObject): Promise<Answer> {
    try {
      return await this.#call(kind, body);
    } catch (error) {
      const isUnknown = kind !== "register" && ofError(error) === "register";
      if (isUnknown && !this.#given.strict) return this.#again(kind, body);
      return this.#settle(kind, body, error);
    }
  }

  async #again(kind: "status" | "heartbeat", body: JsonObject): Promise<Answer> {
    try {
      await this.#call("register", this.#registration);
      return await this.#call(kind, body);
    } catch (error) {
      return this.#settle(kind, body, error);
    }
  }

  #settle(kind: "register" | "status" | "heartbeat", body: JsonObject, error: unknown): Answer {
    const isAway = ofError(error) === "retry";
    if (this.#given.strict || !isAway) throw asAxios(error);
    this.#warn(error);
    if (kind !== "heartbeat") this.#spool?.write({ kind, body });
    return { queued: true };
  }

  async #call(kind: "register" | "status" | "heartbeat", body: JsonObject): Promise<Answer> {
    const ending = new AbortController();
    // Awaited by the job, so it must keep the process alive.
    const timer = setTimeout(() => ending.abort(), this.#config.timeoutMs);
    const id = encodeURIComponent(this.#given.schedulerId);
    try {
      if (kind === "register") {
        return await this.#wire.request("POST", "/schedulers/register", body, ending.signal);
      }
      const method = kind === "status" ? "PUT" : "POST";
      return await this.#wire.request(method, `/schedulers/${id}/${kind}`, body, ending.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  #warn(error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#config.log(`not delivered, kept for later: ${(error as Error).message}`);
  }
}

/** Callers of the guide's class look at `error.response.status`. */
function asAxios(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  const headers: Record<string, string> = {};
  if (error instanceof RateLimitedError) {
    headers["retry-after"] = String(Math.ceil(error.retryAfterMs / 1000));
  }
  const data = {
    error: {
      code: error.status,
      status: error.code,
      reason: error.reason,
      message: error.message,
      field_violations: error.fieldViolations,
      request_id: error.requestId,
    },
  };
  return Object.assign(error, { response: { status: error.status, data, headers } });
}
