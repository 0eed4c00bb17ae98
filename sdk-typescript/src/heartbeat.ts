/** How often a run sends signs of life. */

const DEFAULT_STREAM_MS = 5_000;
const DEFAULT_UNARY_MS = 30_000;
const LEAST_MS = 2_000;
/** Beyond any that has a meaning, and the most that the server takes. */
const MOST_MS = 24 * 3_600_000;
const JITTER = 0.1;

/** What may say how often; the first that is there wins, as they stand. */
export interface Pace {
  readonly configuredMs?: number | undefined;
  readonly serverMs?: number | undefined;
  readonly intervalMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

/** The interval that is declared to the server. What is no number, or below 0, was not said. */
export function intervalMs(pace: Pace, isStream: boolean): number {
  const wishes = [pace.configuredMs, pace.serverMs, pace.intervalMs];
  const said = wishes.find((it) => it !== undefined && it >= 0);
  const fromTimeout =
    pace.timeoutMs !== undefined && pace.timeoutMs >= 0
      ? Math.min(DEFAULT_UNARY_MS, pace.timeoutMs / 3)
      : undefined;
  const fallback = isStream ? DEFAULT_STREAM_MS : DEFAULT_UNARY_MS;
  return Math.min(MOST_MS, Math.max(LEAST_MS, said ?? fromTimeout ?? fallback));
}

/** The time to the next heartbeat: never later than declared. */
export function nextMs(declaredMs: number, chance: number): number {
  return declaredMs * (1 - JITTER * chance);
}
