/** The examples for this package, as their READMEs run them. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { ROOT } from "./support/places.js";
import { type Ended, ended, envFor } from "./support/programs.js";
import { Redis } from "./support/redis.js";
import { Server } from "./support/server.js";
import { waitUntil } from "./support/waiting.js";

let server: Server;
let redis: Redis;
beforeAll(async () => {
  [server, redis] = await Promise.all([Server.start(), Redis.start()]);
});
afterAll(async () => {
  await server.stop();
  await redis.stop();
});

function start(example: string, args: string[], more: Record<string, string> = {}): ChildProcess {
  const env = envFor(server.url, {
    NIGHTBELL_API_KEY: server.key,
    NIGHTBELL_EXIT_TIMEOUT_MS: "30000",
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    ...more,
  });
  const tsx = ["--import", import.meta.resolve("tsx")];
  const cwd = `${ROOT}examples/${example}`;
  return spawn(process.execPath, [...tsx, ...args], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function run(example: string, args: string[], more: Record<string, string> = {}): Promise<Ended> {
  return ended(start(example, args, more));
}

const NIGHTLY = "typescript-nightly-job";

test("the nightly job prints what its README says, and is watched", async () => {
  const over = await run(NIGHTLY, ["close-day.ts", "1999", "500"]);
  expect([over.code, over.out], over.err).toEqual([
    0,
    "booked 24.99 euros, backed up 2 invoices\n",
  ]);
  expect(await server.run("close-day")).toMatchObject({
    status: "completed",
    metadata: { invoices: 2 },
    progress: { done: 2, total: 2, message: "invoice 2" },
  });
  expect(await server.run("ledger-backup")).toMatchObject({ status: "completed" });
});

test("the nightly job fails by its own error, and its run with it", async () => {
  const over = await run(NIGHTLY, ["close-day.ts", "1999", "-1"]);
  expect([over.code, over.out]).toEqual([1, ""]);
  expect(over.err).toContain("RangeError: invoice 2 is negative");
  const [newest] = await server.runs("close-day");
  expect(newest).toMatchObject({ status: "failed", error_message: "invoice 2 is negative" });
});

test("the nightly job ends as before without a server, and the next one tells of it", async () => {
  const spool = mkdtempSync(join(tmpdir(), "nightbell-spool-"));
  const before = (await server.runs("close-day")).length;
  const where = { NIGHTBELL_SPOOL_DIR: spool };
  // Too little for any server: what is reported waits on disk.
  const away = await run(NIGHTLY, ["close-day.ts", "500"], {
    ...where,
    NIGHTBELL_EXIT_TIMEOUT_MS: "1",
  });
  expect([away.code, away.out]).toEqual([0, "booked 5 euros, backed up 1 invoices\n"]);
  await run(NIGHTLY, ["close-day.ts", "700"], where);
  expect(await server.runs("close-day")).toHaveLength(before + 2);
  rmSync(spool, { recursive: true });
});

test("the worker's jobs are watched, and it ends when it is told to", async () => {
  const worker = start("typescript-queue-worker", ["worker.ts"], { PAGE_MS: "50" });
  const over = ended(worker);
  const enqueued = await run("typescript-queue-worker", ["enqueue.ts", "monthly", "40"]);
  expect(enqueued.code, enqueued.err).toBe(0);
  await waitUntil(async () => (await server.runs("reports.monthly"))[0]?.progress, "progress");
  worker.kill("SIGTERM");
  expect([(await over).code, (await over).out], (await over).err).toEqual([
    0,
    "monthly: 40 pages\n",
  ]);
  expect(await server.run("reports.monthly")).toMatchObject({
    status: "completed",
    progress: { done: 40, total: 40 },
  });
});

test("a worker that is killed is found lost by its stream", async () => {
  const worker = start("typescript-queue-worker", ["worker.ts"], {
    PAGE_MS: "600000",
    NIGHTBELL_HEARTBEAT_MS: "2000",
  });
  await run("typescript-queue-worker", ["enqueue.ts", "killed", "1"]);
  const beats = new Set<string>();
  await waitUntil(async () => {
    const at = (await server.runs("reports.killed"))[0]?.last_heartbeat_at;
    if (at !== undefined) beats.add(at);
    // By the fifth the stream stands.
    return beats.size >= 5;
  }, "heartbeats");
  worker.kill("SIGKILL");
  await waitUntil(async () => (await server.run("reports.killed")).status === "lost", "the loss");
});
