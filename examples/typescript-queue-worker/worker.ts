/**
 * Builds reports from a queue. While it does, a stream of heartbeats stands: the server
 * knows within seconds when this process dies.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { close, currentJob } from "@nightbell/sdk";
import { watchProcessor } from "@nightbell/sdk/bullmq";
import { type Job, Worker } from "bullmq";

const PAGE_MS = Number(process.env.PAGE_MS ?? 500);
const connection = { url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" };

/** BullMQ knows of the progress as it always did, and so does Nightbell. */
async function build(job: Job<{ pages: number }>): Promise<string> {
  for (let page = 1; page <= job.data.pages; page += 1) {
    // Somebody may have cancelled the run, on the dashboard or by a call.
    await sleep(PAGE_MS, undefined, { signal: currentJob()?.signal });
    await job.updateProgress({ done: page, total: job.data.pages, message: `page ${page}` });
  }
  return `${job.data.pages} pages`;
}

const watched = watchProcessor(build, { service: "Reports" });
const worker = new Worker("reports", watched, { connection });
worker.on("completed", (job, result) => console.log(`${job.name}: ${result}`));
worker.on("failed", (job, error) => console.log(`${job?.name} failed: ${error.message}`));

process.once("SIGTERM", async () => {
  // The job at hand is finished first; then its end is delivered, and the process over.
  await worker.close();
  await close();
});
