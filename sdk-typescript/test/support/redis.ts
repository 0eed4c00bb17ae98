import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort } from "./server.js";

/** A real Redis on a free port; who connects tries again until it is there. */
export class Redis {
  readonly #folder = mkdtempSync(join(tmpdir(), "nightbell-redis-"));
  #process: ChildProcess | undefined;
  port = 0;

  static async start(): Promise<Redis> {
    const redis = new Redis();
    redis.port = await freePort();
    const where = ["--port", String(redis.port), "--bind", "127.0.0.1", "--dir", redis.#folder];
    const stdio = ["ignore", "ignore", "inherit"] as const;
    redis.#process = spawn("redis-server", [...where, "--save", ""], { stdio: [...stdio] });
    await once(redis.#process, "spawn");
    return redis;
  }

  async stop(): Promise<void> {
    this.#process?.kill();
    if (this.#process !== undefined) await once(this.#process, "exit");
    rmSync(this.#folder, { recursive: true });
  }
}
