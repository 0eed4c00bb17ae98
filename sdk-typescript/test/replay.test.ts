/** What lies on disk, this process's or another's, is sent; no record is in the others' way. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";

import { configure } from "../src/config.js";
import type { JsonObject } from "../src/json.js";
import { Reporter } from "../src/reporter.js";
import { Spool } from "../src/spool.js";
import { eachWithFolder } from "./support/folder.js";
import { FakeWire, items, refusal } from "./support/wire.js";

const FORBIDDEN = 7;
const UNAVAILABLE = 14;
const SECOND = 1_000;
let folder: string;
eachWithFolder((made) => {
  folder = made;
});

/** A reporter that finds so many records of each scheduler on disk, and sends what it finds. */
function replaying(kept: Record<string, number>, codeOf: (status: JsonObject) => number) {
  const said: string[] = [];
  const log = (it: string) => void said.push(it);
  const config = configure({ url: "http://nightbell.invalid", spoolDir: folder, log }, {});
  const spool = new Spool(config.spoolFolder ?? "");
  for (const [id, count] of Object.entries(kept)) {
    for (let i = 0; i < count; i += 1) {
      const body = { scheduler_id: id, run_id: `${id}-${i}`, status: "running", sequence: 1 };
      spool.write({ kind: "status", body });
    }
  }
  const wire = new FakeWire((call, body) =>
    call === "BatchReport" ? { results: items(body).map((it) => ({ code: codeOf(it) })) } : {},
  );
  const reporter = new Reporter(config, wire);
  reporter.put({ kind: "register", body: { scheduler_id: "live" } });
  return { reporter, wire, spool, said };
}

/** How many records of each scheduler are left, and nobody's. */
function left(): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.includes(".json")) continue;
    expect(name).not.toContain("claimed");
    const { body } = JSON.parse(readFileSync(join(folder, name), "utf8"));
    counted[body.scheduler_id] = (counted[body.scheduler_id] ?? 0) + 1;
  }
  return counted;
}

test("records that the key may not send are in nobody's way, and wait for another key", async () => {
  let isForbidden = true;
  const code = (it: JsonObject) => (isForbidden && it.scheduler_id === "theirs" ? FORBIDDEN : 0);
  const { reporter, wire, said } = replaying({ theirs: 1_200, ours: 50 }, code);
  await vi.advanceTimersByTimeAsync(SECOND);
  expect(left()).toEqual({ theirs: 1_200 });
  expect(reporter.line.isUp).toBe(true);
  expect(wire.of("BatchReport")).toHaveLength(2);
  expect(said).toEqual(["the key may say nothing of theirs"]);

  isForbidden = false;
  await vi.advanceTimersByTimeAsync(60 * SECOND);
  expect(left()).toEqual({});
});

test("a registration that the key may not make is in nobody's way", async () => {
  const { reporter, wire, spool } = replaying({}, () => 0);
  spool.write({ kind: "register", body: { scheduler_id: "theirs" } });
  spool.write({ kind: "status", body: { scheduler_id: "ours", status: "running" } });
  const { answer } = wire;
  wire.answer = (call, body) => {
    if (body.scheduler_id === "theirs") throw refusal("PERMISSION_DENIED");
    return answer(call, body);
  };
  await vi.advanceTimersByTimeAsync(SECOND);
  expect(left()).toEqual({ theirs: 1 });
  expect(reporter.line.isUp).toBe(true);
});

test("a key that is refused holds everything", async () => {
  const { reporter, wire } = replaying({ ours: 3 }, () => 0);
  const { answer } = wire;
  wire.answer = (call, body) => {
    if (call === "BatchReport") throw refusal("UNAUTHENTICATED");
    return answer(call, body);
  };
  await vi.advanceTimersByTimeAsync(50 * SECOND);
  expect(left()).toEqual({ ours: 3 });
  expect(reporter.line.isHeld).toBe(true);
  expect(wire.of("BatchReport")).toHaveLength(1);
});

test("a batch that is refused as a whole goes in halves, and only what is at fault is dropped", async () => {
  const { reporter, wire, said } = replaying({ ours: 100, huge: 1, last: 20 }, () => 0);
  const { answer } = wire;
  wire.answer = (call, body) => {
    const isHuge = call === "BatchReport" && items(body).some((it) => it.scheduler_id === "huge");
    if (isHuge) throw refusal("OUT_OF_RANGE");
    return answer(call, body);
  };
  await vi.advanceTimersByTimeAsync(SECOND);
  expect(left()).toEqual({});
  expect(reporter.line.isUp).toBe(true);
  expect(said).toEqual(["a kept report of huge was refused: OUT_OF_RANGE"]);
  const sent = wire.of("BatchReport").flatMap(items);
  expect(new Set(sent.map((it) => it.run_id)).size).toBe(121);
});

test("records that the server does not take now are kept, and make no storm", async () => {
  let code = UNAVAILABLE;
  const { wire } = replaying({ ours: 500 }, () => code);
  await vi.advanceTimersByTimeAsync(25 * SECOND);
  expect(left()).toEqual({ ours: 500 });
  expect(wire.of("BatchReport")).toHaveLength(1);
  code = 0;
  await vi.advanceTimersByTimeAsync(10 * SECOND);
  expect(left()).toEqual({});
});

test("records of a scheduler that cannot be registered just now are kept", async () => {
  let isKnown = false;
  const { wire } = replaying({ ours: 2 }, () => (isKnown ? 0 : 5));
  const { answer } = wire;
  wire.answer = (call, body) => {
    if (call === "RegisterScheduler" && body.scheduler_id === "ours" && !isKnown) {
      throw refusal("RESOURCE_EXHAUSTED", SECOND);
    }
    return answer(call, body);
  };
  await vi.advanceTimersByTimeAsync(SECOND);
  expect(left()).toEqual({ ours: 2 });
  isKnown = true;
  await vi.advanceTimersByTimeAsync(60 * SECOND);
  expect(left()).toEqual({});
});

test("an answer that says nothing of the records settles none", async () => {
  const { wire } = replaying({ ours: 2 }, () => 0);
  wire.answer = () => ({ ok: true });
  await vi.advanceTimersByTimeAsync(SECOND);
  expect(left()).toEqual({ ours: 2 });
});
