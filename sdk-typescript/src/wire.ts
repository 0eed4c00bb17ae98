/** The calls that watching a job makes, over whichever transport. */
import type { Config } from "./config.js";
import type { JsonObject } from "./json.js";
import { HttpWire } from "./wire-http.js";

export type Call = "RegisterScheduler" | "UpdateStatus" | "SendHeartbeat" | "BatchReport";

/** Makes calls in the JSON of REST; errors are those of this package. */
export interface Wire {
  /** Ends when answered, when refused, or when `signal` aborts. */
  call(call: Call, body: JsonObject, signal: AbortSignal): Promise<JsonObject>;
  /** Lets go of every connection. */
  close(): void;
}

/** The wire for reports. gRPC is loaded when it is first used. */
export function createWire(config: Config, url: string): Wire {
  return config.transport === "grpc" ? new LazyGrpcWire(config, url) : new HttpWire(config, url);
}

class LazyGrpcWire implements Wire {
  #wire: Promise<Wire> | undefined;

  constructor(
    readonly config: Config,
    readonly url: string,
  ) {}

  async call(call: Call, body: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    this.#wire ??= import("./wire-grpc.js").then((it) => new it.GrpcWire(this.config, this.url));
    return (await this.#wire).call(call, body, signal);
  }

  close(): void {
    this.#wire?.then(
      (wire) => wire.close(),
      () => {},
    );
  }
}
