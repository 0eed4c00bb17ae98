/** A job that ends its process the way that its argument says. */
import { setTimeout as sleep } from "node:timers/promises";

import { configure, start, withJob } from "@nightbell/sdk";

const [how, id] = process.argv.slice(-2);
/** So long that the stream of heartbeats stands. */
const LONG_MS = 2_500;

const ways = {
  forgotten: async () => {
    start(id);
    await sleep(LONG_MS);
  },
  streamed: () => withJob(id, () => sleep(LONG_MS)),
  thread: () => {
    configure({ heartbeatThread: true });
    return withJob(id, () => {
      const until = performance.now() + LONG_MS;
      while (performance.now() < until);
    });
  },
  exits: () => withJob(id, () => process.exit(7)),
  throws: () =>
    withJob(id, async () => {
      throw new RangeError("disk full");
    }),
  terminated: () =>
    withJob(id, async () => {
      process.kill(process.pid, "SIGTERM");
      await sleep(60_000);
    }),
};
await ways[how]();
