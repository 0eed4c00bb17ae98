/** When heartbeats go, over the stream and by calls, while the network is as it should be and not. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { LocalBeater } from "../src/beater.js";
import { configure } from "../src/config.js";
import type { JsonObject } from "../src/json.js";
import { Reporter } from "../src/reporter.js";
import { LiveRun, type RunHost } from "../src/run.js";
import type { Listener } from "../src/stream.js";
import { FakeWire, refusal } from "./support/wire.js";

const SECOND = 1_000;
const streamed: number[] = [];
/** `dead` streams end as soon as they are opened, `deaf` ones are never answered. */
const streams = vi.hoisted(() => ({
  state: "alive" as "alive" | "dead" | "deaf",
  opened: 0,
  cut: () => {},
}));

vi.mock("../src/stream.js", () => ({
  Stream: class {
    isDead = false;
    doubtAtMs = Number.POSITIVE_INFINITY;
    hasStood = streams.state === "alive";
    tied = new Set<LiveRun>();
    constructor(_config: unknown, _url: string, listener: Listener) {
      streams.opened += 1;
      streams.cut = () => {
        if (this.isDead) return;
        this.isDead = true;
        listener.ended(this as never);
      };
      if (streams.state === "dead") setTimeout(streams.cut);
    }
    get isSound() {
      return performance.now() < this.doubtAtMs;
    }
    holds(run: LiveRun) {
      return !this.isDead && this.tied.has(run);
    }
    carried(run: LiveRun) {
      return this.tied.has(run);
    }
    beat(run: LiveRun) {
      if (this.isDead) return false;
      this.tied.add(run);
      if (streams.state === "alive") streamed.push(performance.now());
      else this.doubtAtMs = Math.min(this.doubtAtMs, performance.now() + 3 * SECOND);
      return true;
    }
    untie() {}
    close() {}
  },
}));

let close = () => {};
beforeEach(() => {
  streamed.length = 0;
  streams.state = "alive";
  streams.opened = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  close();
  vi.useRealTimers();
});

/** So many runs that the server knows of, and a server that can go away. */
function beating(directives: JsonObject = {}, count = 1, transport: "auto" | "http" = "auto") {
  const config = configure({ url: "http://127.0.0.1:9", spoolDir: false, transport }, {});
  const host: RunHost = { config, ended: () => {}, changed: () => {}, delivered: async () => {} };
  const unary: number[] = [];
  const server = { error: undefined as Error | undefined };
  const wire = new FakeWire((call) => {
    if (server.error !== undefined) throw server.error;
    if (call === "SendHeartbeat") unary.push(performance.now());
    return { directives };
  });
  const reporter = new Reporter(config, wire);
  const beater = new LocalBeater(reporter, (run, it) => run.obey(it));
  const runs = Array.from({ length: count }, (_, i) => new LiveRun(`r${i}`, {}, host, undefined));
  for (const run of runs) {
    beater.add(run);
    beater.known(run);
  }
  close = () => beater.close();
  return { unary, beater, run: runs[0] as LiveRun, runs, server, wire, reporter };
}

/** When the server heard anything. */
function heard(unary: readonly number[]): number[] {
  return [...unary, ...streamed].sort((a, b) => a - b);
}

function longest(times: readonly number[]): number {
  return Math.max(...times.slice(1).map((at, before) => at - (times[before] ?? 0)));
}

const away = () => refusal("UNAVAILABLE");

test("a run is beaten for on the stream as often as the stream declared", async () => {
  const { unary, run } = beating();
  await vi.advanceTimersByTimeAsync(60 * SECOND);
  expect(run.intervalMs(true)).toBe(5 * SECOND);
  expect(streamed.length).toBeGreaterThanOrEqual(12);
  // Until it stands, and while it does.
  expect(longest(heard(unary))).toBeLessThanOrEqual(5 * SECOND);
  expect(unary.length).toBeLessThanOrEqual(2);
});

test("a run whose stream has died is beaten for one by one at once", async () => {
  const { unary } = beating();
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  streams.state = "dead";
  const before = unary.length;
  streams.cut();
  await vi.advanceTimersByTimeAsync(SECOND);
  expect(unary.length).toBeGreaterThan(before);
});

test("a stream that broke is opened again as soon as its pause is over", async () => {
  const { unary } = beating();
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  expect(streams.opened).toBe(1);
  streams.cut();
  await vi.advanceTimersByTimeAsync(SECOND);
  expect(streams.opened).toBe(2);
  expect(longest(heard(unary))).toBeLessThanOrEqual(5 * SECOND);
});

test("a run on a stream that nobody answers is beaten for by calls, as often", async () => {
  streams.state = "deaf";
  const { unary } = beating();
  await vi.advanceTimersByTimeAsync(60 * SECOND);
  expect(longest(unary)).toBeLessThanOrEqual(9 * SECOND);
});

