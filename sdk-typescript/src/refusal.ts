/** A refusal, as the server or a proxy before it said it -> the error of its class. */
import {
  ApiError,
  AuthenticationError,
  ConflictError,
  InvalidArgumentError,
  type NightbellError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitedError,
  type Refusal,
  RequestTimeoutError,
  ServerError,
  TransportError,
  UnavailableError,
} from "./errors.js";

/** The canonical code where only a status of HTTP is known, since a proxy answered. */
export function codeOf(status: number): string {
  return OF_HTTP[status] ?? (status >= 500 ? "INTERNAL" : "UNKNOWN");
}

const OF_HTTP: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ABORTED",
  422: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
  502: "UNAVAILABLE",
  503: "UNAVAILABLE",
  504: "UNAVAILABLE",
};

/** The error class for a refusal: by its canonical code, whatever the transport. */
export function refusalError(refusal: Refusal, cause?: unknown): NightbellError {
  const options = cause === undefined ? {} : { cause };
  switch (refusal.code) {
    case "UNAUTHENTICATED":
      return new AuthenticationError(refusal, options);
    case "PERMISSION_DENIED":
      return new PermissionDeniedError(refusal, options);
    case "NOT_FOUND":
      return new NotFoundError(refusal, options);
    case "ALREADY_EXISTS":
    case "ABORTED":
      return new ConflictError(refusal, options);
    case "INVALID_ARGUMENT":
    case "FAILED_PRECONDITION":
    case "OUT_OF_RANGE":
      return new InvalidArgumentError(refusal, options);
    case "RESOURCE_EXHAUSTED":
      return new RateLimitedError(refusal, options);
    case "UNAVAILABLE":
      return new UnavailableError(
        refusal.message,
        refusal.retryAfterMs === undefined
          ? options
          : { ...options, retryAfterMs: refusal.retryAfterMs },
      );
    case "DEADLINE_EXCEEDED":
      return new RequestTimeoutError(refusal.message, options);
    case "CANCELLED":
      return new TransportError(refusal.message, options);
    default:
      return new ServerError(refusal, options);
  }
}

/** The error class for an answer of REST. */
export function statusError(status: number, refusal: Refusal): ApiError {
  const Class = OF_STATUS[status] ?? (status >= 500 ? ServerError : ApiError);
  return new Class(refusal, {}, status);
}

const OF_STATUS: Readonly<Record<number, typeof ApiError>> = {
  400: InvalidArgumentError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  422: InvalidArgumentError,
  429: RateLimitedError,
};
