/** A real server on a free port, with a database of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const BUILT = resolve(import.meta.dirname, "../../target/debug/nightbell-server");
const READY_MS = 60_000;
const STEP_MS = 50;

/** Has a server listen, and gives its port. */
export async function listening(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}

/** Starts a server; gives its address, its admin key, and how to stop it. */
export async function startServer() {
  const place = mkdtempSync(join(tmpdir(), "nightbell-"));
  const free = net.createServer();
  const port = await listening(free);
  free.close();
  await once(free, "close");
  const env = {
    PATH: process.env.PATH,
    NIGHTBELL_DATABASE_URL: `sqlite://${join(place, "nightbell.db")}`,
    NIGHTBELL_LISTEN: `127.0.0.1:${port}`,
  };
  const log = join(place, "server.log");
  const file = openSync(log, "a");
  const binary = process.env.NIGHTBELL_SERVER_BIN ?? BUILT;
  const server = spawn(binary, { env, stdio: ["ignore", file, file] });
  const url = `http://127.0.0.1:${port}`;
  await ready(server, url, log);
  const key = /shown only now: (\S+)$/m.exec(readFileSync(log, "utf8"))[1];
  const stop = async () => {
    server.kill("SIGTERM");
    await once(server, "exit");
    rmSync(place, { recursive: true });
  };
  return { url, key, stop };
}

async function ready(server, url, log) {
  const until = performance.now() + READY_MS;
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    const isOver = server.exitCode !== null || performance.now() > until;
    if (isOver) throw new Error(readFileSync(log, "utf8"));
    await sleep(STEP_MS);
  }
}
