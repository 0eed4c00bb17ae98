/**
 * Gets reports to the server or onto the disk, in their order, one at a time.
 *
 * Nothing here throws, and nothing keeps the process alive but {@link Reporter.flush}.
 */
import { later, now } from "./clock.js";
import type { Config } from "./config.js";
import { ApiError, RateLimitedError } from "./errors.js";
import type { JsonObject } from "./json.js";
import { Line } from "./line.js";
import { Replay } from "./replay.js";
import { backoffMs, ofError, retryAfterMs, TRIES_MAX } from "./retry.js";
import { Spool } from "./spool.js";
import type { Call, Wire } from "./wire.js";

/** One report on its way. */
export interface Report {
  readonly kind: "register" | "status" | "heartbeat";
  readonly body: JsonObject;
  /** Told once the report is with the server, with its answer. */
  readonly delivered?: (answer: JsonObject) => void;
}

const CALLS = {
  register: "RegisterScheduler",
  status: "UpdateStatus",
  heartbeat: "SendHeartbeat",
} as const satisfies Record<Report["kind"], Call>;

/** How many reports wait in memory; past it, they go to disk at once. */
const QUEUE_MAX = 10_000;

export class Reporter {
  readonly line: Line;
  readonly #spool: Spool | undefined;
  readonly #replay: Replay | undefined;
  readonly #known = new Map<string, JsonObject>();
  readonly #calls = new Set<AbortController>();
  #queue: Report[] = [];
  #working: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #isHurried = false;
  #isStopped = false;

  constructor(
    readonly config: Config,
    readonly wire: Wire,
  ) {
    this.line = new Line(() => {
      this.#replay?.want();
      if (this.#replay === undefined) this.line.restore();
      this.#work();
    });
    if (config.spoolFolder !== undefined) {
      this.#spool = new Spool(config.spoolFolder);
      this.#replay = new Replay(this, this.#spool);
    }
  }

  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#working === undefined;
  }

  /** Takes a report; returns at once. */
  put(report: Report): void {
    this.#isStopped = false;
    if (report.kind === "register") this.#known.set(String(report.body.scheduler_id), report.body);
    if (this.#queue.length >= QUEUE_MAX) this.#keep(report);
    else this.#queue.push(report);
    this.#work();
  }

  /** Makes one call within its bound; throws as the wire does. */
  async call(call: Call, body: JsonObject): Promise<JsonObject> {
    const ending = new AbortController();
    const timer = later(this.config.timeoutMs, () => ending.abort());
    this.#calls.add(ending);
    try {
      return await this.wire.call(call, body, ending.signal);
    } finally {
      clearTimeout(timer);
      this.#calls.delete(ending);
    }
  }

  /** Registers a scheduler that the server does not know. False: it cannot be done. */
  async register(schedulerId: string): Promise<boolean> {
    const service = this.config.service ?? "default";
    const bare = { scheduler_id: schedulerId, service_name: service, job_name: schedulerId };
    try {
      await this.call("RegisterScheduler", this.#known.get(schedulerId) ?? bare);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Waits until everything is with the server or on disk, for so long at most; what
   * is then still under way goes to disk. False: not all of it is with the server.
   */
  async flush(timeoutMs: number): Promise<boolean> {
    if (!(await this.settled(timeoutMs))) this.#giveUp();
    return this.line.isUp;
  }

  /** Waits as {@link Reporter.flush} does, and gives nothing up. False: it took longer. */
  async settled(timeoutMs: number): Promise<boolean> {
    const until = performance.now() + timeoutMs;
    this.#isHurried = true;
    this.#wake?.();
    // Work that has ended may have begun again, for what came meanwhile.
    while (!this.isIdle && (await this.#worked(until - performance.now())));
    this.#isHurried = false;
    return this.isIdle;
  }

  /** Waits for the work under way. False: the time is over. */
  #worked(timeoutMs: number): Promise<boolean> {
    return new Promise<boolean>((resolve) => {
      // The one timer that keeps the process alive, for as long as it is waited for.
      const timer = setTimeout(resolve, Math.max(0, timeoutMs), false);
      void this.#working?.finally(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  /** Writes down whatever is not delivered. Synchronous: the process is ending. */
  spill(): void {
    const left = this.#queue;
    this.#queue = [];
    for (const report of left) this.#keep(report);
    this.#replay?.giveBack();
  }

  /** Writes down what is left, and does nothing more until there is another report. */
  stop(): void {
    this.#isStopped = true;
    this.spill();
  }

  #giveUp(): void {
    if (this.line.isUp) this.config.log("the server does not answer; reports are kept on disk");
    this.line.lose();
    this.spill();
    for (const call of this.#calls) call.abort();
    this.#wake?.();
  }

  #work(): void {
    if (this.#isStopped) return;
    this.#working ??= this.#drain().finally(() => {
      this.#working = undefined;
      // What came between the last look and now.
      if (this.#queue.length > 0) this.#work();
    });
  }

  async #drain(): Promise<void> {
    // Several reports put in one go are there before the first is sent.
    await Promise.resolve();
    for (;;) {
      const report = this.#queue[0];
      if (report !== undefined) {
        await this.#settle(report);
        if (this.#queue[0] === report) this.#queue.shift();
      } else if (this.#replay?.isWanted && !this.#isStopped) {
        await this.#replay.round();
      } else {
        return;
      }
    }
  }

  async #settle(report: Report): Promise<void> {
    let registered = false;
    for (let tries = 1; tries <= TRIES_MAX && this.line.isUp; ) {
      try {
        const answer = await this.call(CALLS[report.kind], stamped(report));
        report.delivered?.(answer);
        return;
      } catch (error) {
        if (this.#queue[0] !== report) return;
        const verdict = ofError(error);
        if (verdict === "done") return;
        if (verdict === "hold") return this.#holdFor(report, error);
        if (verdict === "drop" || (verdict === "register" && registered)) {
          return this.config.log(`a report was refused: ${text(error)}`);
        }
        if (verdict === "register") {
          registered = true;
          await this.register(String(report.body.scheduler_id));
          continue;
        }
        await this.#pause(waitMs(error, tries));
        tries += 1;
        if (this.#queue[0] !== report) return;
        if (tries > TRIES_MAX) this.lose(error);
      }
    }
    this.#keep(report);
  }

  /** The server is away, for all that is known. */
  lose(error: unknown): void {
    if (this.line.isUp) this.config.log(`reports are kept on disk: ${text(error)}`);
    this.line.lose();
  }

  /** The key is refused. */
  hold(error: unknown): void {
    if (this.line.isUp) this.config.log(`the key is refused: ${text(error)}`);
    this.line.hold();
  }

  #holdFor(report: Report, error: unknown): void {
    this.hold(error);
    this.#keep(report);
  }

  #keep({ kind, body }: Report): void {
    if (kind !== "heartbeat") this.#spool?.write({ kind, body });
  }

  async #pause(ms: number): Promise<void> {
    // Somebody waits for the end: what the server did not ask for is not waited for.
    const wait = this.#isHurried ? Math.min(ms, 100) : ms;
    await new Promise<void>((resolve) => {
      const timer = later(wait, resolve);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

function waitMs(error: unknown, tries: number): number {
  if (error instanceof RateLimitedError) return retryAfterMs(error.retryAfterMs);
  if (error instanceof ApiError && error.retryAfterMs !== undefined)
    return retryAfterMs(error.retryAfterMs);
  return backoffMs(tries, Math.random());
}

function stamped({ kind, body }: Report): JsonObject {
  return kind === "register" ? body : { ...body, sent_at: now() };
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
