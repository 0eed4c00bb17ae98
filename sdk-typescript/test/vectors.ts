/** The data in proto/vectors, which the tests of all SDKs loop over. */
import { readFileSync } from "node:fs";

// biome-ignore lint/suspicious/noExplicitAny: each file has a shape of its own.
export type Case = any;

export function read(name: string): Case {
  return JSON.parse(readFileSync(new URL(`../../proto/vectors/${name}`, import.meta.url), "utf8"));
}

/** Whether a case is for this language. */
export function isOurs(it: { languages?: string[] }): boolean {
  return it.languages?.includes("typescript") ?? true;
}

/** Reads the tags that stand for a language's own values. */
export function tagged(value: unknown, outermost?: object): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((it) => tagged(it, outermost));
  const [[tag, said] = ["", undefined]] = Object.entries(value);
  switch (tag) {
    case "$date":
      return new Date(said);
    case "$bigint":
      return BigInt(said);
    case "$set":
      return new Set(said.map((it: unknown) => tagged(it, outermost)));
    case "$bytes":
      return new Uint8Array(Buffer.from(said, "base64"));
    case "$float":
      return Number(said);
    case "$error":
      return new Error(said);
    case "$undefined":
      return undefined;
    case "$cycle":
      return outermost;
    case "$repeat":
      return said[0].repeat(said[1]);
  }
  const made: Record<string, unknown> = {};
  for (const [name, it] of Object.entries(value)) made[name] = tagged(it, outermost ?? made);
  return made;
}
