/**
 * A Nightbell for tests: nothing leaves the process.
 *
 * @example
 * const fake = new FakeNightbell();
 * beforeEach(() => fake.install());
 * afterEach(() => fake.restore());
 *
 * test("the day is closed", async () => {
 *   await eod("2026-11-23");
 *   await fake.assertRun("eod", { status: "completed", metadata: { records: 1000 } });
 * });
 */
import { isDeepStrictEqual } from "node:util";

import { UnavailableError } from "./errors.js";
import { asObject, type Json, type JsonObject } from "./json.js";
import { Nightbell } from "./nightbell.js";
import { codeOf, statusError } from "./refusal.js";
import { shared } from "./shared.js";
import type { Call, Wire } from "./wire.js";

/** What Nightbell was told of a run. */
export interface FakeRun {
  readonly schedulerId: string;
  readonly runId: string;
  /** The newest status, such as `running` or `completed`. */
  status: string;
  /** All of them, in their order. */
  readonly statuses: string[];
  errorMessage: string | undefined;
  metadata: JsonObject;
  progress: JsonObject | undefined;
  heartbeats: number;
}

/** What {@link FakeNightbell.assertRun} compares. */
export interface ExpectedRun {
  readonly status?: string;
  /** A part of the error's message. */
  readonly errorMessage?: string;
  /** Entries that must be there, among others. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** For reports to arrive; it takes milliseconds. */
const SETTLE_MS = 5_000;
const EXIT_MS = 200;
const ENDED = ["completed", "failed", "cancelled"];

/**
 * Stands in for the server. Jobs behave as they do in earnest: their reports go the
 * same way, and meet the same errors.
 */
export class FakeNightbell implements Wire {
  readonly #runs = new Map<string, FakeRun>();
  readonly #registrations = new Map<string, JsonObject>();
  readonly #toCancel = new Set<string>();
  #failures: { status: number; retryAfterMs: number | undefined }[] = [];
  #isOnline = true;
  #nightbell = this.#made();
  #replaced: { client: unknown } | undefined;

  /** The client that reports here, for code that is given one. */
  get nightbell(): Nightbell {
    return this.#nightbell;
  }

