/** Jobs as programs of their own: the only way to see how processes end. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

import { environment, SDK } from "./places.js";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
  readonly tookMs: number;
}

/** The package as it is built. */
export const PACKAGE = pathToFileURL(`${SDK}dist/index.mjs`).href;

/** The environment of a job. Its spool is off unless the test gives it a place. */
export function envFor(url: string, more: Record<string, string> = {}): Record<string, string> {
  const spool = "NIGHTBELL_SPOOL_DIR" in more ? {} : { NIGHTBELL_SPOOL: "off" };
  return environment({ NIGHTBELL_URL: url, NIGHTBELL_API_KEY: "nbi_none", ...spool, ...more });
}

/**
 * Starts a program; `import ... from "@nightbell/sdk"` is the package as it is built.
 * What a shell shall do before stands in `before`.
 */
export function start(code: string, env: Record<string, string>, before = ""): ChildProcess {
  const resolved = code.replaceAll('"@nightbell/sdk"', JSON.stringify(PACKAGE));
  const args = ["--input-type=module", "--unhandled-rejections=strict", "--eval", resolved];
  const shell = ["-c", `${before}exec "$0" "$@"`, process.execPath, ...args];
  return spawn("/bin/sh", shell, { env, stdio: ["ignore", "pipe", "pipe"] });
}

/** Waits for the end of a program. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const began = performance.now();
  if (child.stdout === null || child.stderr === null) throw new Error("no pipes");
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = await once(child, "exit");
  const tookMs = performance.now() - began;
  const [out, err] = await output;
  return { code, signal, out, err, tookMs };
}

/** Runs a program to its end. */
export function run(code: string, env: Record<string, string>, before = ""): Promise<Ended> {
  return ended(start(code, env, before));
}
