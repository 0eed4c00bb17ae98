/** What is expected in the next 24 hours, hour by hour. */
import type { Scheduler, Silence } from "@nightbell/sdk/web";
import { useMemo, useState } from "preact/hooks";
import { useAnswer } from "./answer.js";
import { sorted } from "./choice.js";
import { Badge, Failure, Section, Text } from "./parts.js";
import { nightbell } from "./session.js";
import { ruleText } from "./settingsform.js";
import { At, type Instant, instantOf, millis } from "./time.js";
import { healthLook, jobName, type Look, PLANNED, SILENT, schedulerPath } from "./words.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A job that is expected more often is told once, not each time. */
const OFTEN = 24;
/** Different schedules that are asked about; of the rest only the next time is known. */
const ASKED_MAX = 200;
const ASKED_AT_ONCE = 6;
const SHOWN_IN_HOUR = 40;

interface Expected {
  at: number;
  of: Scheduler;
  note: string;
}

interface Day {
  from: number;
  times: readonly Expected[];
  often: readonly Scheduler[];
  silences: readonly Silence[];
  isPartial: boolean;
}

/** Those of one schedule share its times, unless a run moves them on. */
function groupsOf(all: readonly Scheduler[]): Map<string, Scheduler[]> {
  const groups = new Map<string, Scheduler[]>();
  for (const it of all) {
    if (!it.settings?.schedules.length || it.pausedAt) continue;
    const { schedules, timezone, cronProfile } = it.settings;
    const rules = schedules.map(ruleText);
    const isMoved = schedules.some((rule) => rule.rule.case === "every");
    const own = isMoved ? it.schedulerId : "";
    const key = JSON.stringify([rules, timezone ?? "", cronProfile, own]);
    groups.set(key, [...(groups.get(key) ?? []), it]);
  }
  return groups;
}

/** The times of one schedule; none if they are too many to be told one by one. */
async function timesOf(of: readonly Scheduler[], from: number) {
  const [first] = of;
  const settings = first?.settings;
  if (!first || !settings) return [];
  const { schedules, timezone, cronProfile } = settings;
  const next = first.nextSlotAt as Instant | undefined;
  const every = schedules.length === 1 && schedules[0]?.rule;
  if (every && every.case === "every") {
    const step = millis(every.value as Instant);
    const begin = next ? Math.max(from, millis(next)) : from;
    const count = Math.max(0, Math.ceil((from + DAY_MS - begin) / step));
    if (count > OFTEN) return undefined;
    return Array.from({ length: count }, (_, turn) => ({ at: begin + turn * step, note: "" }));
  }
  const zone = timezone ? { timezone } : {};
  const asked = { schedules, cronProfile, ...zone, count: OFTEN + 1, after: instantOf(from) };
  const { occurrences } = await nightbell.schedulers.previewSchedule(asked);
  const told = occurrences.map((it) => ({ at: millis(it.at as Instant), note: it.note }));
  const inDay = told.filter((it) => it.at < from + DAY_MS);
  return inDay.length > OFTEN ? undefined : inDay;
}

async function dayOf(all: readonly Scheduler[]): Promise<Day> {
  const from = Date.now();
  const groups = [...groupsOf(all).values()].sort((a, b) => b.length - a.length);
  const { silences } = await nightbell.silences.listSilences({});
  const times: Expected[] = [];
  const often: Scheduler[] = [];
  const rest = groups.slice(0, ASKED_MAX);
  const work = async () => {
    for (let group = rest.shift(); group; group = rest.shift()) {
      const found = await timesOf(group, from);
      if (!found) often.push(...group);
      for (const of of group) times.push(...(found ?? []).map((it) => ({ ...it, of })));
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, work));
  for (const of of groups.slice(ASKED_MAX).flat()) {
    const at = of.nextSlotAt ? millis(of.nextSlotAt as Instant) : 0;
    if (at >= from && at < from + DAY_MS) times.push({ at, of, note: "" });
  }
  times.sort((a, b) => a.at - b.at);
  return { from, times, often, silences, isPartial: groups.length > ASKED_MAX };
}

