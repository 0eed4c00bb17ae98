import { type Config, configure, type NightbellOptions } from "./config.js";
import { Cancelled, ConfigError } from "./errors.js";
import { CANCELLED, failed, type Outcome } from "./outcome.js";
import type { JobOptions } from "./registration.js";
import type { Job, LiveRun, Run } from "./run.js";
import type { Services } from "./services.js";
import { shared } from "./shared.js";
import { Unwatched, Watch } from "./watch.js";
import { createWire } from "./wire.js";

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
