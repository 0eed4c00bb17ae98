/** Lengths of time as people type them, exactly. */
import type { Instant } from "./time.js";

const UNIT_S: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  min: 60,
  m: 60,
  h: 3_600,
  d: 86_400,
  day: 86_400,
  days: 86_400,
};

export const LENGTH_HINT = "Such as 90 s, 5 min, 1 h 30 min or 2 d.";

/** What "1 h 30 min" means. Empty: nothing is said. */
export function lengthOf(text: string): Instant | undefined {
  const said = text.trim().toLowerCase();
  if (said === "") return undefined;
  const parts = [...said.matchAll(/(\d+)\s*([a-z]*)\s*/g)];
  const isWhole = parts.map(([part]) => part).join("") === said;
  let seconds = 0;
  for (const [, count, unit] of parts) {
    const length = UNIT_S[unit || "s"];
    if (!length || !isWhole) throw new Error(`"${text}" is no length of time. ${LENGTH_HINT}`);
    seconds += Number(count) * length;
  }
  if (parts.length === 0) throw new Error(`"${text}" is no length of time. ${LENGTH_HINT}`);
  return { seconds: BigInt(seconds), nanos: 0 };
}

/** The other way: nothing is rounded but fractions of seconds. */
export function lengthText(it: Instant | undefined): string {
  if (!it) return "";
  let rest = Number(it.seconds);
  if (rest === 0) return "0 s";
  const told: string[] = [];
  for (const [unit, length] of [
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
    ["s", 1],
  ] as const) {
    const count = Math.floor(rest / length);
    if (count > 0) told.push(`${count} ${unit}`);
    rest %= length;
  }
  return told.join(" ");
}

/** "a=1, b=2" as labels. */
export function labelsOf(text: string): Record<string, string> {
  const pairs = text.split(/[,\n]/).map((it) => it.trim());
  return Object.fromEntries(
    pairs.filter(Boolean).map((pair) => {
      const [name = "", ...value] = pair.split("=");
      if (value.length === 0) throw new Error(`"${pair}" is no label: write name=value.`);
      return [name.trim(), value.join("=").trim()];
    }),
  );
}

export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}