test("a server that asks for more heartbeats has them before the next was due", async () => {
  streams.state = "dead";
  const { unary, run } = beating({ heartbeat_interval: "2s" });
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  expect(run.intervalMs(false)).toBe(2 * SECOND);
  expect(longest(unary)).toBeLessThanOrEqual(2 * SECOND);
});

test("a stream that never stands is tried seldom, and costs no more heartbeats", async () => {
  streams.state = "dead";
  const { unary } = beating();
  await vi.advanceTimersByTimeAsync(600 * SECOND);
  expect(streams.opened).toBeGreaterThan(5);
  expect(streams.opened).toBeLessThan(25);
  expect(unary.length).toBeLessThan(60);
  expect(longest(unary)).toBeLessThanOrEqual(30 * SECOND);
});

test.each(["auto", "http"] as const)(
  "over %s the server hears of a run soon after a break of the network",
  async (transport) => {
    const { unary, server } = beating({}, 1, transport);
    await vi.advanceTimersByTimeAsync(40 * SECOND);
    // Its word is that the run is silent from now on.
    streams.state = "dead";
    server.error = away();
    streams.cut();
    await vi.advanceTimersByTimeAsync(29 * SECOND);
    streams.state = "alive";
    server.error = undefined;
    const mended = performance.now();
    const before = heard(unary).length;
    await vi.advanceTimersByTimeAsync(6 * SECOND);
    const after = heard(unary)[before] ?? Number.POSITIVE_INFINITY;
    expect(after - mended).toBeLessThanOrEqual(5.1 * SECOND);
  },
);

test("while the server cannot be reached, one heartbeat tries it for a hundred runs", async () => {
  const { unary, server, wire } = beating({}, 100, "http");
  await vi.advanceTimersByTimeAsync(SECOND);
  server.error = away();
  await vi.advanceTimersByTimeAsync(30 * SECOND);
  const before = wire.calls.length;
  await vi.advanceTimersByTimeAsync(60 * SECOND);
  expect(wire.calls.length - before).toBeLessThanOrEqual(60);
  expect(wire.calls.length - before).toBeGreaterThan(10);
  server.error = undefined;
  unary.length = 0;
  await vi.advanceTimersByTimeAsync(6 * SECOND);
  expect(unary).toHaveLength(100);
});

test("a run whose heartbeats alone fail is in no other's way", async () => {
  const { unary, wire } = beating({}, 3, "http");
  const { answer } = wire;
  wire.answer = (call, body) => {
    if (body.scheduler_id === "r0") throw refusal("INTERNAL");
    return answer(call, body);
  };
  await vi.advanceTimersByTimeAsync(120 * SECOND);
  const failed = wire.of("SendHeartbeat").filter((it) => it.scheduler_id === "r0");
  // One a second and no more.
  expect(failed.length).toBeLessThanOrEqual(120);
  expect(unary.length).toBeGreaterThanOrEqual(8);
  expect(unary.length).toBeLessThanOrEqual(12);
});

test("heartbeats go on while reports are kept, since the server may well take these", async () => {
  const { unary, reporter, run, beater } = beating({}, 1, "http");
  await vi.advanceTimersByTimeAsync(SECOND);
  const before = unary.length;
  reporter.lose(away());
  beater.known(run);
  await vi.advanceTimersByTimeAsync(SECOND);
  expect(unary.length).toBeGreaterThan(before);
});

test("a scheduler that the server forgot is registered, and the heartbeat sent again", async () => {
  const { unary, wire, run, beater } = beating({}, 1, "http");
  const { answer } = wire;
  let isKnown = false;
  wire.answer = (call, body) => {
    if (call === "RegisterScheduler") isKnown = true;
    if (call === "SendHeartbeat" && !isKnown) throw refusal("NOT_FOUND");
    return answer(call, body);
  };
  beater.known(run);
  await vi.advanceTimersByTimeAsync(SECOND);
  expect(unary).toHaveLength(1);
  expect(wire.of("RegisterScheduler")).toHaveLength(1);
});

test("progress is news until a heartbeat that told it is answered", async () => {
  const { server, run } = beating({}, 1, "http");
  await vi.advanceTimersByTimeAsync(SECOND);
  run.progress(1, 2);
  server.error = away();
  await vi.advanceTimersByTimeAsync(31 * SECOND);
  expect(run.hasNews).toBe(true);
  server.error = undefined;
  await vi.advanceTimersByTimeAsync(6 * SECOND);
  expect(run.hasNews).toBe(false);
});

test("nothing beats for a run that is over", async () => {
  const { unary, beater, run } = beating();
  await vi.advanceTimersByTimeAsync(10 * SECOND);
  beater.remove(run);
  const before = unary.length + streamed.length;
  await vi.advanceTimersByTimeAsync(60 * SECOND);
  expect(unary.length + streamed.length).toBe(before);
});