export function CalendarPage() {
  const all = sorted.value;
  const [service, setService] = useState("");
  // Asked again when the schedules change, not with every report.
  const asked = useMemo(() => [...groupsOf(all).keys()].join(), [all]);
  const { answer, failure } = useAnswer(() => dayOf(sorted.value), [asked]);
  const services = [...new Set(all.map((it) => it.settings?.serviceName ?? ""))].sort();
  const isWanted = (it: Scheduler) => service === "" || it.settings?.serviceName === service;
  const times = answer?.times.filter((it) => isWanted(it.of)) ?? [];
  const often = answer?.often.filter(isWanted) ?? [];
  return (
    <>
      <h1>The next 24 hours</h1>
      <Failure of={failure} />
      <search class="filters">
        <select
          aria-label="Filter by service"
          value={service}
          onChange={(event) => setService(event.currentTarget.value)}
        >
          <option value="">every service</option>
          {services.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </search>
      {!answer && !failure && <p>Asking …</p>}
      {answer?.isPartial && (
        <p class="quiet">
          There are very many schedules: of the rarer ones only the next time is shown.
        </p>
      )}
      {answer && <Silent of={answer} />}
      {often.length > 0 && <Often of={often} />}
      {answer && times.length === 0 && often.length === 0 && (
        <p>No run is expected. Jobs without a schedule may run at any time.</p>
      )}
      {answer && <Hours from={answer.from} times={times} />}
    </>
  );
}

function Silent({ of }: { of: Day }) {
  const soon = of.silences.filter((it) => {
    const begins = it.nextStartAt ? millis(it.nextStartAt as Instant) : Number.POSITIVE_INFINITY;
    return it.active || begins < of.from + DAY_MS;
  });
  if (soon.length === 0) return null;
  return (
    <Section title="Nobody is told">
      <ul class="rows">
        {soon.map((it) => (
          <li class="row" key={it.silenceId}>
            <Badge look={it.active ? SILENT : PLANNED} /> {it.active ? "until" : "from"}{" "}
            <At at={(it.active ? it.activeUntil : it.nextStartAt) as Instant | undefined} />
            <a href="/silences">
              <Text>{it.settings?.note}</Text>
            </a>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Often({ of }: { of: readonly Scheduler[] }) {
  return (
    <Section title="All the time" note={`more than ${OFTEN} times`}>
      <ul class="rows">
        {of.slice(0, SHOWN_IN_HOUR).map((it) => (
          <li class="row" key={it.schedulerId}>
            <Job of={it} />
            <code>{it.settings?.schedules.map(ruleText).join(" · ")}</code>
          </li>
        ))}
      </ul>
      {of.length > SHOWN_IN_HOUR && <p class="quiet">and {of.length - SHOWN_IN_HOUR} more</p>}
    </Section>
  );
}

const hourName = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
});

function Hours({ from, times }: { from: number; times: readonly Expected[] }) {
  const first = Math.floor(from / HOUR_MS) * HOUR_MS;
  const hours = Array.from({ length: 25 }, (_, turn) => first + turn * HOUR_MS);
  const most = Math.max(1, ...hours.map((hour) => inHour(times, hour).length));
  return (
    <>
      {hours.map((hour) => {
        const those = inHour(times, hour);
        if (those.length === 0) return null;
        return (
          <section class="hour" key={hour}>
            <h2>
              {hourName.format(hour)} <small>{those.length}</small>
            </h2>
            <div class="load" aria-hidden="true">
              <i style={{ width: `${(100 * those.length) / most}%` }} />
            </div>
            <ul class="rows">
              {those.slice(0, SHOWN_IN_HOUR).map(({ at, of, note }) => (
                <li class="row" key={`${of.schedulerId} ${at}`}>
                  <At at={instantOf(at)} zone={of.settings?.timezone} />
                  <Job of={of} />
                  {note && <Text>{note}</Text>}
                </li>
              ))}
            </ul>
            {those.length > SHOWN_IN_HOUR && (
              <p class="quiet">and {those.length - SHOWN_IN_HOUR} more</p>
            )}
          </section>
        );
      })}
    </>
  );
}

const inHour = (times: readonly Expected[], hour: number): readonly Expected[] =>
  times.filter((it) => it.at >= hour && it.at < hour + HOUR_MS);

function Job({ of }: { of: Scheduler }) {
  const look: Look = healthLook(of.health);
  return (
    <>
      <a href={schedulerPath(of.schedulerId)}>
        <Text>{jobName(of)}</Text>
      </a>
      <span class="quiet">
        <Text>{of.settings?.serviceName}</Text>
      </span>
      <Badge look={look} />
    </>
  );
}
