import type { Beater } from "./beater.js";
import { LocalBeater } from "./beater.js";
import { type Config, configure, type NightbellOptions } from "./config.js";
import { Cancelled, ConfigError } from "./errors.js";
import { watchExit } from "./exit.js";
import type { JsonObject } from "./json.js";
import { abandoned, CANCELLED, failed, type Outcome, stoppedBy } from "./outcome.js";
import { type JobOptions, registration } from "./registration.js";
import { Reporter } from "./reporter.js";
import { directivesOf, type Job, LiveRun, type Run, type RunHost } from "./run.js";
import type { Services } from "./services.js";
import { type Closable, type Ending, shared } from "./shared.js";
import { ThreadBeater } from "./thread-beater.js";
import { createWire, type Wire } from "./wire.js";

// biome-ignore lint/suspicious/noExplicitAny: a function of any type is wrapped.
type AnyFunction = (this: any, ...given: any[]) => any;

/**
 * Watches jobs. It never throws, never waits for the server while a job runs, and
 * adds at most `exitTimeoutMs` to its end; {@link Nightbell.client} alone throws.
 */
export class Nightbell {
  readonly #config: Config;
  readonly #watch: Watch | undefined;
  #services: Promise<{ services: Services; close(): void }> | undefined;

  /** `open` is for tests of this package, and for its `./testing`. */
  constructor(options: NightbellOptions = {}, open: typeof createWire = createWire) {
    this.#config = configure(options);
    const { url } = this.#config;
    if (url !== undefined) this.#watch = new Watch(this.#config, open(this.#config, url));
  }

  /** Runs `fn` as a run of the job. What it returns or throws comes back untouched. */
  withJob<T>(id: string, fn: (job: Job) => T | PromiseLike<T>): Promise<T>;
  withJob<T>(id: string, options: JobOptions, fn: (job: Job) => T | PromiseLike<T>): Promise<T>;
  async withJob<T>(id: string, ...rest: unknown[]): Promise<T> {
    const [options, fn] = split<(job: Job) => T | PromiseLike<T>>(rest);
    const outer = shared.current.getStore();
    // The same job inside itself is the same run.
    if (outer?.id === id) return fn(outer);
    const run = this.#begin(id, options);
    let result: T;
    try {
      result = await shared.current.run(run, fn, run);
    } catch (thrown) {
      await run.end(this.#outcome(run, thrown));
      throw thrown;
    }
    await run.complete();
    return result;
  }

  /** A function like `fn`, each call of which is a run of the job. */
  wrap<F extends AnyFunction>(id: string, fn: F): F;
  wrap<F extends AnyFunction>(id: string, options: JobOptions, fn: F): F;
  wrap<F extends AnyFunction>(id: string, ...rest: unknown[]): F {
    return wrapped(() => this, id, rest) as F;
  }

  /**
   * Runs `call` at once as a run of the job, which is over when it returns, or when the
   * promise that it returns is settled.
   */
  call<T>(id: string, options: JobOptions, call: () => T): T {
    return this.#call(id, options, call) as T;
  }

  /** Begins a run that the caller ends; one that is forgotten ends as failed with the process. */
  start(id: string, options: JobOptions = {}): Run {
    return this.#begin(id, options);
  }

  /** Waits until all is with the server or on disk. False: not all is with the server. */
  async flush(options: { readonly timeoutMs?: number } = {}): Promise<boolean> {
    return (
      (await this.#watch?.reporter.flush(options.timeoutMs ?? this.#config.exitTimeoutMs)) ?? true
    );
  }

  /** Ends what is open, and lets go of every connection. */
  async close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#watch?.endRuns({ kind: "exit", why: "the client was closed" });
    await this.flush(options);
    this.#watch?.close();
    const opened = await this.#services;
    opened?.close();
  }

  /**
   * Every call of the contract over gRPC; these throw {@link NightbellError}s.
   *
   * @throws ConfigError when no address is known.
   */
  async client(): Promise<Services> {
    const { url } = this.#config;
    if (url === undefined) throw new ConfigError("no NIGHTBELL_URL is set");
    this.#services ??= import("./client.js").then((it) => it.openServices(this.#config, url));
    return (await this.#services).services;
  }

  #begin(id: string, options: JobOptions): LiveRun {
    const unwatched = () => new Unwatched(this.#config).begin(id, options);
    try {
      return this.#watch?.begin(id, options) ?? unwatched();
    } catch (error) {
      // Options of the wrong type, or a process that can start no thread.
      this.#config.log(`${id} runs unwatched: ${(error as Error).message}`);
      return unwatched();
    }
  }

  /** A call that is over when it returns, or else when its promise is settled. */
  #call(id: string, options: JobOptions, call: () => unknown): unknown {
    if (shared.current.getStore()?.id === id) return call();
    const run = this.#begin(id, options);
    let result: unknown;
    try {
      result = shared.current.run(run, call);
    } catch (thrown) {
      run.endNow(this.#outcome(run, thrown));
      throw thrown;
    }
    if (!isThenable(result)) {
      run.endNow({ status: "completed" });
      return result;
    }
    return this.#settled(run, result);
  }

  async #settled(run: LiveRun, result: PromiseLike<unknown>): Promise<unknown> {
    let value: unknown;
    try {
      value = await result;
    } catch (thrown) {
      await run.end(this.#outcome(run, thrown));
      throw thrown;
    }
    await run.complete();
    return value;
  }

  #outcome(run: LiveRun, thrown: unknown): Outcome {
    const isAsked = run.signal.aborted && (thrown instanceof Cancelled || isAbort(thrown));
    return isAsked ? CANCELLED : failed(thrown, this.#config.capture);
  }
}

/** A function like the last of `rest`; who watches its calls is looked up at each. */
export function wrapped(by: () => Nightbell, id: string, rest: unknown[]): AnyFunction {
  const [options, fn] = split<AnyFunction>(rest);
  const made: AnyFunction = function (...given) {
    return by().call(id, options, () => fn.apply(this, given));
  };
  Object.defineProperty(made, "name", { value: fn.name, configurable: true });
  Object.defineProperty(made, "length", { value: fn.length, configurable: true });
  return made;
}

/** A process that ends many jobs in a row waits for this part of its time at most. */
const REFILL = 10;
const LEAST_WAIT_MS = 50;

/** Watches for one server. */
class Watch implements RunHost, Closable {
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

  begin(id: string, options: JobOptions): LiveRun {
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
    const isSettled = await this.reporter.settled(this.#allowance);
    this.#allowance -= performance.now() - began;
    if (!isSettled) await this.reporter.flush(0);
  }

  endRuns(ending: Ending): void {
    for (const run of [...this.#runs]) run.endNow(outcomeOf(ending, this.config));
  }

  spill(): void {
    this.reporter.spill();
  }

  close(): void {
    this.spill();
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
class Unwatched implements RunHost {
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

/** The options, which may be left out, and the function. */
function split<F>(rest: unknown[]): [JobOptions, F] {
  const fn = rest.at(-1);
  if (typeof fn !== "function") throw new TypeError("a job needs a function to run");
  return [rest.length > 1 ? ((rest[0] as JobOptions | undefined) ?? {}) : {}, fn as F];
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "AbortError";
}
