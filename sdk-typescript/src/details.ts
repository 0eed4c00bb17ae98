import { BinaryReader, base64Decode, WireType } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";

import { type FieldViolation, NightbellError } from "./errors.js";
import { codeOf, refusalError } from "./refusal.js";

/**
 * Turns what a Connect transport throws into an error of this package.
 *
 * The details of google.rpc are read by hand: four small messages are not worth
 * the code that would be generated for them.
 */
export function fromConnect(thrown: unknown): NightbellError {
  if (thrown instanceof NightbellError) return thrown;
  const error = ConnectError.from(thrown);
  // The transport wraps what fetch and node:http2 threw, and ours among it.
  if (error.cause instanceof NightbellError) return error.cause;
  const facts: Facts = { reason: "", fieldViolations: [] };
  for (const detail of error.details) {
    if ("value" in detail && "type" in detail && detail.value instanceof Uint8Array) {
      readDetail(detail.type, detail.value, facts);
    }
  }
  return refusalError(
    {
      code: unreached(error) ? "UNAVAILABLE" : upperSnake(Code[error.code]),
      reason: facts.reason,
      message: error.rawMessage,
      fieldViolations: facts.fieldViolations,
      retryAfterMs: facts.retryAfterMs ?? headerMs(error.metadata.get("retry-after")),
      requestId: facts.requestId ?? error.metadata.get("x-request-id") ?? undefined,
    },
    error,
  );
}

const CODES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];

/**
 * The error that the headers or trailers of a gRPC answer tell of. `status` is the
 * gRPC one; without it that of HTTP decides.
 */
export function answerError(
  headers: Headers,
  status: string | undefined,
  httpStatus: number,
): NightbellError {
  const facts: Facts = { reason: "", fieldViolations: [] };
  const details = headers.get("grpc-status-details-bin");
  // Numbers 1 and 2 of google.rpc.Status are the code and the message, 3 the details.
  for (const any of details === null ? [] : messages(base64Decode(details), 3)) {
    const [type, value] = [strings(any).get(1) ?? "", messages(any, 2)[0]];
    if (value !== undefined) readDetail(type.slice(type.lastIndexOf("/") + 1), value, facts);
  }
  return refusalError({
    code: status === undefined ? codeOf(httpStatus) : (CODES[+status] ?? "UNKNOWN"),
    reason: facts.reason,
    message: decoded(headers.get("grpc-message")) || `HTTP status ${httpStatus}`,
    fieldViolations: facts.fieldViolations,
    retryAfterMs: facts.retryAfterMs ?? headerMs(headers.get("retry-after")),
    requestId: facts.requestId ?? headers.get("x-request-id") ?? undefined,
  });
}

function decoded(message: string | null): string {
  try {
    return decodeURIComponent(message ?? "");
  } catch {
    return message ?? "";
  }
}

interface Facts {
  reason: string;
  fieldViolations: FieldViolation[];
  retryAfterMs?: number;
  requestId?: string;
}

/** `fetch` says with a TypeError that it reached nobody; Connect makes it UNKNOWN or INTERNAL. */
function unreached(error: ConnectError): boolean {
  const ours = error.code === Code.Unknown || error.code === Code.Internal;
  return ours && error.cause instanceof TypeError;
}

function upperSnake(name: string | undefined): string {
  if (name === undefined) return "UNKNOWN";
  // Connect spells it with one L, google.rpc with two.
  if (name === "Canceled") return "CANCELLED";
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

function headerMs(seconds: string | null): number | undefined {
  const value = Number(seconds ?? Number.NaN);
  return Number.isFinite(value) && value >= 0 ? value * 1000 : undefined;
}

function readDetail(type: string, value: Uint8Array, facts: Facts): void {
  switch (type) {
    case "google.rpc.ErrorInfo":
      facts.reason = strings(value).get(1) ?? "";
      break;
    case "google.rpc.RequestInfo": {
      const requestId = strings(value).get(1);
      if (requestId !== undefined) facts.requestId = requestId;
      break;
    }
    case "google.rpc.RetryInfo":
      for (const delay of messages(value, 1)) facts.retryAfterMs = durationMs(delay);
      break;
    case "google.rpc.BadRequest":
      for (const violation of messages(value, 1)) {
        const text = strings(violation);
        facts.fieldViolations.push({
          field: text.get(1) ?? "",
          description: text.get(2) ?? "",
        });
      }
      break;
  }
}

/** The length-delimited fields, by number. */
function* fields(value: Uint8Array): Generator<[number, Uint8Array]> {
  const reader = new BinaryReader(value);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (wire === WireType.LengthDelimited) yield [number, reader.bytes()];
    else reader.skip(wire, number);
  }
}

function strings(value: Uint8Array): Map<number, string> {
  const decoder = new TextDecoder();
  return new Map([...fields(value)].map(([number, bytes]) => [number, decoder.decode(bytes)]));
}

function messages(value: Uint8Array, wanted: number): Uint8Array[] {
  return [...fields(value)].filter(([number]) => number === wanted).map(([, bytes]) => bytes);
}

function durationMs(value: Uint8Array): number {
  const reader = new BinaryReader(value);
  let ms = 0;
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (number === 1) ms += Number(reader.int64()) * 1000;
    else if (number === 2) ms += reader.int32() / 1e6;
    else reader.skip(wire, number);
  }
  return ms;
}
