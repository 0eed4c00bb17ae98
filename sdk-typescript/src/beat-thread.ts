/** The thread that beats while the main one is busy. Started by {@link ThreadBeater}. */
import { parentPort, workerData } from "node:worker_threads";

import { LocalBeater } from "./beater.js";
import type { Config } from "./config.js";
import type { JsonObject } from "./json.js";
import type { JobOptions } from "./registration.js";
import { Reporter } from "./reporter.js";
import { LiveRun, type RunHost } from "./run.js";
import { createWire } from "./wire.js";

/** What the main thread says. */
export interface Told {
  readonly what: "add" | "known" | "news" | "remove";
  readonly runId: string;
  readonly id: string;
  readonly options: JobOptions;
  /** The registration and the first report, sent from here too. */
  readonly first?: readonly [JsonObject, JsonObject];
  readonly progress?: readonly [number, number | undefined, string | undefined];
}

/** What this thread answers. */
export interface Heard {
  readonly runId: string;
  readonly directives: JsonObject;
}

function serve(port: NonNullable<typeof parentPort>, given: Omit<Config, "log">): void {
  const config: Config = { ...given, spoolFolder: undefined, log: () => {} };
  if (config.url === undefined) return;
  const reporter = new Reporter(config, createWire(config, config.url));
  const beater = new LocalBeater(reporter, (run, directives) => {
    run.obey(directives);
    port.postMessage({ runId: run.runId, directives } satisfies Heard);
  });
  const host: RunHost = {
    config,
    ended: () => {},
    changed: () => {},
    delivered: async () => {},
  };
  const runs = new Map<string, LiveRun>();
  port.on("message", ({ what, runId, id, options, progress, first }: Told) => {
    const run = runs.get(runId) ?? new LiveRun(id, options, host, runId);
    if (what === "add") {
      runs.set(runId, run);
      beater.add(run);
      if (first === undefined) return;
      reporter.put({ kind: "register", body: first[0] });
      const delivered = () => beater.known(run);
      reporter.put({ kind: "status", body: first[1], delivered });
    } else if (what === "known") beater.known(run);
    else if (what === "news" && progress !== undefined) run.progress(...progress);
    else if (what === "remove") {
      runs.delete(runId);
      beater.remove(run);
    }
  });
}

if (parentPort !== null) serve(parentPort, workerData as Omit<Config, "log">);
