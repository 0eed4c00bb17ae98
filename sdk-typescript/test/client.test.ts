/** Every call of the contract, against the real server. */
import { afterAll, beforeAll, expect, test } from "vitest";

import * as errors from "../src/errors.js";
import { Nightbell } from "../src/index.js";
import type { Services } from "../src/services.js";
import { createWebClient } from "../src/web.js";
import { envFor, run } from "./support/programs.js";
import { Server } from "./support/server.js";

let server: Server;
const opened: Nightbell[] = [];
beforeAll(async () => {
  server = await Server.start();
});
afterAll(async () => {
  for (const it of opened) await it.close();
  await server.stop();
});

/** The calls over each transport that there is. */
const TRANSPORTS: [string, (apiKey?: string) => Promise<Services>][] = [
  [
    "gRPC",
    (apiKey = server.key) => {
      const nightbell = new Nightbell({ url: server.url, apiKey, spoolDir: false });
      opened.push(nightbell);
      return nightbell.client();
    },
  ],
  ["gRPC-web", async (apiKey = server.key) => createWebClient({ url: server.url, apiKey })],
];

test.each(TRANSPORTS)(
  "a scheduler is registered, reported for and read over %s",
  async (name, open) => {
    const { schedulers, reports, runs } = await open();
    const schedulerId = `client-${name}`;
    await schedulers.registerScheduler({ schedulerId, serviceName: "Shop", jobName: "Job" });
    const runId = crypto.randomUUID();
    await reports.updateStatus({ schedulerId, runId, status: 2 });
    await reports.sendHeartbeat({ schedulerId, runId, progress: { done: 1n, total: 2n } });
    const found = await runs.listRuns({ schedulerId });
    expect(found.runs).toHaveLength(1);
    expect(found.runs[0]).toMatchObject({ runId, status: 2, progress: { done: 1n, total: 2n } });
  },
);

test.each(TRANSPORTS)("refusals over %s are errors that say everything", async (_, open) => {
  const { schedulers } = await open();
  const unknown = await schedulers.getScheduler({ schedulerId: "none" }).catch((it) => it);
  expect(unknown).toBeInstanceOf(errors.NotFoundError);
  expect(unknown).toMatchObject({ code: "NOT_FOUND", status: 404, reason: "UNKNOWN_SCHEDULER" });
  expect(unknown.message).toContain("not registered");
  expect(unknown.requestId).toBeTruthy();

  const wrong = { schedulerId: "x y", serviceName: "s", jobName: "j" };
  const invalid = await schedulers.registerScheduler(wrong).catch((it) => it);
  expect(invalid).toBeInstanceOf(errors.InvalidArgumentError);
  expect(invalid.fieldViolations[0]).toMatchObject({ field: "scheduler_id" });

  const stranger = await open("nba_wrong");
  const denied = await stranger.schedulers.listSchedulers({}).catch((it) => it);
  expect(denied).toBeInstanceOf(errors.AuthenticationError);
  expect(denied).toMatchObject({ code: "UNAUTHENTICATED", status: 401 });
  const watch = async () => {
    for await (const _ of stranger.schedulers.watchSchedulers({})) return;
  };
  await expect(watch()).rejects.toBeInstanceOf(errors.AuthenticationError);
});

test.each(TRANSPORTS)("too many requests over %s say when to come back", async (_, open) => {
  const key = await server.makeKey("viewer", { requests_per_second: 1 });
  const { schedulers } = await open(key);
  const all = Array.from({ length: 20 }, () => schedulers.listSchedulers({}).catch((it) => it));
  const refused = (await Promise.all(all)).find((it) => it instanceof errors.RateLimitedError);
  expect(refused).toMatchObject({ code: "RESOURCE_EXHAUSTED", status: 429 });
  expect(refused?.retryAfterMs).toBeGreaterThan(0);
});

test.each(TRANSPORTS)("who watches over %s sees what is there, and may stop", async (_, open) => {
  const { schedulers } = await open();
  await schedulers.registerScheduler({ schedulerId: "seen", serviceName: "s", jobName: "j" });
  const seen: unknown[] = [];
  for await (const { change } of schedulers.watchSchedulers({})) {
    seen.push(change.value);
    break;
  }
  expect(seen).toHaveLength(1);
});

test.each(TRANSPORTS)("a call over %s is given up when its signal aborts", async (_, open) => {
  const { schedulers } = await open();
  const signal = AbortSignal.abort();
  const error = await schedulers.listSchedulers({}, { signal }).catch((it) => it);
  expect(error).toBeInstanceOf(errors.TransportError);
  expect(error).not.toBeInstanceOf(errors.UnavailableError);
});

test("a server that is away is unavailable, one that is silent runs out of time", async () => {
  const away = createWebClient({ url: "http://127.0.0.1:9" });
  await expect(away.schedulers.listSchedulers({})).rejects.toBeInstanceOf(errors.UnavailableError);
  const forever = () => new Promise<never>(() => {});
  const fetch = (_: unknown, { signal }: RequestInit = {}) =>
    new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
      void forever();
    });
  const silent = createWebClient({ url: "http://127.0.0.1:9", timeoutMs: 10, fetch });
  await expect(silent.schedulers.listSchedulers({})).rejects.toBeInstanceOf(
    errors.RequestTimeoutError,
  );
});

test("a client that nobody closes keeps no process alive, and is waited for", async () => {
  const code = `
    import { Nightbell } from "@nightbell/sdk";
    const { schedulers } = await new Nightbell().client();
    console.log((await schedulers.listSchedulers({})).schedulers.length >= 0);
    for await (const { change } of schedulers.watchSchedulers({})) break;
    console.log("seen");
  `;
  const over = await run(code, envFor(server.url, { NIGHTBELL_API_KEY: server.key }));
  expect([over.code, over.out], over.err).toEqual([0, "true\nseen\n"]);
  expect(over.tookMs).toBeLessThan(20_000);
});

test("no address is a fault of configuration", async () => {
  await expect(new Nightbell({ log: () => {} }).client()).rejects.toBeInstanceOf(
    errors.ConfigError,
  );
});
