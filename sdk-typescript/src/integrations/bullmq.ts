/**
 * Workers of BullMQ, watched: each attempt at a job is a run, and its progress the run's.
 *
 * @example
 * import { watchProcessor } from "@nightbell/sdk/bullmq";
 *
 * new Worker("reports", watchProcessor(async (job) => build(job.data)), { connection });
 */
import { currentJob, wrap } from "../index.js";
import type { JobOptions } from "../registration.js";
import { cron } from "./crontab.js";

/** What is needed of a job of BullMQ, from version 5 on. */
export interface QueueJob {
  readonly id?: string | undefined;
  readonly name: string;
  readonly queueName: string;
  readonly attemptsMade: number;
  readonly repeatJobKey?: string | undefined;
  readonly opts?: { readonly repeat?: Repeat | undefined } | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a type of each queue's own.
  updateProgress(progress: any): Promise<void>;
}

interface Repeat {
  readonly pattern?: string;
  readonly every?: number;
  readonly tz?: string;
}

/** What {@link watchProcessor} is told. */
export interface WatchOptions<J> extends JobOptions {
  /** The id of a job's scheduler; by default the queue's name, a dot and the job's name. */
  readonly id?: (job: J) => string;
}

/**
 * A processor like `processor`. What it returns or throws, and so what BullMQ tries
 * again, is its own. `job.updateProgress()` is told as progress: a number as percent, and
 * an object by its `done`, `total` and `message`. A job that repeats has that as its
 * schedule. What jobs carry is never sent.
 */
// biome-ignore lint/suspicious/noExplicitAny: a processor of any queue.
export function watchProcessor<P extends (job: any, ...rest: any[]) => Promise<any>>(
  processor: P,
  options: WatchOptions<Parameters<P>[0]> = {},
): P {
  const { id = nameOf, ...said } = options;
  const watched = async function (this: unknown, job: QueueJob, ...rest: unknown[]) {
    const repeat = scheduleOf(job.opts?.repeat);
    const process = async () => {
      currentJob()?.metadata({ bullmq_job: job.id, attempt: job.attemptsMade + 1 });
      tellProgress(job);
      return processor.call(this, job, ...rest);
    };
    return wrap(id(job), { ...repeat, ...said }, process)();
  };
  // BullMQ looks at it to learn whether the processor takes a signal.
  Object.defineProperty(watched, "length", { value: processor.length, configurable: true });
  return watched as unknown as P;
}

function nameOf(job: QueueJob): string {
  // A scheduler's id has no colon, and a queue's name may hold anything.
  return `${job.queueName}.${job.name}`.replace(/[^\w.-]+/g, "-");
}

function scheduleOf(repeat: Repeat | undefined): JobOptions {
  if (repeat?.pattern !== undefined) return cron(repeat.pattern, repeat.tz);
  return repeat?.every === undefined ? {} : { every: Number(repeat.every) };
}

function tellProgress(job: QueueJob): void {
  const run = currentJob();
  const update = job.updateProgress;
  job.updateProgress = (progress: unknown) => {
    if (typeof progress === "number") run?.progress(progress, 100);
    else if (typeof progress === "object" && progress !== null) {
      const { done, total, message } = progress as Record<string, unknown>;
      if (typeof done === "number") run?.progress(done, numberOf(total), textOf(message));
    }
    return update.call(job, progress);
  };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
