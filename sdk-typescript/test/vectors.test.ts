import { describe, expect, test } from "vitest";

import { address, spoolFolder } from "../src/address.js";
import * as errors from "../src/errors.js";
import { intervalMs, nextMs } from "../src/heartbeat.js";
import { normalise } from "../src/metadata.js";
import {
  abandoned,
  CANCELLED,
  COMPLETED,
  failed,
  type Outcome,
  stoppedBy,
} from "../src/outcome.js";
import { refusalError, statusError } from "../src/refusal.js";
import { spanMs } from "../src/registration.js";
import * as retry from "../src/retry.js";
import { recordName, treatment } from "../src/spool.js";
import { type Case, isOurs, read, tagged } from "./vectors.js";

const urls: { written: string; url: string | null }[] = read("url.json").cases;
test.each(urls)("the address $written is $url", ({ written, url }) => {
  expect(address(written) ?? null).toBe(url);
});

describe("retry", () => {
  const said = read("retry.json");

  test("answers are judged as everywhere", () => {
    for (const { status, then } of said.statuses)
      expect([status, retry.ofStatus(status)]).toEqual([status, then]);
    for (const { number, then } of said.codes)
      expect([number, retry.ofCode(number)]).toEqual([number, then]);
    expect(retry.ofError(new errors.UnavailableError("reset"))).toBe("retry");
    expect(retry.TRIES_MAX).toBe(said.tries_max);
    expect(retry.HOLD_MS).toBe(said.hold_s * 1000);
  });

  test("waits stay within their bounds", () => {
    for (const { after_tries, least_s, most_s } of said.backoff) {
      expect(retry.backoffMs(after_tries, 0)).toBeCloseTo(least_s * 1000);
      expect(retry.backoffMs(after_tries, 1)).toBeCloseTo(most_s * 1000);
    }
    for (const { failures, least_s, most_s } of said.probe) {
      expect(retry.probeMs(failures, 0)).toBeCloseTo(least_s * 1000);
      expect(retry.probeMs(failures, 1)).toBeCloseTo(most_s * 1000);
    }
    for (const { said_s, wait_s } of said.retry_after) {
      expect(retry.retryAfterMs(said_s === null ? undefined : said_s * 1000)).toBe(wait_s * 1000);
    }
  });
});

interface ErrorCase {
  code: string;
  status: number;
  class: string;
  retry_after: boolean;
}

describe("errors", () => {
  const said: Record<"statuses" | "codes", ErrorCase[]> = read("errors.json");
  const refusal = {
    code: "",
    reason: "",
    message: "no",
    fieldViolations: [],
    retryAfterMs: undefined,
    requestId: undefined,
  };

  test.each(said.statuses)("status $status is $class", (it) => {
    const error = statusError(it.status, { ...refusal, code: "UNKNOWN" });
    expect(error.name).toBe(it.class);
    expect(error.status).toBe(it.status);
    expect(error.retryAfterMs !== undefined).toBe(it.retry_after);
  });

  test.each(said.codes)("code $code is $class", (it) => {
    const error = refusalError({ ...refusal, code: it.code }) as errors.ApiError;
    expect([error.name, error.status]).toEqual([it.class, it.status]);
  });
});

test("heartbeats come as often as everywhere", () => {
  const said = read("heartbeat.json");
  const ms = (seconds: number | null) => (seconds === null ? undefined : seconds * 1000);
  for (const it of said.cases) {
    const pace = {
      configuredMs: ms(it.configured_s),
      serverMs: ms(it.server_s),
      intervalMs: ms(it.interval_s),
      timeoutMs: ms(it.timeout_s),
    };
    const declared = intervalMs(pace, it.transport === "stream");
    expect(declared).toBe(it.most_s * 1000);
    expect(nextMs(declared, 0)).toBe(declared);
    expect(nextMs(declared, 1)).toBeCloseTo(declared * (1 - said.jitter));
  }
  expect(intervalMs({ configuredMs: 1 }, true)).toBe(said.least_s * 1000);
});

