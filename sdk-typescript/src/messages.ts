/** The messages of the contract, as generated. */
export * from "./gen/nightbell/v1/audit_pb.js";
export * from "./gen/nightbell/v1/channel_pb.js";
export * from "./gen/nightbell/v1/incident_pb.js";
export * from "./gen/nightbell/v1/key_pb.js";
export * from "./gen/nightbell/v1/replay_pb.js";
export * from "./gen/nightbell/v1/report_pb.js";
export * from "./gen/nightbell/v1/route_pb.js";
export * from "./gen/nightbell/v1/run_pb.js";
export * from "./gen/nightbell/v1/scheduler_pb.js";
export * from "./gen/nightbell/v1/silence_pb.js";
