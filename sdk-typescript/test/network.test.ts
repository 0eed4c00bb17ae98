/** A network that breaks while a job runs, before the real server. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Nightbell, type NightbellOptions, type RunningJob } from "../src/index.js";
import { Network } from "./support/network.js";
import { Server } from "./support/server.js";
import { waitUntil } from "./support/waiting.js";

const SECOND = 1_000;
let server: Server;
const folder = mkdtempSync(join(tmpdir(), "nightbell-network-"));
beforeAll(async () => {
  server = await Server.start();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

function asked({ signal }: RunningJob): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener("abort", resolve));
}

async function cancel(id: string): Promise<void> {
  const { run_id } = await server.run(id);
  const answer = await server.rest("POST", `/schedulers/${id}/runs/${run_id}/cancel`, {});
  expect(answer.status, await answer.text()).toBe(200);
}

describe.each(["http", "auto", "grpc"] as const)("over %s", (transport) => {
  const options = (url: string, more: NightbellOptions = {}): NightbellOptions => {
    const spoolDir = mkdtempSync(join(folder, "spool-"));
    const silent = { log: () => {}, signals: "off" } as const;
    return { url, apiKey: server.key, transport, spoolDir, ...silent, ...more };
  };

  test.concurrent("a run that began while the server was away is seen, and can be cancelled", async () => {
    const id = `away-${transport}`;
    await using network = await Network.to(server.url);
    network.break();
    const nightbell = new Nightbell(options(network.url, { heartbeatMs: 2_000 }));
    const over = nightbell.withJob(id, async (job) => {
      job.progress(1, 2, "half");
      await asked(job);
      throw job.signal.reason;
    });
    const ended = over.catch((error) => error.name);
    expect(await nightbell.flush()).toBe(false);
    network.mend();
    const run = await waitUntil(async () => (await server.runs(id))[0], "the run");
    expect(run.status).toBe("running");
    await waitUntil(async () => (await server.run(id)).progress, "its progress");
    await cancel(id);
    expect(await ended).toBe("Cancelled");
    // The line may be down for a while yet; what is kept has its time.
    await nightbell.close({ timeoutMs: 30 * SECOND });
  });

  test.concurrent("a job that says nonsense of itself harms no other", async () => {
    const nightbell = new Nightbell(options(server.url, { exitTimeoutMs: 30 * SECOND }));
    const nonsense = { labels: { n: { m: 5 } }, every: "never", severity: 7 } as object;
    const ids = ["nonsense", "sense"].map((it) => `${it}-${transport}`);
    await nightbell.withJob(ids[0] ?? "", nonsense, () => 1);
    await nightbell.withJob(ids[1] ?? "", () => 2);
    expect(await server.run(ids[1] ?? "")).toMatchObject({ status: "completed" });
    expect(await nightbell.flush()).toBe(true);
    await nightbell.close();
  });

  test.concurrent("a short break makes no run lost", async () => {
    const id = `break-${transport}`;
    await using network = await Network.to(server.url);
    const nightbell = new Nightbell(options(network.url, { heartbeatMs: 2_000 }));
    const run = nightbell.start(id);
    const beats = new Set<string>();
    const beaten = async (count: number) => {
      const { last_heartbeat_at, status } = await server.run(id);
      expect(status).toBe("running");
      if (last_heartbeat_at !== undefined) beats.add(last_heartbeat_at);
      return beats.size >= count;
    };
    await waitUntil(async () => (await server.runs(id)).length, "the run");
    await waitUntil(() => beaten(4), "heartbeats");
    network.break();
    // A heartbeat does not arrive; the server's patience is three.
    await new Promise((resolve) => setTimeout(resolve, 3 * SECOND));
    network.mend();
    await waitUntil(() => beaten(8), "more heartbeats");
    await run.complete();
    await nightbell.close({ timeoutMs: 30 * SECOND });
    expect(await server.run(id)).toMatchObject({ status: "completed" });
  });
});
