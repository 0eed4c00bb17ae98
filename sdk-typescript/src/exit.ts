/** The end of the process: what is open is reported, and the process ends as it would have. */
import { isMainThread } from "node:worker_threads";

import { type Closable, type Ending, shared } from "./shared.js";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Watches the end of the process, once for all clients. */
export function watchExit(client: Closable): void {
  shared.clients.add(client);
  // Signals go to the main thread only.
  if (client.handlesSignals && isMainThread && !shared.hasSignals) {
    shared.hasSignals = true;
    // First of all listeners: one that listens once is gone when the next is called.
    for (const signal of SIGNALS) process.prependListener(signal, stopped);
  }
  if (shared.hasHooks) return;
  shared.hasHooks = true;
  let thrown: Ending | undefined;
  process.on("beforeExit", () => void windDown({ kind: "exit", why: "nobody ended the run" }));
  process.on("uncaughtExceptionMonitor", (error) => {
    // Whoever catches what nobody caught may go on.
    if (process.listenerCount("uncaughtException") === 0) thrown = { kind: "thrown", error };
  });
  process.on("exit", (code) => {
    for (const it of shared.clients) {
      it.endRuns(thrown ?? { kind: "exit", why: `the process exited with code ${code}` });
      it.spill();
    }
  });
}

/** A process that does nothing more can still deliver; a second round finds nothing to do. */
async function windDown(ending: Ending): Promise<void> {
  for (const it of shared.clients) it.endRuns(ending);
  await Promise.all([...shared.clients].filter((it) => !it.isIdle).map((it) => it.flush()));
}

let isStopping = false;

async function stopped(signal: NodeJS.Signals): Promise<void> {
  // Whoever else listens decides what becomes of the process.
  if (process.listenerCount(signal) > 1) return;
  const clients = [...shared.clients].filter((it) => it.handlesSignals);
  for (const it of clients) it.endRuns({ kind: "signal", signal });
  // Who asks twice does not want to wait.
  const isAskedTwice = isStopping;
  isStopping = true;
  if (!isAskedTwice) await Promise.all(clients.map((it) => it.flush()));
  for (const it of clients) it.spill();
  process.removeListener(signal, stopped);
  process.kill(process.pid, signal);
}
