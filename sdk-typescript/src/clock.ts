import { randomBytes } from "node:crypto";

/** The time now in RFC 3339. */
export function now(): string {
  return new Date().toISOString();
}

/** A UUID of version 7: unique, and later ones sort later. */
export function uuid(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = bytes.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

/** What is more makes a timer fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** A time that a timer can wait; what is no number is none. */
export function timerMs(ms: number): number {
  return ms > 0 ? Math.min(ms, TIMER_MAX_MS) : 0;
}

/** Calls back after a time that does not keep the process alive. */
export function later(ms: number, then: () => void): NodeJS.Timeout {
  const timer = setTimeout(then, timerMs(ms));
  timer.unref();
  return timer;
}
