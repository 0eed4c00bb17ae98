/** Closes the day: books each invoice, or leaves the rest for the next night when asked to stop. */
import { Job, type RunningJob, withJob } from "@nightbell/sdk";

interface Invoice {
  readonly number: number;
  readonly cents: number;
}

class Ledger {
  readonly booked: Invoice[] = [];

  async book(invoice: Invoice): Promise<void> {
    if (invoice.cents < 0) throw new RangeError(`invoice ${invoice.number} is negative`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    this.booked.push(invoice);
  }

  // Each call is a run of a job of its own.
  @Job("ledger-backup", { service: "Billing", maxRuntime: "10m" })
  async backUp(): Promise<number> {
    return this.booked.length;
  }
}

async function bookAll(job: RunningJob, ledger: Ledger, invoices: Invoice[]): Promise<number> {
  for (const [i, invoice] of invoices.entries()) {
    job.signal.throwIfAborted();
    await ledger.book(invoice);
    job.progress(i + 1, invoices.length, `invoice ${invoice.number}`);
  }
  job.metadata({ invoices: invoices.length });
  return ledger.booked.reduce((sum, it) => sum + it.cents, 0);
}

const cents = process.argv.slice(2).map(Number);
const invoices = cents.map((it, i) => ({ number: i + 1, cents: it }));
const ledger = new Ledger();
const about = {
  service: "Billing",
  every: "0 1 * * *",
  timezone: "Europe/Berlin",
  maxRuntime: "2h",
};
const total = await withJob("close-day", about, (job) => bookAll(job, ledger, invoices));
console.log(`booked ${total / 100} euros, backed up ${await ledger.backUp()} invoices`);
