/** What the low-level clients throw. Nothing that watches a job throws any of these. */

/** What a field of a request did wrong. */
export interface FieldViolation {
  /** The path of the field, such as `schedules[0].cron`. */
  readonly field: string;
  /** The rule it breaks, for a person. */
  readonly description: string;
}

const OURS = Symbol.for("nightbell.sdk.error");

/**
 * Everything that Nightbell throws is one of these.
 *
 * `instanceof` holds for errors of another copy of this package too: a process that
 * loads it both by `import` and by `require` has two.
 */
export class NightbellError extends Error {
  override name = "NightbellError";

  constructor(message?: string, options?: ErrorOptions) {
    super(message, options);
    Object.defineProperty(this, OURS, { value: true });
  }

  static override readonly [Symbol.hasInstance] = isInstance;
}

function isInstance(this: { readonly prototype: NightbellError }, value: unknown): boolean {
  if (Function.prototype[Symbol.hasInstance].call(this, value)) return true;
  if (typeof value !== "object" || value === null || !(OURS in value)) return false;
  const twin = CLASSES.find((it) => it.name === (value as Partial<Error>).name)?.of;
  return twin !== undefined && (twin === this || isInstance.call(this, twin.prototype));
}

/** The SDK was configured wrongly; no call was made. */
export class ConfigError extends NightbellError {
  override name = "ConfigError";
}

/** Why the signal of a job aborts: somebody asked the run to stop. */
export class Cancelled extends NightbellError {
  override name = "Cancelled";
}

/** The server was not reached, or its answer did not arrive. The call may have taken effect. */
export class TransportError extends NightbellError {
  override name = "TransportError";
}

/** No connection, a broken one, or a server that is draining. */
export class UnavailableError extends TransportError {
  override name = "UnavailableError";
  /** When to come back, in milliseconds. Unset: nobody said. */
  readonly retryAfterMs: number | undefined;

  constructor(message?: string, options?: ErrorOptions & { readonly retryAfterMs?: number }) {
    super(message, options);
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** The answer did not come in time. */
export class RequestTimeoutError extends TransportError {
  override name = "RequestTimeoutError";
}

/** The facts of a refusal, the same over gRPC, gRPC-web and REST. */
export interface Refusal {
  /** The canonical code in upper case, such as `NOT_FOUND`. */
  readonly code: string;
  /** The stable reason in upper case, such as `UNKNOWN_SCHEDULER`. Empty when none was given. */
  readonly reason: string;
  /** What to do about it, for a person. */
  readonly message: string;
  /** The fields at fault. */
  readonly fieldViolations: readonly FieldViolation[];
  /** When to come back, in milliseconds. Unset: the server did not say. */
  readonly retryAfterMs: number | undefined;
  /** Names the request in the server's log. */
  readonly requestId: string | undefined;
  /** Whether it was not Nightbell that answered, but a proxy before it. Unset: it was. */
  readonly isForeign?: boolean;
}

/** The server answered, and refused. */
export class ApiError extends NightbellError implements Refusal {
  override name = "ApiError";
  readonly code: string;
  readonly reason: string;
  readonly fieldViolations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
  readonly isForeign: boolean;
  /** The HTTP status that REST answers with for the code. */
  readonly status: number;

  constructor(refusal: Refusal, options?: ErrorOptions, status?: number) {
    super(refusal.message, options);
    this.code = refusal.code;
    this.reason = refusal.reason;
    this.fieldViolations = refusal.fieldViolations;
    this.retryAfterMs = refusal.retryAfterMs;
    this.requestId = refusal.requestId;
    this.isForeign = refusal.isForeign ?? false;
    this.status = status ?? HTTP_STATUS[refusal.code] ?? 500;
  }
}

/** The key or token is missing, unknown, expired or revoked. */
export class AuthenticationError extends ApiError {
  override name = "AuthenticationError";
}

/** The key may not do this. */
export class PermissionDeniedError extends ApiError {
  override name = "PermissionDeniedError";
}

/** No such thing in the key's project. */
export class NotFoundError extends ApiError {
  override name = "NotFoundError";
}

/** What is stored says otherwise: used already, ended already, changed since. */
export class ConflictError extends ApiError {
  override name = "ConflictError";
}

/** A field breaks its rule, or the state does not allow the call. */
export class InvalidArgumentError extends ApiError {
  override name = "InvalidArgumentError";
}

/** Too many requests; come back after `retryAfterMs`, which is always set. */
export class RateLimitedError extends ApiError {
  override name = "RateLimitedError";
  override readonly retryAfterMs: number;

  constructor(refusal: Refusal, options?: ErrorOptions, status?: number) {
    super(refusal, options, status);
    this.retryAfterMs = refusal.retryAfterMs ?? RETRY_AFTER_DEFAULT_MS;
  }
}

/** The server failed. */
export class ServerError extends ApiError {
  override name = "ServerError";
}

const RETRY_AFTER_DEFAULT_MS = 1000;

const HTTP_STATUS: Readonly<Record<string, number>> = {
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
};

/** By the names that errors bear: those of classes do not survive every bundler. */
const CLASSES: readonly {
  readonly name: string;
  readonly of: typeof NightbellError | typeof ApiError;
}[] = [
  { name: "NightbellError", of: NightbellError },
  { name: "ConfigError", of: ConfigError },
  { name: "Cancelled", of: Cancelled },
  { name: "TransportError", of: TransportError },
  { name: "UnavailableError", of: UnavailableError },
  { name: "RequestTimeoutError", of: RequestTimeoutError },
  { name: "ApiError", of: ApiError },
  { name: "AuthenticationError", of: AuthenticationError },
  { name: "PermissionDeniedError", of: PermissionDeniedError },
  { name: "NotFoundError", of: NotFoundError },
  { name: "ConflictError", of: ConflictError },
  { name: "InvalidArgumentError", of: InvalidArgumentError },
  { name: "RateLimitedError", of: RateLimitedError },
  { name: "ServerError", of: ServerError },
];
