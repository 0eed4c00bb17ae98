/** One scheduler: why it is as it is, its runs, its limits, its incidents, its settings. */

import {
  type ExplainSchedulerResponse,
  type Incident,
  type Run,
  RunStatus,
  type Schedule,
  type Scheduler,
  type Silence,
} from "@nightbell/sdk/web";
import { useEffect, useState } from "preact/hooks";
import { IncidentRow } from "./home.js";
import { schedulers } from "./live.js";
import {
  Action,
  Badge,
  Facts,
  Failure,
  Metadata,
  ProgressOf,
  RunRow,
  runNotes,
  Section,
  said,
  Text,
  took,
} from "./parts.js";
import { nightbell } from "./session.js";
import { Ago, At, type Instant, instantOf, millis, spanOf } from "./time.js";
import {
  healthLook,
  jobName,
  limitLook,
  PLANNED,
  runLook,
  SILENT,
  schedulerPath,
} from "./words.js";

const RUNS_SHOWN = 50;

interface Known {
  explained: ExplainSchedulerResponse;
  runs: readonly Run[];
  incidents: readonly Incident[];
}

async function ask(schedulerId: string): Promise<Known> {
  const [explained, { runs }, { incidents }] = await Promise.all([
    nightbell.schedulers.explainScheduler({ schedulerId }),
    nightbell.runs.listRuns({ schedulerId, pageSize: RUNS_SHOWN }),
    nightbell.incidents.listIncidents({ schedulerId, pageSize: 20 }),
  ]);
  return { explained, runs, incidents };
}

