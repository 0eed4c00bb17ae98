/** What the stream of heartbeats says, and what is made of the answers. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { configure } from "../src/config.js";
import type { JsonObject } from "../src/json.js";
import { LiveRun, type RunHost } from "../src/run.js";
import { Stream } from "../src/stream.js";

const SECOND = 1_000;
/** The other end of the one stream. */
const server = vi.hoisted(() => ({
  frames: [] as unknown[],
  answer: (_: { storedSequence: number; refusals?: object[] }) => {},
}));

vi.mock("../src/wire-grpc.js", () => ({
  GrpcWire: class {
    async *stream(frames: AsyncIterable<unknown>, signal: AbortSignal) {
      let tell: (answer: unknown) => void = () => {};
      const ended = new Promise<void>((resolve) =>
        signal.addEventListener("abort", () => resolve()),
      );
      void (async () => {
        for await (const frame of frames) server.frames.push(frame);
      })();
      while (!signal.aborted) {
        const answer = new Promise((resolve) => {
          tell = resolve;
        });
        server.answer = (it) => tell({ refusals: [], directives: [], ...it });
        const said = await Promise.race([answer, ended]);
        if (said !== undefined) yield said;
      }
    }
    close() {}
  },
}));

beforeEach(() => {
  server.frames.length = 0;
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

const config = configure({ url: "http://127.0.0.1:9", spoolDir: false }, {});
const host: RunHost = { config, ended: () => {}, changed: () => {}, delivered: async () => {} };

function opened() {
  const refused: [string, number][] = [];
  const ended = vi.fn();
  const listener = {
    directives: (_: JsonObject[]) => {},
    refused: (run: LiveRun, code: number) => void refused.push([run.id, code]),
    ended,
  };
  const stream = new Stream(config, "http://127.0.0.1:9", listener);
  const made = (id: string) => {
    const run = new LiveRun(id, {}, host, undefined);
    run.isKnown = true;
    return run;
  };
  return { stream, made, refused, ended };
}

const settled = () => vi.advanceTimersByTimeAsync(1);

test("progress is news until the frame that told it is stored", async () => {
  const { stream, made } = opened();
  const run = made("eod");
  run.progress(1, 2);
  stream.beat(run);
  await settled();
  expect(server.frames).toHaveLength(2);
  server.answer({ storedSequence: 1 });
  await settled();
  expect(run.hasNews).toBe(true);
  server.answer({ storedSequence: 2 });
  await settled();
  expect(run.hasNews).toBe(false);
});

test("a frame that is refused told nothing, and says who refused it", async () => {
  const { stream, made, refused } = opened();
  const run = made("eod");
  run.progress(1, 2);
  stream.beat(run);
  await settled();
  server.answer({ storedSequence: 2, refusals: [{ frameSequence: 2n, code: 7 }] });
  await settled();
  expect(run.hasNews).toBe(true);
  expect(refused).toEqual([["eod", 7]]);
  expect(stream.holds(run)).toBe(false);
});

test("a stream on which the server owes an answer is in doubt until that comes", async () => {
  const { stream, made } = opened();
  const run = made("eod");
  stream.beat(run);
  await vi.advanceTimersByTimeAsync(2 * SECOND);
  expect(stream.isSound).toBe(true);
  await vi.advanceTimersByTimeAsync(2 * SECOND);
  expect(stream.isSound).toBe(false);
  expect(stream.holds(run)).toBe(true);
  server.answer({ storedSequence: 2 });
  await settled();
  expect(stream.isSound).toBe(true);
});

test("a stream that the server never speaks on is dead before long", async () => {
  const { stream, made, ended } = opened();
  stream.beat(made("eod"));
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  expect(stream.isDead).toBe(true);
  expect(stream.hasStood).toBe(false);
  expect(ended).toHaveBeenCalledTimes(1);
});

test("a stream is not dead for the many runs that begin on it at once", async () => {
  const { stream, made } = opened();
  for (let i = 0; i < 1_000; i += 1) expect(stream.beat(made(`r${i}`))).toBe(true);
  await settled();
  expect(server.frames).toHaveLength(2_000);
});
