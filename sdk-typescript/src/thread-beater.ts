/** Has a thread of its own beat, so that code that keeps this one busy is no silence. */
import { Worker } from "node:worker_threads";

import type { Heard, Told } from "./beat-thread.js";
import type { Beater } from "./beater.js";
import type { Config } from "./config.js";
import type { LiveRun } from "./run.js";

/** How often news cross to the thread. */
const NEWS_MS = 200;

export class ThreadBeater implements Beater {
  readonly #runs = new Map<string, LiveRun>();
  readonly #toldAt = new WeakMap<LiveRun, number>();
  readonly #worker: Worker;

  constructor(config: Config) {
    const { log, ...given } = config;
    const extension = import.meta.url.endsWith(".cjs") ? "cjs" : "mjs";
    this.#worker = new Worker(new URL(`./beat-thread.${extension}`, import.meta.url), {
      workerData: given,
    });
    this.#worker.unref();
    this.#worker.on("error", (error) => log(`the heartbeat thread ended: ${error.message}`));
    this.#worker.on("message", ({ runId, directives }: Heard) => {
      this.#runs.get(runId)?.obey(directives);
    });
  }

  add(run: LiveRun, first?: Told["first"]): void {
    this.#runs.set(run.runId, run);
    this.#tell("add", run, first);
  }

  known(run: LiveRun): void {
    this.#tell("known", run);
  }

  changed(run: LiveRun): void {
    const at = performance.now();
    if (at - (this.#toldAt.get(run) ?? Number.NEGATIVE_INFINITY) < NEWS_MS) return;
    this.#toldAt.set(run, at);
    this.#tell("news", run);
  }

  remove(run: LiveRun): void {
    this.#runs.delete(run.runId);
    this.#tell("remove", run);
  }

  close(): void {
    void this.#worker.terminate();
  }

  #tell(what: Told["what"], run: LiveRun, first?: Told["first"]): void {
    const { runId, id, options, newest } = run;
    const said: Told = {
      what,
      runId,
      id,
      options,
      ...(newest && { progress: newest }),
      ...(first && { first }),
    };
    this.#worker.postMessage(said);
  }
}
