/** When nobody is told: what is silent now, what is planned, and what is over. */
import type { Silence } from "@nightbell/sdk/web";
import { useState } from "preact/hooks";
import { useAnswer } from "./answer.js";
import { Choice, Confirm, Form, TextField, Tick } from "./forms.js";
import { LENGTH_HINT, lengthOf, lengthText } from "./lengths.js";
import { Badge, Failure, Section, Text } from "./parts.js";
import { ANY, isAny, Selected, SelectorFields, selectorOf } from "./selects.js";
import { nightbell } from "./session.js";
import { Ago, At, type Instant, instantOf, viewerZone, zones } from "./time.js";
import { OVER, PLANNED, SILENT } from "./words.js";

export function SilencesPage() {
  const { answer, failure, again } = useAnswer(() => nightbell.silences.listSilences({}), []);
  const known = answer?.silences ?? [];
  const isOver = (it: Silence) => !it.active && !it.nextStartAt;
  const groups = [
    ["Silent now", known.filter((it) => it.active)],
    ["Planned", known.filter((it) => it.nextStartAt && !it.active)],
    ["Over", known.filter(isOver).reverse()],
  ] as const;
  return (
    <>
      <h1>Silences</h1>
      <p class="quiet">
        Jobs are judged all the same, and nobody is told. What is still wrong at the end is told
        then.
      </p>
      <Failure of={failure} />
      {answer && known.length === 0 && <p>Nothing is silent.</p>}
      {groups.map(
        ([title, silences]) =>
          silences.length > 0 && (
            <Section key={title} title={title} note={String(silences.length)}>
              <ul class="cards">
                {silences.map((it) => (
                  <SilenceCard key={it.silenceId} of={it} again={again} />
                ))}
              </ul>
            </Section>
          ),
      )}
      <Section title="Add a silence">
        <SilenceForm key={known.length} done={again} />
      </Section>
    </>
  );
}

function SilenceCard({ of, again }: { of: Silence; again: () => void }) {
  const { settings, active } = of;
  const isOver = !active && !of.nextStartAt;
  const forget = async () => {
    await nightbell.silences.deleteSilence({ silenceId: of.silenceId });
    again();
  };
  return (
    <li class="card">
      <div class="row">
        <Badge look={active ? SILENT : isOver ? OVER : PLANNED} />
        <strong class="grow">
          <Text>{settings?.note}</Text>
        </strong>
        <Confirm
          label={active && !settings?.window ? "End now …" : "Delete …"}
          question={
            <>
              {active ? "End" : "Delete"} the silence <Text>{settings?.note}</Text>?
              {active && " What it held is told within 15 seconds."}
            </>
          }
          yes={active ? "End the silence" : "Delete the silence"}
          busy="Ending …"
          act={forget}
        />
      </div>
      <p>
        Covers{" "}
        {settings?.everything ? <strong>everything</strong> : <Selected of={settings?.covers} />}.
      </p>
      <p class="quiet">
        <Times of={of} /> Made by <Text>{of.createdBy}</Text>.
      </p>
    </li>
  );
}

function Times({ of }: { of: Silence }) {
  const { settings, active, activeUntil, nextStartAt } = of;
  const window = settings?.window;
  return (
    <>
      {active && (
        <>
          Until <At at={activeUntil as Instant | undefined} />,{" "}
          <Ago at={activeUntil as Instant | undefined} />.{" "}
        </>
      )}
      {nextStartAt && (
        <>
          Begins <At at={nextStartAt as Instant} />, <Ago at={nextStartAt as Instant} />.{" "}
        </>
      )}
      {!active && !nextStartAt && (
        <>
          Ended <At at={settings?.endsAt as Instant | undefined} />.{" "}
        </>
      )}
      {window && (
        <>
          Comes again: <code>{window.cron}</code> {window.timezone || "UTC"}, for{" "}
          {lengthText(window.duration as Instant | undefined)}.{" "}
        </>
      )}
    </>
  );
}

type Way = "once" | "window";

interface Draft {
  note: string;
  covers: typeof ANY;
  everything: boolean;
  way: Way;
  startsAt: string;
  length: string;
  cron: string;
  timezone: string;
}

const FRESH: Draft = {
  note: "",
  covers: ANY,
  everything: false,
  way: "once",
  startsAt: "",
  length: "1 h",
  cron: "0 2 * * 7",
  timezone: viewerZone(),
};

/** The draft as the contract has it. */
function silenceOf(draft: Draft) {
  if (!draft.everything && isAny(draft.covers)) {
    throw new Error("Say what it covers: a service, labels, a scheduler, or everything.");
  }
  const covers = draft.everything
    ? { everything: true }
    : { covers: selectorOf(draft.covers), everything: false };
  const duration = lengthOf(draft.length);
  if (!duration) throw new Error("Say how long it lasts.");
  const said = { note: draft.note, ...covers };
  if (draft.way === "window") {
    return { ...said, window: { cron: draft.cron, timezone: draft.timezone, duration } };
  }
  const from = draft.startsAt ? new Date(draft.startsAt).getTime() : Date.now();
  const endsAt = instantOf(from + Number(duration.seconds) * 1000);
  return { ...said, endsAt, ...(draft.startsAt && { startsAt: instantOf(from) }) };
}

function SilenceForm({ done }: { done: () => void }) {
  const [draft, setDraft] = useState(FRESH);
  const change = (part: Partial<Draft>) => setDraft((draft) => ({ ...draft, ...part }));
  const submit = async () => {
    await nightbell.silences.createSilence(silenceOf(draft));
    done();
  };
  return (
    <Form label="Add the silence" busy="Saving …" submit={submit}>
      <TextField
        label="Why"
        value={draft.note}
        set={(note) => change({ note })}
        more={{ required: true, maxLength: 500 }}
      />
      {!draft.everything && (
        <SelectorFields of={draft.covers} set={(covers) => change({ covers })} />
      )}
      <Tick
        label="Everything in the project"
        isOn={draft.everything}
        set={(everything) => change({ everything })}
      />
      <Choice<Way>
        label="When"
        value={draft.way}
        set={(way) => change({ way })}
        of={[
          ["once", "once"],
          ["window", "again and again"],
        ]}
      />
      {draft.way === "once" ? (
        <TextField
          label="From"
          value={draft.startsAt}
          set={(startsAt) => change({ startsAt })}
          hint="In your time zone. Empty: now."
          more={{ type: "datetime-local" }}
        />
      ) : (
        <WindowFields of={draft} change={change} />
      )}
      <TextField
        label="For how long"
        value={draft.length}
        set={(length) => change({ length })}
        hint={LENGTH_HINT}
        more={{ required: true }}
      />
    </Form>
  );
}

interface WindowProps {
  of: Draft;
  change: (part: Partial<Draft>) => void;
}

function WindowFields({ of, change }: WindowProps) {
  return (
    <>
      <TextField
        label="Opens"
        value={of.cron}
        set={(cron) => change({ cron })}
        hint="A cron expression of five fields."
        more={{ required: true }}
      />
      <TextField
        label="Time zone"
        value={of.timezone}
        set={(timezone) => change({ timezone })}
        more={{ list: "zones" }}
      />
      <datalist id="zones">
        {zones().map((it) => (
          <option key={it} value={it} />
        ))}
      </datalist>
    </>
  );
}
