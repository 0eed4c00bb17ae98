/**
 * node-cron, with every task that has a name watched.
 *
 * node-cron logs what a task throws and goes on; Nightbell tells somebody.
 *
 * @example
 * import nodeCron from "node-cron";
 * import { wrapNodeCron } from "@nightbell/sdk/node-cron";
 *
 * const cron = wrapNodeCron(nodeCron, { eod: { maxRuntime: "2h" } });
 * cron.schedule("0 1 * * *", closeDay, { name: "eod", timezone: "Europe/Berlin" });
 */
import { wrap } from "../index.js";
import type { JobOptions } from "../registration.js";
import { cron as scheduleOf } from "./crontab.js";

/** What is needed of node-cron, from version 3 on. */
export interface NodeCron {
  // biome-ignore lint/suspicious/noExplicitAny: versions differ in the rest.
  schedule(expression: string, task: any, options?: any): any;
}

/**
 * A node-cron like `cron`. A task's `name` is the id of its scheduler, and its
 * expression and time zone are its schedule; `jobs` says more, by name. Tasks without a
 * name, and those in a file of their own, run unwatched.
 */
export function wrapNodeCron<C extends NodeCron>(
  cron: C,
  jobs: Readonly<Record<string, JobOptions>> = {},
): C {
  const watched = (make: Make) => (expression: string, task: unknown, options?: Options) => {
    const name = options?.name;
    if (typeof task !== "function" || !name) return make.call(cron, expression, task, options);
    const said = { ...scheduleOf(expression, options.timezone), ...jobs[name] };
    return make.call(cron, expression, wrap(name, said, task as () => unknown), options);
  };
  return new Proxy(cron, {
    get(target, property) {
      const value = Reflect.get(target, property);
      const makes = property === "schedule" || property === "createTask";
      return makes && typeof value === "function" ? watched(value as Make) : value;
    },
  });
}

type Make = (expression: string, task: unknown, options?: Options) => unknown;

interface Options {
  readonly name?: string;
  readonly timezone?: string;
}
