/** Which schedulers there are, which are looked for, and which are chosen. */
import { Health, type Scheduler } from "@nightbell/sdk/web";
import { computed, signal } from "@preact/signals";
import { schedulers } from "./live.js";

export interface Wanted {
  text: string;
  service: string;
  /** The beginning of a "name=value". */
  label: string;
  /** 0: any. */
  health: number;
}

/** What is looked for. Kept while other pages are shown. */
export const wanted = signal<Wanted>({ text: "", service: "", label: "", health: 0 });
export const chosen = signal<ReadonlySet<string>>(new Set());

export const ORDER = [Health.DOWN, Health.NEW, Health.UP, Health.PAUSED];
const rank = (it: Scheduler): number => ORDER.indexOf(it.health);

export const sorted = computed(() =>
  [...schedulers.value.values()].sort((a, b) => (a.schedulerId < b.schedulerId ? -1 : 1)),
);

export const labelsOf = (it: Scheduler): string[] =>
  Object.entries(it.settings?.labels ?? {}).map(([name, value]) => `${name}=${value}`);

/** What its texts are searched in. A change of the scheduler is another object. */
const texts = new WeakMap<Scheduler, string>();

function searched(it: Scheduler): string {
  const known = texts.get(it);
  if (known !== undefined) return known;
  const { jobName, serviceName } = it.settings ?? {};
  const text = [it.schedulerId, jobName, serviceName, ...labelsOf(it)].join("\n").toLowerCase();
  texts.set(it, text);
  return text;
}

export const found = computed(() => {
  const { text, service, label, health } = wanted.value;
  const words = text.trim().toLowerCase();
  return sorted.value
    .filter((it) => health === 0 || it.health === health)
    .filter((it) => service === "" || it.settings?.serviceName === service)
    .filter((it) => label === "" || labelsOf(it).some((own) => own.startsWith(label)))
    .filter((it) => words === "" || searched(it).includes(words))
    .sort((a, b) => rank(a) - rank(b));
});
