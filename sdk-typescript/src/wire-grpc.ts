/** The calls of a watched job over gRPC, and its stream of heartbeats. */
import {
  type DescMessage,
  fromJson,
  type JsonValue,
  type MessageShape,
  toJson,
} from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";

import type { Config } from "./config.js";
import {
  BatchReportRequestSchema,
  BatchReportResponseSchema,
} from "./gen/nightbell/v1/replay_pb.js";
import {
  type ReportService,
  SendHeartbeatRequestSchema,
  SendHeartbeatResponseSchema,
  type StreamHeartbeatsRequest,
  StreamHeartbeatsRequestSchema,
  type StreamHeartbeatsResponse,
  UpdateStatusRequestSchema,
  UpdateStatusResponseSchema,
} from "./gen/nightbell/v1/report_pb.js";
import {
  RegisterSchedulerRequestSchema,
  RegisterSchedulerResponseSchema,
} from "./gen/nightbell/v1/scheduler_pb.js";
import { asObject, type Json, type JsonObject } from "./json.js";
import { refusalError } from "./refusal.js";
import { createServices, type Services } from "./services.js";
import { createNodeTransport, type NodeTransport } from "./transport-node.js";
import type { Call, Wire } from "./wire.js";

const ANSWER = { useProtoFieldName: true } as const;
const LENIENT = { ignoreUnknownFields: true } as const;

export class GrpcWire implements Wire {
  readonly #node: NodeTransport;
  readonly #services: Services;

  constructor(config: Config, url: string) {
    this.#node = createNodeTransport(config, url, false);
    this.#services = createServices(this.#node.transport);
  }

  async call(call: Call, body: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    signal.addEventListener("abort", () => this.#node.giveUp(), { once: true });
    const { schedulers, reports, replay } = this.#services;
    const json = toProtoJson(body) as JsonValue;
    switch (call) {
      case "RegisterScheduler": {
        const request = encoded(RegisterSchedulerRequestSchema, json);
        const answer = await schedulers.registerScheduler(request, { signal });
        return plain(toJson(RegisterSchedulerResponseSchema, answer, ANSWER));
      }
      case "UpdateStatus": {
        const request = encoded(UpdateStatusRequestSchema, json);
        const answer = await reports.updateStatus(request, { signal });
        return plain(toJson(UpdateStatusResponseSchema, answer, ANSWER));
      }
      case "SendHeartbeat": {
        const request = encoded(SendHeartbeatRequestSchema, json);
        const answer = await reports.sendHeartbeat(request, { signal });
        return plain(toJson(SendHeartbeatResponseSchema, answer, ANSWER));
      }
      case "BatchReport": {
        const request = encoded(BatchReportRequestSchema, json);
        const answer = await replay.batchReport(request, { signal });
        return plain(toJson(BatchReportResponseSchema, answer, ANSWER));
      }
    }
  }

  /** Opens the stream of heartbeats; it ends with `frames`, or when `signal` aborts. */
  stream(
    frames: AsyncIterable<JsonObject>,
    signal: AbortSignal,
  ): AsyncIterable<StreamHeartbeatsResponse> {
    const reports: Client<typeof ReportService> = this.#services.reports;
    return reports.streamHeartbeats(asFrames(frames), { signal });
  }

  close(): void {
    this.#node.close();
  }
}

/** What has no place in a message is a fault of this one report, as where REST refuses it. */
function encoded<D extends DescMessage>(schema: D, json: JsonValue): MessageShape<D> {
  try {
    return fromJson(schema, json, LENIENT);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const facts = {
      reason: "",
      fieldViolations: [],
      retryAfterMs: undefined,
      requestId: undefined,
    };
    throw refusalError({ code: "INVALID_ARGUMENT", message, ...facts }, cause);
  }
}

async function* asFrames(
  frames: AsyncIterable<JsonObject>,
): AsyncIterable<StreamHeartbeatsRequest> {
  for await (const frame of frames) {
    yield fromJson(StreamHeartbeatsRequestSchema, frame as JsonValue, LENIENT);
  }
}

function plain(value: JsonValue): JsonObject {
  return asObject(value as Json);
}

/** The JSON of REST says `running` where that of protobuf says `RUN_STATUS_RUNNING`. */
function toProtoJson(body: JsonObject): JsonObject {
  const said: JsonObject = { ...body };
  for (const [name, prefix] of ENUMS) {
    if (typeof said[name] === "string") said[name] = prefix + said[name].toUpperCase();
  }
  if (Array.isArray(said.items)) {
    said.items = said.items.map((it) => ({ status: toProtoJson(asObject(asObject(it).status)) }));
  }
  return said;
}

const ENUMS = [
  ["status", "RUN_STATUS_"],
  ["severity", "SEVERITY_"],
  ["cron_profile", "CRON_PROFILE_"],
] as const;
