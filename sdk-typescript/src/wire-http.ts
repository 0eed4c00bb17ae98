/** REST over `node:http`: no dependency, and sockets that keep no process alive. */
import http from "node:http";
import https from "node:https";
import type net from "node:net";

import type { Config } from "./config.js";
import { RequestTimeoutError, TransportError, UnavailableError } from "./errors.js";
import { asObject, isObject, type Json, type JsonObject } from "./json.js";
import { nameLookup } from "./names.js";
import { codeOf, statusError } from "./refusal.js";
import { VERSION } from "./version.js";
import type { Call, Wire } from "./wire.js";

const ANSWER_BYTES_MAX = 4 * 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export class HttpWire implements Wire {
  readonly #agent: http.Agent;
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor(config: Config, url: string) {
    this.#url = `${url}/api/v1`;
    const kept = { keepAlive: true, maxSockets: 4, scheduling: "lifo" as const };
    const ca = config.ca === undefined ? {} : { ca: config.ca };
    this.#agent = named(
      url.startsWith("https:") ? new https.Agent({ ...kept, ...ca }) : new http.Agent(kept),
    );
    this.#headers = {
      "content-type": "application/json",
      "user-agent": `nightbell-typescript/${VERSION} (http; ${process.version})`,
    };
    if (config.apiKey !== undefined) this.#headers["x-api-key"] = config.apiKey;
  }

  async call(call: Call, body: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    const id = encodeURIComponent(String(body.scheduler_id ?? ""));
    switch (call) {
      case "RegisterScheduler":
        return this.request("POST", "/schedulers/register", body, signal);
      case "UpdateStatus":
        return this.request("PUT", `/schedulers/${id}/status`, body, signal);
      case "SendHeartbeat":
        return this.request("POST", `/schedulers/${id}/heartbeat`, body, signal);
      case "BatchReport":
        return this.request("POST", "/reports:batch", body, signal);
    }
  }

  /** Any request of REST, below `/api/v1`. */
  async request(
    method: string,
    path: string,
    body: JsonObject,
    signal: AbortSignal,
  ): Promise<JsonObject> {
    const answer = await this.#send(method, path, JSON.stringify(body), signal);
    const said = parsed(answer.text);
    if (answer.status >= 200 && answer.status < 300) {
      if (said === undefined)
        throw new TransportError("the answer is no JSON object: is this Nightbell?");
      return said;
    }
    throw refusal(answer, said ?? {});
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, text: string, signal: AbortSignal): Promise<Answer> {
    const { promise, resolve, reject } = withResolvers<Answer>();
    const failed = (error: unknown) => reject(asTransportError(error, signal));
    try {
      const module = this.#url.startsWith("https:") ? https : http;
      const headers = { ...this.#headers, "content-length": Buffer.byteLength(text) };
      const options = { method, headers, agent: this.#agent, signal };
      const request = module.request(this.#url + path, options, (response) => {
        const status = response.statusCode ?? 0;
        read(response).then((text) => resolve({ status, headers: response.headers, text }), failed);
      });
      request.on("socket", (socket) => socket.unref());
      request.on("error", failed);
      request.end(text);
    } catch (error) {
      failed(error);
    }
    return promise;
  }
}

/** What makes the connections of an agent, in Node; other runtimes have ways of their own. */
interface Connects {
  createConnection?(options: object, callback: unknown): net.Socket | undefined;
}

/** Gives up the look-up of a name with the connection that it is for. */
function named(agent: http.Agent & Connects): http.Agent {
  const connect = agent.createConnection?.bind(agent);
  if (connect === undefined) return agent;
  agent.createConnection = (options, callback) => {
    const names = nameLookup();
    const socket = connect({ ...options, lookup: names.lookup }, callback);
    socket?.once("close", () => names.cancel());
    return socket;
  };
  return agent;
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

async function read(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_BYTES_MAX) throw new TransportError("the answer is too long");
    chunks.push(chunk);
  }
  if (!response.complete) throw new UnavailableError("the answer broke off");
  return Buffer.concat(chunks).toString("utf8");
}

function asTransportError(error: unknown, signal: AbortSignal): TransportError {
  if (error instanceof TransportError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (signal.aborted) return new RequestTimeoutError("no answer in time", { cause: error });
  return new UnavailableError(message, { cause: error });
}

/** Unset: the text is no JSON object. */
function parsed(text: string): JsonObject | undefined {
  try {
    const said = JSON.parse(text) as Json;
    return isObject(said) ? said : undefined;
  } catch {
    return undefined;
  }
}

function refusal(answer: Answer, said: JsonObject): Error {
  const error = asObject(said.error);
  const header = Number(answer.headers["retry-after"] || Number.NaN);
  const fromBody = typeof error.retry_after_ms === "number" ? error.retry_after_ms : undefined;
  const violations = Array.isArray(error.field_violations) ? error.field_violations : [];
  return statusError(answer.status, {
    // In the JSON of REST `code` is the status of HTTP, and `status` the canonical code.
    code: word(error.status) || codeOf(answer.status),
    reason: word(error.reason),
    message: word(error.message) || `HTTP status ${answer.status}`,
    fieldViolations: violations.map(asObject).map((it) => ({
      field: word(it.field),
      description: word(it.description),
    })),
    retryAfterMs: fromBody ?? (Number.isFinite(header) ? header * 1000 : undefined),
    requestId: word(error.request_id) || (answer.headers["x-request-id"] as string | undefined),
    isForeign: typeof error.code !== "number",
  });
}

function word(value: Json | undefined): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
