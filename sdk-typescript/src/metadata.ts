/** Anything at all becomes JSON of bounded size; this cannot fail. */
import type { Json, JsonObject } from "./json.js";

const DEPTH_MAX = 8;
const KEYS_MAX = 64;
const BYTES_MAX = 32 * 1024;
const TOO_DEEP = "...";
const MASK = "***";
const SECRET =
  /password|passwd|secret|token|apikey|api_key|api-key|authorization|credential|private_key|privatekey/i;

/** The entries that fit, in their order; names that look like secrets are masked. */
export function normalise(value: unknown): JsonObject {
  const kept: JsonObject = {};
  let size = 2;
  for (const [name, item] of entries(value)) {
    const said = entry(name, item, 2);
    if (said === undefined) continue;
    size += Buffer.byteLength(JSON.stringify({ [name]: said }));
    if (size > BYTES_MAX) break;
    kept[name] = said;
  }
  return kept;
}

function entries(value: unknown): [string, unknown][] {
  try {
    if (typeof value !== "object" || value === null) return [];
    const all = value instanceof Map ? [...value].map(named) : Object.entries(value);
    return all.slice(0, KEYS_MAX);
  } catch {
    return [];
  }
}

function named([name, item]: [unknown, unknown]): [string, unknown] {
  return [text(name), item];
}

function entry(name: string, item: unknown, depth: number): Json | undefined {
  if (SECRET.test(name)) return MASK;
  try {
    return plain(item, depth);
  } catch {
    return text(item);
  }
}

/** `undefined` is what an object leaves out. */
function plain(value: unknown, depth: number): Json | undefined {
  switch (typeof value) {
    case "string":
      return Buffer.from(value).toString();
    case "boolean":
      return value;
    case "number":
      return plainNumber(value);
    case "undefined":
      return undefined;
    case "object":
      return value === null ? null : plainObject(value, depth);
    default:
      return text(value);
  }
}

function plainNumber(value: number): Json {
  if (!Number.isFinite(value)) return String(value);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? String(value) : value;
}

function plainObject(value: object, depth: number): Json {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "NaN" : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if (value instanceof Error || value instanceof RegExp || value instanceof URL) return text(value);
  if (depth > DEPTH_MAX) return TOO_DEEP;
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].map((item) => plain(item, depth + 1) ?? null);
  }
  const kept: JsonObject = {};
  for (const [name, item] of entries(value)) {
    const said = entry(name, item, depth + 1);
    if (said !== undefined) kept[name] = said;
  }
  return kept;
}

function text(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "?";
  }
}
