import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { Cancelled, currentJob, Job, Nightbell, start, withJob, wrap } from "../src/index.js";
import { FakeNightbell } from "../src/testing.js";
import { waitUntil } from "./support/waiting.js";

const fake = new FakeNightbell();
beforeEach(() => void fake.install());
afterEach(() => fake.restore());

describe("what a job gives back", () => {
  const value = { records: 1000 };

  test("is the very value, from code that is async and from code that is not", async () => {
    expect(await withJob("eod", async () => value)).toBe(value);
    expect(await withJob("eod", { service: "Billing" }, () => value)).toBe(value);
    expect(wrap("eod", () => value)()).toBe(value);
    expect(await wrap("eod", async () => value)()).toBe(value);
    expect(fake.runs.map((it) => it.status)).toEqual(Array(4).fill("completed"));
  });

  test.each([new Error("disk full"), "text", undefined, null, 0])(
    "is the very error %s that it threw",
    async (thrown) => {
      const throws = () => {
        throw thrown;
      };
      await expect(withJob("eod", throws).then(() => "no error", same(thrown))).resolves.toBe(true);
      await expect(withJob("eod", async () => throws()).then(() => "", same(thrown))).resolves.toBe(
        true,
      );
      let caught: unknown = "nothing";
      try {
        wrap("eod", throws)();
      } catch (error) {
        caught = error;
      }
      expect(caught).toBe(thrown);
      await fake.settle();
      expect(fake.runs.map((it) => it.status)).toEqual(Array(3).fill("failed"));
    },
  );

  test("is neither sent, nor are its arguments", async () => {
    const login = wrap("login", async (user: string, password: string) => `${user} ${password}`);
    expect(await login("ada-9271", "hunter-9271")).toBe("ada-9271 hunter-9271");
    expect(JSON.stringify([fake.runs, ...fake.registrations])).not.toContain("9271");
  });
});

test("a wrapped function gets every argument and its this", async () => {
  class Till {
    total = 0;
    add = wrap("add", function (this: Till, ...all: number[]) {
      this.total += all.reduce((sum, it) => sum + it, 0);
      return all.length;
    });
    async close(by: string, ...rest: string[]) {
      return [this.total, by, ...rest];
    }
  }
  // As `@Job("close", { service: "Shop" })` before the method.
  const decorate = Job("close", { service: "Shop" });
  Till.prototype.close = decorate(Till.prototype.close, {} as ClassMethodDecoratorContext);
  const till = new Till();
  expect(till.add(1, 2, 3, 4)).toBe(4);
  expect(await till.close("ada", "b", "c")).toEqual([10, "ada", "b", "c"]);
  expect(till.close).toHaveLength(1);
  await fake.assertRun("close", { status: "completed" });
  expect(fake.registrations.get("close")?.service_name).toBe("Shop");
});

test("the current job is seen through awaits and timers, and is each run's own", async () => {
  const seen = async (id: string) =>
    withJob(id, async (job) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(currentJob()).toBe(job);
      return currentJob()?.id;
    });
  expect(await Promise.all([seen("a"), seen("b"), seen("a")])).toEqual(["a", "b", "a"]);
  expect(currentJob()).toBeUndefined();
  expect(new Set(fake.runs.map((it) => it.runId)).size).toBe(3);
});

test("the same job inside itself is one run, another job is another", async () => {
  await withJob("outer", () => withJob("outer", () => withJob("inner", () => 1)));
  expect(fake.runs.map((it) => it.schedulerId)).toEqual(["outer", "inner"]);
});

test("a job that stops because it was asked to is cancelled", async () => {
  fake.cancelNext("eod");
  const stops = withJob("eod", async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    throw signal.reason;
  });
  await expect(stops).rejects.toBeInstanceOf(Cancelled);
  await fake.assertRun("eod", { status: "cancelled" });
});

test("a job that was asked to stop and fails otherwise has failed", async () => {
  fake.cancelNext("eod");
  const fails = withJob("eod", async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    throw new Error("disk full");
  });
  await expect(fails).rejects.toThrow("disk full");
  await fake.assertRun("eod", { status: "failed", errorMessage: "disk full" });
});

test("a run that is started by hand ends once, as it was first told", async () => {
  const run = start("eod");
  run.progress(1, 2, "half");
  await run.complete({ files: 5 });
  await run.fail(new Error("too late"));
  const { statuses, progress } = await fake.assertRun("eod", { metadata: { files: 5 } });
  expect(statuses).toEqual(["running", "completed"]);
  expect(progress).toEqual({ done: 1, total: 2, message: "half" });
});

test("a run that goes out of scope unfinished was abandoned", async () => {
  await start("eod")[Symbol.asyncDispose]();
  await fake.assertRun("eod", { status: "failed", errorMessage: "abandoned" });
});

test("a server that refuses, or is away, is no business of the job's", async () => {
  for (const status of [400, 401, 404, 422, 500]) {
    fake.failWith(status, { times: 20 });
    expect(await withJob("eod", () => status)).toBe(status);
    fake.install();
  }
  fake.goOffline();
  expect(await withJob("eod", () => "done")).toBe("done");
});

test("a server that is busy is asked again", async () => {
  fake.failWith(429, { retryAfterMs: 10 });
  await withJob("eod", () => 1);
  await fake.assertRun("eod", { status: "completed" });
});

describe("what is given wrongly", () => {
  test("runs the job all the same", async () => {
    const said: string[] = [];
    const nightbell = new Nightbell({
      url: "nonsense",
      spoolDir: false,
      log: (it) => said.push(it),
    });
    const wrong = { labels: { number: 1n as unknown as string }, every: "nonsense" };
    expect(await nightbell.withJob("eod", wrong, () => 7)).toBe(7);
    expect(said.join()).toContain("runs unwatched");
    await nightbell.close({ timeoutMs: 0 });
  });

  test("is no harm where it logs, either", async () => {
    const log = () => {
      throw new Error("no log");
    };
    const nightbell = new Nightbell({ url: "http://127.0.0.1:9", spoolDir: false, log });
    expect(await nightbell.withJob("eod", () => 7)).toBe(7);
    await nightbell.close({ timeoutMs: 0 });
  });

  test("is taken as far as it goes by progress and metadata", async () => {
    await withJob("eod", (job) => {
      job.progress("many" as unknown as number, Number.NaN, Symbol("half") as unknown as string);
      job.metadata(null as unknown as Record<string, unknown>);
      job.metadata({ when: new Date(0), big: 2n ** 64n, apiToken: "x" });
    });
    await fake.assertRun("eod", {
      status: "completed",
      metadata: { when: "1970-01-01T00:00:00.000Z", big: "18446744073709551616", apiToken: "***" },
    });
  });
});

function same(thrown: unknown) {
  return (caught: unknown) => Object.is(caught, thrown);
}

test("a heartbeat thread that ends leaves the heartbeats to the job's own", async () => {
  const said: string[] = [];
  const options = {
    url: "http://nightbell.invalid",
    heartbeatThread: true,
    spoolDir: false,
    log: (it: string) => said.push(it),
  } as const;
  // Where the package is not built there is no file for the thread.
  const nightbell = new Nightbell(options, () => fake);
  await nightbell.withJob("eod", () => waitUntil(() => fake.runs[0]?.heartbeats, "a heartbeat"));
  expect(said.join()).toContain("the heartbeat thread ended");
  await nightbell.close();
});
