/** Watches the jobs of one client: what they say is queued, beaten for, and ended with the process. */
import type { Beater } from "./beater.js";
import { LocalBeater } from "./beater.js";
import type { Config } from "./config.js";
import { watchExit } from "./exit.js";
import type { JsonObject } from "./json.js";
import { abandoned, failed, type Outcome, stoppedBy } from "./outcome.js";
import { type JobOptions, registration } from "./registration.js";
import { Reporter } from "./reporter.js";
import { directivesOf, LiveRun, type RunHost } from "./run.js";
import { type Closable, type Ending, shared } from "./shared.js";
import { ThreadBeater } from "./thread-beater.js";
import type { Wire } from "./wire.js";

/** A process that ends many jobs in a row waits for this part of its time at most. */
const REFILL = 10;
const LEAST_WAIT_MS = 50;

/** What the server takes for the id of a scheduler. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Watches for one server. */
export class Watch implements RunHost, Closable {
  readonly reporter: Reporter;
  readonly #runs = new Set<LiveRun>();
  readonly #registered = new Map<string, string>();
  #beater: Beater | undefined;
  #allowance: number;
  #waitedAt = performance.now();

  constructor(
    readonly config: Config,
    wire: Wire,
  ) {
    this.reporter = new Reporter(config, wire);
    this.#allowance = config.exitTimeoutMs;
  }

  get isIdle(): boolean {
    return this.reporter.isIdle;
  }

  get handlesSignals(): boolean {
    return this.config.signals === "auto";
  }

  /** @throws Error for an id that the server would refuse in every report. */
  begin(id: string, options: JobOptions): LiveRun {
    if (typeof id !== "string" || !ID.test(id)) {
      throw new Error("an id has 1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'");
    }
    watchExit(this);
    const { parent } = this.config;
    const isInside = parent !== undefined && (parent.schedulerId ?? id) === id;
    const run = new LiveRun(id, options, this, isInside ? parent.runId : undefined);
    this.#runs.add(run);
    const beater = this.#beats();
    if (run.attachedTo !== undefined) {
      beater.add(run);
      beater.known(run);
      return run;
    }
    const running = run.status("running");
    beater.add(run, [registration(id, options, this.config), running]);
    this.#register(id, options);
    const delivered = (answer: JsonObject) => {
      run.obey(directivesOf(answer));
      if (!run.isOver) beater.known(run);
    };
    this.reporter.put({ kind: "status", body: running, delivered });
    return run;
  }

  ended(run: LiveRun, status: JsonObject): void {
    this.#runs.delete(run);
    this.#beater?.remove(run);
    if (run.hasNews) this.reporter.put({ kind: "heartbeat", body: run.heartbeat(false) });
    if (run.attachedTo === undefined) this.reporter.put({ kind: "status", body: status });
  }

  changed(run: LiveRun): void {
    this.#beater?.changed(run);
  }

  flush(): Promise<boolean> {
    return this.reporter.flush(this.config.exitTimeoutMs);
  }

  /** All jobs of a process together wait for one exit budget in {@link REFILL} of them. */
  async delivered(): Promise<void> {
    const most = this.config.exitTimeoutMs;
    const began = performance.now();
    this.#allowance = Math.min(most, this.#allowance + (began - this.#waitedAt) / REFILL);
    this.#waitedAt = began;
    if (this.#allowance < LEAST_WAIT_MS) return;
    await this.reporter.settled(this.#allowance);
    this.#allowance -= performance.now() - began;
  }

  endRuns(ending: Ending): void {
    for (const run of [...this.#runs]) run.endNow(outcomeOf(ending, this.config));
  }

  spill(): void {
    this.reporter.spill();
  }

  close(): void {
    this.reporter.stop();
    this.#beater?.close();
    this.#beater = undefined;
    this.reporter.wire.close();
    shared.clients.delete(this);
  }

  /** Once in the life of a client, and again when a job says something else of itself. */
  #register(id: string, options: JobOptions): void {
    const body = registration(id, options, this.config);
    const said = JSON.stringify(body);
    if (this.#registered.get(id) === said) return;
    this.#registered.set(id, said);
    this.reporter.put({ kind: "register", body });
  }

  #beats(): Beater {
    this.#beater ??= this.config.heartbeatThread
      ? new ThreadBeater(this.config, (open) => this.#beatHere(open))
      : this.#localBeater();
    return this.#beater;
  }

  /** There is no thread to beat: better from a thread that may be busy than not at all. */
  #beatHere(open: readonly LiveRun[]): void {
    const beater = this.#localBeater();
    this.#beater = beater;
    for (const run of open) {
      beater.add(run);
      beater.known(run);
    }
  }

  #localBeater(): Beater {
    return new LocalBeater(this.reporter, (run, directives) => run.obey(directives));
  }
}

/** Stands in when there is no server to tell. */
export class Unwatched implements RunHost {
  constructor(readonly config: Config) {}

  begin(id: string, options: JobOptions): LiveRun {
    return new LiveRun(id, options, this, undefined);
  }

  ended(): void {}

  changed(): void {}

  async delivered(): Promise<void> {}
}

function outcomeOf(ending: Ending, config: Config): Outcome {
  if (ending.kind === "signal") return stoppedBy(ending.signal);
  if (ending.kind === "thrown") return failed(ending.error, config.capture);
  return abandoned(ending.why);
}
