/** Runs what the conformance suite asks for, through the public API as it is built. */
import { readFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { Cancelled, Nightbell } from "../dist/index.mjs";

const scenario = JSON.parse(readFileSync(process.argv.at(-1), "utf8"));
const nightbell = new Nightbell({ heartbeatThread: scenario.heartbeat_thread === true });

const print = (line) => writeSync(1, `${JSON.stringify(line)}\n`);

/** Reads the tags of a scenario's metadata. */
function plain(value) {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if ("$date" in value) return new Date(value.$date);
  if ("$bigint" in value) return BigInt(value.$bigint);
  if ("$float" in value) return Number(value.$float);
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, plain(it)]));
}

const steps = {
  sleep_ms: (_, ms) => sleep(ms),
  spin_ms: (_, ms) => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  },
  progress: (job, given) => job.progress(...given),
  progress_to: (job, total) => {
    for (let done = 1; done <= total; done += 1) job.progress(done, total);
  },
  metadata: (job, facts) => job.metadata(plain(facts)),
  until_cancelled_ms: async (job, ms) => {
    try {
      await sleep(ms, undefined, { signal: job.signal });
    } catch {
      print({ over: true });
      throw job.signal.reason;
    }
  },
  nested: (_, job) => run(job),
};

function run({ job: id, do: todo = [], end = {} }) {
  return nightbell.withJob(id, async (job) => {
    for (const [name, value] of todo.flatMap(Object.entries)) await steps[name](job, value);
    print({ over: true });
    if ("raise" in end) throw new Error(end.raise);
    if ("exit" in end) process.exit(end.exit);
    return end.return;
  });
}

let result = null;
let error = null;
try {
  if (scenario.overlap) await Promise.allSettled(scenario.overlap.map(run));
  else for (let i = 0; i < (scenario.repeat ?? 1); i += 1) result = (await run(scenario)) ?? null;
} catch (thrown) {
  error = thrown instanceof Cancelled ? "cancelled" : thrown.message;
}
print({ result, error });
await nightbell.close();
process.exitCode = error === null || error === "cancelled" ? 0 : 1;
