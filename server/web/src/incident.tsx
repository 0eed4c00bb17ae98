/** One incident: what is wrong, what the job said, who has it, and who was told. */
import {
  type Delivery,
  DeliveryState,
  type GetIncidentResponse,
  type Incident,
  IncidentState,
} from "@nightbell/sdk/web";
import { useEffect, useState } from "preact/hooks";
import { incidents, loadIncidents } from "./live.js";
import { Action, Badge, Block, Facts, Failure, Section, said, Text } from "./parts.js";
import { nightbell } from "./session.js";
import { Ago, At, type Instant, millis, span, spanOf } from "./time.js";
import { type Look, reasonLook, resolutionWords, schedulerPath } from "./words.js";

const DELIVERY: Partial<Record<DeliveryState, Look>> = {
  [DeliveryState.PENDING]: { word: "waiting", sign: "○", tone: "busy" },
  [DeliveryState.DELIVERED]: { word: "delivered", sign: "✓", tone: "good" },
  [DeliveryState.ABANDONED]: { word: "given up", sign: "✕", tone: "bad" },
  [DeliveryState.WITHHELD]: { word: "not told", sign: "–", tone: "quiet" },
};

const STATE: Partial<Record<IncidentState, Look>> = {
  [IncidentState.OPEN]: { word: "open", sign: "✕", tone: "bad" },
  [IncidentState.ACKNOWLEDGED]: { word: "acknowledged", sign: "◐", tone: "warn" },
  [IncidentState.RESOLVED]: { word: "resolved", sign: "✓", tone: "good" },
};

const QUIET: Look = { word: "unknown", sign: "?", tone: "quiet" };

export function IncidentPage({ id }: { id: string }) {
  const [known, setKnown] = useState<GetIncidentResponse>();
  const [failure, setFailure] = useState("");
  const [turn, setTurn] = useState(0);
  const open = incidents.value.find((it) => it.incidentId === id);
  useEffect(() => {
    let isCurrent = true;
    nightbell.incidents.getIncident({ incidentId: id }).then(
      (it) => isCurrent && setKnown(it),
      (thrown) => isCurrent && setFailure(said(thrown)),
    );
    return () => {
      isCurrent = false;
    };
  }, [id, turn, open]);
  const it = known?.incident;
  if (!it) return failure ? <Failure of={failure} /> : <p class="calm">Asking …</p>;
  const run = it.runIds.at(-1);
  const job = schedulerPath(it.schedulerId);
  const again = async () => {
    setTurn((turn) => turn + 1);
    await loadIncidents();
  };
  return (
    <>
      <header class="head">
        <h1>
          <a href={job}>
            <Text>{it.jobName || it.schedulerId}</Text>
          </a>
        </h1>
        <Badge look={reasonLook(it.reason)} />
        <Badge look={STATE[it.state] ?? QUIET} />
        <p>
          <Text>{it.summary}</Text>
        </p>
        {it.errorMessage && (
          <Block>
            <Text>{it.errorMessage}</Text>
          </Block>
        )}
        <Facts
          of={[
            ["Service", <Text key="s">{it.serviceName}</Text>],
            ["Since", <Ago key="o" at={it.onsetAt as Instant | undefined} />],
            ["Lasted", spanOf(it.duration as Instant | undefined)],
            ["Slots missed", it.missedSlots > 0 ? it.missedSlots : ""],
            ["Ended because", resolutionWords(it.resolution)],
            ["Last run", run && <a href={`${job}?run=${encodeURIComponent(run)}`}>show</a>],
            [
              "Why",
              <a key="w" href={`${job}#explain`}>
                explain
              </a>,
            ],
          ]}
        />
      </header>
      {it.state !== IncidentState.RESOLVED && <Act on={it} done={again} />}
      <History of={known} />
      <Deliveries of={known.deliveries} />
    </>
  );
}

function Act({ on, done }: { on: Incident; done: () => Promise<void> }) {
  const [note, setNote] = useState("");
  const incidentId = on.incidentId;
  const taken = on.acknowledgement;
  const acknowledge = async () => {
    await nightbell.incidents.acknowledgeIncident({ incidentId, note });
    setNote("");
    await done();
  };
  const resolve = async () => {
    await nightbell.incidents.resolveIncident({ incidentId, note });
    await done();
  };
  return (
    <Section title="Who has it">
      <p>
        {taken ? (
          <>
            <Text>{taken.by}</Text>, <Ago at={taken.at as Instant | undefined} />.{" "}
            <Text>{taken.note}</Text>
          </>
        ) : (
          "Nobody yet."
        )}
      </p>
      <div class="filters">
        <input
          aria-label="Note"
          placeholder="A note for the others (optional)"
          maxLength={1000}
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
        <Action label="Acknowledge" busy="Acknowledging …" act={acknowledge} />
        <Action label="Resolve" busy="Resolving …" act={resolve} />
      </div>
    </Section>
  );
}

function History({ of }: { of: GetIncidentResponse }) {
  return (
    <Section title="History">
      <ul class="rows">
        {of.history.map((it) => (
          <li class="row" key={it.number}>
            <strong>{it.event}</strong>
            <At at={it.at as Instant | undefined} />
            <span>{it.by ? <Text>{it.by}</Text> : "Nightbell"}</span>
            <span class="line">
              <Text>{it.note || resolutionWords(it.resolution)}</Text>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Whom notifications were for, and what became of each. */
export function Deliveries({ of }: { of: readonly Delivery[] }) {
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    nightbell.channels.listChannels({}).then(
      ({ channels }) =>
        setNames(new Map(channels.map((it) => [it.channelId, it.settings?.name ?? ""]))),
      // Their numbers will do.
      () => {},
    );
  }, []);
  return (
    <Section title="Who was told">
      {of.length === 0 && <p class="quiet">No channel was there to tell.</p>}
      <ul class="rows">
        {of.map((it) => (
          <li class="row" key={it.key}>
            <Badge look={DELIVERY[it.state] ?? QUIET} />
            <span>{it.repeat > 0 ? `reminded ${it.repeat}` : it.event}</span>
            <strong>
              <Text>{names.get(it.channelId) ?? `channel ${it.channelId}`}</Text>
            </strong>
            <At at={(it.deliveredAt ?? it.nextAttemptAt) as Instant | undefined} otherwise="" />
            <span class="line quiet">
              <Text>{it.lastResult}</Text>
            </span>
            {it.attempts > 1 && <Receipts of={it} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What each of the last attempts met, the newest first. */
function Receipts({ of }: { of: Delivery }) {
  return (
    <details class="line">
      <summary>{of.attempts} attempts</summary>
      <ul>
        {of.receipts.map((it) => (
          <li key={`${millis(it.attemptedAt as Instant)}`}>
            <At at={it.attemptedAt as Instant | undefined} /> {it.delivered ? "✓" : "✕"}{" "}
            <Text>{it.result}</Text> <span class="quiet">{span(Number(it.tookMs))}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
