/**
 * What all copies of this package in one process share: an application that loads it
 * both by `import` and by `require` has one current job and one client.
 */
import { AsyncLocalStorage } from "node:async_hooks";

import type { Job } from "./run.js";

/** A client as the end of the process needs it. */
export interface Closable {
  /** Ends the runs that are open, as something says why. */
  endRuns(why: Ending): void;
  flush(): Promise<boolean>;
  spill(): void;
  readonly isIdle: boolean;
  readonly handlesSignals: boolean;
}

/** Why runs end that nobody ended. */
export type Ending =
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "thrown"; readonly error: unknown }
  | { readonly kind: "exit"; readonly why: string };

export interface Shared {
  readonly current: AsyncLocalStorage<Job>;
  readonly clients: Set<Closable>;
  client: unknown;
  hasHooks: boolean;
  hasSignals: boolean;
}

const KEY = Symbol.for("nightbell.sdk.v1");

function create(): Shared {
  return {
    current: new AsyncLocalStorage(),
    clients: new Set(),
    client: undefined,
    hasHooks: false,
    hasSignals: false,
  };
}

const holder = globalThis as unknown as Record<symbol, Shared | undefined>;

export const shared: Shared = holder[KEY] ?? create();
holder[KEY] = shared;
