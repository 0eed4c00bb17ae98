/** What needs somebody, what runs, and everything else. */
import {
  Health,
  type Incident,
  IncidentState,
  type Run,
  RunStatus,
  type Scheduler,
} from "@nightbell/sdk/web";
import { useMemo, useState } from "preact/hooks";
import { incidents, link, loadIncidents, schedulers } from "./live.js";
import { Action, Badge, ProgressOf, runNotes, Section, Text, took } from "./parts.js";
import { nightbell } from "./session.js";
import { Ago, type Instant, millis } from "./time.js";
import {
  healthLook,
  incidentPath,
  jobName,
  lastLine,
  reasonLook,
  runLook,
  schedulerPath,
} from "./words.js";

const SHOWN_AT_ONCE = 200;

export function Home() {
  const all = useMemo(
    () => [...schedulers.value.values()].sort((a, b) => a.schedulerId.localeCompare(b.schedulerId)),
    [schedulers.value],
  );
  if (all.length === 0) {
    return link.value === "live" ? <Empty /> : <p class="calm">Asking the server …</p>;
  }
  return (
    <>
      <NeedsAttention count={all.length} />
      <RunningNow all={all} />
      <Fleet all={all} />
    </>
  );
}

function Empty() {
  const command = `curl -X POST ${location.origin}/api/v1/schedulers/register \\
  -H "x-api-key: $NIGHTBELL_API_KEY" -H "Content-Type: application/json" \\
  -d '{"scheduler_id": "nightly-backup", "service_name": "Backup", "job_name": "Nightly backup"}'`;
  return (
    <Section title="No jobs yet">
      <p>Register the first one; it appears here by itself.</p>
      <pre>{command}</pre>
    </Section>
  );
}

/** The one that nobody has for the longest time is first. */
function byUrgency(a: Incident, b: Incident): number {
  const taken = Number(a.acknowledgement !== undefined) - Number(b.acknowledgement !== undefined);
  return taken || onset(a) - onset(b);
}

const onset = (it: Incident): number => (it.onsetAt ? millis(it.onsetAt) : 0);

function NeedsAttention({ count }: { count: number }) {
  const open = [...incidents.value].sort(byUrgency);
  if (open.length === 0) {
    return (
      <p class="calm">
        <span aria-hidden="true">✓</span> All is well: no open incident among {count} schedulers.
      </p>
    );
  }
  return (
    <Section title="Needs attention" note={`${open.length} open`}>
      <ul class="rows">
        {open.map((it) => (
          <IncidentRow key={it.incidentId} incident={it} />
        ))}
      </ul>
    </Section>
  );
}

/** What is broken, since when, its last words, and who has it. */
export function IncidentRow({ incident }: { incident: Incident }) {
  const zone = schedulers.value.get(incident.schedulerId)?.settings?.timezone;
  const isOpen = incident.state === IncidentState.OPEN;
  const taken = incident.acknowledgement;
  const acknowledge = async () => {
    await nightbell.incidents.acknowledgeIncident({ incidentId: incident.incidentId });
    await loadIncidents();
  };
  return (
    <li class="row incident">
      <Badge look={reasonLook(incident.reason)} />
      <a href={incidentPath(incident.incidentId)}>
        <Text>{incident.jobName || incident.schedulerId}</Text>
      </a>
      <span class="quiet">
        <Text>{incident.serviceName}</Text> · since{" "}
        <Ago at={incident.onsetAt as Instant | undefined} zone={zone} />
      </span>
      <span class="line" title={incident.summary}>
        <Text>{lastLine(incident.errorMessage) || incident.summary}</Text>
      </span>
      <span class="who">
        {taken && (
          <>
            <Text>{taken.by}</Text> has it
          </>
        )}
        {isOpen && !taken && (
          <>
            nobody has it <Action label="Acknowledge" busy="…" act={acknowledge} />
          </>
        )}
      </span>
    </li>
  );
}

function RunningNow({ all }: { all: readonly Scheduler[] }) {
  const running = all.flatMap((it) =>
    it.openRuns
      .filter((run) => run.status === RunStatus.RUNNING)
      .map((run): [Scheduler, Run] => [it, run]),
  );
  if (running.length === 0) return null;
  return (
    <Section title="Running now" note={String(running.length)}>
      <ul class="rows">
        {running.slice(0, SHOWN_AT_ONCE).map(([it, run]) => (
          <li class="row" key={`${it.schedulerId} ${run.runId}`}>
            <Badge look={runLook(run.status)} />
            <a
              class="grow"
              href={`${schedulerPath(it.schedulerId)}?run=${encodeURIComponent(run.runId)}`}
            >
              <Text>{jobName(it)}</Text>
            </a>
            <ProgressOf run={run} />
            <span>for {took(run)}</span>
            <span class="quiet">{runNotes(run)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const ORDER = [Health.DOWN, Health.NEW, Health.UP, Health.PAUSED];
const rank = (it: Scheduler): number => ORDER.indexOf(it.health);

function searched(it: Scheduler): string {
  const labels = Object.entries(it.settings?.labels ?? {}).map(([k, v]) => `${k}=${v}`);
  const texts = [it.schedulerId, it.settings?.jobName, it.settings?.serviceName, ...labels];
  return texts.join("\n").toLowerCase();
}

function Fleet({ all }: { all: readonly Scheduler[] }) {
  const [text, setText] = useState("");
  const [service, setService] = useState("");
  const [health, setHealth] = useState(0);
  const [shown, setShown] = useState(SHOWN_AT_ONCE);
  const services = useMemo(
    () => [...new Set(all.map((it) => it.settings?.serviceName ?? ""))].sort(),
    [all],
  );
  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return all
      .filter((it) => health === 0 || it.health === health)
      .filter((it) => service === "" || it.settings?.serviceName === service)
      .filter((it) => wanted === "" || searched(it).includes(wanted))
      .sort((a, b) => rank(a) - rank(b));
  }, [all, text, service, health]);
  return (
    <Section title="All schedulers" note={`${found.length} of ${all.length}`}>
      <search class="filters">
        <input
          type="search"
          aria-label="Filter by text"
          placeholder="Name, id or label=value"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
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
        <select
          aria-label="Filter by health"
          value={health}
          onChange={(event) => setHealth(Number(event.currentTarget.value))}
        >
          <option value={0}>any health</option>
          {ORDER.map((it) => (
            <option key={it} value={it}>
              {healthLook(it).word}
            </option>
          ))}
        </select>
      </search>
      <ul class="fleet">
        {found.slice(0, shown).map((it) => (
          <Tile key={it.schedulerId} of={it} />
        ))}
      </ul>
      {found.length > shown && (
        <button type="button" onClick={() => setShown(shown + SHOWN_AT_ONCE)}>
          Show more
        </button>
      )}
    </Section>
  );
}

function Tile({ of }: { of: Scheduler }) {
  const look = healthLook(of.health);
  const zone = of.settings?.timezone;
  return (
    <li>
      <a class={`tile ${look.tone}`} href={schedulerPath(of.schedulerId)}>
        <Badge look={look} />
        <strong>
          <Text>{jobName(of)}</Text>
        </strong>
        <span class="quiet">
          <Text>{of.settings?.serviceName}</Text>
        </span>
        <span class="quiet">
          {of.nextSlotAt ? "next " : "heard "}
          <Ago at={(of.nextSlotAt ?? of.lastReportAt) as Instant | undefined} zone={zone} />
        </span>
      </a>
    </li>
  );
}
