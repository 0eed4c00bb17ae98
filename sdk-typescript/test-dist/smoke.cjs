/** What a program may expect of the package as it is published: by require, on any runtime. */
const assert = require("node:assert/strict");

const { currentJob, Nightbell, NotFoundError, withJob } = require("@nightbell/sdk");
const { SchedulerMonitoringClient } = require("@nightbell/sdk/compat");
const { FakeNightbell } = require("@nightbell/sdk/testing");
const { createWebClient } = require("@nightbell/sdk/web");
for (const it of ["bullmq", "nestjs", "node-cron"]) require(`@nightbell/sdk/${it}`);

const runtime = process.env.RUNTIME;
const { NIGHTBELL_URL: url, NIGHTBELL_API_KEY: apiKey } = process.env;

async function main() {
  const twin = await import("@nightbell/sdk");
  const value = { records: 1 };
  const given = await withJob(`required-${runtime}`, async (job) => {
    assert.equal(twin.currentJob(), job);
    assert.equal(currentJob(), job);
    return value;
  });
  assert.equal(given, value);

  const nightbell = new Nightbell();
  for (const { runs, schedulers } of [await nightbell.client(), createWebClient({ url, apiKey })]) {
    const stored = await runs.listRuns({ schedulerId: `required-${runtime}` });
    assert.equal(stored.runs.length, 1);
    await assert.rejects(schedulers.getScheduler({ schedulerId: "none" }), NotFoundError);
  }
  await nightbell.close();

  const fake = new FakeNightbell().install();
  await twin.withJob("faked", () => 7);
  await fake.assertRun("faked", { status: "completed" });
  await fake.restore();
  assert.equal(typeof SchedulerMonitoringClient, "function");
  console.log("all is well");
}

main();
