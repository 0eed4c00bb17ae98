/** BullMQ against a real Redis. */
import { type Job, type Processor, Queue, QueueEvents, Worker } from "bullmq";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { currentJob } from "../../src/index.js";
import { watchProcessor } from "../../src/integrations/bullmq.js";
import { FakeNightbell } from "../../src/testing.js";
import { Redis } from "../support/redis.js";

const fake = new FakeNightbell();
let redis: Redis;
let connection: { host: string; port: number };
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  redis = await Redis.start();
  connection = { host: "127.0.0.1", port: redis.port };
});
afterAll(() => redis.stop());
beforeEach(() => void fake.install());
afterEach(async () => {
  for (const it of open.splice(0).reverse()) await it.close();
  await fake.restore();
});

function serve(name: string, processor: Processor): { queue: Queue; events: QueueEvents } {
  const queue = new Queue(name, { connection });
  const events = new QueueEvents(name, { connection });
  open.push(queue, events, new Worker(name, processor, { connection }));
  return { queue, events };
}

test("a job of a queue is a run, with its progress, and gives its own result", async () => {
  const built = async (job: Job) => {
    await job.updateProgress({ done: 3, total: 4, message: "pages" });
    return { pages: job.data.pages, run: currentJob()?.id };
  };
  const { queue, events } = serve("reports", watchProcessor(built, { service: "Shop" }));
  const job = await queue.add("monthly", { pages: 4, author: "ada-9271" });
  expect(await job.waitUntilFinished(events)).toEqual({ pages: 4, run: "reports.monthly" });
  const run = await fake.assertRun("reports.monthly", {
    status: "completed",
    metadata: { bullmq_job: job.id, attempt: 1 },
  });
  expect(run.progress).toEqual({ done: 3, total: 4, message: "pages" });
  expect((await queue.getJob(String(job.id)))?.progress).toMatchObject({ done: 3 });
  expect(fake.registrations.get("reports.monthly")).toMatchObject({ service_name: "Shop" });
  // What jobs carry is theirs.
  expect(JSON.stringify([fake.runs, ...fake.registrations])).not.toContain("9271");
});

test("each attempt is a run, and BullMQ tries again as it would have", async () => {
  let tries = 0;
  const flaky = async () => {
    tries += 1;
    if (tries < 3) throw new Error(`attempt ${tries}`);
    return tries;
  };
  const { queue, events } = serve("mails", watchProcessor(flaky, { id: () => "mails" }));
  const job = await queue.add("send", {}, { attempts: 3 });
  expect(await job.waitUntilFinished(events)).toBe(3);
  await fake.assertRun("mails", { status: "completed", metadata: { attempt: 3 } });
  expect(fake.runs.map((it) => it.errorMessage)).toEqual(["attempt 1", "attempt 2", undefined]);
});

test("a job that repeats has that as its schedule", async () => {
  const { queue, events } = serve(
    "nightly",
    watchProcessor(async () => "done"),
  );
  const ended = new Promise((resolve) => events.once("completed", resolve));
  await queue.upsertJobScheduler("soon", { every: 200 }, { name: "close" });
  await ended;
  await queue.removeJobScheduler("soon");
  await fake.assertRun("nightly.close", { status: "completed" });
  expect(fake.registrations.get("nightly.close")).toMatchObject({ schedules: [{ every: "0.2s" }] });
});

test("a processor takes a signal where it took one before", () => {
  expect(watchProcessor(async (_job, _token, _signal) => {})).toHaveLength(3);
  expect(watchProcessor(async () => {})).toHaveLength(0);
});
