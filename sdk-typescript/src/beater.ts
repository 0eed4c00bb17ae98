/** Sends signs of life for open runs: over the stream where it stands, else one by one. */
import { later, now } from "./clock.js";
import { TransportError } from "./errors.js";
import { nextMs } from "./heartbeat.js";
import type { JsonObject } from "./json.js";
import type { Reporter } from "./reporter.js";
import { askedMs, backoffMs, ofCode, ofError, reopenMs } from "./retry.js";
import { directivesOf, type LiveRun } from "./run.js";
import type { Stream } from "./stream.js";

/** When a run that was begun without an answer is beaten for. */
const UNHEARD_MS = 5_000;
/** Runs that last less need no stream. */
const STREAM_AFTER_MS = 1_000;
/** The server hangs up on a stream that brings nothing for a minute. */
const STREAM_FRAME_MS = 15_000;

/** Beats for runs; a thread of its own may do so for another. */
export interface Beater {
  /**
   * A run has begun. Its first reports are sent by who calls; a thread sends them too,
   * since its caller may be busy from now on, and what comes twice counts once.
   */
  add(run: LiveRun, first?: readonly [registration: JsonObject, running: JsonObject]): void;
  /** The server knows of the run: beat at once. */
  known(run: LiveRun): void;
  /** The run has news. */
  changed(run: LiveRun): void;
  /** The run is over. */
  remove(run: LiveRun): void;
  close(): void;
}

export class LocalBeater implements Beater {
  readonly #runs = new Set<LiveRun>();
  readonly #busy = new Set<LiveRun>();
  #timer: NodeJS.Timeout | undefined;
  #stream: Stream | undefined;
  #isOpening = false;
  /** Streams in a row that did not stand, and when to try another. */
  #failures = 0;
  #openAtMs = 0;
  /** Whether what the stream says was in doubt when last looked at. */
  #isDoubted = false;
  /** Heartbeats in a row that did not reach the server. While there are, one tries for all. */
  #misses = 0;
  #tryAtMs = 0;

  /** `heard` is told what the server wants of a run. */
  constructor(
    readonly reporter: Reporter,
    readonly heard: (run: LiveRun, directives: JsonObject) => void,
  ) {}

  add(run: LiveRun): void {
    run.beatAtMs = performance.now() + UNHEARD_MS;
    this.#runs.add(run);
    this.#plan();
  }

