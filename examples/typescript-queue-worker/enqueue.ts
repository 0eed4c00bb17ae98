/** Puts a report of so many pages into the queue: `npx tsx enqueue.ts monthly 10`. */
import { Queue } from "bullmq";

const [name = "monthly", pages = "10"] = process.argv.slice(2);
const connection = { url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" };
const queue = new Queue("reports", { connection });
await queue.add(name, { pages: Number(pages) });
await queue.close();
