/** What several pages show. */
import type { JsonObject } from "@bufbuild/protobuf";
import { type Run, RunStatus } from "@nightbell/sdk/web";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { millis, now, span } from "./time.js";
import { type Look, visible } from "./words.js";

/** A text that somebody else wrote: isolated, so that it turns no text around it. */
export function Text({ children }: { children: string | undefined }) {
  return <bdi>{visible(children ?? "")}</bdi>;
}

export function Badge({ look }: { look: Look }) {
  return (
    <span class={`badge ${look.tone}`}>
      <span aria-hidden="true">{look.sign}</span> {look.word}
    </span>
  );
}

interface SectionProps {
  title: string;
  id?: string;
  note?: ComponentChildren;
  children: ComponentChildren;
}

export function Section({ title, id, note, children }: SectionProps) {
  return (
    <section {...(id ? { id } : {})}>
      <h2>
        {title} {note && <small>{note}</small>}
      </h2>
      {children}
    </section>
  );
}

/** Names beside what they are; what is empty is left out. */
export function Facts({ of }: { of: readonly (readonly [string, ComponentChildren])[] }) {
  const told = of.filter(([, value]) => value !== "" && value !== undefined && value !== null);
  return (
    <dl>
      {told.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function took(run: Run): string {
  if (run.executionTimeMs !== undefined) return span(Number(run.executionTimeMs));
  if (!run.startedAt) return "";
  const end = run.endedAt ? millis(run.endedAt) : now.value;
  return span(end - millis(run.startedAt));
}

export function ProgressOf({ run }: { run: Run }) {
  const progress = run.progress;
  if (!progress) return null;
  const total = progress.total;
  return (
    <span class="progress">
      {total !== undefined && (
        <progress max={Number(total)} value={Number(progress.done)} aria-label="progress" />
      )}
      <span>
        {String(progress.done)}
        {total !== undefined && ` of ${total}`} <Text>{progress.message}</Text>
      </span>
    </span>
  );
}

/** What a run is besides its status. */
export function runNotes(run: Run): string {
  const notes = [
    run.stalled && "silent",
    run.stuck && "no progress",
    run.overran && "too long",
    run.tooQuick && "too quick",
    run.finishedLate && "finished late",
    run.suspect && "connection lost",
    run.cancelRequested && run.status === RunStatus.RUNNING && "asked to stop",
  ];
  return notes.filter(Boolean).join(", ");
}

/** Lines as they are, that scroll when there are many. */
export function Block({ children }: { children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
    <pre tabIndex={0}>{children}</pre>
  );
}

export function Metadata({ of }: { of: JsonObject | undefined }) {
  if (!of || Object.keys(of).length === 0) return null;
  return <Block>{visible(JSON.stringify(of, null, 2))}</Block>;
}

export function Failure({ of }: { of: string }) {
  return of ? (
    <p class="failure" role="alert">
      <span aria-hidden="true">✕</span> <Text>{of}</Text>
    </p>
  ) : null;
}

interface ActionProps {
  label: string;
  busy: string;
  act: () => Promise<unknown>;
}

/** A quiet button that says what became of its press. */
export function Action({ label, busy, act }: ActionProps) {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  const press = async () => {
    setBusy(true);
    setFailure("");
    try {
      await act();
    } catch (thrown) {
      setFailure(said(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" disabled={isBusy} onClick={() => void press()}>
        {isBusy ? busy : label}
      </button>
      <Failure of={failure} />
    </>
  );
}

export function said(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
