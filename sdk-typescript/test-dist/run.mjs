/**
 * Packs the package, installs it as anybody would, and tests it there on each runtime.
 *
 *     node run.mjs FOLDER    with FOLDER/runtimes.json as runtimes.mjs leaves it
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join, resolve } from "node:path";

import { listening, startServer } from "./server.mjs";

const SDK = resolve(import.meta.dirname, "..");
const PROGRAMS = ["smoke.mjs", "smoke.cjs", "ending.mjs", "package.test.mjs"];

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
const silent = net.createServer((socket) => socket.on("error", () => {}).resume());
silent.unref();
const silentPort = await listening(silent);
const { url, key, stop } = await startServer();
try {
  const told = { SERVER_URL: url, SERVER_KEY: key, SILENT_URL: `http://127.0.0.1:${silentPort}` };
  const all = runtimes.map((it) => testOn(it, consumer, told));
  process.exitCode = all.length > 0 && all.every(Boolean) ? 0 : 1;
} finally {
  await stop();
}
