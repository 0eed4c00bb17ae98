/**
 * Gets reports to the server or onto the disk, in their order, one at a time. What no disk
 * takes waits in memory.
 *
 * Nothing here throws, and nothing keeps the process alive but who waits for reports.
 */
import { later, now } from "./clock.js";
import type { Config } from "./config.js";
import type { JsonObject } from "./json.js";
import { Line } from "./line.js";
import { Queue, type Report } from "./queue.js";
import { Replay } from "./replay.js";
import { askedMs, backoffMs, ofError, TRIES_MAX } from "./retry.js";
import { Spool } from "./spool.js";
import type { Call, Wire } from "./wire.js";

const CALLS = {
  register: "RegisterScheduler",
  status: "UpdateStatus",
  heartbeat: "SendHeartbeat",
} as const satisfies Record<Report["kind"], Call>;

/** How many reports wait in memory; past it, they go to disk at once. */
const QUEUE_MAX = 10_000;
/** How long a pause is that somebody waits for. */
const HURRIED_MS = 100;
/** A server that said nothing for so long is away; so is one that let a whole exit budget pass. */
const SILENCE_LEAST_MS = 200;
/** How long reports rest that were written down though the server is there. */
const REST_MS = 5_000;
/** Who else waits for what lies on disk is not told. */
const OWED_MAX = 1_000;

export class Reporter {
  readonly line: Line;
  readonly #spool: Spool | undefined;
  readonly #replay: Replay | undefined;
  readonly #known = new Map<string, JsonObject>();
  /** The calls under way, and when each began; the oldest first. */
  readonly #calls = new Map<AbortController, number>();
  readonly #queue = new Queue();
  /** Who is told when what lies on disk of a run is with the server. */
  readonly #owed = new Map<string, NonNullable<Report["delivered"]>>();
  #answeredAtMs = Number.NEGATIVE_INFINITY;
  #working: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  /** Whether what was put first is on disk by now, and goes before what is in memory. */
  #isBehind = false;
  #isStopped = false;
  #hasWarned = false;

