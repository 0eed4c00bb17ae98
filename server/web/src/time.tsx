/** Times as people read them: in the viewer's zone, the scheduler's on hover. */
import { signal } from "@preact/signals";

/** As the contract has them. */
export interface Instant {
  seconds: bigint;
  nanos: number;
}

/** Now, moved on every second for what counts. */
export const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 1000);

export const millis = (it: Instant): number => Number(it.seconds) * 1000 + it.nanos / 1e6;

export const instantOf = (ms: number): Instant => ({
  seconds: BigInt(Math.floor(ms / 1000)),
  nanos: 0,
});

/** A span in at most two units: "2 h 5 min". */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (ms > 0 && ms < 1000) return `${Math.round(ms)} ms`;
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 60) return s % 60 === 0 || min >= 10 ? `${min} min` : `${min} min ${s % 60} s`;
  const h = Math.floor(min / 60);
  if (h < 48) return min % 60 === 0 ? `${h} h` : `${h} h ${min % 60} min`;
  return `${Math.floor(h / 24)} days`;
}

export const spanOf = (it: Instant | undefined): string => (it ? span(millis(it)) : "");

export const viewerZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The names of time zones that the browser knows. */
export const zones = (): readonly string[] => ["UTC", ...Intl.supportedValuesOf("timeZone")];

function inZone(at: number, zone: string | undefined): string {
  try {
    return new Intl.DateTimeFormat(undefined, {
      dateStyle: "full",
      timeStyle: "long",
      timeZone: zone || "UTC",
    }).format(at);
  } catch {
    return new Date(at).toISOString();
  }
}

function short(at: number): string {
  const isToday = new Date(at).toDateString() === new Date(now.value).toDateString();
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  const day = isToday ? {} : ({ month: "short", day: "numeric" } as const);
  return new Intl.DateTimeFormat(undefined, { ...day, ...time }).format(at);
}

interface Props {
  at: Instant | undefined;
  zone?: string | undefined;
  otherwise?: string;
}

/** An instant. */
export function At({ at, zone, otherwise = "never" }: Props) {
  if (!at) return <span>{otherwise}</span>;
  const ms = millis(at);
  return (
    <time dateTime={new Date(ms).toISOString()} title={inZone(ms, zone)}>
      {short(ms)}
    </time>
  );
}

/** How long ago, or until when, counting. */
export function Ago({ at, zone, otherwise = "never" }: Props) {
  if (!at) return <span>{otherwise}</span>;
  const ms = millis(at);
  const away = now.value - ms;
  return (
    <time dateTime={new Date(ms).toISOString()} title={`${short(ms)} · ${inZone(ms, zone)}`}>
      {away >= 0 ? `${span(away)} ago` : `in ${span(-away)}`}
    </time>
  );
}
