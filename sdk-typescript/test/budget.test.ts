/** How long is waited for reports: by whoever ends a job, by flush, and for a server that is busy. */
import { readdirSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";

import { configure, type NightbellOptions } from "../src/config.js";
import type { JsonObject } from "../src/json.js";
import { Nightbell } from "../src/nightbell.js";
import { Reporter } from "../src/reporter.js";
import { eachWithFolder } from "./support/folder.js";
import { FakeWire, items, refusal } from "./support/wire.js";

const SECOND = 1_000;
let folder: string;
eachWithFolder((made) => {
  folder = made;
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function options(said: string[], more: NightbellOptions = {}): NightbellOptions {
  const log = (it: string) => void said.push(it);
  return { url: "http://nightbell.invalid", spoolDir: folder, signals: "off", log, ...more };
}

/** A server that takes so long for each call. */
function slow(ms: number): FakeWire {
  return new FakeWire(async (call, body) => {
    await pause(ms);
    return call === "BatchReport" ? { results: items(body).map(() => ({})) } : {};
  });
}

/** The ends that the server was told of. */
function ends(wire: FakeWire): Set<unknown> {
  const statuses = [...wire.of("UpdateStatus"), ...wire.of("BatchReport").flatMap(items)];
  return new Set(statuses.filter((it) => it.status === "completed").map((it) => it.run_id));
}

function files(): string[] {
  const all = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return all.filter((it) => it.includes(".json"));
}

describe.each([{}, { spoolDir: false } as const])("with %o", (more) => {
  test("a client that is busy is not taken for one whose server is away", async () => {
    const said: string[] = [];
    const wire = slow(200);
    const nightbell = new Nightbell(options(said, more), () => wire);
    const jobs = Array.from({ length: 8 }, async (_, worker) => {
      for (let i = 0; i < 25; i += 1) await nightbell.withJob(`job-${worker}`, () => pause(50));
    });
    await vi.advanceTimersByTimeAsync(120 * SECOND);
    await Promise.all(jobs);
    expect(said).toEqual([]);
    expect(ends(wire).size).toBe(200);
    expect(files()).toEqual([]);
    const closed = nightbell.close();
    await vi.advanceTimersByTimeAsync(SECOND);
    await closed;
  });
});

test("who ends a job waits for what was put before, and for nothing that comes later", async () => {
  const wire = slow(100);
  const reporter = new Reporter(configure(options([]), {}), wire);
  const status = (run: string): JsonObject => ({ scheduler_id: "eod", run_id: run });
  reporter.put({ kind: "status", body: status("first") });
  const began = performance.now();
  const first = reporter.settled(60 * SECOND).then(() => performance.now() - began);
  const later = setInterval(() => reporter.put({ kind: "status", body: status("later") }), 50);
  await vi.advanceTimersByTimeAsync(5 * SECOND);
  clearInterval(later);
  expect(await first).toBeLessThan(SECOND);
});

test("a server that says nothing for the whole budget is away, and the reports are on disk", async () => {
  const said: string[] = [];
  const wire = new FakeWire(() => new Promise(() => {}));
  const nightbell = new Nightbell(options(said), () => wire);
  const began = performance.now();
  const ended = nightbell.withJob("eod", () => 1).then(() => performance.now() - began);
  await vi.advanceTimersByTimeAsync(2 * SECOND);
  expect(await ended).toBeLessThanOrEqual(1_500);
  expect(files()).toHaveLength(3);
  expect(said).toHaveLength(1);
});

describe("flush", () => {
  const silent = () => {
    const wire = new FakeWire(() => ({}));
    // It does not even heed that it is given up.
    wire.call = () => new Promise(() => {});
    return wire;
  };

  test("ends in its time though nothing moves any more", async () => {
    const reporter = new Reporter(configure(options([]), {}), silent());
    reporter.put({ kind: "status", body: { scheduler_id: "eod" } });
    const flushed = reporter.flush(SECOND);
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(await flushed).toBe(false);
    expect(files()).toHaveLength(1);
  });

  test.each([Number.POSITIVE_INFINITY, 1e300, 2 ** 31])(
    "with %d ms waits on",
    async (timeoutMs) => {
      const more = { timeoutMs, exitTimeoutMs: timeoutMs };
      const reporter = new Reporter(configure(options([], more), {}), slow(10 * SECOND));
      reporter.put({ kind: "status", body: { scheduler_id: "eod" } });
      const flushed = reporter.flush(timeoutMs);
      await vi.advanceTimersByTimeAsync(11 * SECOND);
      expect(await flushed).toBe(true);
    },
  );

  test.each([Number.NaN, -1, 0])("with %d ms does not wait", async (timeoutMs) => {
    const more = { timeoutMs, exitTimeoutMs: timeoutMs };
    const reporter = new Reporter(configure(options([], more), {}), slow(SECOND));
    reporter.put({ kind: "status", body: { scheduler_id: "eod" } });
    const flushed = reporter.flush(timeoutMs);
    await vi.advanceTimersByTimeAsync(0);
    expect(await flushed).toBe(false);
    expect(files()).toHaveLength(1);
  });
});

test("what the worker trips over is in nobody's way", async () => {
  const said: string[] = [];
  const wire = slow(1);
  const reporter = new Reporter(configure(options(said), {}), wire);
  const delivered = () => {
    throw new Error("no");
  };
  reporter.put({ kind: "status", body: { scheduler_id: "a" }, delivered });
  reporter.put({ kind: "status", body: { scheduler_id: "b" } });
  await vi.advanceTimersByTimeAsync(SECOND);
  expect(wire.of("UpdateStatus").map((it) => it.scheduler_id)).toEqual(["a", "b"]);
  expect(reporter.isIdle).toBe(true);
});

test("what no disk takes waits in memory until the server is there again", async () => {
  const wire = slow(1);
  const { answer } = wire;
  wire.answer = () => {
    throw refusal("UNAVAILABLE");
  };
  const nightbell = new Nightbell(options([], { spoolDir: false }), () => wire);
  const began = performance.now();
  const ended = nightbell.withJob("eod", () => 1).then(() => performance.now() - began);
  await vi.advanceTimersByTimeAsync(2 * SECOND);
  expect(await ended).toBeLessThanOrEqual(1_500);
  wire.answer = answer;
  await vi.advanceTimersByTimeAsync(10 * SECOND);
  expect(ends(wire).size).toBe(1);
});

describe("a server that says when to come back", () => {
  const answers = [
    ["429", refusal("RESOURCE_EXHAUSTED", 7 * SECOND), 7],
    ["503 of REST", Object.assign(refusal("INTERNAL", 7 * SECOND), { status: 503 }), 7],
    ["UNAVAILABLE of gRPC", refusal("UNAVAILABLE", 7 * SECOND), 7],
    ["more than a minute", refusal("UNAVAILABLE", 700 * SECOND), 60],
  ] as const;

  test.each(answers)("with %s is believed, though somebody waits", async (_, error, seconds) => {
    const wire = slow(1);
    const { answer } = wire;
    wire.answer = () => {
      wire.answer = answer;
      throw error;
    };
    const more = { exitTimeoutMs: 100 * SECOND };
    const nightbell = new Nightbell(options([], more), () => wire);
    const ended = nightbell.withJob("eod", () => 1);
    const another = pause(SECOND).then(() => nightbell.withJob("other", () => 1));
    await vi.advanceTimersByTimeAsync(80 * SECOND);
    await Promise.all([ended, another]);
    const [first, second] = wire.calls.filter((it) => it.call === "RegisterScheduler");
    const waited = (second?.atMs ?? 0) - (first?.atMs ?? 0);
    expect(waited).toBeGreaterThanOrEqual(seconds * SECOND);
    expect(waited).toBeLessThan((seconds + 1) * SECOND);
  });
});

test("progress whose heartbeat failed is sent with the end of the run", async () => {
  const wire = slow(1);
  const { answer } = wire;
  const nightbell = new Nightbell(options([], { transport: "http" }), () => wire);
  const run = nightbell.start("eod");
  run.progress(7, 9);
  wire.answer = (call, body) => {
    if (call === "SendHeartbeat") throw refusal("INTERNAL");
    return answer(call, body);
  };
  await vi.advanceTimersByTimeAsync(10);
  expect(wire.of("SendHeartbeat")).toHaveLength(1);
  wire.answer = answer;
  const ended = run.complete();
  await vi.advanceTimersByTimeAsync(SECOND);
  await ended;
  expect(wire.of("SendHeartbeat").at(-1)).toMatchObject({ progress: { done: 7, total: 9 } });
  expect(wire.calls.at(-2)?.call).toBe("SendHeartbeat");
  expect(wire.calls.at(-1)?.call).toBe("UpdateStatus");
});

test("a run that ends after its client was closed waits for nobody", async () => {
  const wire = new FakeWire(() => new Promise(() => {}));
  const nightbell = new Nightbell(options([]), () => wire);
  const run = nightbell.start("eod");
  const closed = nightbell.close({ timeoutMs: SECOND });
  await vi.advanceTimersByTimeAsync(SECOND);
  await closed;
  const kept = files();
  expect(kept).toHaveLength(3);
  const began = performance.now();
  await run.complete();
  expect(performance.now() - began).toBe(0);
  expect(files()).toEqual(kept);
});

test.each(["", " ", "a b", "a/b", "..", "\ud800", 7 as unknown as string, "x".repeat(129)])(
  "a job by the name of '%s' harms no other",
  async (id) => {
    const said: string[] = [];
    const wire = slow(1);
    const nightbell = new Nightbell(options(said), () => wire);
    const jobs = Promise.all([nightbell.withJob(id, () => 7), nightbell.withJob("eod", () => 8)]);
    await vi.advanceTimersByTimeAsync(10 * SECOND);
    expect(await jobs).toEqual([7, 8]);
    expect(ends(wire).size).toBe(1);
    expect(said).toHaveLength(1);
    expect(files()).toEqual([]);
  },
);
