/** One scheduler: why it is as it is, its runs, its limits, its incidents, its settings. */

import {
  type ExplainSchedulerResponse,
  type Incident,
  type RejectedReport,
  type Run,
  RunStatus,
  type Scheduler,
  type SchedulerSettings,
  type Silence,
  type Slot,
} from "@nightbell/sdk/web";
import { useEffect, useState } from "preact/hooks";
import { useAnswer } from "./answer.js";
import { Durations } from "./durations.js";
import { IncidentRow } from "./home.js";
import { Deliveries } from "./incident.js";
import { schedulers } from "./live.js";
import {
  Action,
  Badge,
  Block,
  Facts,
  Failure,
  Metadata,
  ProgressOf,
  runNotes,
  Section,
  said,
  Text,
  took,
} from "./parts.js";
import { nightbell } from "./session.js";
import { Settings } from "./settings.js";
import { Ago, At, type Instant, instantOf, millis } from "./time.js";
import { Timeline } from "./timeline.js";
import { healthLook, jobName, type Look, limitLook, PLANNED, runLook, SILENT } from "./words.js";

const RUNS_SHOWN = 100;

interface Known {
  explained: ExplainSchedulerResponse;
  runs: readonly Run[];
  slots: readonly Slot[];
  incidents: readonly Incident[];
  rejected: readonly RejectedReport[];
}

async function ask(schedulerId: string): Promise<Known> {
  const [explained, { runs }, { slots }, { incidents }, { rejectedReports }] = await Promise.all([
    nightbell.schedulers.explainScheduler({ schedulerId }),
    nightbell.runs.listRuns({ schedulerId, pageSize: RUNS_SHOWN }),
    nightbell.runs.listSlots({ schedulerId, pageSize: RUNS_SHOWN }),
    nightbell.incidents.listIncidents({ schedulerId, pageSize: 20 }),
    nightbell.schedulers.getScheduler({ schedulerId }),
  ]);
  return { explained, runs, slots, incidents, rejected: rejectedReports };
}

const ms = (it: unknown): number => (it ? millis(it as Instant) : 0);

/** What is drawn into the pictures of runs. */
function boundsOf(it: SchedulerSettings | undefined) {
  const limits = [
    { word: "longest run", ms: ms(it?.maxRuntime), isLimit: true },
    { word: "shortest run", ms: ms(it?.minRuntime), isLimit: true },
  ];
  const marks = it?.schedules.length
    ? [
        { word: "start grace", ms: ms(it.startGrace) },
        { word: "finish by", ms: ms(it.finishBy) },
      ]
    : [{ word: "longest run", ms: ms(it?.maxRuntime) }];
  return { limits, marks };
}

export function SchedulerPage({ id, runId }: { id: string; runId: string | null }) {
  const live = schedulers.value.get(id);
  const { answer: known, failure, again } = useAnswer(() => ask(id), [id, live]);
  const isKnown = known !== undefined;
  useEffect(() => {
    if (isKnown && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [isKnown]);
  const it = live ?? known?.explained.scheduler;
  if (!known || !it) return failure ? <Failure of={failure} /> : <p class="calm">Asking …</p>;
  const zone = it.settings?.timezone;
  const bounds = boundsOf(it.settings);
  return (
    <>
      <Head of={it} />
      <Failure of={failure} />
      {runId && <OneRun schedulerId={id} runId={runId} zone={zone} />}
      <Why explained={known.explained} zone={zone} />
      <Timeline id={id} runs={known.runs} slots={known.slots} marks={bounds.marks} zone={zone} />
      <Durations runs={known.runs} limits={bounds.limits} />
      <Section title="Incidents">
        {known.incidents.length === 0 && <p class="quiet">None so far.</p>}
        <ul class="rows">
          {known.incidents.map((incident) => (
            <IncidentRow key={incident.incidentId} incident={incident} />
          ))}
        </ul>
      </Section>
      <Silences of={it} known={known.explained.silences} again={again} />
      {known.explained.openIncidents.map(({ incident, deliveries }) => (
        <Deliveries key={incident?.incidentId} of={deliveries} />
      ))}
      <Rejected of={known.rejected} zone={zone} />
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
          ["Owner", of.settings?.ownerEmail && <Text key="o">{of.settings.ownerEmail}</Text>],
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

/** Reports that were refused: a job that says it reported may have said it wrongly. */
function Rejected({ of, zone }: { of: readonly RejectedReport[]; zone?: string | undefined }) {
  if (of.length === 0) return null;
  return (
    <Section title="Refused reports" note="of the last 24 hours">
      <ul class="rows">
        {of.map((it) => (
          <li class="row" key={`${ms(it.receivedAt)} ${it.raw}`}>
            <Badge look={REFUSED} />
            <At at={it.receivedAt as Instant | undefined} zone={zone} />
            <span class="line">
              <Text>{it.message}</Text>
            </span>
            <details class="line">
              <summary>As it came</summary>
              <Block>
                <Text>{it.raw}</Text>
              </Block>
            </details>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const REFUSED: Look = { word: "refused", sign: "✕", tone: "warn" };

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
        <Block>
          <Text>{run.errorMessage}</Text>
        </Block>
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
