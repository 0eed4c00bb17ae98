import { expect, test } from "vitest";

import * as errors from "../src/errors.js";
import { refusalError } from "../src/refusal.js";

const refusal = {
  code: "NOT_FOUND",
  reason: "UNKNOWN_SCHEDULER",
  message: "no such scheduler",
  fieldViolations: [],
  retryAfterMs: undefined,
  requestId: "r1",
};

/** Errors of a copy of this package that was loaded another way. */
async function others(): Promise<typeof errors> {
  // A query makes it another module.
  const copy = "../src/errors.js?copy";
  return import(copy);
}

test("errors of another copy of the package are known for what they are", async () => {
  const other = await others();
  expect(other.NotFoundError).not.toBe(errors.NotFoundError);
  const thrown = new other.NotFoundError(refusal);
  expect(thrown).toBeInstanceOf(errors.NotFoundError);
  expect(thrown).toBeInstanceOf(errors.ApiError);
  expect(thrown).toBeInstanceOf(errors.NightbellError);
  expect(thrown).not.toBeInstanceOf(errors.RateLimitedError);
  expect(new other.Cancelled("x")).toBeInstanceOf(errors.Cancelled);
});

test("an error of a team's own is that alone", () => {
  class Mine extends errors.NightbellError {}
  expect(new Mine("x")).toBeInstanceOf(errors.NightbellError);
  expect(new Mine("x")).toBeInstanceOf(Mine);
  expect(refusalError(refusal)).not.toBeInstanceOf(Mine);
  expect({ name: "NotFoundError" }).not.toBeInstanceOf(errors.NotFoundError);
  expect(null).not.toBeInstanceOf(errors.NightbellError);
});

test("a refusal keeps what the server said", () => {
  const error = refusalError({ ...refusal, retryAfterMs: 5 }) as errors.ApiError;
  expect({ ...error, message: error.message }).toMatchObject({ ...refusal, retryAfterMs: 5 });
});
