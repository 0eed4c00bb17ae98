/** The stream of heartbeats: while it stands, the server knows in seconds when this process dies. */
import type { Duration } from "@bufbuild/protobuf/wkt";

import type { Config } from "./config.js";
import type { StreamHeartbeatsResponse } from "./gen/nightbell/v1/report_pb.js";
import type { JsonObject } from "./json.js";
import { wireSpan } from "./registration.js";
import type { LiveRun } from "./run.js";
import { GrpcWire } from "./wire-grpc.js";

/** How long the server may say nothing; it speaks every 15 seconds. */
const SILENCE_MAX_MS = 45_000;
/** How many frames wait for a connection that takes none before it counts as dead. */
const FRAMES_MAX = 256;

/** Who is told what the server says. */
export interface Listener {
  directives(all: JsonObject[]): void;
  /** The server does not know this scheduler. */
  refused(schedulerId: string): void;
}

export class Stream {
  readonly #wire: GrpcWire;
  readonly #ending = new AbortController();
  readonly #frames: JsonObject[] = [];
  readonly #tied = new Map<string, LiveRun>();
  readonly #sent = new Map<number, LiveRun>();
  #next: (() => void) | undefined;
  #sequence = 0;
  #heardAt = performance.now();
  #hasSpoken = false;
  #isClosed = false;

  constructor(config: Config, url: string, listener: Listener) {
    this.#wire = new GrpcWire(config, url);
    void this.#listen(listener);
  }

  /** Whether the server has ever said anything. */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  get isDead(): boolean {
    const isSilent = performance.now() - this.#heardAt > SILENCE_MAX_MS;
    if (isSilent || this.#frames.length > FRAMES_MAX) this.#end();
    return this.#ending.signal.aborted;
  }

  /** Whether the server was told to expect heartbeats of a run here. */
  holds(run: LiveRun): boolean {
    return !this.isDead && this.#tied.has(run.runId);
  }

  /** Sends a sign of life. False: the stream is dead, or does not yet stand. */
  beat(run: LiveRun): boolean {
    if (this.isDead) return false;
    const ids = { scheduler_id: run.id, run_id: run.runId };
    if (!this.#tied.has(run.runId)) {
      this.#tied.set(run.runId, run);
      this.#send(run, { hello: { ...ids, interval: wireSpan(run.intervalMs(true)) } });
    }
    this.#send(run, { heartbeat: run.heartbeat(true) });
    return true;
  }

  /** The run leaves on purpose. */
  untie(run: LiveRun): void {
    if (!this.#tied.delete(run.runId)) return;
    this.#send(run, { goodbye: { scheduler_id: run.id, run_id: run.runId } });
  }

  /** Sends what waits, then ends the stream. */
  close(): void {
    this.#isClosed = true;
    this.#next?.();
  }

  #send(run: LiveRun, frame: JsonObject): void {
    this.#sequence += 1;
    this.#sent.set(this.#sequence, run);
    this.#frames.push({ frame_sequence: this.#sequence, ...frame });
    this.#next?.();
  }

  async *#outgoing(): AsyncIterable<JsonObject> {
    while (!this.#ending.signal.aborted) {
      const frame = this.#frames.shift();
      if (frame !== undefined) yield frame;
      else if (this.#isClosed) return;
      else {
        await new Promise<void>((resolve) => {
          this.#next = resolve;
        });
      }
    }
  }

  async #listen(listener: Listener): Promise<void> {
    try {
      for await (const answer of this.#wire.stream(this.#outgoing(), this.#ending.signal)) {
        this.#heardAt = performance.now();
        this.#hasSpoken = true;
        this.#hear(answer, listener);
      }
    } catch {
      // Unary heartbeats go on, and the next one opens another stream.
    }
    this.#end();
  }

  #hear(answer: StreamHeartbeatsResponse, listener: Listener): void {
    for (const { frameSequence } of answer.refusals) {
      const run = this.#sent.get(Number(frameSequence));
      // It is not tied; its next heartbeat says hello again.
      if (run !== undefined && this.#tied.delete(run.runId)) listener.refused(run.id);
    }
    for (const sequence of this.#sent.keys()) {
      if (sequence <= Number(answer.storedSequence)) this.#sent.delete(sequence);
    }
    listener.directives(
      answer.directives.map((it) => ({
        run_id: it.runId,
        cancel_requested: it.cancelRequested,
        ...(it.heartbeatInterval && { heartbeat_interval: wireSpan(msOf(it.heartbeatInterval)) }),
      })),
    );
  }

  #end(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#next?.();
    this.#wire.close();
  }
}

function msOf({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + nanos / 1e6;
}
