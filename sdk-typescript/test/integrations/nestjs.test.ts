import "reflect-metadata";

import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { Cron, CronExpression, Interval, ScheduleModule } from "@nestjs/schedule";
import { afterEach, beforeEach, expect, test } from "vitest";

import { NightbellCron } from "../../src/integrations/nestjs.js";
import { FakeNightbell } from "../../src/testing.js";
import { waitUntil } from "../support/waiting.js";

const fake = new FakeNightbell();
beforeEach(() => void fake.install());
afterEach(() => fake.restore());

class Tasks {
  readonly done: string[] = [];
  closeDay() {
    this.done.push("closeDay");
  }
  poll() {
    this.done.push("poll");
  }
  async prune() {
    throw new Error("disk full");
  }
}

/** As decorators before a method, the lowest last. */
function decorate(method: keyof Tasks, ...decorators: MethodDecorator[]): void {
  const found = Object.getOwnPropertyDescriptor(Tasks.prototype, method);
  if (found === undefined) throw new Error(`no ${method}`);
  for (const it of decorators.reverse()) it(Tasks.prototype, method, found);
  Object.defineProperty(Tasks.prototype, method, found);
}
const TIME = { name: "eod", timeZone: "Europe/Berlin" };
decorate("closeDay", Cron(CronExpression.EVERY_SECOND, TIME), NightbellCron());
decorate("poll", NightbellCron("mailbox", { service: "Mail" }), Interval(20));
decorate("prune", NightbellCron(), Cron("0 0 1 * * *"));

class App {}
Module({ imports: [ScheduleModule.forRoot()], providers: [Tasks] })(App);

test("what Nest runs is watched, whichever decorator stands above", async () => {
  const app = await NestFactory.createApplicationContext(App, {
    logger: false,
    abortOnError: false,
  });
  try {
    await waitUntil(() => fake.runsOf("eod")[0]?.status === "completed", "the cron job");
    await waitUntil(() => fake.runsOf("mailbox").length > 1, "the interval");
    expect(new Set(app.get(Tasks).done)).toEqual(new Set(["poll", "closeDay"]));
    expect(fake.registrations.get("mailbox")).toMatchObject({ service_name: "Mail" });
    // Every second is finer than what the server watches.
    expect(fake.registrations.get("eod")).not.toHaveProperty("schedules");
  } finally {
    await app.close();
  }
});

test("what a method throws goes on to Nest, and its schedule is the decorator's", async () => {
  await expect(new Tasks().prune()).rejects.toThrow("disk full");
  await fake.assertRun("Tasks.prune", { status: "failed", errorMessage: "disk full" });
  expect(fake.registrations.get("Tasks.prune")).toMatchObject({
    schedules: [{ cron: "0 1 * * *" }],
  });
});
