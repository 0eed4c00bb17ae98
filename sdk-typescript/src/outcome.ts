/** How a job ended -> what is reported of its run. Return values are never sent. */
import { cut, type JsonObject } from "./json.js";

/** How much of an error is sent: all, without its stack, or nothing of what it says. */
export type Capture = "stack" | "message" | "none";

/** An end as it is reported. */
export interface Outcome {
  readonly status: "completed" | "failed" | "cancelled";
  readonly message?: string;
  readonly metadata?: JsonObject;
}

const MESSAGE_BYTES_MAX = 4096;
const STACK_BYTES_MAX = 8192;
const CAUSES_MAX = 5;

export const COMPLETED: Outcome = { status: "completed" };
export const CANCELLED: Outcome = { status: "cancelled" };

/** The outcome of a job that threw, or whose promise was rejected. */
export function failed(thrown: unknown, capture: Capture): Outcome {
  const metadata: JsonObject = { error_type: typeName(thrown) };
  if (capture === "none") return { status: "failed", message: typeName(thrown), metadata };
  const causes = causesOf(thrown);
  if (causes.length > 0) metadata.error_causes = causes;
  const stack = capture === "stack" ? read(thrown, "stack") : undefined;
  if (typeof stack === "string") metadata.error_stack = cut(stack, STACK_BYTES_MAX, true);
  return { status: "failed", message: messageOf(thrown), metadata };
}

/** The outcome of a job whose process was told to stop. */
export function stoppedBy(signal: string): Outcome {
  return { status: "failed", message: `stopped by ${signal}`, metadata: { error_type: "Signal" } };
}

/** The outcome of a run that nobody ended. */
export function abandoned(why: string): Outcome {
  const metadata = { error_type: "Abandoned" };
  return { status: "failed", message: `abandoned: ${why}`, metadata };
}

function causesOf(thrown: unknown): string[] {
  const causes: string[] = [];
  for (let at = read(thrown, "cause"); at != null && causes.length < CAUSES_MAX; ) {
    causes.push(`${typeName(at)}: ${messageOf(at)}`);
    at = read(at, "cause");
  }
  return causes;
}

function messageOf(thrown: unknown): string {
  const message = read(thrown, "message");
  const said = typeof message === "string" ? message : String(safe(() => String(thrown)) ?? "?");
  return cut(said || typeName(thrown), MESSAGE_BYTES_MAX);
}

function typeName(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return typeof thrown;
  const name = read(thrown, "name") ?? read(read(thrown, "constructor"), "name");
  return typeof name === "string" && name !== "" ? cut(name, 200) : "Error";
}

/** A property of anything; a getter that throws has none. */
function read(value: unknown, name: string): unknown {
  return safe(() => (value as Record<string, unknown> | null | undefined)?.[name]);
}

function safe<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
