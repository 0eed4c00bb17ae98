/** One run of a job, as its own code sees it. */
import { now, uuid } from "./clock.js";
import type { Config } from "./config.js";
import { Cancelled } from "./errors.js";
import { intervalMs } from "./heartbeat.js";
import { asObject, cut, type JsonObject } from "./json.js";
import { normalise } from "./metadata.js";
import { abandoned, COMPLETED, failed, type Outcome } from "./outcome.js";
import { type JobOptions, spanMs, wireSpan } from "./registration.js";

/** What a job may say and ask while it runs. Nothing here throws or waits. */
export interface Job {
  /** The scheduler's id. */
  readonly id: string;
  readonly runId: string;
  /** Aborts, with {@link Cancelled} as its reason, when the run is asked to stop. */
  readonly signal: AbortSignal;
  /** How far the run has come. The newest is sent with the next heartbeat. */
  progress(done: number, total?: number, message?: string): void;
  /** Facts worth keeping, sent with the end. Any value will do; secrets are masked. */
  metadata(facts: Readonly<Record<string, unknown>>): void;
}

/** A run that is ended by hand. */
export interface Run extends Job, AsyncDisposable {
  /** Ends it well. Resolves when that is with the server or on disk; never rejects. */
  complete(facts?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Ends it badly. */
  fail(error: unknown): Promise<void>;
  /** Ends it as stopped on request. */
  cancel(): Promise<void>;
}

/** What a run needs of its client. */
export interface RunHost {
  readonly config: Config;
  /** Queues the end of a run. */
  ended(run: LiveRun, status: JsonObject): void;
  /** The run's state has changed in a way that a heartbeat would tell. */
  changed(run: LiveRun): void;
  /** Waits, within bounds, until the ends of runs are with the server or on disk. */
  delivered(): Promise<void>;
}

export class LiveRun implements Run {
  readonly runId: string;
  readonly startedMs = performance.now();
  readonly #cancelling = new AbortController();
  #sequence = 0;
  #facts: JsonObject = {};
  #progress: JsonObject | undefined;
  #isOver = false;
  /** The newest progress, as it was given. */
  newest: [number, number | undefined, string | undefined] | undefined;
  /** How often there was progress, and how much of that the server has. */
  #news = 0;
  #told = 0;
  /** What the server said last of how often to beat. */
  serverMs: number | undefined;
  beatAtMs = Number.POSITIVE_INFINITY;
  /** Whether the server knows of the run; else heartbeats of it tell nothing. */
  isKnown = false;
  /** Heartbeats in a row that the server did not take. */
  beatsMissed = 0;

  constructor(
    readonly id: string,
    readonly options: JobOptions,
    readonly host: RunHost,
    /** A run that somebody else began and will end: it is only beaten for. */
    readonly attachedTo: string | undefined,
  ) {
    this.runId = attachedTo ?? uuid();
  }

  get signal(): AbortSignal {
    return this.#cancelling.signal;
  }

  /** What the next heartbeat tells, to be named to {@link LiveRun.hasTold}. */
  get news(): number {
    return this.isKnown ? this.#news : 0;
  }

  /** Whether the server does not have the newest progress yet, as far as is known. */
  get hasNews(): boolean {
    return this.#told < this.#news;
  }

  /** The server has a heartbeat that told this. */
  hasTold(news: number): void {
    this.#told = Math.max(this.#told, news);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  progress(done: number, total?: number, message?: string): void {
    const progress: JsonObject = { done: whole(done) };
    if (total !== undefined) progress.total = whole(total);
    if (message !== undefined) progress.message = cut(String(message), 200);
    this.#progress = progress;
    this.newest = [done, total, message];
    this.#news += 1;
    this.host.changed(this);
  }

  metadata(facts: Readonly<Record<string, unknown>>): void {
    this.#facts = normalise({ ...this.#facts, ...normalise(facts) });
  }

  complete(facts?: Readonly<Record<string, unknown>>): Promise<void> {
    if (facts !== undefined) this.metadata(facts);
    return this.end(COMPLETED);
  }

  fail(error: unknown): Promise<void> {
    return this.end(failed(error, this.host.config.capture));
  }

  cancel(): Promise<void> {
    return this.end({ status: "cancelled" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Disposal cannot see whether the block threw, so it must not say "completed".
    await this.end(abandoned("disposed of without complete() or fail()"));
  }

  async end(outcome: Outcome): Promise<void> {
    this.endNow(outcome);
    await this.host.delivered();
  }

  /** Queues the end and returns; only the first end counts. */
  endNow({ status, message, metadata }: Outcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const said = this.status(status);
    said.execution_time_ms = Math.max(0, Math.round(performance.now() - this.startedMs));
    if (message !== undefined) said.error_message = message;
    const facts = { ...this.#facts, ...metadata };
    if (Object.keys(facts).length > 0) said.metadata = facts;
    this.host.ended(this, said);
  }

  /** The next status report. */
  status(status: string): JsonObject {
    this.#sequence += 1;
    return {
      scheduler_id: this.id,
      run_id: this.runId,
      sequence: this.#sequence,
      status,
      timestamp: now(),
    };
  }

  /** A sign of life with the newest progress. */
  heartbeat(isStream: boolean): JsonObject {
    const interval = wireSpan(this.intervalMs(isStream));
    const said: JsonObject = {
      scheduler_id: this.id,
      run_id: this.runId,
      timestamp: now(),
      interval,
    };
    if (this.#progress !== undefined) said.progress = this.#progress;
    return said;
  }

  intervalMs(isStream: boolean): number {
    return intervalMs(
      {
        configuredMs: this.host.config.heartbeatMs,
        serverMs: this.serverMs,
        intervalMs: spanMs(this.options.heartbeatInterval),
        timeoutMs: spanMs(this.options.heartbeatTimeout),
      },
      isStream,
    );
  }

  /** Does what the server wants. */
  obey(directives: JsonObject): void {
    const interval = directives.heartbeat_interval;
    if (typeof interval === "string") this.serverMs = spanMs(interval) ?? this.serverMs;
    if (directives.cancel_requested === true && !this.signal.aborted) {
      this.#cancelling.abort(new Cancelled(`${this.id} was asked to stop`));
    }
  }
}

/** The directives of an answer. */
export function directivesOf(answer: JsonObject): JsonObject {
  return asObject(answer.directives);
}

function whole(value: number): number {
  return Number.isFinite(value) && value > 0
    ? Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER)
    : 0;
}
