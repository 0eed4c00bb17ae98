/** How the first job of a project is connected, and that it is. */
import { Role } from "@nightbell/sdk/web";
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { sorted } from "./choice.js";
import { Copy } from "./forms.js";
import { Action, Block, Section, Text } from "./parts.js";
import { nightbell } from "./session.js";
import { snippet, WAYS, type Way } from "./snippets.js";
import { jobName, schedulerPath } from "./words.js";

/** Whether this page saw the project empty: it then stays until somebody has seen it work. */
const isAwaited = signal(false);
/** The key that was made here, to be filled in. Gone when the page is loaded anew. */
const made = signal("");

export function Welcome() {
  const all = sorted.value;
  const isEmpty = all.length === 0;
  useEffect(() => {
    if (isEmpty) isAwaited.value = true;
  }, [isEmpty]);
  if (!isEmpty && !isAwaited.value) return null;
  const heard = all.find((it) => it.lastReportAt);
  return heard ? <Connected /> : <Connect isRegistered={!isEmpty} />;
}

function Connected() {
  const first = sorted.value.find((it) => it.lastReportAt);
  if (!first) return null;
  const close = () => {
    isAwaited.value = false;
    made.value = "";
  };
  return (
    <p class="arrived" role="status">
      <span aria-hidden="true">✓</span> The first report has come, from{" "}
      <a href={schedulerPath(first.schedulerId)}>
        <Text>{jobName(first)}</Text>
      </a>
      . Next, say in <a href="/channels">channels</a> who is told when it breaks.{" "}
      <button type="button" onClick={close}>
        Close
      </button>
    </p>
  );
}

function Connect({ isRegistered }: { isRegistered: boolean }) {
  const [way, setWay] = useState<Way>("curl");
  const text = snippet(way, location.origin, made.value || "YOUR_KEY");
  return (
    <Section title={isRegistered ? "Waiting for the first report" : "No jobs yet"}>
      <ol class="steps">
        <li>
          {made.value ? (
            <>
              <span aria-hidden="true">✓</span> A reporter's key was made, and stands below. It is
              shown only now.
            </>
          ) : (
            <>
              A job reports with a key of its own:{" "}
              <Action label="Make a key for jobs" busy="Making …" act={makeKey} />
            </>
          )}
        </li>
        <li>
          Connect a first job:
          <fieldset class="ways">
            <legend class="unseen">How it reports</legend>
            {WAYS.map((it) => (
              <label key={it}>
                <input type="radio" name="way" checked={way === it} onChange={() => setWay(it)} />{" "}
                {it}
              </label>
            ))}
          </fieldset>
          <Block>{text}</Block>
          <Copy key={text} text={text} />
        </li>
        <li>
          <span role="status">
            <span aria-hidden="true">{isRegistered ? "✓" : "○"}</span>{" "}
            {isRegistered ? "It is registered. " : "Waiting: the job appears here by itself. "}
            {isRegistered && "Waiting for its first report …"}
          </span>
        </li>
      </ol>
    </Section>
  );
}

async function makeKey(): Promise<void> {
  const key = { name: "First job", role: Role.REPORTER };
  made.value = (await nightbell.keys.createKey(key)).apiKey;
}
