/** What the server has, kept current by its streams. */
import {
  AuthenticationError,
  Health,
  type Incident,
  IncidentState,
  type Scheduler,
  type WatchSchedulersResponse,
} from "@nightbell/sdk/web";
import { effect, signal } from "@preact/signals";
import { nightbell, signedIn, signOut } from "./session.js";

export const schedulers = signal<ReadonlyMap<string, Scheduler>>(new Map());
export const incidents = signal<readonly Incident[]>([]);
export type Link = "connecting" | "live" | "lost";
export const link = signal<Link>("connecting");

const AGAIN_MS = 2_000;
const ARRIVED_MS = 200;
const INCIDENTS_MAX = 500;

let arrived: WatchSchedulersResponse[] = [];
let isScheduled = false;
/** Those of the round that every stream begins with; unset once it is complete. */
let round: Set<string> | undefined;

/** Thousands come at once at the beginning: they are shown together, a few times a second. */
function take(change: WatchSchedulersResponse): void {
  arrived.push(change);
  if (isScheduled) return;
  isScheduled = true;
  setTimeout(() => {
    isScheduled = false;
    const next = new Map(schedulers.value);
    for (const { change } of arrived) {
      if (change.case === "scheduler") {
        next.set(change.value.schedulerId, change.value);
        round?.add(change.value.schedulerId);
      } else if (change.case === "deletedSchedulerId") next.delete(change.value);
      else if (round) endRound(next);
    }
    arrived = [];
    schedulers.value = next;
    if (!round) link.value = "live";
  }, ARRIVED_MS);
}

/** What was deleted while nobody listened is not told: it is not in the round. */
function endRound(next: Map<string, Scheduler>): void {
  for (const id of next.keys()) {
    if (!round?.has(id)) next.delete(id);
  }
  round = undefined;
}

async function watch(stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      arrived = [];
      round = new Set();
      for await (const change of nightbell.schedulers.watchSchedulers({}, { signal: stop })) {
        take(change);
      }
    } catch (thrown) {
      if (stop.aborted) return;
      if (isRefused(thrown)) return signOut("Your session has ended. Sign in again to go on.");
    }
    if (!stop.aborted) link.value = "lost";
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
}

export function isRefused(thrown: unknown): boolean {
  return thrown instanceof AuthenticationError;
}

export async function loadIncidents(): Promise<void> {
  const states = [IncidentState.OPEN, IncidentState.ACKNOWLEDGED];
  const pages = await Promise.all(
    states.map((state) => nightbell.incidents.listIncidents({ state, pageSize: INCIDENTS_MAX })),
  );
  incidents.value = pages.flatMap((page) => page.incidents);
}

/** The ids of all open incidents: when they change, the incidents are asked for again. */
function openIds(): string {
  const ids = [];
  for (const it of schedulers.value.values()) {
    if (it.health === Health.DOWN) ids.push(...it.openIncidentIds);
  }
  return ids.sort().join();
}

/** Begins with the sign-in and ends with the sign-out. */
export function start(): void {
  effect(() => {
    if (!signedIn.value) return;
    const stop = new AbortController();
    void watch(stop.signal);
    const load = () => void loadIncidents().catch(() => {});
    const every = setInterval(load, 30_000);
    return () => {
      stop.abort();
      clearInterval(every);
      arrived = [];
      schedulers.value = new Map();
      incidents.value = [];
    };
  });
  let known: string | undefined;
  effect(() => {
    const ids = openIds();
    const isSignedIn = signedIn.value;
    if (!isSignedIn) known = undefined;
    else if (ids !== known) {
      known = ids;
      void loadIncidents().catch(() => {});
    }
  });
}