export function SchedulerPage({ id, runId }: { id: string; runId: string | null }) {
  const [known, setKnown] = useState<Known>();
  const [failure, setFailure] = useState("");
  const [turn, setTurn] = useState(0);
  const live = schedulers.value.get(id);
  useEffect(() => {
    let isCurrent = true;
    setFailure("");
    ask(id).then(
      (it) => isCurrent && setKnown(it),
      (thrown) => isCurrent && setFailure(said(thrown)),
    );
    return () => {
      isCurrent = false;
    };
  }, [id, live, turn]);
  const isKnown = known !== undefined;
  useEffect(() => {
    if (isKnown && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [isKnown]);
  const it = live ?? known?.explained.scheduler;
  if (!known || !it) return failure ? <Failure of={failure} /> : <p class="calm">Asking …</p>;
  const zone = it.settings?.timezone;
  return (
    <>
      <Head of={it} />
      <Failure of={failure} />
      {runId && <OneRun schedulerId={id} runId={runId} zone={zone} />}
      <Why explained={known.explained} zone={zone} />
      <Runs runs={known.runs} id={id} zone={zone} />
      <Section title="Incidents">
        {known.incidents.length === 0 && <p class="quiet">None so far.</p>}
        <ul class="rows">
          {known.incidents.map((incident) => (
            <IncidentRow key={incident.incidentId} incident={incident} />
          ))}
        </ul>
      </Section>
      <Silences
        of={it}
        known={known.explained.silences}
        again={() => setTurn((turn) => turn + 1)}
      />
      <Settings of={it} />
    </>
  );
}

/** What a person on call asks for before a deployment: nobody is told for so long. */
const SILENCED_HOURS = [1, 4, 24];

interface SilencesProps {
  of: Scheduler;
  known: readonly Silence[];
  again: () => void;
}

/** When nobody is told of it, and how to have that so. */
function Silences({ of, known, again }: SilencesProps) {
  const { schedulerId } = of;
  const silence = async (hours: number) => {
    const endsAt = instantOf(Date.now() + hours * 3_600_000);
    const note = `From the page of ${jobName(of)}`.slice(0, 500);
    await nightbell.silences.createSilence({ note, covers: { schedulerId }, endsAt });
    again();
  };
  const end = async (silenceId: string) => {
    await nightbell.silences.deleteSilence({ silenceId });
    again();
  };
  const isSilent = known.some((it) => it.active);
  return (
    <Section title="Silences" note={isSilent ? "nobody is told at present" : undefined}>
      <ul class="rows">
        {known.map((it) => (
          <li class="row" key={it.silenceId}>
            <Badge look={it.active ? SILENT : PLANNED} />
            <Text>{it.settings?.note}</Text>
            <span class="quiet">
              {it.active ? "ends " : "begins "}
              <Ago at={(it.activeUntil ?? it.nextStartAt) as Instant | undefined} />, by{" "}
              <Text>{it.createdBy}</Text>
            </span>
            {it.settings?.covers?.schedulerId === schedulerId && (
              <Action
                label={it.settings.window ? "Delete" : "End"}
                busy="Ending …"
                act={() => end(it.silenceId)}
              />
            )}
          </li>
        ))}
      </ul>
      <p class="quiet">
        Tell nobody for{" "}
        {SILENCED_HOURS.map((hours) => (
          <span key={hours}>
            <Action label={`${hours} h`} busy="…" act={() => silence(hours)} />{" "}
          </span>
        ))}
        <br />
        It is judged all the same; what is still wrong at the end is told then.
      </p>
    </Section>
  );
}

function Head({ of }: { of: Scheduler }) {
  const schedulerId = of.schedulerId;
  const zone = of.settings?.timezone;
  return (
    <header class="head">
      <h1>
        <Text>{jobName(of)}</Text>
      </h1>
      <Badge look={healthLook(of.health)} />
      <span class="quiet">
        <Text>{of.settings?.serviceName}</Text> · <Text>{schedulerId}</Text>
      </span>
      {of.pausedAt ? (
        <Action
          label="Resume"
          busy="Resuming …"
          act={() => nightbell.schedulers.resumeScheduler({ schedulerId })}
        />
      ) : (
        <Action
          label="Pause"
          busy="Pausing …"
          act={() => nightbell.schedulers.pauseScheduler({ schedulerId })}
        />
      )}
      <Facts
        of={[
          ["Next run expected", of.nextSlotAt && <Ago at={of.nextSlotAt as Instant} zone={zone} />],
          [
            "Last success",
            <Ago key="s" at={of.lastSuccessAt as Instant | undefined} zone={zone} />,
          ],
          ["Last heard", <Ago key="h" at={of.lastReportAt as Instant | undefined} zone={zone} />],
        ]}
      />
    </header>
  );
}

function Why({
  explained,
  zone,
}: {
  explained: ExplainSchedulerResponse;
  zone?: string | undefined;
}) {
  return (
    <Section title="Why" id="explain">
      <p>
        <Text>{explained.summary}</Text>
      </p>
      <ul class="rows">
        {explained.limits.map((it) => (
          <li class="row" key={`${it.setting} ${it.runId}`}>
            <Badge look={limitLook(it.state)} />
            <code>{it.setting}</code>
            {it.deadlineAt && <Ago at={it.deadlineAt as Instant} zone={zone} />}
            <span class="line">
              <Text>{it.because}</Text>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function duration(run: Run): number {
  if (run.executionTimeMs !== undefined) return Number(run.executionTimeMs);
  if (!run.startedAt || !run.endedAt) return 0;
  return millis(run.endedAt as Instant) - millis(run.startedAt as Instant);
}

interface RunsProps {
  runs: readonly Run[];
  id: string;
  zone?: string | undefined;
}

function Runs({ runs, id, zone }: RunsProps) {
  const [isLong, setLong] = useState(false);
  const longest = Math.max(1, ...runs.map(duration));
  const href = (run: Run) => `${schedulerPath(id)}?run=${encodeURIComponent(run.runId)}`;
  if (runs.length === 0) {
    return (
      <Section title="Runs">
        <p class="quiet">None so far.</p>
      </Section>
    );
  }
  const note = `the last ${runs.length}; the taller, the longer`;
  return (
    <Section title="Runs" note={note}>
      <div class="bars" aria-hidden="true">
        {[...runs].reverse().map((run) => {
          const look = runLook(run.status);
          const height = `${8 + (44 * duration(run)) / longest}px`;
          return (
            <a key={run.runId} href={href(run)} tabIndex={-1} title={`${look.word} ${took(run)}`}>
              <i class={look.tone} style={{ height }} />
              {look.sign}
            </a>
          );
        })}
      </div>
      <ul class="rows">
        {runs.slice(0, isLong ? RUNS_SHOWN : 10).map((run) => (
          <RunRow key={run.runId} run={run} zone={zone} href={href(run)} />
        ))}
      </ul>
      {!isLong && runs.length > 10 && (
        <button type="button" onClick={() => setLong(true)}>
          Show all {runs.length}
        </button>
      )}
    </Section>
  );
}

interface OneRunProps {
  schedulerId: string;
  runId: string;
  zone?: string | undefined;
}

function OneRun({ schedulerId, runId, zone }: OneRunProps) {
  const [run, setRun] = useState<Run>();
  const [failure, setFailure] = useState("");
  const live = schedulers.value.get(schedulerId);
  useEffect(() => {
    let isCurrent = true;
    nightbell.runs.getRun({ schedulerId, runId }).then(
      (it) => isCurrent && setRun(it.run),
      (thrown) => isCurrent && setFailure(said(thrown)),
    );
    return () => {
      isCurrent = false;
    };
  }, [schedulerId, runId, live]);
  if (!run) return <Failure of={failure} />;
  const isOpen = run.status === RunStatus.RUNNING || run.status === RunStatus.PENDING;
  return (
    <Section title="Run" id="run" note={<Text>{run.runId}</Text>}>
      <div class="row">
        <Badge look={runLook(run.status)} /> <span>{took(run)}</span>
        <span class="quiet">{runNotes(run)}</span>
        <ProgressOf run={run} />
        {isOpen && run.named && !run.cancelRequested && (
          <Action
            label="Ask it to stop"
            busy="Asking …"
            act={() => nightbell.runs.cancelRun({ schedulerId, runId })}
          />
        )}
      </div>
      {run.errorMessage && (
        <pre>
          <Text>{run.errorMessage}</Text>
        </pre>
      )}
      <Facts
        of={[
          ["Began", <At key="b" at={run.startedAt as Instant | undefined} zone={zone} />],
          ["Ended", <At key="e" at={run.endedAt as Instant | undefined} zone={zone} />],
          ["Last heartbeat", run.lastHeartbeatAt && <Ago at={run.lastHeartbeatAt as Instant} />],
          ["Slot", run.slotAt && <At at={run.slotAt as Instant} zone={zone} />],
        ]}
      />
      <Metadata of={run.metadata} />
    </Section>
  );
}

function rule(it: Schedule): string {
  if (it.rule.case === "cron") return it.rule.value;
  return it.rule.case === "every" ? `every ${spanOf(it.rule.value as Instant)}` : "";
}

function Settings({ of }: { of: Scheduler }) {
  const it = of.settings;
  if (!it) return null;
  const labels = Object.entries(it.labels).map(([name, value]) => `${name}=${value}`);
  const length = (value: unknown) => spanOf(value as Instant | undefined);
  const mail = it.ownerEmail ? <Text>{it.ownerEmail}</Text> : "";
  return (
    <Section title="Settings" note={held(of)}>
      <Facts
        of={[
          ["Schedule", it.schedules.map(rule).join(" · ") || "none: it may run at any time"],
          ["Time zone", it.timezone ?? ""],
          ["Owner", mail],
          ["Start grace", length(it.startGrace)],
          ["Finish by", length(it.finishBy)],
          ["Longest run", length(it.maxRuntime)],
          ["Shortest run", length(it.minRuntime)],
          ["Heartbeat interval", length(it.heartbeatInterval)],
          ["Heartbeat timeout", length(it.heartbeatTimeout)],
          ["Progress timeout", length(it.progressTimeout)],
          ["Depends on", it.dependsOn && <a href={schedulerPath(it.dependsOn)}>{it.dependsOn}</a>],
          ["Labels", labels.length > 0 ? <Text>{labels.join(", ")}</Text> : ""],
        ]}
      />
    </Section>
  );
}

function held(of: Scheduler): string {
  return of.heldSettings.length > 0 ? `set by a person: ${of.heldSettings.join(", ")}` : "";
}
