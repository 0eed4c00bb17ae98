/** What a program may expect of the package as it is published: by import, on any runtime. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";

import * as sdk from "@nightbell/sdk";
import { watchProcessor } from "@nightbell/sdk/bullmq";
import { SchedulerMonitoringClient } from "@nightbell/sdk/compat";
import { NightbellCron } from "@nightbell/sdk/nestjs";
import { wrapNodeCron } from "@nightbell/sdk/node-cron";
import { FakeNightbell } from "@nightbell/sdk/testing";
import { createWebClient } from "@nightbell/sdk/web";

const { currentJob, NotFoundError, Nightbell, withJob } = sdk;
const runtime = process.env.RUNTIME;
const { NIGHTBELL_URL: url, NIGHTBELL_API_KEY: apiKey } = process.env;

// One current job and one client, whichever way each was loaded.
const twin = createRequire(import.meta.url)("@nightbell/sdk");
assert.notEqual(twin.withJob, withJob);
await withJob(`smoke-${runtime}`, async (job) => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(twin.currentJob(), job);
  assert.equal(currentJob(), job);
  assert.equal(await twin.withJob(job.id, (same) => same.runId), job.runId);
});
assert.ok(new twin.NotFoundError({ code: "NOT_FOUND" }) instanceof NotFoundError);

const thrown = new RangeError("disk full");
await assert.rejects(
  withJob(`smoke-${runtime}-fails`, () => {
    throw thrown;
  }),
  (error) => error === thrown,
);

// Every call, over gRPC and over gRPC-web.
const nightbell = new Nightbell();
const clients = [await nightbell.client(), createWebClient({ url, apiKey })];
for (const { runs, schedulers } of clients) {
  const stored = await runs.listRuns({ schedulerId: `smoke-${runtime}` });
  assert.equal(stored.runs.length, 1);
  const failed = await runs.listRuns({ schedulerId: `smoke-${runtime}-fails` });
  assert.equal(failed.runs[0].errorMessage, "disk full");
  await assert.rejects(schedulers.getScheduler({ schedulerId: "none" }), NotFoundError);
  for await (const { change } of schedulers.watchSchedulers({})) {
    assert.ok(change.case);
    break;
  }
}
await nightbell.close();

const monitor = new SchedulerMonitoringClient({
  apiUrl: `${url}/api/v1`,
  apiKey,
  schedulerId: `smoke-${runtime}-compat`,
  serviceName: "s",
  jobName: "j",
});
await monitor.register("s", "j");
await monitor.updateStatus("completed", "s", "j");

const fake = new FakeNightbell().install();
await twin.withJob("faked", () => 7);
await fake.assertRun("faked", { status: "completed" });
await fake.restore();

for (const it of [watchProcessor, NightbellCron, wrapNodeCron]) assert.equal(typeof it, "function");
console.log("all is well");
