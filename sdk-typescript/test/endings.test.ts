/** How processes end, and what the real server knows of it. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { faulty } from "./support/faults.js";
import { type Ended, ended, envFor, run, start } from "./support/programs.js";
import { Server } from "./support/server.js";
import { waitUntil } from "./support/waiting.js";

/** Ends that must arrive may take as long as a busy machine needs. */
const PATIENT = { NIGHTBELL_EXIT_TIMEOUT_MS: "30000" };
/** Longer than any process here takes, shorter than what would keep one. */
const FREE_MS = 20_000;

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server.stop());

const env = (more: Record<string, string> = {}) =>
  envFor(server.url, { NIGHTBELL_API_KEY: server.key, ...PATIENT, ...more });

const job = (id: string, body: string) => `
import { setTimeout as sleep } from "node:timers/promises";
import { Nightbell, start, withJob, wrap } from "@nightbell/sdk";
await withJob(${JSON.stringify(id)}, async (job) => { ${body} });
`;

const ENDS = [
  ["", 0, null, "completed", undefined],
  ["process.exit(0);", 0, null, "failed", "abandoned: the process exited with code 0"],
  ["process.exit(3);", 3, null, "failed", "abandoned: the process exited with code 3"],
  ["throw new RangeError('disk full');", 1, null, "failed", "disk full"],
  ["setImmediate(() => { throw new Error('x'); }); await sleep(60_000);", 1, null, "failed", "x"],
  ["void Promise.reject(new Error('y')); await sleep(60_000);", 1, null, "failed", "y"],
  ["await new Promise(() => {});", 13, null, "failed", "abandoned: nobody ended the run"],
  [
    "process.kill(process.pid, 'SIGTERM'); await sleep(60_000);",
    null,
    "SIGTERM",
    "failed",
    "stopped by SIGTERM",
  ],
  [
    "process.kill(process.pid, 'SIGINT'); await sleep(60_000);",
    null,
    "SIGINT",
    "failed",
    "stopped by SIGINT",
  ],
] as const;

describe.each(["http", "auto", "grpc"])("over %s", (transport) => {
  test.concurrent.each(ENDS)(
    "a process ends as it would have, and its run is told so: %s",
    async (body, code, signal, status, message) => {
      const id = `ends-${transport}-${body.replaceAll(/\W+/g, "-").slice(0, 40)}`;
      // What the process cannot send any more waits on disk.
      const spool = mkdtempSync(join(tmpdir(), "nightbell-spool-"));
      const where = { NIGHTBELL_TRANSPORT: transport, NIGHTBELL_SPOOL_DIR: spool };
      const over = await run(job(id, body), env(where));
      expect([over.code, over.signal], over.err).toEqual([code, signal]);
      await run(job("later", ""), env(where));
      expect(await server.run(id)).toMatchObject({
        status,
        ...(message && { error_message: message }),
      });
      rmSync(spool, { recursive: true });
    },
  );

  test.concurrent("a run that is forgotten keeps no process alive", async () => {
    const id = `forgotten-${transport}`;
    const code = `
      import { start } from "@nightbell/sdk";
      start(${JSON.stringify(id)});
      // So long that the stream of heartbeats stands.
      setTimeout(() => {}, 3_000);
    `;
    const over = await run(code, env({ NIGHTBELL_TRANSPORT: transport }));
    expect([over.code, over.err]).toEqual([0, ""]);
    expect(over.tookMs).toBeLessThan(FREE_MS);
    expect(await server.run(id)).toMatchObject({
      status: "failed",
      error_message: "abandoned: nobody ended the run",
    });
  });
});

test("a stream that stands keeps no process alive after its job", async () => {
  const code = job("streamed", "await sleep(3_000);");
  const over = await run(code, env({ NIGHTBELL_TRANSPORT: "grpc" }));
  expect([over.code, over.err]).toEqual([0, ""]);
  expect(over.tookMs).toBeLessThan(FREE_MS);
  expect(await server.run("streamed")).toMatchObject({ status: "completed" });
});

