/**
 * Packs the package, installs it as anybody would, and tests it there on each runtime.
 *
 *     node run.mjs FOLDER    with FOLDER/runtimes.json as runtimes.mjs leaves it
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const SDK = resolve(import.meta.dirname, "..");
const SERVER = process.env.NIGHTBELL_SERVER_BIN ?? resolve(SDK, "../target/debug/nightbell-server");
const PROGRAMS = ["smoke.mjs", "smoke.cjs", "ending.mjs", "package.test.mjs"];
const READY_MS = 60_000;

const folder = resolve(process.argv[2] ?? "runtimes");
const runtimes = JSON.parse(readFileSync(join(folder, "runtimes.json"), "utf8"));

function install() {
  const place = join(folder, "consumer");
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", place], {
    cwd: SDK,
    encoding: "utf8",
  });
  const [{ filename }] = JSON.parse(packed);
  writeFileSync(join(place, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts"];
  execFileSync("npm", ["install", ...quiet, `./${filename}`], { cwd: place, stdio: "inherit" });
  for (const it of PROGRAMS) cpSync(join(import.meta.dirname, it), join(place, it));
  return place;
}

async function listening(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}

async function startServer(place) {
  const free = net.createServer();
  const port = await listening(free);
  free.close();
  await once(free, "close");
  const log = join(place, "server.log");
  const env = {
    PATH: process.env.PATH,
    NIGHTBELL_DATABASE_URL: `sqlite://${join(place, "nightbell.db")}`,
    NIGHTBELL_LISTEN: `127.0.0.1:${port}`,
  };
  const file = openSync(log, "a");
  const server = spawn(SERVER, { env, stdio: ["ignore", file, file] });
  const url = `http://127.0.0.1:${port}`;
  const until = performance.now() + READY_MS;
  while (
    !(await fetch(`${url}/readyz`).then(
      (it) => it.ok,
      () => false,
    ))
  ) {
    if (server.exitCode !== null || performance.now() > until)
      throw new Error(readFileSync(log, "utf8"));
    await sleep(50);
  }
  const key = /shown only now: (\S+)$/m.exec(readFileSync(log, "utf8"))[1];
  return { server, url, key };
}

/** By the runtime's own test runner where that is Node's, else from here. */
function testOn({ name, binary, args }, place, told) {
  const isNode = name.startsWith("node");
  const command = isNode ? {} : { RUNTIME_COMMAND: JSON.stringify([binary, ...args]) };
  const env = { ...process.env, ...told, ...command, RUNTIME: name };
  const runner = isNode ? binary : process.execPath;
  const done = spawnSync(runner, ["--test", "--test-reporter=spec", "package.test.mjs"], {
    cwd: place,
    env,
    encoding: "utf8",
  });
  if (done.status !== 0) console.log(done.stdout, done.stderr);
  const passed = /^ℹ pass (\d+)$/m.exec(done.stdout)?.[1];
  console.log(`${name}: ${done.status === 0 ? "well" : "FAILED"}, ${passed} tests passed`);
  return done.status === 0;
}

const consumer = install();
const place = mkdtempSync(join(tmpdir(), "nightbell-"));
const silent = net.createServer((socket) => socket.on("error", () => {}).resume());
silent.unref();
const silentPort = await listening(silent);
const { server, url, key } = await startServer(place);
try {
  const told = { SERVER_URL: url, SERVER_KEY: key, SILENT_URL: `http://127.0.0.1:${silentPort}` };
  const all = runtimes.map((it) => testOn(it, consumer, told));
  process.exitCode = all.length > 0 && all.every(Boolean) ? 0 : 1;
} finally {
  server.kill("SIGTERM");
  await once(server, "exit");
  rmSync(place, { recursive: true });
}
