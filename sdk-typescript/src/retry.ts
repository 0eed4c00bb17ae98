/** What becomes of a report after each kind of answer, and how long every wait is. */
import { ApiError, UnavailableError } from "./errors.js";

/**
 * `retry`: wait and send again. `register`: register, then send once more.
 * `hold`: send nothing for a while, keep everything. `done`: the server has it.
 * `drop`: it is refused for good.
 */
export type Verdict = "retry" | "register" | "hold" | "done" | "drop";

export const TRIES_MAX = 4;
export const HOLD_MS = 60_000;
const FIRST_MS = 200;
const BACKOFF_MAX_MS = 5_000;
const PROBE_FIRST_MS = 5_000;
const PROBE_MAX_MS = 60_000;
const RETRY_AFTER_MAX_MS = 60_000;
export const RETRY_AFTER_DEFAULT_MS = 1_000;

/** The verdict on an HTTP status that is no success. */
export function ofStatus(status: number): Verdict {
  if ([408, 425, 429, 499].includes(status) || status >= 500) return "retry";
  if (status === 401 || status === 403) return "hold";
  if (status === 404) return "register";
  return status === 409 ? "done" : "drop";
}

const OF_CODE: readonly Verdict[] = [
  "done",
  "retry",
  "retry",
  "drop",
  "retry",
  "register",
  "done",
  "hold",
  "retry",
  "drop",
  "done",
  "drop",
  "retry",
  "retry",
  "retry",
  "retry",
  "hold",
];

/** The verdict on a canonical code, as in google.rpc.Code. */
export function ofCode(code: number): Verdict {
  return OF_CODE[code] ?? "retry";
}

/** The verdict on whatever a call threw: what is no refusal is worth another try. */
export function ofError(error: unknown): Verdict {
  if (!(error instanceof ApiError)) return "retry";
  return error.isForeign ? ofForeignStatus(error.status) : ofStatus(error.status);
}

/** What a proxy says of a report is not the server's word: nothing is forgotten for it. */
function ofForeignStatus(status: number): Verdict {
  if (status === 401 || status === 403) return "hold";
  // It would not let the report pass the next time either.
  return status === 413 ? "drop" : "retry";
}

/** How long to wait after so many tries; `chance` is in [0, 1). */
export function backoffMs(tries: number, chance: number): number {
  const most = Math.min(BACKOFF_MAX_MS, FIRST_MS * 2 ** Math.min(tries, 10));
  return FIRST_MS + chance * (most - FIRST_MS);
}

/** How long a server that is away is left alone. */
export function probeMs(failures: number, chance: number): number {
  const most = Math.min(PROBE_MAX_MS, PROBE_FIRST_MS * 2 ** Math.min(failures, 10));
  return most * (0.5 + chance / 2);
}

/**
 * How long to wait before a stream is opened again: soon at first, as the server believes a
 * silent run dead within seconds, then as seldom as a server is tried that is away.
 */
export function reopenMs(failures: number, chance: number): number {
  if (failures <= TRIES_MAX) return backoffMs(failures, chance);
  return probeMs(failures - TRIES_MAX - 1, chance);
}

/** The wait that an answer asked for; unset: it asked for none. */
export function askedMs(error: unknown): number | undefined {
  const said =
    error instanceof ApiError || error instanceof UnavailableError ? error.retryAfterMs : undefined;
  return said === undefined ? undefined : retryAfterMs(said);
}

/** How long a server that said when to come back is believed. */
export function retryAfterMs(said: number | undefined): number {
  return Math.min(said ?? RETRY_AFTER_DEFAULT_MS, RETRY_AFTER_MAX_MS);
}
