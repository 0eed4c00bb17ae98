/**
 * What a short job costs: the time of the CPU of a whole process that reports a beginning
 * and an end, by this package and by the class of the usage guide with axios, over that
 * of a process that does nothing. The contestants take turns, against one server.
 *
 *     node bench/short-job.mjs [ROUNDS]
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";

import { startServer } from "../test-dist/server.mjs";

const ROUNDS = Number(process.argv[2] ?? 20);
const SDK = resolve(import.meta.dirname, "..");
const GUIDE = resolve(SDK, "../examples/typescript/guide-client.ts");
const CLASS = /^class SchedulerMonitoringClient \{\n.*?^\}\n/ms;

const dist = (name) => JSON.stringify(pathToFileURL(`${SDK}/dist/${name}`).href);
/** The three calls of a job that is over at once. */
const CALLS = `
const { NIGHTBELL_URL, NIGHTBELL_API_KEY: apiKey } = process.env;
const monitor = new SchedulerMonitoringClient({
  apiUrl: NIGHTBELL_URL + "/api/v1", apiKey, schedulerId: ID, serviceName: "s", jobName: "j",
});
await monitor.register("s", "j");
await monitor.updateStatus("running", "s", "j");
await monitor.updateStatus("completed", "s", "j", { executionTimeMs: 1 });
`;

function guideClass() {
  const found = CLASS.exec(readFileSync(GUIDE, "utf8"));
  return ts.transpile(found[0], { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 });
}

const axios = JSON.stringify(import.meta.resolve("axios"));
const CONTESTANTS = {
  nothing: "",
  "the guide's class, with axios": `import axios from ${axios};${guideClass()}${CALLS}`,
  "@nightbell/sdk, withJob": `import { withJob } from ${dist("index.mjs")};await withJob(ID, () => 1);`,
  "@nightbell/sdk/compat": `import { SchedulerMonitoringClient } from ${dist("compat.mjs")};${CALLS}`,
};
const TAIL = `
process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  process.stdout.write(String((user + system) / 1000));
});
`;

const { url, key, stop } = await startServer();
const took = Object.fromEntries(Object.keys(CONTESTANTS).map((name) => [name, []]));
try {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, [name, code]] of Object.entries(CONTESTANTS).entries()) {
      const program = `${code.replaceAll("ID", JSON.stringify(`bench-${at}`))}${TAIL}`;
      const env = { PATH: process.env.PATH, NIGHTBELL_URL: url, NIGHTBELL_API_KEY: key };
      const more = { NIGHTBELL_SPOOL: "off", NIGHTBELL_EXIT_TIMEOUT_MS: "30000" };
      const args = ["--input-type=module", "--eval", program];
      const options = { env: { ...env, ...more }, encoding: "utf8" };
      took[name].push(Number(execFileSync(process.execPath, args, options)));
    }
  }
} finally {
  await stop();
}

const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
const [nothing, guide, ours, compat] = Object.values(took).map(median);
for (const [name, all] of Object.entries(took)) {
  console.log(
    `${name.padEnd(32)} ${median(all).toFixed(0).padStart(5)} ms of CPU (median of ${ROUNDS})`,
  );
}
const ratio = (it) => ((it - nothing) / (guide - nothing)).toFixed(2);
console.log(`over nothing, of the guide's class: withJob ${ratio(ours)}, compat ${ratio(compat)}`);
