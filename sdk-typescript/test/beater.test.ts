import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { LocalBeater } from "../src/beater.js";
import { configure } from "../src/config.js";
import type { JsonObject } from "../src/json.js";
import { Reporter } from "../src/reporter.js";
import { LiveRun, type RunHost } from "../src/run.js";

const SECOND = 1_000;
const streamed: number[] = [];
const streams = vi.hoisted(() => ({ alive: true, opened: 0 }));

vi.mock("../src/stream.js", () => ({
  Stream: class {
    hasSpoken = streams.alive;
    constructor() {
      streams.opened += 1;
    }
    get isDead() {
      return !streams.alive;
    }
    holds() {
      return streams.alive;
    }
    beat() {
      if (streams.alive) streamed.push(performance.now());
      return streams.alive;
    }
    untie() {}
    close() {}
  },
}));

beforeEach(() => {
  streamed.length = 0;
  streams.alive = true;
  streams.opened = 0;
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

const config = configure({ url: "http://127.0.0.1:9", spoolDir: false, transport: "auto" }, {});
const host: RunHost = { config, ended: () => {}, changed: () => {}, delivered: async () => {} };

function beating(directives: JsonObject = {}) {
  const unary: number[] = [];
  const call = async () => {
    unary.push(performance.now());
    return { directives };
  };
  const reporter = new Reporter(config, { call, close: () => {} });
  const beater = new LocalBeater(reporter, (run, it) => run.obey(it));
  const run = new LiveRun("eod", {}, host, undefined);
  beater.add(run);
  beater.known(run);
  return { unary, beater, run };
}

function longest(times: readonly number[]): number {
  return Math.max(...times.slice(1).map((at, before) => at - (times[before] ?? 0)));
}

test("a run is beaten for on the stream as often as the stream declared", async () => {
  const { unary, beater, run } = beating();
  await vi.advanceTimersByTimeAsync(60 * SECOND);
  expect(run.intervalMs(true)).toBe(5 * SECOND);
  expect(streamed.length).toBeGreaterThanOrEqual(12);
  // Until it stands, and while it does.
  const all = [...unary, ...streamed].sort((a, b) => a - b);
  expect(longest(all)).toBeLessThanOrEqual(5 * SECOND);
  beater.close();
});

test("a run whose stream has died is beaten for one by one at once", async () => {
  const { unary, beater } = beating();
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  streams.alive = false;
  const before = unary.length;
  await vi.advanceTimersByTimeAsync(6 * SECOND);
  expect(unary.length).toBeGreaterThan(before);
  beater.close();
});

test("a server that asks for more heartbeats has them before the next was due", async () => {
  streams.alive = false;
  const { unary, beater, run } = beating({ heartbeat_interval: "2s" });
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  expect(run.intervalMs(false)).toBe(2 * SECOND);
  expect(longest(unary)).toBeLessThanOrEqual(2 * SECOND);
  beater.close();
});

test("a stream that never stands is tried seldom, and costs no more heartbeats", async () => {
  streams.alive = false;
  const { unary, beater } = beating();
  await vi.advanceTimersByTimeAsync(600 * SECOND);
  expect(streams.opened).toBeGreaterThan(5);
  expect(streams.opened).toBeLessThan(25);
  expect(unary.length).toBeLessThan(60);
  expect(longest(unary)).toBeLessThanOrEqual(30 * SECOND);
  beater.close();
});

test("nothing beats for a run that is over", async () => {
  const { unary, beater, run } = beating();
  await vi.advanceTimersByTimeAsync(10 * SECOND);
  beater.remove(run);
  const before = unary.length + streamed.length;
  await vi.advanceTimersByTimeAsync(60 * SECOND);
  expect(unary.length + streamed.length).toBe(before);
});
