/** Where things are, and what programs get of the environment. */
import { fileURLToPath } from "node:url";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export const SDK = at("../../");
export const ROOT = at("../../../");
export const SERVER =
  process.env.NIGHTBELL_SERVER_BIN ?? at("../../../target/debug/nightbell-server");

/** Everything else, above all variables of Nightbell, would make a test depend on who runs it. */
const KEPT = ["PATH", "HOME", "LANG", "TMPDIR"];

export function environment(more: Record<string, string> = {}): Record<string, string> {
  const kept = KEPT.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(kept), ...more };
}
