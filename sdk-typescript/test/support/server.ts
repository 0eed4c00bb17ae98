/** A real server on a free port, with a database of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { environment, SERVER } from "./places.js";
import { waitUntil } from "./waiting.js";

/** A run in the JSON of REST, as far as tests look at it. */
export interface StoredRun {
  run_id: string;
  status: string;
  error_message?: string;
  execution_time_ms?: number;
  last_heartbeat_at?: string;
  started_at?: string;
  metadata?: Record<string, unknown>;
  progress?: Record<string, unknown>;
}

export class Server {
  readonly folder = mkdtempSync(join(tmpdir(), "nightbell-"));
  readonly log = join(this.folder, "server.log");
  url = "";
  #process: ChildProcess | undefined;
  #key = "";

  static async start(more: Record<string, string> = {}): Promise<Server> {
    const server = new Server();
    await server.#start(more);
    return server;
  }

  async #start(more: Record<string, string>): Promise<void> {
    const address = `127.0.0.1:${await freePort()}`;
    this.url = `http://${address}`;
    const log = openSync(this.log, "a");
    const env = environment({
      NIGHTBELL_DATABASE_URL: `sqlite://${join(this.folder, "nightbell.db")}`,
      NIGHTBELL_LISTEN: address,
      ...more,
    });
    const child = spawn(SERVER, { env, stdio: ["ignore", log, log] });
    closeSync(log);
    this.#process = child;
    await once(child, "spawn");
    await waitUntil(async () => {
      if (child.exitCode !== null) throw new Error(readFileSync(this.log, "utf8"));
      return fetch(`${this.url}/readyz`).then(
        (it) => it.ok,
        () => false,
      );
    }, "the server to be ready");
  }

  /** The admin key, which the first start prints. */
  get key(): string {
    this.#key ||= /shown only now: (\S+)$/m.exec(readFileSync(this.log, "utf8"))?.[1] ?? "";
    return this.#key;
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child !== undefined && child.exitCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    rmSync(this.folder, { recursive: true });
  }

  async rest(method: string, path: string, body?: unknown, key = this.key): Promise<Response> {
    const headers = { "x-api-key": key, "content-type": "application/json" };
    const said = body === undefined ? {} : { body: JSON.stringify(body) };
    return fetch(`${this.url}/api/v1${path}`, { method, headers, ...said });
  }

  async makeKey(role: string, more: Record<string, unknown> = {}): Promise<string> {
    const answer = await this.rest("POST", "/keys", { name: "tests", role, ...more });
    if (!answer.ok) throw new Error(await answer.text());
    return ((await answer.json()) as { api_key: string }).api_key;
  }

  /** The runs of a scheduler, the newest first; none when it is not known. */
  async runs(schedulerId: string): Promise<StoredRun[]> {
    const answer = await this.rest("GET", `/schedulers/${schedulerId}/runs`);
    if (answer.status === 404) return [];
    return ((await answer.json()) as { runs?: StoredRun[] }).runs ?? [];
  }

  /** The only run of a scheduler. */
  async run(schedulerId: string): Promise<StoredRun> {
    const runs = await this.runs(schedulerId);
    const [run] = runs;
    if (run === undefined || runs.length > 1)
      throw new Error(`${schedulerId}: ${runs.length} runs`);
    return run;
  }
}

export async function freePort(): Promise<number> {
  const free = net.createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port } = free.address() as net.AddressInfo;
  free.close();
  await once(free, "close");
  return port;
}
