/** Which incidents go to which channels. */
import {
  type Channel,
  type IncidentReason,
  type Route,
  type RouteSettings,
  Severity,
} from "@nightbell/sdk/web";
import { useState } from "preact/hooks";
import { useAnswer } from "./answer.js";
import { Confirm, Form, TextField, Tick } from "./forms.js";
import { LENGTH_HINT, lengthOf, lengthText } from "./lengths.js";
import { Failure, Section, Text } from "./parts.js";
import { type Chosen, chosenOf, Selected, SelectorFields, selectorOf } from "./selects.js";
import { nightbell } from "./session.js";
import type { Instant } from "./time.js";
import { REASONS, reasonLook, severityWord } from "./words.js";

const SEVERITIES = [Severity.CRITICAL, Severity.NORMAL, Severity.LOW];

async function ask() {
  const [{ routes }, { channels }] = await Promise.all([
    nightbell.routes.listRoutes({}),
    nightbell.channels.listChannels({}),
  ]);
  return { routes, channels };
}

export function RoutesPage() {
  const { answer, failure, again } = useAnswer(ask, []);
  return (
    <>
      <h1>Routes</h1>
      <p class="quiet">
        Without routes every incident goes to every <a href="/channels">channel</a> that hears of
        everything. A route sends those that it selects to channels of its own.
      </p>
      <Failure of={failure} />
      <ul class="cards">
        {answer?.routes.map((it) => (
          <RouteCard key={it.routeId} of={it} channels={answer.channels} again={again} />
        ))}
      </ul>
      {answer?.routes.length === 0 && <p>There is no route.</p>}
      {answer?.channels.length === 0 && (
        <p>
          A route needs a <a href="/channels">channel</a> to lead to.
        </p>
      )}
      {answer && answer.channels.length > 0 && (
        <Section title="Add a route">
          <RouteForm key={answer.routes.length} channels={answer.channels} done={again} />
        </Section>
      )}
    </>
  );
}

interface CardProps {
  of: Route;
  channels: readonly Channel[];
  again: () => void;
}

function RouteCard({ of, channels, again }: CardProps) {
  const it = of.settings;
  if (!it) return null;
  const names = channels.filter(({ channelId }) => it.channelIds.includes(channelId));
  const only = [
    ...it.severities.map(severityWord),
    ...it.reasons.map((reason) => reasonLook(reason).word),
  ];
  const forget = async () => {
    await nightbell.routes.deleteRoute({ routeId: of.routeId });
    again();
  };
  return (
    <li class="card">
      <strong>
        <Text>{it.name}</Text>
      </strong>
      <p>
        Incidents of <Selected of={it.selects} />
        {only.length > 0 && `, if ${only.join(" or ")},`} go to{" "}
        <strong>
          <Text>{names.map((it) => it.settings?.name ?? "").join(", ")}</Text>
        </strong>
        {it.delay && ` after ${lengthText(it.delay as Instant)}`}
        {it.repeatEvery && `, and again every ${lengthText(it.repeatEvery as Instant)}`}
        {it.insteadOfDefault ? ", and to no other by default." : "."}
      </p>
      <details>
        <summary>Change</summary>
        <RouteForm of={of} channels={channels} done={again} />
        <Confirm
          label="Delete …"
          question={
            <>
              Delete the route <Text>{it.name}</Text>?
            </>
          }
          yes="Delete the route"
          busy="Deleting …"
          act={forget}
        />
      </details>
    </li>
  );
}

interface Draft {
  name: string;
  selects: Chosen;
  severities: readonly Severity[];
  reasons: readonly IncidentReason[];
  channelIds: readonly string[];
  delay: string;
  repeatEvery: string;
  insteadOfDefault: boolean;
}

function draftOf(it: RouteSettings | undefined): Draft {
  return {
    name: it?.name ?? "",
    selects: chosenOf(it?.selects),
    severities: it?.severities ?? [],
    reasons: it?.reasons ?? [],
    channelIds: it?.channelIds ?? [],
    delay: lengthText(it?.delay as Instant | undefined),
    repeatEvery: lengthText(it?.repeatEvery as Instant | undefined),
    insteadOfDefault: it?.insteadOfDefault ?? false,
  };
}

function settingsOf(draft: Draft) {
  const delay = lengthOf(draft.delay);
  const repeatEvery = lengthOf(draft.repeatEvery);
  return {
    name: draft.name,
    selects: selectorOf(draft.selects),
    severities: [...draft.severities],
    reasons: [...draft.reasons],
    channelIds: [...draft.channelIds],
    insteadOfDefault: draft.insteadOfDefault,
    ...(delay && { delay }),
    ...(repeatEvery && { repeatEvery }),
  };
}

const PATHS = [
  "name",
  "selects",
  "severities",
  "reasons",
  "channel_ids",
  "delay",
  "repeat_every",
  "instead_of_default",
];

interface RouteFormProps {
  of?: Route;
  channels: readonly Channel[];
  done: () => void;
}

function RouteForm({ of, channels, done }: RouteFormProps) {
  const [draft, setDraft] = useState(() => draftOf(of?.settings));
  const change = (part: Partial<Draft>) => setDraft((draft) => ({ ...draft, ...part }));
  const submit = async () => {
    const settings = settingsOf(draft);
    if (of) {
      const { routeId } = of;
      await nightbell.routes.updateRoute({ routeId, settings, updateMask: { paths: PATHS } });
    } else {
      await nightbell.routes.createRoute(settings);
    }
    done();
  };
  return (
    <Form label={of ? "Save" : "Add the route"} busy="Saving …" submit={submit}>
      <TextField
        label="Name"
        value={draft.name}
        set={(name) => change({ name })}
        more={{ required: true, maxLength: 100 }}
      />
      <SelectorFields of={draft.selects} set={(selects) => change({ selects })} />
      <Ticks
        legend="Leads to"
        of={channels.map((it) => [it.channelId, it.settings?.name ?? ""])}
        chosen={draft.channelIds}
        set={(channelIds) => change({ channelIds })}
      />
      <Ticks
        legend="Only what matters so much; none: any"
        of={SEVERITIES.map((it) => [it, severityWord(it)])}
        chosen={draft.severities}
        set={(severities) => change({ severities })}
      />
      <Ticks
        legend="Only these reasons; none: any"
        of={REASONS.map((it) => [it, reasonLook(it).word])}
        chosen={draft.reasons}
        set={(reasons) => change({ reasons })}
      />
      <TextField
        label="Wait before telling"
        value={draft.delay}
        set={(delay) => change({ delay })}
        hint="Of what is over or acknowledged by then nothing is told. Empty: at once."
      />
      <TextField
        label="Tell again every"
        value={draft.repeatEvery}
        set={(repeatEvery) => change({ repeatEvery })}
        hint={`Until somebody has it. ${LENGTH_HINT} Empty: not again.`}
      />
      <Tick
        label="Instead of the channels that hear of everything"
        isOn={draft.insteadOfDefault}
        set={(insteadOfDefault) => change({ insteadOfDefault })}
      />
    </Form>
  );
}

interface TicksProps<T> {
  legend: string;
  of: readonly (readonly [T, string])[];
  chosen: readonly T[];
  set: (chosen: readonly T[]) => void;
}

function Ticks<T extends string | number>({ legend, of, chosen, set }: TicksProps<T>) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {of.map(([it, word]) => (
        <Tick
          key={it}
          label={word}
          isOn={chosen.includes(it)}
          set={(isOn) => set(isOn ? [...chosen, it] : chosen.filter((other) => other !== it))}
        />
      ))}
    </fieldset>
  );
}
