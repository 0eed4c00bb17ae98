/** The guide's class: the same requests, without the harm. */
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

import { SchedulerMonitoringClient } from "../src/compat.js";
import { AuthenticationError, NotFoundError } from "../src/errors.js";
import { type Fault, faulty } from "./support/faults.js";
import { guide } from "./support/guide.js";
import { envFor, PACKAGE, run } from "./support/programs.js";
import { Server } from "./support/server.js";

const SCHEDULER = "my-service-eod-process";
const TELLS = "  console.log('worked');\n";
const THROWS = "  throw new TypeError('disk full');\n";
const AWAY: Fault[] = ["connection refused", "black hole", "status 500"];
const LIMIT_MS = 20_000;

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server.stop());
afterEach(() => void vi.unstubAllEnvs());

describe.each([false, true])("the example of the guide, its import changed: %s", (isOurs) => {
  test("reports its run", async () => {
    const before = (await server.runs(SCHEDULER)).length;
    const over = await run(guide(server.url, server.key, TELLS, isOurs), envFor(server.url));
    expect(over.code, over.err).toBe(0);
    expect(over.out).toContain("worked\nEOD process completed successfully");
    const runs = await server.runs(SCHEDULER);
    expect(runs).toHaveLength(before + 1);
    expect(runs[0]).toMatchObject({
      status: "completed",
      metadata: { records_processed: 1000, files_generated: 5 },
    });
  });

  test("reports a failure", async () => {
    await run(guide(server.url, server.key, THROWS, isOurs), envFor(server.url));
    const [newest] = await server.runs(SCHEDULER);
    expect(newest).toMatchObject({ status: "failed", error_message: "disk full" });
    expect(newest?.metadata?.error_type).toBe("TypeError");
  });
});

test.each(AWAY)("%s: the job runs, and its reports are kept", async (fault) => {
  const spool = mkdtempSync(join(tmpdir(), "nightbell-spool-"));
  await using away = await faulty(fault, spool);
  const env = envFor(away.url, { NIGHTBELL_SPOOL_DIR: spool });
  const over = await run(guide(away.url, "key", TELLS, true), env);
  expect([over.code, over.out.includes("worked")], over.err).toEqual([0, true]);
  expect(over.tookMs).toBeLessThan(LIMIT_MS);
  const files = readdirSync(spool, { recursive: true, encoding: "utf8" });
  // Registered, running, completed: for any later process to send.
  expect(files.filter((it) => it.endsWith(".json"))).toHaveLength(3);
  rmSync(spool, { recursive: true });
});

test("the guide's own class keeps the job from running there", async () => {
  await using away = await faulty("connection refused", server.folder);
  const over = await run(guide(away.url, "key", TELLS, false), envFor(away.url));
  expect(over.out, "then what the README says of it is not true any more").not.toContain("worked");
});

test.each([
  [false, 1, ""],
  [true, 0, "worked"],
])(
  "heartbeats that fail, the import changed: %s, end the process with %s",
  async (isOurs, code, said) => {
    const http = createServer(({ url }, answer) => {
      answer.writeHead(url?.endsWith("/heartbeat") ? 500 : 200);
      answer.end("{}");
    }).listen(0, "127.0.0.1");
    await once(http, "listening");
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const waits = `  await new Promise((resolve) => setTimeout(resolve, 1_000));\n${TELLS}`;
    // Every tenth of a second, where the guide has five minutes.
    const soon = guide(url, "key", waits, isOurs).replace(
      "startHeartbeat(5)",
      "startHeartbeat(1 / 600)",
    );
    const over = await run(soon, envFor(url));
    http.closeAllConnections();
    http.close();
    expect(over.code, over.err).toBe(code);
    expect(over.out.includes("worked")).toBe(said !== "");
  },
);

const client = (schedulerId: string, more: { apiKey?: string; strict?: boolean } = {}) => {
  vi.stubEnv("NIGHTBELL_SPOOL", "off");
  return new SchedulerMonitoringClient({
    apiUrl: `${server.url}/api/v1`,
    apiKey: server.key,
    schedulerId,
    serviceName: "Shop",
    jobName: "Job",
    ...more,
  });
};

test("a scheduler that is not registered is, and the report sent again", async () => {
  await client("unheard-of").updateStatus("running", "Shop", "Job");
  expect(await server.run("unheard-of")).toMatchObject({ status: "running" });
  await client("unheard-of-2").sendHeartbeat();
});

test("a strict one throws what the server says, as axios does", async () => {
  const strict = client("strictly", { strict: true });
  const thrown = await strict.updateStatus("running", "Shop", "Job").catch((it) => it);
  expect(thrown).toBeInstanceOf(NotFoundError);
  expect(thrown).toMatchObject({ code: "NOT_FOUND", status: 404, reason: "UNKNOWN_SCHEDULER" });
  expect(thrown.response).toMatchObject({
    status: 404,
    data: { error: { code: 404, status: "NOT_FOUND", reason: "UNKNOWN_SCHEDULER" } },
  });
});

test("a key that is wrong throws", async () => {
  const thrown = await client("keyless", { apiKey: "nba_wrong" })
    .register("Shop", "Job")
    .catch((it) => it);
  expect(thrown).toBeInstanceOf(AuthenticationError);
  expect(thrown).toMatchObject({ code: "UNAUTHENTICATED", response: { status: 401 } });
});

test("a strict one throws when the server is away; another says that it is kept", async () => {
  await using away = await faulty("connection refused", server.folder);
  vi.stubEnv("NIGHTBELL_LOG", "off");
  const given = { apiUrl: away.url, apiKey: "k", schedulerId: "x", serviceName: "", jobName: "" };
  vi.stubEnv("NIGHTBELL_SPOOL", "off");
  const strict = new SchedulerMonitoringClient({ ...given, strict: true });
  await expect(strict.sendHeartbeat()).rejects.toMatchObject({ name: "UnavailableError" });
  expect(await new SchedulerMonitoringClient(given).sendHeartbeat()).toEqual({ queued: true });
});

test("heartbeats keep no process alive, and there is one timer", async () => {
  const code = `
    import { SchedulerMonitoringClient } from "${PACKAGE.replace("index", "compat")}";
    const [apiUrl, apiKey] = [process.env.NIGHTBELL_URL, process.env.NIGHTBELL_API_KEY];
    const given = { apiUrl, apiKey, schedulerId: "beaten", serviceName: "s", jobName: "j" };
    const monitor = new SchedulerMonitoringClient(given);
    await monitor.register("s", "j");
    for (let i = 0; i < 10; i += 1) monitor.startHeartbeat(1 / 600);
    setTimeout(() => {}, 1_000);
  `;
  const over = await run(code, envFor(server.url, { NIGHTBELL_API_KEY: server.key }));
  expect([over.code, over.err]).toEqual([0, ""]);
  expect(over.tookMs).toBeLessThan(LIMIT_MS);
});