  constructor(
    readonly config: Config,
    readonly wire: Wire,
  ) {
    this.line = new Line(() => {
      if (this.#replay === undefined) this.line.restore();
      this.replay();
    });
    if (config.spoolFolder !== undefined) {
      this.#spool = new Spool(config.spoolFolder);
      this.#replay = new Replay(this, this.#spool);
    }
  }

  /** Whether there is nothing to do, or nothing that can be done now. */
  get isIdle(): boolean {
    return this.#working === undefined && (this.#queue.length === 0 || !this.line.isUp);
  }

  /** Takes a report; returns at once. */
  put(report: Report): void {
    this.#isStopped = false;
    if (report.kind === "register") this.#known.set(String(report.body.scheduler_id), report.body);
    if (this.#queue.length < QUEUE_MAX) this.#queue.put(report);
    else if (!this.#keep(report)) this.#warnOfLoss();
    this.#work();
  }

  /** Makes one call within its bound; throws as the wire does. */
  async call(call: Call, body: JsonObject): Promise<JsonObject> {
    const ending = new AbortController();
    const timer = later(this.config.timeoutMs, () => ending.abort());
    this.#calls.set(ending, performance.now());
    try {
      const answer = await this.wire.call(call, body, ending.signal);
      this.#answeredAtMs = performance.now();
      return answer;
    } catch (error) {
      if (ofError(error) !== "retry") this.#answeredAtMs = performance.now();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#calls.delete(ending);
    }
  }

  /** As {@link Reporter.call}; again, once the scheduler is registered that the server does not know. */
  async callKnown(call: Call, body: () => JsonObject): Promise<JsonObject> {
    try {
      return await this.call(call, body());
    } catch (error) {
      if (call === "RegisterScheduler" || ofError(error) !== "register") throw error;
    }
    await this.register(String(body().scheduler_id));
    return this.call(call, body());
  }

  /** Registers a scheduler that the server does not know; throws as the wire does. */
  async register(schedulerId: string): Promise<void> {
    const service = this.config.service ?? "default";
    const bare = { scheduler_id: schedulerId, service_name: service, job_name: schedulerId };
    await this.call("RegisterScheduler", this.#known.get(schedulerId) ?? bare);
  }

  /** The server is there after all, and does not know of a run: what is kept of it goes now. */
  recover(runId: string): void {
    if (this.#owed.has(runId) && !this.line.isHeld) this.replay();
  }

  /** A report from disk is dealt with. */
  replayed({ run_id, status }: JsonObject): void {
    const delivered = status === "running" ? this.#owed.get(String(run_id)) : undefined;
    this.#owed.delete(String(run_id));
    delivered?.({});
  }

  /** Looks at the disk again. */
  replay(): void {
    this.#replay?.want();
    this.#work();
  }

  /**
   * Waits until everything is with the server or on disk, for so long at most; what
   * is then still under way goes to disk. False: not all of it is with the server.
   */
  async flush(timeoutMs: number): Promise<boolean> {
    if (await this.#waited(() => this.isIdle, timeoutMs)) return this.line.isUp;
    if (this.#isSilent) this.#away();
    else if (this.#spool !== undefined) this.#writeDown();
    return false;
  }

  /**
   * Waits until what was put so far is with the server or on disk, for so long at most;
   * what is left of it then goes to disk.
   */
  async settled(timeoutMs: number): Promise<void> {
    const upto = this.#queue.total;
    const isSettled = () => this.#queue.settled >= upto || this.isIdle;
    if (await this.#waited(isSettled, timeoutMs)) return;
    if (this.#isSilent) return this.#away();
    // There is only more to say than time: the disk lets go of it at once.
    this.#putDown();
    if (this.#replay === undefined) return;
    this.#isBehind = true;
    this.replay();
  }

  #waited(isDone: () => boolean, timeoutMs: number): Promise<boolean> {
    const waited = this.#queue.wait(isDone, timeoutMs);
    this.#wake?.();
    return waited;
  }

  /** Writes down whatever is not delivered. Synchronous: the process is ending. */
  spill(): void {
    this.#putDown();
    this.#replay?.giveBack();
    this.#queue.changed();
  }

  /** Writes down what is left, and does nothing more until there is another report. */
  stop(): void {
    this.#isStopped = true;
    this.spill();
    if (this.#queue.clear() > 0) this.#warnOfLoss();
  }

  /** Whether the server owes an answer for too long. */
  get #isSilent(): boolean {
    const [began] = this.#calls.values();
    if (began === undefined) return false;
    const silentMs = performance.now() - Math.max(began, this.#answeredAtMs);
    // A call begins a little after the wait for it.
    return silentMs >= Math.max(SILENCE_LEAST_MS, this.config.exitTimeoutMs * 0.9);
  }

  #away(): void {
    this.lose("the server does not answer");
    this.#writeDown();
  }

  /** Ends what is under way; all of it is on disk, if that takes it. */
  #writeDown(): void {
    this.spill();
    for (const call of this.#calls.keys()) call.abort();
    this.#wake?.();
    if (this.line.isUp) later(REST_MS, () => this.replay());
  }

  #work(): void {
    if (this.#isStopped) return;
    this.#working ??= this.#drain()
      .catch((error) => this.config.log(`reporting failed: ${text(error)}`))
      .finally(() => {
        this.#working = undefined;
        this.#queue.changed();
        // What came between the last look and now.
        if (!this.isIdle) this.#work();
      });
  }

  async #drain(): Promise<void> {
    // Several reports put in one go are there before the first is sent.
    await Promise.resolve();
    for (;;) {
      if (!this.line.isUp) this.#putDown();
      const report = this.line.isUp ? this.#queue.front : undefined;
      const mayReplay = this.#replay?.isWanted && !this.#isStopped;
      if (mayReplay && (report === undefined || this.#isBehind)) {
        this.#isBehind = false;
        await this.#replay?.round();
      } else if (report === undefined) {
        return;
      } else if (await this.#settle(report).catch((error) => this.#refuse(error))) {
        this.#queue.settle(report);
      }
    }
  }

  /** Sends a report. False: it is neither with the server nor refused, and somewhere else by now. */
  async #settle(report: Report): Promise<boolean> {
    for (let tries = 1; ; tries += 1) {
      let answer: JsonObject;
      try {
        answer = await this.callKnown(CALLS[report.kind], () => stamped(report));
      } catch (error) {
        if (!this.line.isUp || this.#queue.front !== report) return false;
        const verdict = ofError(error);
        if (verdict === "done") return true;
        if (verdict === "drop" || verdict === "register") return this.#refuse(error);
        if (verdict === "hold") this.hold(error);
        else if (tries >= TRIES_MAX) this.lose(error);
        else await this.#pause(askedMs(error), tries);
        if (!this.line.isUp || this.#queue.front !== report) return false;
        continue;
      }
      report.delivered?.(answer);
      return true;
    }
  }

  /** A report that is good for nothing is in nobody's way. */
  #refuse(error: unknown): true {
    this.config.log(`a report was refused: ${text(error)}`);
    return true;
  }

  /** The server is away, for all that is known. */
  lose(error: unknown): void {
    if (this.line.isUp) this.config.log(`reports are kept until later: ${text(error)}`);
    this.line.lose();
  }

  /** The key is refused. */
  hold(error: unknown): void {
    if (this.line.isUp) this.config.log(`the key is refused: ${text(error)}`);
    this.line.hold();
  }

  /** Writes down what waits in memory, as far as the disk takes it. */
  #putDown(): void {
    for (let it = this.#queue.front; it !== undefined && this.#keep(it); it = this.#queue.front) {
      this.#queue.settle(it);
    }
  }

  /** False: it has no place. Heartbeats are never written. */
  #keep({ kind, body, delivered }: Report): boolean {
    if (kind === "heartbeat") return true;
    const isKept = this.#spool?.write({ kind, body }) ?? false;
    if (isKept && delivered && this.#owed.size < OWED_MAX) {
      this.#owed.set(String(body.run_id), delivered);
    }
    return isKept;
  }

  #warnOfLoss(): void {
    if (!this.#hasWarned) this.config.log("reports are lost: there is no disk that takes them");
    this.#hasWarned = true;
  }

  /** What the server asked for is waited for in full; else nobody who waits is kept for long. */
  async #pause(asked: number | undefined, tries: number): Promise<void> {
    const own = backoffMs(tries, Math.random());
    const wait = asked ?? (this.#queue.isWaitedFor ? Math.min(own, HURRIED_MS) : own);
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = later(wait, end);
      this.#wake = () => {
        if (asked === undefined || !this.line.isUp) end();
      };
    });
  }
}

function stamped({ kind, body }: Report): JsonObject {
  return kind === "register" ? body : { ...body, sent_at: now() };
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
