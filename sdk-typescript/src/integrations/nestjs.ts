/**
 * Jobs of @nestjs/schedule, watched.
 *
 * @example
 * class Tasks {
 *   @Cron("0 1 * * *", { name: "eod", timeZone: "Europe/Berlin" })
 *   @NightbellCron()
 *   async closeDay() {}
 * }
 */
import { wrap } from "../index.js";
import type { JobOptions } from "../registration.js";
import { cron } from "./crontab.js";

/** What reflect-metadata adds to `Reflect`; Nest loads it. */
interface Metadata {
  getMetadata?(key: unknown, target: object): unknown;
  getMetadataKeys?(target: object): unknown[];
  defineMetadata?(key: unknown, value: unknown, target: object): void;
}

/** The keys under which @nestjs/schedule keeps what its decorators were told. */
const [CRON, INTERVAL, NAME] = [
  "SCHEDULE_CRON_OPTIONS",
  "SCHEDULE_INTERVAL_OPTIONS",
  "SCHEDULER_NAME",
];

/**
 * Each call of the method is a run. The id of its scheduler is `id`, or the name that
 * `@Cron()` or `@Interval()` was given, or `Class.method`; their schedule is the job's.
 * It may stand above or below them. What the method throws goes on to Nest untouched.
 */
export function NightbellCron(id?: string, options: JobOptions = {}): MethodDecorator {
  return (prototype, property, descriptor) => {
    const method: unknown = descriptor.value;
    if (typeof method !== "function") return;
    const otherwise = `${prototype.constructor.name}.${String(property)}`;
    const watched = function (this: unknown, ...given: unknown[]): unknown {
      // Looked up late: decorators above this one have spoken only now.
      const said = { ...scheduleOf(watched), ...options };
      const name = id ?? read(watched, NAME) ?? otherwise;
      return wrap(String(name), said, () => method.apply(this, given))();
    };
    Object.defineProperty(watched, "name", { value: method.name, configurable: true });
    Object.defineProperty(watched, "length", { value: method.length, configurable: true });
    copy(method, watched);
    descriptor.value = watched as NonNullable<typeof descriptor.value>;
  };
}

function scheduleOf(method: object): JobOptions {
  const said = read(method, CRON) as { cronTime?: unknown; timeZone?: unknown } | undefined;
  if (said !== undefined) return cron(said.cronTime, said.timeZone);
  const interval = read(method, INTERVAL) as { timeout?: unknown } | undefined;
  return typeof interval?.timeout === "number" ? { every: interval.timeout } : {};
}

function read(method: object, key: string): unknown {
  return (Reflect as Metadata).getMetadata?.(key, method);
}

/** What decorators below said of the method holds for the one in its place. */
function copy(from: object, to: object): void {
  const metadata = Reflect as Metadata;
  for (const key of metadata.getMetadataKeys?.(from) ?? []) {
    metadata.defineMetadata?.(key, metadata.getMetadata?.(key, from), to);
  }
}
