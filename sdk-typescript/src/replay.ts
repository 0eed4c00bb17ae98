/** Sends what waits on disk: this process's reports, or those of any other. */
import { later, now } from "./clock.js";
import { PermissionDeniedError, TransportError } from "./errors.js";
import { asObject, type JsonObject } from "./json.js";
import type { Reporter } from "./reporter.js";
import { ofCode, ofError, type Verdict } from "./retry.js";
import type { Claim, Spool, SpoolRecord } from "./spool.js";

const BATCH_MAX = 500;
/** How long reports are left alone that the server does not take though it is there. */
const PAUSE_MS = 30_000;

export class Replay {
  #claims: Claim[] = [];
  #isWanted = true;
  #isGivenBack = false;
  /** Whether the round under way made room for others, and whether it left anything. */
  #hasMoved = false;
  #hasLeft = false;
  #again: NodeJS.Timeout | undefined;
  /**
   * Schedulers that the key may say nothing of, and until when they are left alone. Another
   * process, with another key, may have left their reports here.
   */
  readonly #forbidden = new Map<string, number>();

  constructor(
    readonly reporter: Reporter,
    readonly spool: Spool,
  ) {}

  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** Looks at the disk again. */
  want(): void {
    this.#isWanted = true;
  }

  /** Sends up to one batch. What could not be sent waits for the next probe. */
  async round(): Promise<void> {
    this.#isWanted = false;
    this.#isGivenBack = false;
    this.#hasMoved = false;
    this.#hasLeft = false;
    this.#claims = this.spool.claim(BATCH_MAX, (it) => !this.#isForbidden(it));
    const several = this.#claims.length === BATCH_MAX;
    try {
      while (this.#claims.length > 0) await this.#next();
    } catch (error) {
      if (this.#isGivenBack) return;
      if (ofError(error) === "hold") this.reporter.hold(error);
      else this.reporter.lose(error);
      return this.giveBack();
    }
    if (this.#isGivenBack) return;
    this.reporter.line.restore();
    if (several && this.#hasMoved) this.#isWanted = true;
    else if (several || this.#hasLeft || this.#forbidsSomething) this.#wantLater();
  }

  /** Leaves what is not sent to others until it is wanted again. Synchronous: the process may be ending. */
  giveBack(): void {
    this.#isWanted = false;
    this.#isGivenBack = true;
    for (const claim of this.#claims) this.spool.giveBack(claim);
    this.#claims = [];
  }

  #wantLater(): void {
    clearTimeout(this.#again);
    this.#again = later(PAUSE_MS, () => this.reporter.replay());
  }

  async #next(): Promise<void> {
    const first = this.#claims[0];
    if (first === undefined) return;
    if (first.kind === "register") return this.#register(first);
    const until = this.#claims.findIndex((it) => it.kind === "register");
    await this.#report(until === -1 ? this.#claims.slice() : this.#claims.slice(0, until));
  }

  async #register(claim: Claim): Promise<void> {
    try {
      await this.reporter.call("RegisterScheduler", claim.body);
    } catch (error) {
      if (isForbidden(error)) {
        this.#forbid(claim);
        return this.#leave(claim);
      }
      this.#refused(claim, error);
    }
    this.#settled(claim);
  }

  /** Sends statuses at once; in halves, when the server refuses them as a whole for good. */
  async #report(batch: Claim[]): Promise<void> {
    let results: JsonObject[];
    try {
      results = await this.#sendKnown(batch);
    } catch (error) {
      const [first] = batch;
      if (first === undefined || this.#isGivenBack) return;
      if (["retry", "hold"].includes(ofError(error))) throw error;
      if (batch.length === 1) {
        this.#refused(first, error);
        return this.#settled(first);
      }
      const middle = Math.ceil(batch.length / 2);
      await this.#report(batch.slice(0, middle));
      return this.#report(batch.slice(middle));
    }
    for (const [at, claim] of batch.entries()) this.#judge(claim, results[at] ?? {});
  }

  #judge(claim: Claim, result: JsonObject): void {
    const verdict = verdictOf(result);
    if (verdict === "hold") this.#forbid(claim);
    const isUnregistered = verdict === "register" && this.#isForbidden(claim);
    if (verdict === "retry" || verdict === "hold" || isUnregistered) this.#leave(claim);
    else {
      if (verdict !== "done") this.#tell(claim, String(result.message));
      this.#settled(claim);
    }
  }

  /** Sends a batch; again, once the schedulers are registered that the server does not know. */
  async #sendKnown(batch: Claim[]): Promise<JsonObject[]> {
    const results = await this.#send(batch);
    const unknown = batch.filter((_, at) => verdictOf(results[at] ?? {}) === "register");
    if (unknown.length === 0) return results;
    for (const claim of new Map(unknown.map((it) => [idOf(it), it])).values()) {
      try {
        await this.reporter.register(idOf(claim));
      } catch (error) {
        if (isForbidden(error)) this.#forbid(claim);
        // What is refused for good is so for its reports too, in a moment.
        else if (["retry", "hold"].includes(ofError(error))) throw error;
      }
    }
    return this.#send(batch);
  }

  async #send(batch: Claim[]): Promise<JsonObject[]> {
    const items = batch.map(({ body }) => ({ status: { ...body, sent_at: now() } as JsonObject }));
    const answer = await this.reporter.call("BatchReport", { items });
    const results = Array.isArray(answer.results) ? answer.results.map(asObject) : [];
    if (results.length !== batch.length) {
      throw new TransportError("the answer is of another batch: is this Nightbell?");
    }
    return results;
  }

  get #forbidsSomething(): boolean {
    return [...this.#forbidden.values()].some((until) => until > performance.now());
  }

  #isForbidden(record: SpoolRecord): boolean {
    return (this.#forbidden.get(idOf(record)) ?? 0) > performance.now();
  }

  #forbid(claim: Claim): void {
    const id = idOf(claim);
    if (!this.#forbidden.has(id)) this.reporter.config.log(`the key may say nothing of ${id}`);
    this.#forbidden.set(id, performance.now() + PAUSE_MS);
    this.#hasMoved = true;
  }

  /** What is refused for good is told of; anything else is thrown on. */
  #refused(claim: Claim, error: unknown): void {
    const verdict = ofError(error);
    if (verdict === "retry" || verdict === "hold") throw error;
    if (verdict !== "done") this.#tell(claim, error instanceof Error ? error.message : "");
  }

  #tell(claim: Claim, why: string): void {
    this.reporter.config.log(`a kept report of ${idOf(claim)} was refused: ${why}`);
  }

  #settled(claim: Claim): void {
    if (!this.#release(claim)) return;
    this.#hasMoved = true;
    this.spool.remove(claim);
    this.reporter.replayed(claim.body);
  }

  /** It stays on disk, and is not looked at again in this round. */
  #leave(claim: Claim): void {
    if (!this.#release(claim)) return;
    this.#hasLeft = true;
    this.spool.giveBack(claim);
  }

  /** False: it is given back already. */
  #release(claim: Claim): boolean {
    const isOurs = this.#claims.includes(claim);
    if (isOurs) this.#claims = this.#claims.filter((it) => it !== claim);
    return isOurs;
  }
}

function verdictOf({ code }: JsonObject): Verdict {
  return ofCode(Number(code ?? 0));
}

function idOf({ body }: SpoolRecord): string {
  return String(body.scheduler_id);
}

/** Said of this record alone; what a proxy says so is of all. */
function isForbidden(error: unknown): boolean {
  return error instanceof PermissionDeniedError && !error.isForeign;
}
