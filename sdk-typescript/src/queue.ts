/** Reports in their order, and who waits for them. */
import { timerMs } from "./clock.js";
import type { JsonObject } from "./json.js";

/** One report on its way. */
export interface Report {
  readonly kind: "register" | "status" | "heartbeat";
  readonly body: JsonObject;
  /** Told once the report is with the server, with its answer. */
  readonly delivered?: (answer: JsonObject) => void;
}

export class Queue {
  #reports: Report[] = [];
  readonly #waiters = new Set<() => void>();
  #settled = 0;

  get length(): number {
    return this.#reports.length;
  }

  get front(): Report | undefined {
    return this.#reports[0];
  }

  /** How many reports have left so far. */
  get settled(): number {
    return this.#settled;
  }

  /** How many have come so far. */
  get total(): number {
    return this.#settled + this.#reports.length;
  }

  /** Whether somebody waits for what comes of the reports. */
  get isWaitedFor(): boolean {
    return this.#waiters.size > 0;
  }

  put(report: Report): void {
    this.#reports.push(report);
  }

  /** The report in front leaves, if it is still this one. */
  settle(report: Report): void {
    if (this.#reports[0] !== report) return;
    this.#reports.shift();
    this.#settled += 1;
    this.changed();
  }

  /** All leave. How many there were. */
  clear(): number {
    const { length } = this.#reports;
    this.#reports = [];
    this.#settled += length;
    this.changed();
    return length;
  }

  /** Has those who wait look again. */
  changed(): void {
    for (const look of [...this.#waiters]) look();
  }

  /** Waits until something is so, for so long at most. False: the time is over. */
  wait(isSo: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isSo()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (isOver: boolean) => {
        clearTimeout(timer);
        this.#waiters.delete(look);
        resolve(isOver);
      };
      const look = () => {
        if (isSo()) end(true);
      };
      // The one timer that keeps the process alive, for as long as it is waited for.
      const timer = setTimeout(() => end(false), timerMs(timeoutMs));
      this.#waiters.add(look);
    });
  }
}
