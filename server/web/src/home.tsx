/** What needs somebody, what runs, and everything else. */
import {
  type Incident,
  IncidentState,
  type Run,
  RunStatus,
  type Scheduler,
} from "@nightbell/sdk/web";
import { useState } from "preact/hooks";
import { sorted } from "./choice.js";
import { Fleet } from "./fleet.js";
import { incidents, link, loadIncidents, schedulers } from "./live.js";
import { Action, Badge, ProgressOf, runNotes, Section, Text, took } from "./parts.js";
import { nightbell } from "./session.js";
import { Ago, type Instant, millis, spanOf } from "./time.js";
import { Welcome } from "./welcome.js";
import { incidentPath, jobName, lastLine, reasonLook, runLook, schedulerPath } from "./words.js";

const SHOWN_AT_ONCE = 50;

export function Home() {
  const all = sorted.value;
  if (all.length === 0 && link.value !== "live") return <p class="calm">Asking the server …</p>;
  return (
    <>
      <Welcome />
      {all.length > 0 && (
        <>
          <NeedsAttention count={all.length} />
          <RunningNow all={all} />
          <Fleet />
        </>
      )}
    </>
  );
}

/** The one that nobody has for the longest time is first. */
function byUrgency(a: Incident, b: Incident): number {
  const taken = Number(a.acknowledgement !== undefined) - Number(b.acknowledgement !== undefined);
  return taken || onset(a) - onset(b);
}

const onset = (it: Incident): number => (it.onsetAt ? millis(it.onsetAt) : 0);

function NeedsAttention({ count }: { count: number }) {
  const [isLong, setLong] = useState(false);
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
        {open.slice(0, isLong ? open.length : SHOWN_AT_ONCE).map((it) => (
          <IncidentRow key={it.incidentId} incident={it} />
        ))}
      </ul>
      {open.length > SHOWN_AT_ONCE && !isLong && (
        <button type="button" onClick={() => setLong(true)}>
          Show all {open.length}
        </button>
      )}
    </Section>
  );
}

/** What is broken, since when, its last words, and who has it. */
export function IncidentRow({ incident }: { incident: Incident }) {
  const zone = schedulers.value.get(incident.schedulerId)?.settings?.timezone;
  const isOpen = incident.state === IncidentState.OPEN;
  const isOver = incident.state === IncidentState.RESOLVED;
  const look = reasonLook(incident.reason);
  const taken = incident.acknowledgement;
  const acknowledge = async () => {
    await nightbell.incidents.acknowledgeIncident({ incidentId: incident.incidentId });
    await loadIncidents();
  };
  return (
    <li class="row incident">
      <Badge look={isOver ? { ...look, tone: "quiet" } : look} />
      <a href={incidentPath(incident.incidentId)}>
        <Text>{incident.jobName || incident.schedulerId}</Text>
      </a>
      <span class="quiet">
        <Text>{incident.serviceName}</Text> ·{" "}
        {isOver
          ? `over, lasted ${spanOf(incident.duration as Instant | undefined)}, began `
          : "since "}
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
