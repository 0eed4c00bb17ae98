/** A wire whose answers a test makes up, and what went over it. */

import type { JsonObject } from "../../src/json.js";
import { refusalError } from "../../src/refusal.js";
import type { Call, Wire } from "../../src/wire.js";

type Answer = (call: Call, body: JsonObject) => JsonObject | Promise<JsonObject>;

export class FakeWire implements Wire {
  readonly calls: { call: Call; body: JsonObject; atMs: number }[] = [];

  constructor(public answer: Answer) {}

  async call(call: Call, body: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    this.calls.push({ call, body, atMs: performance.now() });
    return new Promise((resolve, reject) => {
      const given = () => reject(refusal("DEADLINE_EXCEEDED"));
      if (signal.aborted) return given();
      signal.addEventListener("abort", given, { once: true });
      Promise.resolve()
        .then(() => this.answer(call, body))
        .then(resolve, reject);
    });
  }

  of(call: Call): JsonObject[] {
    return this.calls.filter((it) => it.call === call).map((it) => it.body);
  }

  close(): void {}
}

/** What the server says no with. */
export function refusal(code: string, retryAfterMs?: number): Error {
  const facts = { reason: "", message: code, fieldViolations: [], requestId: undefined };
  return refusalError({ code, retryAfterMs, ...facts });
}

export function items(body: JsonObject): JsonObject[] {
  return (body.items as { status: JsonObject }[]).map((it) => it.status);
}
