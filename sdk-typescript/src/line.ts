/** Whether the server can be reached, as far as is known. */
import { later } from "./clock.js";
import { HOLD_MS, probeMs } from "./retry.js";

/** Up until a report could not be delivered; then left alone until the next probe. */
export class Line {
  #failures = 0;
  #probe: NodeJS.Timeout | undefined;
  #isHeld = false;

  /** `probe` is called when it is time to try again. */
  constructor(readonly probe: () => void) {}

  get isUp(): boolean {
    return this.#probe === undefined;
  }

  /** Whether the server is there, and wants nothing of this key for a while. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** The server is away. */
  lose(): void {
    if (this.#isHeld) return;
    this.#wait(probeMs(this.#failures, Math.random()));
    this.#failures += 1;
  }

  /** The server wants nothing of this key for a while. */
  hold(): void {
    this.#wait(HOLD_MS);
    this.#isHeld = true;
  }

  /** The server answered. */
  restore(): void {
    clearTimeout(this.#probe);
    this.#probe = undefined;
    this.#failures = 0;
    this.#isHeld = false;
  }

  #wait(ms: number): void {
    clearTimeout(this.#probe);
    this.#probe = later(ms, () => {
      this.#isHeld = false;
      this.probe();
    });
  }
}
