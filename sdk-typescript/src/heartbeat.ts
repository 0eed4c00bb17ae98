/** How often a run sends signs of life. */

const DEFAULT_STREAM_MS = 5_000;
const DEFAULT_UNARY_MS = 30_000;
const LEAST_MS = 2_000;
const JITTER = 0.1;

/** What may say how often; the first that is there wins, as they stand. */
export interface Pace {
  readonly configuredMs?: number | undefined;
  readonly serverMs?: number | undefined;
  readonly intervalMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

/** The interval that is declared to the server. */
export function intervalMs(pace: Pace, isStream: boolean): number {
  const said = pace.configuredMs ?? pace.serverMs ?? pace.intervalMs;
  const fromTimeout =
    pace.timeoutMs === undefined ? undefined : Math.min(DEFAULT_UNARY_MS, pace.timeoutMs / 3);
  const fallback = isStream ? DEFAULT_STREAM_MS : DEFAULT_UNARY_MS;
  return Math.max(LEAST_MS, said ?? fromTimeout ?? fallback);
}

/** The time to the next heartbeat: never later than declared. */
export function nextMs(declaredMs: number, chance: number): number {
  return declaredMs * (1 - JITTER * chance);
}
