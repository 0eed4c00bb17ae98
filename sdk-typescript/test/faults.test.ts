/** Nothing that Nightbell fails to do changes what a job does. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { FAULTS, faulty } from "./support/faults.js";
import { type Ended, envFor, run } from "./support/programs.js";

const JOB = `
import { setTimeout as sleep } from "node:timers/promises";
import { withJob } from "@nightbell/sdk";
const result = await withJob("eod", async (job) => {
  job.progress(1, 2);
  await sleep(100);
  return "worked";
});
console.log(result);
try {
  await withJob("fails", async () => { throw new RangeError("disk full"); });
} catch (error) {
  console.log(error.constructor === RangeError, error.message);
}
process.exitCode = 7;
`;
// 1.5 s is the budget of a job's end, two jobs share most of it, and the rest is what a machine
// needs that does much else: half of what the slow server takes.
const ADDED_MAX_MS = 15_000;
/** Two registrations, two beginnings, two ends. */
const REPORTS = 6;

const folder = mkdtempSync(join(tmpdir(), "nightbell-faults-"));
afterAll(() => rmSync(folder, { recursive: true }));

let alone: Ended;
beforeAll(async () => {
  alone = await run(JOB, envFor("", { NIGHTBELL_DISABLED: "1" }));
  expect([alone.code, alone.out]).toEqual([7, "worked\ntrue disk full\n"]);
});

function kept(spool: string): Set<string> {
  if (!existsSync(spool)) return new Set();
  const files = readdirSync(spool, { recursive: true, encoding: "utf8" });
  return new Set(
    files
      .filter((it) => it.endsWith(".json"))
      .map((it) => JSON.parse(readFileSync(join(spool, it), "utf8")).id),
  );
}

describe.each(["auto", "grpc"])("over %s", (transport) => {
  test.concurrent.each(FAULTS)("%s changes nothing, and the reports are kept", async (fault) => {
    await using server = await faulty(fault, folder);
    const spool = join(folder, `${transport}-${fault.replaceAll(/\W/g, "-")}`);
    const more = { NIGHTBELL_SPOOL_DIR: spool, NIGHTBELL_TRANSPORT: transport };
    const ended = await run(JOB, envFor(server.url, more));
    expect([ended.code, ended.out], ended.err).toEqual([7, alone.out]);
    expect(ended.tookMs - alone.tookMs).toBeLessThan(ADDED_MAX_MS);
    expect(kept(spool).size).toBe(REPORTS);
  });
});

const NO_ROOM = join(folder, "no-room");
/** Where a spool does not go, and what is put before a program to make it so. */
const DISKS = [
  // Nobody, not even root, makes a folder there.
  ["read-only", "/proc/nightbell/spool", ""],
  ["a file", join(import.meta.dirname, "faults.test.ts"), ""],
  ["full", "/dev/full", ""],
  ["without room", NO_ROOM, "ulimit -f 0; "],
] as const;

test.concurrent.each(DISKS)("a disk that is %s changes nothing", async (_, spool, before) => {
  await using server = await faulty("connection refused", folder);
  const ended = await run(JOB, envFor(server.url, { NIGHTBELL_SPOOL_DIR: spool }), before);
  expect([ended.code, ended.out], ended.err).toEqual([7, alone.out]);
  expect(ended.tookMs - alone.tookMs).toBeLessThan(ADDED_MAX_MS);
  // The folder of the server, and no piece of a report. Only its own test looks, after its end.
  if (spool === NO_ROOM) expect(readdirSync(spool, { recursive: true })).toHaveLength(1);
});

test("a job is not delayed at its start", async () => {
  await using server = await faulty("black hole", folder);
  const code = `
    import { start } from "@nightbell/sdk";
    const delays = [];
    for (let i = 0; i < 200; i += 1) {
      const began = performance.now();
      const run = start("eod");
      delays.push(performance.now() - began);
      void run.complete();
    }
    console.log(delays.sort((a, b) => a - b)[100]);
    process.exit();
  `;
  const ended = await run(code, envFor(server.url));
  expect(ended.code, ended.err).toBe(0);
  // It takes microseconds.
  expect(Number(ended.out)).toBeLessThan(50);
});

test("files that cannot be read are told of, and nothing else", async () => {
  await using server = await faulty("connection refused", folder);
  const none = join(folder, "none");
  const files = { NIGHTBELL_CA_FILE: none, NIGHTBELL_API_KEY_FILE: none, NIGHTBELL_API_KEY: "" };
  const ended = await run(JOB, envFor(server.url, files));
  expect([ended.code, ended.out], ended.err).toEqual([7, alone.out]);
  expect(ended.err).toContain("NIGHTBELL_CA_FILE cannot be read");
});
