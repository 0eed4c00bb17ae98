/**
 * Nightbell for Node, Bun and Deno: a job is watched by being run inside `withJob`.
 *
 * @example
 * import { withJob } from "@nightbell/sdk";
 *
 * const loaded = await withJob("eod", { every: "0 1 * * *" }, async (job) => {
 *   const rows = await fetchRows({ signal: job.signal });
 *   for (const [i, row] of rows.entries()) {
 *     await load(row);
 *     job.progress(i + 1, rows.length);
 *   }
 *   return rows.length;
 * });
 */
import type { NightbellOptions } from "./config.js";
import { Nightbell, wrapped } from "./nightbell.js";
import type { JobOptions } from "./registration.js";
import type { Job as RunningJob } from "./run.js";
import { shared } from "./shared.js";

function client(): Nightbell {
  shared.client ??= new Nightbell();
  return shared.client as Nightbell;
}

/** Sets what the functions of this module use instead of the environment alone. */
export function configure(options: NightbellOptions): Nightbell {
  const nightbell = new Nightbell(options);
  shared.client = nightbell;
  return nightbell;
}

/** As {@link Nightbell.withJob}, with the client of this process. */
export const withJob: Nightbell["withJob"] = (...given: unknown[]) =>
  (client().withJob as (...given: unknown[]) => Promise<never>).apply(client(), given);

/** As {@link Nightbell.wrap}. The client is looked up at each call. */
export const wrap: Nightbell["wrap"] = (id: string, ...rest: unknown[]) =>
  wrapped(client, id, rest) as never;

/** As {@link Nightbell.start}. */
export const start: Nightbell["start"] = (id, options) => client().start(id, options);

/** As {@link Nightbell.flush}. */
export const flush: Nightbell["flush"] = (options) => client().flush(options);

/** As {@link Nightbell.close}. */
export const close: Nightbell["close"] = (options) => client().close(options);

/** The job that this code runs in, through any number of awaits. */
export function currentJob(): RunningJob | undefined {
  return shared.current.getStore();
}

// biome-ignore lint/suspicious/noExplicitAny: a method of any type is decorated.
type AnyMethod = (this: any, ...given: any[]) => any;

/** A decorator: each call of the method is a run of the job. */
export function Job(id: string, options: JobOptions = {}) {
  return <M extends AnyMethod>(method: M, _context: ClassMethodDecoratorContext): M =>
    wrap(id, options, method);
}

export type { NightbellOptions } from "./config.js";
export * from "./errors.js";
export { Nightbell } from "./nightbell.js";
export type { JobOptions, Span } from "./registration.js";
export type { Job as RunningJob, Run } from "./run.js";
export type { Services } from "./services.js";
