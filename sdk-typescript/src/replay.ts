/** Sends what waits on disk: this process's reports, or those of any other. */
import { now } from "./clock.js";
import { asObject, type JsonObject } from "./json.js";
import type { Reporter } from "./reporter.js";
import { ofCode, ofError } from "./retry.js";
import type { Claim, Spool } from "./spool.js";

const BATCH_MAX = 500;

export class Replay {
  #claims: Claim[] = [];
  #isWanted = true;
  #isGivenBack = false;

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
    this.#claims = this.spool.claim(BATCH_MAX);
    if (this.#claims.length === 0) return this.reporter.line.restore();
    const several = this.#claims.length === BATCH_MAX;
    try {
      while (this.#claims.length > 0) await this.#next();
      this.reporter.line.restore();
      this.#isWanted = several && !this.#isGivenBack;
    } catch (error) {
      if (ofError(error) === "hold") this.reporter.hold(error);
      else this.reporter.lose(error);
      this.giveBack();
    }
  }

  /** Leaves what is not sent to others until it is wanted again. Synchronous: the process may be ending. */
  giveBack(): void {
    this.#isWanted = false;
    this.#isGivenBack = true;
    for (const claim of this.#claims) this.spool.giveBack(claim);
    this.#claims = [];
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
      const verdict = ofError(error);
      if (verdict === "retry" || verdict === "hold") throw error;
    }
    this.#settled(claim, true);
  }

  async #report(batch: Claim[]): Promise<void> {
    let codes = await this.#send(batch);
    const unknown = batch.filter((_, at) => ofCode(codes[at] ?? 0) === "register");
    if (unknown.length > 0) {
      for (const id of new Set(unknown.map((it) => String(it.body.scheduler_id)))) {
        await this.reporter.register(id);
      }
      codes = await this.#send(batch);
    }
    for (const [at, claim] of batch.entries()) {
      this.#settled(claim, !["retry", "hold"].includes(ofCode(codes[at] ?? 0)));
    }
  }

  /** A record that is not settled stays on disk, and is not looked at again in this round. */
  #settled(claim: Claim, isDone: boolean): void {
    if (!this.#claims.includes(claim)) return;
    if (isDone) this.spool.remove(claim);
    else this.spool.giveBack(claim);
    this.#claims = this.#claims.filter((it) => it !== claim);
  }

  async #send(batch: Claim[]): Promise<number[]> {
    const items = batch.map(({ body }) => ({ status: { ...body, sent_at: now() } as JsonObject }));
    const answer = await this.reporter.call("BatchReport", { items });
    const results = Array.isArray(answer.results) ? answer.results.map(asObject) : [];
    return batch.map((_, at) => Number(results[at]?.code ?? 0));
  }
}