test("no wish makes a storm of heartbeats, or the end of them", () => {
  const least = read("heartbeat.json").least_s * 1000;
  const most = 24 * 3600 * 1000;
  for (const wish of [0, 3, -5, Number.NaN, Number.POSITIVE_INFINITY, 1e300]) {
    for (const name of ["configuredMs", "serverMs", "intervalMs", "timeoutMs"]) {
      const declared = intervalMs({ [name]: wish }, true);
      expect(declared, `${name} ${wish}`).toBeGreaterThanOrEqual(least);
      expect(declared, `${name} ${wish}`).toBeLessThanOrEqual(most);
    }
  }
  for (const span of ["0s", "3ms", "-5s", "Infinity", `${"9".repeat(400)}d`, -1, 1 / 0, 0 / 0]) {
    const ms = spanMs(span);
    expect(ms === undefined || Number.isFinite(ms), String(span)).toBe(true);
  }
});

const metadata = read("metadata.json");
test.each<Case>(metadata.cases.filter(isOurs))("metadata: $name", (it) => {
  const made = normalise(tagged(it.in));
  if (it.out !== undefined) expect(made).toEqual(tagged(it.out));
  for (const name of it.out_has ?? []) expect(made[name]).toMatch(/./);
  expect(Buffer.byteLength(JSON.stringify(made))).toBeLessThanOrEqual(metadata.bytes_max);
});

test("metadata that fights back is text", () => {
  const hostile = {
    get no() {
      throw new Error("no");
    },
  };
  expect(normalise(hostile)).toEqual({});
  expect(
    normalise({
      inner: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error("no");
          },
        },
      ),
    }),
  ).toBeTypeOf("object");
  for (const name of metadata.secrets)
    expect(normalise({ [`My_${name}`]: 1 })).toEqual({ [`My_${name}`]: "***" });
});

function outcome(end: Record<string, unknown>): Outcome {
  if ("raise" in end) return failed(new Error(String(end.raise)), "stack");
  if ("reject" in end) return failed(new Error(String(end.reject)), "message");
  if ("signal" in end) return stoppedBy(String(end.signal));
  if ("asked_to_stop" in end) return CANCELLED;
  return "abandoned" in end ? abandoned("nobody ended the run") : COMPLETED;
}

test.each<Case>(read("outcome.json").cases.filter(isOurs))("outcome: $end", (it) => {
  const made = outcome(it.end);
  expect(made.status).toBe(it.status);
  if ("error_message" in it) expect(made.message).toBe(it.error_message);
  if ("error_message_starts" in it)
    expect(made.message).toMatch(new RegExp(`^${it.error_message_starts}`));
  if ("error_type" in it) expect(made.metadata?.error_type).toBe(it.error_type);
  expect(JSON.stringify(made)).not.toContain("a secret");
});

test("long errors are cut, and none at all are told when so configured", () => {
  const { message_bytes_max, stack_bytes_max, causes_max } = read("outcome.json");
  let error = new Error("é".repeat(5000));
  for (let i = 0; i < 10; i += 1) error = new Error(`${i}${"é".repeat(5000)}`, { cause: error });
  const made = failed(error, "stack");
  expect(Buffer.byteLength(made.message ?? "")).toBeLessThanOrEqual(message_bytes_max);
  expect(Buffer.byteLength(String(made.metadata?.error_stack))).toBeLessThanOrEqual(
    stack_bytes_max,
  );
  expect(made.metadata?.error_causes).toHaveLength(causes_max);
  expect(failed(new Error("secret"), "none")).toEqual({
    status: "failed",
    message: "Error",
    metadata: { error_type: "Error" },
  });
  expect(failed("just text", "stack").message).toBe("just text");
  expect(failed(undefined, "stack").status).toBe("failed");
});

describe("the spool", () => {
  const said = read("spool.json");

  test("has the names that all SDKs use", () => {
    for (const { url, folder } of said.folders) expect(spoolFolder(url)).toBe(folder);
    for (const { at_ms, id, name } of said.names)
      expect(`${recordName(at_ms, id)}.json`).toBe(name);
    for (const { names, sorted } of said.order) expect([...names].sort()).toEqual(sorted);
  });

  test.each<Case>(said.files)("treats $what", ({ name, text, then }) => {
    expect(treatment(name, () => text, said.now_ms)).toBe(then);
  });
});