  /** Every run reported so far, in the order in which they began. */
  get runs(): readonly FakeRun[] {
    return [...this.#runs.values()];
  }

  /** What was registered, by scheduler, in the JSON of REST. */
  get registrations(): ReadonlyMap<string, JsonObject> {
    return this.#registrations;
  }

  /** Every run of one scheduler. */
  runsOf(schedulerId: string): readonly FakeRun[] {
    return this.runs.filter((it) => it.schedulerId === schedulerId);
  }

  /** Takes the place of the client that `withJob` and its like use, and forgets what was. */
  install(): this {
    this.#runs.clear();
    this.#registrations.clear();
    this.#toCancel.clear();
    this.#failures = [];
    this.#isOnline = true;
    this.#nightbell = this.#made();
    this.#replaced ??= { client: shared.client };
    shared.client = this.#nightbell;
    return this;
  }

  /** Gives the place back. */
  async restore(): Promise<void> {
    if (this.#replaced === undefined) return;
    shared.client = this.#replaced.client;
    this.#replaced = undefined;
    await this.#nightbell.close({ timeoutMs: this.#isOnline ? SETTLE_MS : 0 });
  }

  /** Waits until all that was reported has arrived. False: not all of it has. */
  settle(): Promise<boolean> {
    return this.#nightbell.flush({ timeoutMs: this.#isOnline ? SETTLE_MS : 0 });
  }

  /** The last run of a scheduler. @throws Error unless it is as expected. */
  async assertRun(schedulerId: string, expected: ExpectedRun = {}): Promise<FakeRun> {
    await this.settle();
    const run = this.runsOf(schedulerId).at(-1);
    if (run === undefined) {
      const known = [...new Set(this.runs.map((it) => it.schedulerId))].join(", ");
      throw new Error(`${schedulerId} never ran; these did: ${known || "none"}`);
    }
    const { status, errorMessage, metadata = {} } = expected;
    const why = run.errorMessage === undefined ? "" : `: ${run.errorMessage}`;
    if (status !== undefined && run.status !== status) {
      throw new Error(`${schedulerId} is ${run.status}, not ${status}${why}`);
    }
    if (errorMessage !== undefined && !run.errorMessage?.includes(errorMessage)) {
      throw new Error(`${schedulerId} failed with '${run.errorMessage}', not '${errorMessage}'`);
    }
    for (const [name, wanted] of Object.entries(metadata)) {
      if (isDeepStrictEqual(run.metadata[name], wanted)) continue;
      const said = JSON.stringify(run.metadata[name]);
      throw new Error(`${schedulerId} has ${name}=${said}, not ${JSON.stringify(wanted)}`);
    }
    return run;
  }

  /** @throws Error if the scheduler ran. */
  async assertNoRun(schedulerId: string): Promise<void> {
    await this.settle();
    if (this.runsOf(schedulerId).length > 0) throw new Error(`${schedulerId} ran`);
  }

  /** Asks the next run of a scheduler to stop, as soon as it reports. */
  cancelNext(schedulerId: string): void {
    this.#toCancel.add(schedulerId);
  }

  /** Answers the next calls with a status of HTTP. */
  failWith(status: number, options: { times?: number; retryAfterMs?: number } = {}): void {
    // A server that is busy always says when to come back; a test need not wait for it.
    const retryAfterMs = options.retryAfterMs ?? (status === 429 ? 0 : undefined);
    const failure = { status, retryAfterMs };
    for (let i = 0; i < (options.times ?? 1); i += 1) this.#failures.push(failure);
  }

  /** Answers nothing from now on. */
  goOffline(): void {
    this.#isOnline = false;
  }

  /** Answers again. */
  goOnline(): void {
    this.#isOnline = true;
  }

  /** Answers a call as the server would. */
  async call(call: Call, body: JsonObject): Promise<JsonObject> {
    if (!this.#isOnline) throw new UnavailableError("the test went offline");
    const failure = this.#failures.shift();
    if (failure !== undefined) {
      throw statusError(failure.status, {
        code: codeOf(failure.status),
        reason: "",
        message: "the test wants it so",
        fieldViolations: [],
        retryAfterMs: failure.retryAfterMs,
        requestId: undefined,
      });
    }
    return this.#answer(call, body);
  }

  /** There is nothing open. */
  close(): void {}

  #answer(call: Call, body: JsonObject): JsonObject {
    if (call === "RegisterScheduler") {
      this.#registrations.set(String(body.scheduler_id), body);
      return { scheduler_id: body.scheduler_id ?? "", created: true };
    }
    if (call === "BatchReport") {
      const items = Array.isArray(body.items) ? body.items.map(asObject) : [];
      for (const { status } of items) this.#status(asObject(status));
      return { results: items.map((_, index) => ({ index })) };
    }
    const run = this.#run(body);
    if (call === "UpdateStatus") this.#status(body);
    else {
      run.heartbeats += 1;
      if (body.progress !== undefined) run.progress = asObject(body.progress);
    }
    const isAsked = this.#toCancel.has(run.schedulerId);
    if (isAsked && ENDED.includes(run.status)) this.#toCancel.delete(run.schedulerId);
    return {
      directives: {
        scheduler_id: run.schedulerId,
        run_id: run.runId,
        cancel_requested: isAsked,
      },
    };
  }

  #run(body: JsonObject): FakeRun {
    const runId = String(body.run_id ?? "");
    const run = this.#runs.get(runId) ?? {
      schedulerId: String(body.scheduler_id),
      runId,
      status: "",
      statuses: [],
      errorMessage: undefined,
      metadata: {},
      progress: undefined,
      heartbeats: 0,
    };
    this.#runs.set(runId, run);
    return run;
  }

  #status(body: JsonObject): void {
    const run = this.#run(body);
    run.status = String(body.status);
    run.statuses.push(run.status);
    run.errorMessage = text(body.error_message) ?? run.errorMessage;
    run.metadata = { ...run.metadata, ...asObject(body.metadata) };
  }

  #made(): Nightbell {
    const options = {
      url: "http://nightbell.invalid",
      apiKey: "nbi_fake",
      transport: "http",
      spoolDir: false,
      signals: "off",
      exitTimeoutMs: EXIT_MS,
      log: () => {},
    } as const;
    return new Nightbell(options, () => this);
  }
}

function text(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
