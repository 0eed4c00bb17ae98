/** The stream of heartbeats: while it stands, the server knows in seconds when this process dies. */
import type { Duration } from "@bufbuild/protobuf/wkt";

import type { Config } from "./config.js";
import type { StreamHeartbeatsResponse } from "./gen/nightbell/v1/report_pb.js";
import type { JsonObject } from "./json.js";
import { wireSpan } from "./registration.js";
import type { LiveRun } from "./run.js";
import { GrpcWire } from "./wire-grpc.js";

/** How long the server may say nothing; it speaks every 15 seconds, and to every frame. */
const SILENCE_MAX_MS = 45_000;
/** How long it may take to say the first word. */
const OPENING_MAX_MS = 15_000;
/** A stream that lived so long did stand, and may be opened again soon. */
const STOOD_MS = 10_000;
/** How many frames, beside those of its runs, wait for a connection before it counts as dead. */
const FRAMES_MAX = 256;

/** Who is told what the server says. */
export interface Listener {
  directives(all: JsonObject[]): void;
  /** The server refused a frame of this run, with a code of google.rpc. */
  refused(run: LiveRun, code: number): void;
  /** There is nothing more to be heard on this stream. */
  ended(stream: Stream): void;
}

/** A frame that the server may not have. */
interface Sent {
  readonly run: LiveRun;
  readonly news: number;
  readonly atMs: number;
}

export class Stream {
  readonly #wire: GrpcWire;
  readonly #ending = new AbortController();
  readonly #frames: JsonObject[] = [];
  readonly #tied = new Map<string, LiveRun>();
  readonly #sent = new Map<number, Sent>();
  readonly #openedAt = performance.now();
  #next: (() => void) | undefined;
  #sequence = 0;
  #heardAt = performance.now();
  #hasSpoken = false;
  #isClosed = false;

  constructor(
    readonly config: Config,
    url: string,
    readonly listener: Listener,
  ) {
    this.#wire = new GrpcWire(config, url);
    void this.#listen();
  }

  /** Whether it was a stream for more than a moment. */
  get hasStood(): boolean {
    return this.#hasSpoken && performance.now() - this.#openedAt >= STOOD_MS;
  }

  get isDead(): boolean {
    const most = this.#hasSpoken ? SILENCE_MAX_MS : OPENING_MAX_MS;
    const isSilent = performance.now() - this.#heardAt > most;
    // At first each run has two.
    const isStuck = this.#frames.length > FRAMES_MAX + 2 * this.#tied.size;
    if (isSilent || isStuck) this.#end();
    return this.#ending.signal.aborted;
  }

  /** When it is in doubt whether the server hears anything, if it says nothing until then. */
  get doubtAtMs(): number {
    const [oldest] = this.#sent.values();
    return oldest === undefined ? Number.POSITIVE_INFINITY : oldest.atMs + this.config.timeoutMs;
  }

  /** Whether the server answers, as far as is known. */
  get isSound(): boolean {
    return performance.now() < this.doubtAtMs;
  }

  /** Whether the server was told to expect heartbeats of a run here. */
  holds(run: LiveRun): boolean {
    return !this.isDead && this.#tied.has(run.runId);
  }

  /** Whether it held a run, were it dead by now. */
  carried(run: LiveRun): boolean {
    return this.#tied.has(run.runId);
  }

  /** Sends a sign of life, unless those before are in doubt. False: the stream is dead. */
  beat(run: LiveRun): boolean {
    if (this.isDead) return false;
    if (!this.isSound) return this.#tied.has(run.runId);
    const ids = { scheduler_id: run.id, run_id: run.runId };
    if (!this.#tied.has(run.runId)) {
      this.#tied.set(run.runId, run);
      this.#send(run, { hello: { ...ids, interval: wireSpan(run.intervalMs(true)) } });
    }
    this.#send(run, { heartbeat: run.heartbeat(true) }, run.news);
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

  #send(run: LiveRun, frame: JsonObject, news = 0): void {
    this.#sequence += 1;
    this.#sent.set(this.#sequence, { run, news, atMs: performance.now() });
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

  async #listen(): Promise<void> {
    try {
      for await (const answer of this.#wire.stream(this.#outgoing(), this.#ending.signal)) {
        this.#heardAt = performance.now();
        this.#hasSpoken = true;
        this.#hear(answer);
      }
    } catch {
      // Unary heartbeats go on until there is another stream.
    }
    this.#end();
  }

  #hear(answer: StreamHeartbeatsResponse): void {
    for (const { frameSequence, code } of answer.refusals) {
      const run = this.#sent.get(Number(frameSequence))?.run;
      this.#sent.delete(Number(frameSequence));
      // It is not tied; its next heartbeat says hello again.
      if (run !== undefined && this.#tied.delete(run.runId)) this.listener.refused(run, code);
    }
    for (const [sequence, { run, news }] of this.#sent) {
      if (sequence > Number(answer.storedSequence)) continue;
      this.#sent.delete(sequence);
      run.hasTold(news);
    }
    this.listener.directives(
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
    this.listener.ended(this);
  }
}

function msOf({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + nanos / 1e6;
}
