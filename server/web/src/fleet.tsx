/** Every scheduler, dense, to be filtered and chosen from. */
import { Health, type Incident, type Scheduler } from "@nightbell/sdk/web";
import { computed } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { Bulk } from "./bulk.js";
import { chosen, found, labelsOf, ORDER, sorted, type Wanted, wanted } from "./choice.js";
import { incidents } from "./live.js";
import { Badge, Section, Text } from "./parts.js";
import { useRows } from "./rows.js";
import { Ago, At, type Instant, millis, now, span } from "./time.js";
import { healthLook, jobName, schedulerPath } from "./words.js";

/** In pixels, as in the style. */
const TILE_HEIGHT = 58;
const TILE_GAP = 6;
const OFFERED_MAX = 500;

/** The oldest open incident of each scheduler. */
const worst = computed(() => {
  const onset = (it: Incident) => (it.onsetAt ? millis(it.onsetAt as Instant) : 0);
  const byAge = [...incidents.value].sort((a, b) => onset(b) - onset(a));
  return new Map(byAge.map((it) => [it.schedulerId, it]));
});

export function Fleet() {
  const all = sorted.value.length;
  const those = found.value;
  const isEvery = those.length > 0 && those.every((it) => chosen.value.has(it.schedulerId));
  const chooseAll = () => {
    const ids = isEvery ? [] : those.map((it) => it.schedulerId);
    chosen.value = new Set(ids);
  };
  return (
    <Section title="All schedulers" note={`${those.length} of ${all}`}>
      <Filters />
      <div class="filters">
        <label class="tick">
          <input type="checkbox" checked={isEvery} onChange={chooseAll} /> Choose all {those.length}
        </label>
        <Bulk wanted={wanted.value} found={those} />
      </div>
      <Tiles of={those} />
      {those.length === 0 && <p class="quiet">None is so.</p>}
    </Section>
  );
}

function Filters() {
  const it = wanted.value;
  const set = (part: Partial<Wanted>) => {
    wanted.value = { ...wanted.value, ...part };
  };
  const all = sorted.value;
  const services = useMemo(
    () => [...new Set(all.map((it) => it.settings?.serviceName ?? ""))].sort(),
    [all],
  );
  const labels = useMemo(
    () => [...new Set(all.flatMap(labelsOf))].sort().slice(0, OFFERED_MAX),
    [all],
  );
  return (
    <search class="filters">
      <input
        type="search"
        aria-label="Filter by text"
        placeholder="Name, id or label"
        value={it.text}
        onInput={(event) => set({ text: event.currentTarget.value })}
      />
      <select
        aria-label="Filter by service"
        value={it.service}
        onChange={(event) => set({ service: event.currentTarget.value })}
      >
        <option value="">every service</option>
        {services.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <input
        type="search"
        aria-label="Filter by label"
        placeholder="label=value"
        list="labels"
        value={it.label}
        onInput={(event) => set({ label: event.currentTarget.value })}
      />
      <datalist id="labels">
        {labels.map((label) => (
          <option key={label} value={label} />
        ))}
      </datalist>
      <select
        aria-label="Filter by health"
        value={it.health}
        onChange={(event) => set({ health: Number(event.currentTarget.value) })}
      >
        <option value={0}>any health</option>
        {ORDER.map((it) => (
          <option key={it} value={it}>
            {healthLook(it).word}
          </option>
        ))}
      </select>
    </search>
  );
}

/** Only what the window shows is drawn, however many there are. */
function Tiles({ of }: { of: readonly Scheduler[] }) {
  const list = useRef<HTMLUListElement>(null);
  const rows = useRows(list, of.length, TILE_HEIGHT, TILE_GAP);
  const shown = of.slice(rows.first * rows.columns, rows.end * rows.columns);
  return (
    <div style={{ paddingTop: `${rows.before}px`, paddingBottom: `${rows.after}px` }}>
      <ul class="fleet" ref={list}>
        {shown.map((it) => (
          <Tile key={it.schedulerId} of={it} />
        ))}
      </ul>
    </div>
  );
}

function Tile({ of }: { of: Scheduler }) {
  const look = healthLook(of.health);
  const id = of.schedulerId;
  const name = jobName(of);
  const choose = (isOn: boolean) => {
    const next = new Set(chosen.value);
    if (isOn) next.add(id);
    else next.delete(id);
    chosen.value = next;
  };
  return (
    <li class={`tile ${look.tone}`}>
      <input
        type="checkbox"
        aria-label={`Choose ${name}`}
        checked={chosen.value.has(id)}
        onChange={(event) => choose(event.currentTarget.checked)}
      />
      <a class="name" href={schedulerPath(id)} title={name}>
        <Text>{name}</Text>
      </a>
      <span class="state">
        <Badge look={look} />{" "}
        <span class="quiet">
          <When of={of} /> · <Text>{of.settings?.serviceName}</Text>
        </span>
      </span>
    </li>
  );
}

/** Since when it is down, or when it is or was expected. */
function When({ of }: { of: Scheduler }) {
  const zone = of.settings?.timezone;
  const incident = worst.value.get(of.schedulerId);
  if (of.health === Health.DOWN && incident?.onsetAt) {
    return <>for {span(now.value - millis(incident.onsetAt as Instant))}</>;
  }
  if (of.health === Health.PAUSED) {
    if (!of.pausedUntil) return <>until resumed</>;
    return (
      <>
        until <At at={of.pausedUntil as Instant} zone={zone} />
      </>
    );
  }
  const next = of.nextSlotAt as Instant | undefined;
  if (!next) {
    return (
      <>
        heard <Ago at={of.lastReportAt as Instant | undefined} zone={zone} />
      </>
    );
  }
  const isLate = millis(next) < now.value && of.openRuns.length === 0;
  return (
    <>
      {isLate ? "overdue, expected" : "next"} <Ago at={next} zone={zone} />
    </>
  );
}
