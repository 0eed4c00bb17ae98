/** What was expected and what came: a line for each slot and run, from when it was due. */
import { type Run, RunStatus, type Slot, SlotEnding } from "@nightbell/sdk/web";
import { useState } from "preact/hooks";
import { Badge, runNotes, Section, took } from "./parts.js";
import { At, type Instant, millis, now, span } from "./time.js";
import { endingLook, type Look, runLook, schedulerPath } from "./words.js";

const SHOWN_AT_ONCE = 12;
/** A mark this many times farther than the longest line would squeeze all lines: left out. */
const FAR = 3;

interface Line {
  key: string;
  slot?: Slot;
  run?: Run;
  /** When it was due, else when it began. */
  at: Instant | undefined;
}

interface Mark {
  word: string;
  ms: number;
}

interface Props {
  id: string;
  runs: readonly Run[];
  slots: readonly Slot[];
  marks: readonly Mark[];
  zone?: string | undefined;
}

function linesOf(runs: readonly Run[], slots: readonly Slot[]): Line[] {
  const byId = new Map(runs.map((it) => [it.runId, it]));
  const lines: Line[] = slots.map((slot) => {
    const run = byId.get(slot.runId);
    byId.delete(slot.runId);
    const at = slot.slotAt as Instant | undefined;
    return { key: `slot ${at?.seconds}`, slot, at, ...(run && { run }) };
  });
  for (const run of byId.values()) {
    const at = (run.slotAt ?? run.startedAt ?? run.firstReceivedAt) as Instant | undefined;
    lines.push({ key: `run ${run.runId}`, run, at });
  }
  return lines.sort((a, b) => ms(b.at) - ms(a.at));
}

const ms = (it: Instant | undefined): number => (it ? millis(it) : 0);

/** From when it was due to its start and its end, in milliseconds. */
function reach({ run, at }: Line): { from: number; to: number } | undefined {
  const began = run?.startedAt as Instant | undefined;
  if (!run || !began) return undefined;
  const isOpen = run.status === RunStatus.RUNNING;
  const end = isOpen ? now.value : ms((run.endedAt as Instant | undefined) ?? began);
  const from = Math.max(0, ms(began) - ms(at));
  return { from, to: Math.max(from, end - ms(at)) };
}

/** What became of the slot, where that says more than the status of the run. */
function lookOf({ run, slot }: Line): Look {
  const isPlain = slot?.ending === SlotEnding.MET || slot?.ending === SlotEnding.OPEN;
  if (slot && !(run && isPlain) && slot.ending !== SlotEnding.FAILED)
    return endingLook(slot.ending);
  return run ? runLook(run.status) : endingLook(slot?.ending ?? SlotEnding.UNSPECIFIED);
}

export function Timeline({ id, runs, slots, marks, zone }: Props) {
  const [isLong, setLong] = useState(false);
  const lines = linesOf(runs, slots);
  const shown = isLong ? lines : lines.slice(0, SHOWN_AT_ONCE);
  const longest = Math.max(1, ...shown.map((it) => reach(it)?.to ?? 0));
  const near = marks.filter((it) => it.ms > 0 && it.ms < longest * FAR);
  const scale = Math.max(longest, ...near.map((it) => it.ms)) * 1.03;
  const told = near.map((it) => `${it.word} ${span(it.ms)}`).join(", ");
  return (
    <Section
      title="Timeline"
      note={lines.length > 0 ? `each from when it was due${told && `; lines: ${told}`}` : ""}
    >
      {lines.length === 0 && <p class="quiet">Nothing was expected and nothing came so far.</p>}
      <ul class="rows">
        {shown.map((it) => (
          <Row key={it.key} of={it} id={id} scale={scale} marks={near} zone={zone} />
        ))}
      </ul>
      {!isLong && lines.length > SHOWN_AT_ONCE && (
        <button type="button" onClick={() => setLong(true)}>
          Show all {lines.length}
        </button>
      )}
    </Section>
  );
}

interface RowProps {
  of: Line;
  id: string;
  scale: number;
  marks: readonly Mark[];
  zone?: string | undefined;
}

function Row({ of, id, scale, marks, zone }: RowProps) {
  const { run, slot } = of;
  const look = lookOf(of);
  const part = reach(of);
  const when = <At at={of.at} zone={zone} />;
  const at = (ms: number) => `${(100 * ms) / scale}%`;
  const late = slot && part && part.from >= 1000 ? `${span(part.from)} after its time` : "";
  return (
    <li class="row due">
      <Badge look={look} />
      {run ? (
        <a href={`${schedulerPath(id)}?run=${encodeURIComponent(run.runId)}`}>{when}</a>
      ) : (
        <span>expected {when}</span>
      )}
      <span class="track" aria-hidden="true">
        {part && slot && <i class="gap" style={{ width: at(part.from) }} />}
        {part && (
          <i
            class={`bar-of ${look.tone}`}
            style={{ left: at(part.from), width: at(part.to - part.from) }}
          />
        )}
        {marks.map((it) => (
          <i class="mark" key={it.word} style={{ left: at(it.ms) }} />
        ))}
      </span>
      <span class="told">
        {run ? took(run) : ""} <span class="quiet">{late}</span>{" "}
        <span class="quiet">{run && runNotes(run)}</span>
      </span>
    </li>
  );
}
