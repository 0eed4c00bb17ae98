/** What can be done to many schedulers at once. */
import { Health, IncidentState, RateLimitedError, type Scheduler } from "@nightbell/sdk/web";
import { useState } from "preact/hooks";
import { chosen, type Wanted } from "./choice.js";
import { incidents, loadIncidents, schedulers } from "./live.js";
import { Failure, said } from "./parts.js";
import { nightbell } from "./session.js";
import { instantOf } from "./time.js";

const AT_ONCE = 8;
/** A project has at most 200 silences: more than these are one by service or label. */
const SILENCES_MAX = 20;
const SILENCED_HOURS = [1, 4, 24];
const HOUR_MS = 3_600_000;

type Act = (it: Scheduler) => Promise<unknown>;

/** Does it to each, a few at once, and gives the failures. */
async function each(of: readonly Scheduler[], act: Act, told: (done: number) => void) {
  const rest = [...of];
  const failures: string[] = [];
  let done = 0;
  const work = async () => {
    for (let it = rest.shift(); it; it = rest.shift()) {
      try {
        await patiently(() => act(it as Scheduler));
      } catch (thrown) {
        failures.push(`${it.schedulerId}: ${said(thrown)}`);
      }
      done += 1;
      told(done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failures;
}

async function patiently(act: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await act();
      return;
    } catch (thrown) {
      if (!(thrown instanceof RateLimitedError) || tries === 5) throw thrown;
      const wait = thrown.retryAfterMs;
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

const pause: Act = ({ schedulerId }) => nightbell.schedulers.pauseScheduler({ schedulerId });
const resume: Act = ({ schedulerId }) => nightbell.schedulers.resumeScheduler({ schedulerId });

async function acknowledge({ schedulerId }: Scheduler): Promise<void> {
  const own = incidents.value.filter((it) => it.schedulerId === schedulerId);
  for (const { incidentId, state } of own) {
    if (state === IncidentState.OPEN) await nightbell.incidents.acknowledgeIncident({ incidentId });
  }
}

/** One silence, if what is chosen is just what the service and label filters find. */
function coversAll(wanted: Wanted, found: readonly Scheduler[], of: readonly Scheduler[]) {
  const { service, label } = wanted;
  const [name, value] = label.split("=", 2);
  const isExact = label === "" || of.every((it) => name && it.settings?.labels[name] === value);
  const isPlain = wanted.text.trim() === "" && wanted.health === 0;
  const shown = new Set(found);
  const isWhole = of.length === found.length && of.every((it) => shown.has(it));
  if (!isPlain || !isWhole || !isExact || (service === "" && label === "")) return undefined;
  return { serviceName: service, labels: name && value !== undefined ? { [name]: value } : {} };
}

interface Props {
  wanted: Wanted;
  found: readonly Scheduler[];
}

export function Bulk({ wanted, found }: Props) {
  const [progress, setProgress] = useState("");
  const [failures, setFailures] = useState<readonly string[]>([]);
  const all = schedulers.value;
  const of = [...chosen.value].flatMap((id) => all.get(id) ?? []);
  const run = async (word: string, those: readonly Scheduler[], act: Act) => {
    setFailures([]);
    const tell = (done: number) => setProgress(`${word} ${done} of ${those.length}`);
    tell(0);
    setFailures(await each(those, act, tell));
    setProgress("");
    await loadIncidents();
  };
  const silence = async (hours: number) => {
    const endsAt = instantOf(Date.now() + hours * HOUR_MS);
    const note = `From the list, for ${hours} h`;
    const covers = coversAll(wanted, found, of);
    const [one] = of;
    if (covers && one) {
      return run("Silenced", [one], () =>
        nightbell.silences.createSilence({ note, covers, endsAt }),
      );
    }
    if (of.length > SILENCES_MAX) {
      const many = `${of.length} are too many to silence one by one: filter by service or label`;
      return setFailures([`${many}, and choose all of it.`]);
    }
    await run("Silenced", of, ({ schedulerId }) =>
      nightbell.silences.createSilence({ note, covers: { schedulerId }, endsAt }),
    );
  };
  if (of.length === 0) return <Failure of={failures.join("\n")} />;
  const shown = new Set(found);
  const hidden = of.filter((it) => !shown.has(it)).length;
  const paused = of.filter((it) => it.health === Health.PAUSED);
  const judged = of.filter((it) => it.health !== Health.PAUSED);
  const broken = of.filter((it) => it.openIncidentIds.length > 0);
  const button = (label: string, those: readonly Scheduler[], press: () => Promise<void>) => (
    <button
      type="button"
      key={label}
      disabled={progress !== "" || those.length === 0}
      onClick={() => void press()}
    >
      {label}
    </button>
  );
  return (
    <div class="bulk" role="toolbar" aria-label="What to do with those chosen">
      <strong>
        {of.length} chosen{hidden > 0 && `, ${hidden} not shown`}
      </strong>
      {button("Acknowledge", broken, () => run("Acknowledged", broken, acknowledge))}
      {SILENCED_HOURS.map((hours) => button(`Silence ${hours} h`, of, () => silence(hours)))}
      {button("Pause", judged, () => run("Paused", judged, pause))}
      {button("Resume", paused, () => run("Resumed", paused, resume))}
      <button
        type="button"
        onClick={() => {
          chosen.value = new Set();
        }}
      >
        Choose none
      </button>
      <span role="status">{progress}</span>
      <Failure of={failures.slice(0, 5).join("\n")} />
    </div>
  );
}
