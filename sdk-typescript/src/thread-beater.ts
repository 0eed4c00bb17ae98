/** Has a thread of its own beat, so that code that keeps this one busy is no silence. */
import { Worker } from "node:worker_threads";

import type { Heard, Told } from "./beat-thread.js";
import type { Beater } from "./beater.js";
import { later } from "./clock.js";
import type { Config } from "./config.js";
import type { LiveRun } from "./run.js";

/** How often news cross to the thread. */
const NEWS_MS = 200;

export class ThreadBeater implements Beater {
  readonly #runs = new Map<string, LiveRun>();
  readonly #toldAt = new WeakMap<LiveRun, number>();
  /** Runs whose newest progress crosses a little later. */
  readonly #late = new Set<LiveRun>();
  readonly #worker: Worker;
  #isClosed = false;

  /** `ended` is told, with the runs still open, when there is no such thread any more. */
  constructor(config: Config, ended: (open: LiveRun[]) => void) {
    const { log, ...given } = config;
    const extension = import.meta.url.endsWith(".cjs") ? "cjs" : "mjs";
    this.#worker = new Worker(new URL(`./beat-thread.${extension}`, import.meta.url), {
      workerData: given,
      // What the process was told to load or to evaluate is not for this thread.
      execArgv: [],
    });
    this.#worker.on("error", (error) => log(`the heartbeat thread ended: ${error.message}`));
    this.#worker.on("exit", () => {
      if (!this.#isClosed) ended([...this.#runs.values()]);
    });
    this.#worker.on("message", ({ runId, directives }: Heard) => {
      this.#runs.get(runId)?.obey(directives);
    });
    // Last: a listener for messages refs it again.
    this.#worker.unref();
  }

  add(run: LiveRun, first?: Told["first"]): void {
    this.#runs.set(run.runId, run);
    this.#tell("add", run, first);
  }

  known(run: LiveRun): void {
    this.#tell("known", run);
  }

  changed(run: LiveRun): void {
    const left = (this.#toldAt.get(run) ?? Number.NEGATIVE_INFINITY) + NEWS_MS - performance.now();
    if (left > 0) {
      if (this.#late.has(run)) return;
      this.#late.add(run);
      later(left, () => {
        if (this.#late.delete(run)) this.changed(run);
      });
      return;
    }
    this.#late.delete(run);
    this.#toldAt.set(run, performance.now());
    if (this.#runs.has(run.runId)) this.#tell("news", run);
  }

  remove(run: LiveRun): void {
    this.#runs.delete(run.runId);
    this.#tell("remove", run);
  }

  close(): void {
    this.#isClosed = true;
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
