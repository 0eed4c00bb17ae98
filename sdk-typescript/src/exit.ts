/** The end of the process: what is open is reported, and the process ends as it would have. */
import { isMainThread } from "node:worker_threads";

import { type Closable, type Ending, shared } from "./shared.js";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Watches the end of the process, once for all clients. */
export function watchExit(client: Closable): void {
  shared.clients.add(client);
  if (shared.hasHooks) return;
  shared.hasHooks = true;
  let thrown: Ending | undefined;
  process.on("beforeExit", () => void windDown({ kind: "exit", why: "nobody ended the run" }));
  process.on("uncaughtExceptionMonitor", (error) => {
    thrown = { kind: "thrown", error };
  });
  process.on("exit", (code) => {
    for (const it of shared.clients) {
      it.endRuns(thrown ?? { kind: "exit", why: `the process exited with code ${code}` });
      it.spill();
    }
  });
  // Signals go to the main thread only.
  if (isMainThread) for (const signal of SIGNALS) process.on(signal, stopped);
}

/** A process that does nothing more can still deliver; a second round finds nothing to do. */
async function windDown(ending: Ending): Promise<void> {
  for (const it of shared.clients) it.endRuns(ending);
  await Promise.all([...shared.clients].filter((it) => !it.isIdle).map((it) => it.flush()));
}

async function stopped(signal: NodeJS.Signals): Promise<void> {
  // Whoever else listens decides what becomes of the process.
  if (process.listenerCount(signal) > 1) return;
  const clients = [...shared.clients].filter((it) => it.handlesSignals);
  for (const it of clients) it.endRuns({ kind: "signal", signal });
  await Promise.all(clients.map((it) => it.flush()));
  process.removeListener(signal, stopped);
  process.kill(process.pid, signal);
}
