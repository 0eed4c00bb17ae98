/** Sends signs of life for open runs: over the stream where it stands, else one by one. */
import { later, now } from "./clock.js";
import { nextMs } from "./heartbeat.js";
import type { JsonObject } from "./json.js";
import type { Reporter } from "./reporter.js";
import { ofError, probeMs } from "./retry.js";
import { directivesOf, type LiveRun } from "./run.js";
import type { Stream } from "./stream.js";

/** When a run that was begun without an answer is beaten for. */
const UNHEARD_MS = 5_000;
/** Runs that last less need no stream. */
const STREAM_AFTER_MS = 1_000;

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
  /** Streams in a row on which the server said nothing, and when to try another. */
  #failures = 0;
  #openAtMs = 0;

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
    const next = Math.min(...[...this.#runs].map((run) => run.beatAtMs));
    this.#timer = later(Math.max(0, next - performance.now()), () => this.#tick());
  }

  #tick(): void {
    const at = performance.now();
    for (const run of this.#runs) {
      if (run.beatAtMs > at) continue;
      const age = at - run.startedMs;
      if (age >= STREAM_AFTER_MS) this.#open();
      const isStream = this.#stream?.beat(run) ?? false;
      if (!isStream && this.reporter.line.isUp) void this.#beat(run);
      const declared = nextMs(run.intervalMs(isStream), Math.random());
      const isYoung = this.#mayStream && age < STREAM_AFTER_MS;
      run.beatAtMs = at + (isYoung ? STREAM_AFTER_MS - age : declared);
    }
    this.#plan();
  }

  get #mayStream(): boolean {
    return this.reporter.config.transport !== "http";
  }

  async #beat(run: LiveRun): Promise<void> {
    if (this.#busy.has(run)) return;
    this.#busy.add(run);
    try {
      const body = { ...run.heartbeat(false), sent_at: now() };
      this.#hear(run, directivesOf(await this.reporter.call("SendHeartbeat", body)));
    } catch (error) {
      // The next one says the same; only a server that forgot the job needs help.
      if (ofError(error) === "register") await this.reporter.register(run.id).catch(() => {});
    } finally {
      this.#busy.delete(run);
    }
  }

  /** Opens the stream if there may be one; until it stands, runs are beaten for one by one. */
  #open(): void {
    if (!this.#mayStream || this.#isOpening || !this.reporter.line.isUp) return;
    if (this.#stream?.isDead === false) return;
    this.#mourn();
    if (performance.now() < this.#openAtMs) return;
    this.#isOpening = true;
    const { config } = this.reporter;
    import("./stream.js")
      .then(({ Stream }) => {
        if (this.#runs.size === 0 || config.url === undefined) return;
        this.#stream = new Stream(config, config.url, {
          directives: (all) => this.#obey(all),
          refused: (id) => void this.reporter.register(id).catch(() => {}),
        });
        // A stream promises more heartbeats than were due without it.
        for (const run of this.#runs) run.beatAtMs = performance.now();
        this.#plan();
      })
      .catch(() => {})
      .finally(() => {
        this.#isOpening = false;
      });
  }

  /** A stream that never stood, as behind a proxy that knows no HTTP/2, is not tried again at once. */
  #mourn(): void {
    if (this.#stream === undefined) return;
    this.#failures = this.#stream.hasSpoken ? 0 : this.#failures + 1;
    this.#stream = undefined;
    const wait = this.#failures === 0 ? 0 : probeMs(this.#failures, Math.random());
    this.#openAtMs = performance.now() + wait;
  }

  #obey(all: JsonObject[]): void {
    for (const directives of all) {
      for (const run of this.#runs) {
        if (run.runId === directives.run_id) this.#hear(run, directives);
      }
    }
  }

  /** A server that wants more heartbeats has them from now on, not after the next one. */
  #hear(run: LiveRun, directives: JsonObject): void {
    const before = run.serverMs;
    this.heard(run, directives);
    const isStream = this.#stream?.holds(run) ?? false;
    const soon = performance.now() + nextMs(run.intervalMs(isStream), Math.random());
    if (run.serverMs === before || run.beatAtMs <= soon) return;
    run.beatAtMs = soon;
    this.#plan();
  }
}