describe("a signal", () => {
  const handled = (how: string) => `
    import { setTimeout as sleep } from "node:timers/promises";
    import { withJob } from "@nightbell/sdk";
    ${how}
    await withJob("handled", async () => {
      console.log("ready");
      await sleep(1_000);
    });
    console.log("worked");
  `;
  const tells = '() => console.log("told")';

  test.concurrent.each([
    ["on", `process.on("SIGTERM", ${tells});`],
    ["once", `process.once("SIGTERM", ${tells});`],
  ])("that the job handles by %s is the job's alone", async (_, how) => {
    const child = start(handled(how), env());
    child.stdout?.once("data", () => child.kill("SIGTERM"));
    const over = await ended(child);
    expect([over.code, over.signal, over.out], over.err).toEqual([
      0,
      null,
      "ready\ntold\nworked\n",
    ]);
  });

  test.concurrent("that the job handled once ends the process when it comes again", async () => {
    const how = `process.once("SIGTERM", () => { console.log("told"); process.kill(process.pid, "SIGTERM"); });`;
    const child = start(handled(how), env());
    child.stdout?.once("data", () => child.kill("SIGTERM"));
    const over = await ended(child);
    expect([over.code, over.signal, over.out]).toEqual([null, "SIGTERM", "ready\ntold\n"]);
  });

  test.concurrent("that comes twice waits for nobody", async () => {
    const code = job(
      "twice",
      `
      process.kill(process.pid, "SIGTERM");
      setTimeout(() => process.kill(process.pid, "SIGTERM"), 200);
      await sleep(60_000);
    `,
    );
    const away = { NIGHTBELL_EXIT_TIMEOUT_MS: "60000", NIGHTBELL_TIMEOUT_MS: "60000" };
    await using hole = await faulty("black hole", server.folder);
    const over = await run(code, envFor(hole.url, away));
    expect([over.code, over.signal]).toEqual([null, "SIGTERM"]);
    expect(over.tookMs).toBeLessThan(FREE_MS);
  });

  test.concurrent("is left alone where that was asked for", async () => {
    const code = job(
      "off",
      `
      console.log(process.listenerCount("SIGTERM"), process.listenerCount("SIGINT"));
    `,
    );
    const over = await run(code, env({ NIGHTBELL_SIGNALS: "off" }));
    expect([over.code, over.out]).toEqual([0, "0 0\n"]);
  });
});

test("a killed process is found lost", async () => {
  const code = job("killed", "await sleep(600_000);");
  const child = start(code, env({ NIGHTBELL_HEARTBEAT_MS: "2000" }));
  // Only the stream can tell within seconds that a process is gone; by the fifth it stands.
  const seen = new Set<string>();
  await waitUntil(async () => (await sample("killed", seen)) >= 5, "heartbeats");
  child.kill("SIGKILL");
  await ended(child);
  await waitUntil(async () => (await server.run("killed")).status === "lost", "the loss");
});

test("heartbeats come through two seconds in which the job keeps its thread", async () => {
  const code = job(
    "busy",
    `
    const until = performance.now() + 8_000;
    while (performance.now() < until);
    console.log("worked");
  `,
  ).replace(
    "await withJob",
    "const nightbell = new Nightbell({ heartbeatThread: true, heartbeatMs: 2_000 });\nawait nightbell.withJob",
  );
  const child = start(code, env());
  const seen = new Set<string>();
  let over: Ended | undefined;
  void ended(child).then((it) => {
    over = it;
  });
  await waitUntil(async () => {
    await sample("busy", seen);
    return over;
  }, "the end of the job");
  expect([over?.code, over?.out], over?.err).toEqual([0, "worked\n"]);
  expect(seen.size).toBeGreaterThanOrEqual(3);
});

test("what one process spooled another sends", async () => {
  const spool = mkdtempSync(join(tmpdir(), "nightbell-spool-"));
  const where = { NIGHTBELL_SPOOL_DIR: spool };
  const code = job("spooled", "job.metadata({ number: 1 });");
  expect((await run(code, env({ ...where, NIGHTBELL_EXIT_TIMEOUT_MS: "1" }))).code).toBe(0);
  expect((await run(job("spooled-later", ""), env(where))).code).toBe(0);
  expect(await server.run("spooled")).toMatchObject({
    status: "completed",
    metadata: { number: 1 },
  });
  const files = readdirSync(spool, { recursive: true, encoding: "utf8" });
  expect(files.filter((it) => it.includes(".json"))).toEqual([]);
  rmSync(spool, { recursive: true });
});

/** Adds the time of the newest heartbeat of a scheduler's run, and gives how many there were. */
async function sample(id: string, seen: Set<string>): Promise<number> {
  const at = (await server.runs(id))[0]?.last_heartbeat_at;
  if (at !== undefined) seen.add(at);
  return seen.size;
}
