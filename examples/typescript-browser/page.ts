/**
 * Shows every scheduler and how it fares, as it changes. The address of the server and a
 * key of role viewer stand in the fragment, which browsers send to nobody:
 * `index.html#server=http://127.0.0.1:8080&key=...`
 */
import {
  AuthenticationError,
  createWebClient,
  Health,
  RateLimitedError,
  type Scheduler,
  UnavailableError,
} from "@nightbell/sdk/web";

const AGAIN_MS = 2_000;
const given = new URLSearchParams(location.hash.slice(1));
const { schedulers } = createWebClient({
  url: given.get("server") ?? location.origin,
  apiKey: given.get("key") ?? "",
});

const state = document.querySelector("#state") as HTMLElement;
const list = document.querySelector("#schedulers") as HTMLElement;

function show(scheduler: Scheduler): void {
  const id = `scheduler-${scheduler.schedulerId}`;
  const item = document.getElementById(id) ?? list.appendChild(document.createElement("li"));
  item.id = id;
  item.textContent = `${scheduler.schedulerId}: ${Health[scheduler.health]?.toLowerCase()}`;
}

async function watch(): Promise<void> {
  for await (const { change } of schedulers.watchSchedulers({})) {
    state.textContent = "watching";
    if (change.case === "scheduler") show(change.value);
    if (change.case === "deletedSchedulerId") {
      document.getElementById(`scheduler-${change.value}`)?.remove();
    }
  }
}

/** What is worth another try, and when. Anything else is for a person. */
function againAfter(error: unknown): number | undefined {
  if (error instanceof RateLimitedError) return error.retryAfterMs;
  return error instanceof UnavailableError ? AGAIN_MS : undefined;
}

for (;;) {
  try {
    await watch();
  } catch (error) {
    if (error instanceof AuthenticationError) state.textContent = "this key is not known";
    else state.textContent = error instanceof Error ? error.message : String(error);
    const waitMs = againAfter(error);
    if (waitMs === undefined) break;
    state.textContent += `; trying again in ${waitMs / 1000} s`;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}