  known(run: LiveRun): void {
    run.isKnown = true;
    if (!this.#runs.has(run)) return;
    run.beatAtMs = performance.now();
    this.#plan();
  }

  changed(): void {}

  remove(run: LiveRun): void {
    this.#runs.delete(run);
    this.#stream?.untie(run);
    if (this.#runs.size === 0) this.close();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#stream?.close();
    this.#stream = undefined;
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (this.#runs.size === 0) return;
    const at = performance.now();
    const moments = [...this.#runs].map((run) => run.beatAtMs);
    if (this.#stream === undefined && this.#openAtMs > at) moments.push(this.#openAtMs);
    if (!this.#isDoubted) moments.push(this.#stream?.doubtAtMs ?? Number.POSITIVE_INFINITY);
    this.#timer = later(Math.min(...moments) - at, () => this.#tick());
  }

  #tick(): void {
    const at = performance.now();
    this.#look(at);
    for (const run of [...this.#runs]) {
      if (run.beatAtMs > at) continue;
      const isStream = this.#stream?.beat(run) ?? false;
      run.beatAtMs = at + this.#waitMs(run, isStream);
      if (!isStream || this.#stream?.isSound !== true) this.#alone(run, isStream);
    }
    this.#plan();
  }

  #waitMs(run: LiveRun, isStream: boolean): number {
    const declared = run.intervalMs(isStream);
    const wait = nextMs(isStream ? Math.min(declared, STREAM_FRAME_MS) : declared, Math.random());
    const age = performance.now() - run.startedMs;
    return this.#mayStream && age < STREAM_AFTER_MS ? STREAM_AFTER_MS - age : wait;
  }

  get #mayStream(): boolean {
    return this.reporter.config.transport !== "http";
  }

  /** Sees to the stream: one that is in doubt, one that is dead, and whether to open another. */
  #look(at: number): void {
    const stream = this.#stream;
    if (stream?.isDead) this.#ended(stream);
    const isDoubted = this.#stream?.isSound === false;
    if (isDoubted && !this.#isDoubted) this.#soon((run) => stream?.holds(run) ?? false, 0);
    this.#isDoubted = isDoubted;
    const isWanted = [...this.#runs].some((it) => at - it.startedMs >= STREAM_AFTER_MS);
    if (isWanted && this.#stream === undefined && at >= this.#openAtMs) this.#open();
  }

  /** Brings the next heartbeats forward. */
  #soon(isMeant: (run: LiveRun) => boolean, ms: number): void {
    const at = performance.now() + ms;
    for (const run of this.#runs) {
      if (isMeant(run)) run.beatAtMs = Math.min(run.beatAtMs, at);
    }
    this.#plan();
  }

  /** Beats by a call. While the server cannot be reached, one run does so for all. */
  #alone(run: LiveRun, isStream: boolean): void {
    if (this.reporter.line.isHeld || this.#busy.has(run)) return;
    const at = performance.now();
    if (this.#misses > 0 && (this.#busy.size > 0 || at < this.#tryAtMs)) {
      run.beatAtMs = Math.max(this.#tryAtMs, at + this.reporter.config.timeoutMs);
    } else {
      void this.#beat(run, isStream);
    }
  }

  async #beat(run: LiveRun, isStream: boolean): Promise<void> {
    this.#busy.add(run);
    const [began, isTrial] = [performance.now(), this.#misses > 0];
    let news = 0;
    const body = () => {
      news = run.news;
      return { ...run.heartbeat(isStream), sent_at: now() };
    };
    try {
      const answer = await this.reporter.callKnown("SendHeartbeat", body);
      run.hasTold(news);
      run.beatsMissed = 0;
      run.beatAtMs = began + this.#waitMs(run, isStream);
      this.#reached(run);
      if (!run.isKnown) this.reporter.recover(run.runId);
      this.#hear(run, directivesOf(answer));
    } catch (error) {
      this.#missed(run, error, isTrial);
    } finally {
      this.#busy.delete(run);
      this.#plan();
    }
  }

  /** The server believes the interval that it was told last: the next heartbeat comes soon. */
  #missed(run: LiveRun, error: unknown, isTrial: boolean): void {
    if (!(error instanceof TransportError)) {
      this.#reached(run);
      if (ofError(error) !== "retry") return;
      run.beatsMissed += 1;
      run.beatAtMs = performance.now() + waitMs(error, run.beatsMissed, run);
      return;
    }
    // Those that went at once count as one.
    if (isTrial || this.#misses === 0) this.#misses += 1;
    const wait = waitMs(error, this.#misses, run);
    this.#tryAtMs = performance.now() + wait;
    // Another run is the next to try.
    if (this.#runs.delete(run)) this.#runs.add(run);
    this.#soon((it) => !this.#busy.has(it) || it === run, wait);
  }

  /** The server is there: nobody waits for a trial any more. */
  #reached(by?: LiveRun): void {
    if (this.#misses === 0) return;
    this.#misses = 0;
    this.#soon((run) => run !== by && !this.#busy.has(run), 0);
  }

  /** Until the stream stands, runs are beaten for one by one. */
  #open(): void {
    if (!this.#mayStream || this.#isOpening || this.reporter.line.isHeld) return;
    this.#isOpening = true;
    const { config } = this.reporter;
    import("./stream.js")
      .then(({ Stream }) => {
        if (this.#runs.size === 0 || config.url === undefined) return;
        this.#stream = new Stream(config, config.url, {
          directives: (all) => this.#obey(all),
          refused: (run, code) => this.#refused(run, code),
          ended: (stream) => this.#ended(stream),
        });
        // A stream promises more heartbeats than were due without it.
        this.#soon(() => true, 0);
      })
      .catch(() => {})
      .finally(() => {
        this.#isOpening = false;
      });
  }

  /** The runs on a stream that is over are in doubt until they are heard of again. */
  #ended(stream: Stream): void {
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    // One that never stood, as behind a proxy that knows no HTTP/2, is tried ever more seldom.
    this.#failures = stream.hasStood ? 1 : this.#failures + 1;
    this.#openAtMs = performance.now() + reopenMs(this.#failures, Math.random());
    this.#soon((run) => stream.carried(run), backoffMs(1, Math.random()));
  }

  #refused(run: LiveRun, code: number): void {
    if (ofCode(code) === "register") void this.reporter.register(run.id).catch(() => {});
  }

  #obey(all: JsonObject[]): void {
    this.#reached();
    for (const run of this.#runs) {
      if (!run.isKnown) this.reporter.recover(run.runId);
      for (const directives of all) {
        if (run.runId === directives.run_id) this.#hear(run, directives);
      }
    }
  }

  /** A server that wants more heartbeats has them from now on, not after the next one. */
  #hear(run: LiveRun, directives: JsonObject): void {
    const before = run.serverMs;
    this.heard(run, directives);
    if (run.serverMs === before) return;
    const isStream = this.#stream?.holds(run) ?? false;
    this.#soon((it) => it === run, nextMs(run.intervalMs(isStream), Math.random()));
  }
}

/** Several tries are made before the server's patience with a run is over. */
function waitMs(error: unknown, tries: number, run: LiveRun): number {
  return askedMs(error) ?? Math.min(backoffMs(tries, Math.random()), run.intervalMs(true) / 2);
}
