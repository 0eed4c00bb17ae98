/** Schedules as the libraries of Node write them -> as the server reads them. */
import type { JobOptions } from "../registration.js";

const FIELDS = 5;
/** The times of machines that run jobs are local to them, where nothing else is said. */
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * What the server can watch of a cron expression. A leading field of seconds is left
 * out where it says the full minute; any other is finer than the server judges, and
 * then the schedule is not sent.
 */
export function cron(expression: unknown, timezone: unknown): JobOptions {
  if (typeof expression !== "string") return {};
  const fields = expression.trim().split(/\s+/);
  if (fields.length === FIELDS + 1 && /^0+$/.test(fields[0] ?? "")) fields.shift();
  const isMacro = fields.length === 1 && expression.startsWith("@");
  if (fields.length !== FIELDS && !isMacro) return {};
  return {
    every: fields.join(" "),
    timezone: typeof timezone === "string" && timezone !== "" ? timezone : HERE,
  };
}
