/**
 * Nightbell in a browser: every unary call and the streams that the server
 * sends, over gRPC-web and `fetch`.
 *
 * The heartbeat stream needs a request that streams, which `fetch` cannot do:
 * jobs use the entry for Node. The server must name the page's origin in
 * `NIGHTBELL_CORS_ORIGINS` unless it serves the page itself.
 *
 * @example
 * const nightbell = createWebClient({ url: location.origin, token });
 * for await (const { change } of nightbell.schedulers.watchSchedulers({})) {
 *   if (change.case === "scheduler") show(change.value);
 * }
 */
import type { Credentials } from "./credentials.js";
import { createServices, type Services } from "./services.js";
import { createWebTransport } from "./transport-web.js";

/** What {@link createWebClient} is told. */
export interface WebClientOptions extends Credentials {
  /** Where the server is, such as `https://nightbell.example.com`. */
  readonly url: string;
  /** How long a unary call may take; 10 seconds by default. Streams have no limit. */
  readonly timeoutMs?: number;
  /** Takes the place of the global `fetch`, for cookies or tests. */
  readonly fetch?: typeof globalThis.fetch;
}

const TIMEOUT_MS = 10_000;

/** Every call of the contract over gRPC-web. Nothing is sent before the first call. */
export function createWebClient(options: WebClientOptions): Services {
  const { url, timeoutMs = TIMEOUT_MS } = options;
  return createServices(
    createWebTransport({ ...options, url: url.replace(/\/+$/, ""), timeoutMs }),
  );
}

export type { Credentials } from "./credentials.js";
export * from "./errors.js";
export * from "./messages.js";
export type { Services } from "./services.js";
