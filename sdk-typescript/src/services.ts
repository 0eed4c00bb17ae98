import type { DescService } from "@bufbuild/protobuf";
import { type CallOptions, type Client, createClient, type Transport } from "@connectrpc/connect";

import { fromConnect } from "./details.js";
import { AuditService } from "./gen/nightbell/v1/audit_pb.js";
import { ChannelService } from "./gen/nightbell/v1/channel_pb.js";
import { IncidentService } from "./gen/nightbell/v1/incident_pb.js";
import { KeyService } from "./gen/nightbell/v1/key_pb.js";
import { ReplayService } from "./gen/nightbell/v1/replay_pb.js";
import { ReportService } from "./gen/nightbell/v1/report_pb.js";
import { RouteService } from "./gen/nightbell/v1/route_pb.js";
import { RunService } from "./gen/nightbell/v1/run_pb.js";
import { SchedulerService } from "./gen/nightbell/v1/scheduler_pb.js";
import { SilenceService } from "./gen/nightbell/v1/silence_pb.js";

/** Every call of the contract, grouped as in it. Each throws only {@link NightbellError}s. */
export interface Services {
  readonly schedulers: Client<typeof SchedulerService>;
  readonly runs: Client<typeof RunService>;
  readonly reports: Client<typeof ReportService>;
  readonly replay: Client<typeof ReplayService>;
  readonly incidents: Client<typeof IncidentService>;
  readonly channels: Client<typeof ChannelService>;
  readonly routes: Client<typeof RouteService>;
  readonly silences: Client<typeof SilenceService>;
  readonly keys: Client<typeof KeyService>;
  readonly audit: Client<typeof AuditService>;
}

/** The calls over one transport. */
export function createServices(transport: Transport): Services {
  return {
    schedulers: typedErrors(SchedulerService, transport),
    runs: typedErrors(RunService, transport),
    reports: typedErrors(ReportService, transport),
    replay: typedErrors(ReplayService, transport),
    incidents: typedErrors(IncidentService, transport),
    channels: typedErrors(ChannelService, transport),
    routes: typedErrors(RouteService, transport),
    silences: typedErrors(SilenceService, transport),
    keys: typedErrors(KeyService, transport),
    audit: typedErrors(AuditService, transport),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: one wrapper for calls of every type.
type Call = (...given: any[]) => any;

function typedErrors<S extends DescService>(service: S, transport: Transport): Client<S> {
  const plain = createClient(service, transport) as Record<string, Call>;
  const typed: Record<string, Call> = {};
  for (const method of service.methods) {
    const call = plain[method.localName];
    if (call === undefined) continue;
    const isStream = method.methodKind !== "unary" && method.methodKind !== "client_streaming";
    typed[method.localName] = isStream ? typedStream(call) : typedAnswer(call);
  }
  return typed as Client<S>;
}

function typedAnswer(call: Call): Call {
  return async (...given) => {
    try {
      return await call(...given);
    } catch (thrown) {
      throw fromConnect(thrown);
    }
  };
}

function typedStream(call: Call): Call {
  return async function* (input, options?: CallOptions) {
    const ending = new AbortController();
    const signals = [ending.signal, ...(options?.signal ? [options.signal] : [])];
    try {
      yield* call(input, { ...options, signal: AbortSignal.any(signals) });
    } catch (thrown) {
      throw fromConnect(thrown);
    } finally {
      // Whoever breaks off lets the server know, and keeps nothing open.
      ending.abort();
    }
  };
}
