import nodeCron from "node-cron";
import { afterEach, beforeEach, expect, test } from "vitest";

import { wrapNodeCron } from "../../src/integrations/node-cron.js";
import { FakeNightbell } from "../../src/testing.js";
import { waitUntil } from "../support/waiting.js";

const EVERY_SECOND = "* * * * * *";
const fake = new FakeNightbell();
const tasks: { destroy(): unknown }[] = [];
beforeEach(() => void fake.install());
afterEach(async () => {
  for (const it of tasks.splice(0)) await it.destroy();
  await fake.restore();
});

test("a task that has a name is watched, with what it gets and gives", async () => {
  const cron = wrapNodeCron(nodeCron, { eod: { maxRuntime: "2h" } });
  const given: unknown[] = [];
  const task = cron.createTask("0 1 * * *", (context) => given.push(context), {
    name: "eod",
    timezone: "Europe/Berlin",
  });
  tasks.push(task);
  expect(await task.execute()).toBe(1);
  expect(given).toHaveLength(1);
  await fake.assertRun("eod", { status: "completed" });
  expect(fake.registrations.get("eod")).toMatchObject({
    schedules: [{ cron: "0 1 * * *" }],
    timezone: "Europe/Berlin",
    max_runtime: "7200s",
  });
});

test("what a task throws is told of, and node-cron hears of it too", async () => {
  const cron = wrapNodeCron(nodeCron);
  const fails = async () => {
    throw new Error("disk full");
  };
  const task = cron.schedule(EVERY_SECOND, fails, { name: "backup" });
  tasks.push(task);
  const heard = new Promise((resolve) => task.on("execution:failed", resolve));
  await heard;
  await waitUntil(() => fake.runsOf("backup")[0]?.status === "failed", "the failure");
  await fake.assertRun("backup", { status: "failed", errorMessage: "disk full" });
  // Finer than what the server watches.
  expect(fake.registrations.get("backup")).not.toHaveProperty("schedules");
});

test("a task without a name, and all else of node-cron, is left as it is", async () => {
  const cron = wrapNodeCron(nodeCron);
  expect(cron.validate("0 1 * * *")).toBe(true);
  const task = cron.createTask("0 1 * * *", () => 7);
  tasks.push(task);
  expect(await task.execute()).toBe(7);
  expect(fake.runs).toEqual([]);
});
