import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { uuid } from "../src/clock.js";
import { configure } from "../src/config.js";
import type { JsonObject } from "../src/json.js";
import { Reporter } from "../src/reporter.js";
import { Spool } from "../src/spool.js";
import { waitUntil } from "./support/waiting.js";

/** More than one batch. */
const RECORDS = 600;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nightbell-spool-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A reporter whose calls are answered when the test says so. */
function made() {
  const config = configure(
    { url: "http://nightbell.invalid", spoolDir: folder, log: () => {} },
    {},
  );
  const spool = new Spool(config.spoolFolder ?? "");
  const open: ((answer: JsonObject) => void)[] = [];
  const call = () => new Promise<JsonObject>((resolve) => open.push(resolve));
  return { reporter: new Reporter(config, { call, close: () => {} }), spool, open };
}

function left(): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((it) =>
    it.includes(".json"),
  );
}

/** Until all that follows from an answer has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function replaying() {
  const it = made();
  for (let i = 0; i < RECORDS; i += 1) {
    const body = { scheduler_id: "eod", run_id: uuid(), status: "running", sequence: 1 };
    it.spool.write({ kind: "status", body });
  }
  it.reporter.put({ kind: "register", body: { scheduler_id: "eod" } });
  await waitUntil(() => it.open.length === 1, "the registration");
  it.open[0]?.({});
  await waitUntil(() => it.open.length === 2, "the first batch");
  expect(left().filter((name) => name.includes("claimed"))).not.toEqual([]);
  return it;
}

test("who gives up holds nothing that others could send, though an answer comes after all", async () => {
  const { reporter, open } = await replaying();
  expect(await reporter.flush(0)).toBe(false);
  open[1]?.({ results: [] });
  await settled();
  expect(left().filter((name) => name.includes("claimed"))).toEqual([]);
  expect(left()).toHaveLength(RECORDS);
});

test("who is closed takes nothing more from the disk", async () => {
  const { reporter, open } = await replaying();
  reporter.stop();
  open[1]?.({ results: [] });
  await settled();
  expect(left().filter((name) => name.includes("claimed"))).toEqual([]);
});

test("who reports again after that is at work again", async () => {
  const { reporter, open } = made();
  reporter.stop();
  reporter.put({ kind: "status", body: { scheduler_id: "eod", status: "running" } });
  await waitUntil(() => open.length === 1, "the report");
  open[0]?.({});
});
