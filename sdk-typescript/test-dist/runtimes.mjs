/**
 * Installs the runtimes that the package is for, each from the npm registry, into the
 * folder that is named; says which of them are not to be had.
 *
 *     node runtimes.mjs FOLDER
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ARM = process.arch === "arm64";
const LINUX = process.platform === "linux";

/** The package with the binary itself: the others fetch it by a script when installed. */
const node = `node-${process.platform}-${process.arch}`;
const bun = `@oven/bun-${process.platform}-${ARM ? "aarch64" : "x64"}`;
const deno = `@deno/${process.platform}-${process.arch}${LINUX ? "-glibc" : ""}`;

const WANTED = [
  { name: "node20", from: node, version: "20.20.2", file: "bin/node", args: [] },
  { name: "node22", from: node, version: "22.23.3", file: "bin/node", args: [] },
  { name: "node24", from: node, version: "24.21.0", file: "bin/node", args: [] },
  { name: "bun", from: bun, version: "1.4.5", file: "bin/bun", args: [] },
  { name: "deno", from: deno, version: "2.9.6", file: "deno", args: ["run", "--allow-all"] },
];

const folder = resolve(process.argv[2] ?? "runtimes");
const found = [];
for (const { name, from, version, file, args } of WANTED) {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "package.json"), JSON.stringify({ private: true }));
  const install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", `${from}@${version}`];
  const done = spawnSync("npm", install, { cwd: place, encoding: "utf8" });
  const binary = join(place, "node_modules", from, file);
  const runs = done.status === 0 && spawnSync(binary, ["--version"]).status === 0;
  if (runs) found.push({ name, binary, args });
  else console.error(`${from}@${version} is not to be had here: nothing is tested on ${name}`);
}
writeFileSync(join(folder, "runtimes.json"), `${JSON.stringify(found, null, 2)}\n`);
