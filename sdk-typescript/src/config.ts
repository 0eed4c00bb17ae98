/** What the SDK is told, by options and by the environment; options win. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { address, spoolFolder } from "./address.js";
import type { Capture } from "./outcome.js";

/** What {@link Nightbell} is told; what is left out comes from the environment. */
export interface NightbellOptions {
  /** Where the server is (`NIGHTBELL_URL`). Without it nothing is watched, after one warning. */
  readonly url?: string;
  /** The API key (`NIGHTBELL_API_KEY`, or the file `NIGHTBELL_API_KEY_FILE`). */
  readonly apiKey?: string;
  /** The service that jobs belong to (`NIGHTBELL_SERVICE`). */
  readonly service?: string;
  /** A label `environment` of every job (`NIGHTBELL_ENVIRONMENT`). */
  readonly environment?: string;
  /** Who is told by mail (`NIGHTBELL_OWNER_EMAIL`). */
  readonly ownerEmail?: string;
  /**
   * `http` for REST, `grpc` for everything over gRPC, `auto` (the default) for REST
   * and, once a run has lasted a second, the gRPC stream of heartbeats (`NIGHTBELL_TRANSPORT`).
   */
  readonly transport?: "auto" | "http" | "grpc";
  /** The bound of one call; 3000 (`NIGHTBELL_TIMEOUT_MS`). */
  readonly timeoutMs?: number;
  /** How long the end of a job may wait for the server; 1500 (`NIGHTBELL_EXIT_TIMEOUT_MS`). */
  readonly exitTimeoutMs?: number;
  /** The time between heartbeats (`NIGHTBELL_HEARTBEAT_MS`); else the server or the job says. */
  readonly heartbeatMs?: number;
  /** Beats on a thread of its own, through code that keeps this one busy; false. */
  readonly heartbeatThread?: boolean;
  /** Where reports wait while the server is away (`NIGHTBELL_SPOOL_DIR`); false for nowhere. */
  readonly spoolDir?: string | false;
  /** How much of an error is sent; `stack` (`NIGHTBELL_CAPTURE`). */
  readonly capture?: Capture;
  /** Whether SIGTERM and SIGINT are reported when nobody else handles them (`NIGHTBELL_SIGNALS`). */
  readonly signals?: "auto" | "off";
  /** Takes what the SDK has to say; by default it goes to stderr (`NIGHTBELL_LOG`: `off`). */
  readonly log?: (message: string) => void;
}

/** A run that `nightbell exec` has begun for this process. */
export interface ParentRun {
  readonly runId: string;
  readonly schedulerId: string | undefined;
}

/** Everything decided. */
export interface Config {
  readonly url: string | undefined;
  readonly apiKey: string | undefined;
  readonly service: string | undefined;
  readonly environment: string | undefined;
  readonly ownerEmail: string | undefined;
  readonly transport: "auto" | "http" | "grpc";
  readonly timeoutMs: number;
  readonly exitTimeoutMs: number;
  readonly heartbeatMs: number | undefined;
  readonly heartbeatThread: boolean;
  readonly spoolFolder: string | undefined;
  readonly capture: Capture;
  readonly signals: "auto" | "off";
  /** The certificates to trust, in PEM; unset for those that Node trusts. */
  readonly ca: string | undefined;
  readonly parent: ParentRun | undefined;
  readonly log: (message: string) => void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Decides; it cannot fail, since a job must run whatever it was told. */
export function configure(options: NightbellOptions, env: Environment = process.env): Config {
  const isOff = ["1", "true"].includes(env.NIGHTBELL_DISABLED ?? "");
  const url = isOff ? undefined : address(options.url ?? env.NIGHTBELL_URL);
  const runId = env.NIGHTBELL_RUN_ID || undefined;
  const log = quiet(options.log ?? (env.NIGHTBELL_LOG === "off" ? () => {} : toStderr));
  if (url === undefined && !isOff) log("no NIGHTBELL_URL is set: jobs run unwatched");
  return {
    url,
    apiKey:
      options.apiKey ?? (env.NIGHTBELL_API_KEY || fromFile("NIGHTBELL_API_KEY_FILE", env, log)),
    service: options.service ?? (env.NIGHTBELL_SERVICE || undefined),
    environment: options.environment ?? (env.NIGHTBELL_ENVIRONMENT || undefined),
    ownerEmail: options.ownerEmail ?? (env.NIGHTBELL_OWNER_EMAIL || undefined),
    transport: options.transport ?? oneOf(env.NIGHTBELL_TRANSPORT, ["auto", "http", "grpc"]),
    timeoutMs:
      (budget(options.timeoutMs) || undefined) ?? positive(env.NIGHTBELL_TIMEOUT_MS) ?? 3000,
    exitTimeoutMs: budget(options.exitTimeoutMs) ?? positive(env.NIGHTBELL_EXIT_TIMEOUT_MS) ?? 1500,
    heartbeatMs: options.heartbeatMs ?? positive(env.NIGHTBELL_HEARTBEAT_MS),
    heartbeatThread: options.heartbeatThread ?? false,
    spoolFolder: url === undefined ? undefined : spoolOf(url, options, env),
    capture: options.capture ?? oneOf(env.NIGHTBELL_CAPTURE, ["stack", "message", "none"]),
    signals: options.signals ?? oneOf(env.NIGHTBELL_SIGNALS, ["auto", "off"]),
    ca: fromFile("NIGHTBELL_CA_FILE", env, log),
    parent: runId === undefined ? undefined : parentOf(runId, env),
    log,
  };
}

function parentOf(runId: string, env: Environment): ParentRun {
  return { runId, schedulerId: env.NIGHTBELL_SCHEDULER_ID || undefined };
}

function toStderr(message: string): void {
  console.warn(`nightbell: ${message}`);
}

/** A log that fails is no reason for a job to. */
function quiet(log: Config["log"]): Config["log"] {
  return (message) => {
    try {
      log(message);
    } catch {
      // There is nobody left to tell.
    }
  };
}

function fromFile(variable: string, env: Environment, log: Config["log"]): string | undefined {
  const file = env[variable];
  if (!file) return undefined;
  try {
    return fs.readFileSync(file, "utf8").trim();
  } catch {
    log(`${variable} cannot be read`);
    return undefined;
  }
}

function spoolOf(url: string, options: NightbellOptions, env: Environment): string | undefined {
  if (options.spoolDir === false || (!options.spoolDir && env.NIGHTBELL_SPOOL === "off"))
    return undefined;
  const state = env.XDG_STATE_HOME || path.join(os.homedir(), ".local", "state");
  const directory =
    options.spoolDir || env.NIGHTBELL_SPOOL_DIR || path.join(state, "nightbell", "spool");
  return path.join(directory, spoolFolder(url));
}

/** The first when nothing, or nothing known, was said. */
function oneOf<T extends string>(said: string | undefined, known: readonly [T, ...T[]]): T {
  return known.find((it) => it === said) ?? known[0];
}

function positive(said: string | undefined): number | undefined {
  const value = Number(said || Number.NaN);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** None below 0; what is no number was not said. */
function budget(said: number | undefined): number | undefined {
  return said === undefined || Number.isNaN(said) ? undefined : Math.max(0, said);
}
