/** How long runs took: each as the sign of its status, with p50, p95 and the limits drawn in. */
import type { Run } from "@nightbell/sdk/web";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { Section } from "./parts.js";
import { type Instant, millis, span } from "./time.js";
import { runLook } from "./words.js";

/** Fewer say nothing about what is usual. */
const FEWEST = 3;
const HEIGHT = 240;
/** A range wider than this is drawn on a scale of powers of ten. */
const WIDE = 20;
/** Steps between the lines of a scale, in milliseconds: whole numbers of people's units. */
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
  [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21_600, 43_200, 86_400].map(
    (seconds) => seconds * 1000,
  ),
);
const TIME = { hour: "2-digit", minute: "2-digit" } as const;
const DAY = { month: "short", day: "numeric" } as const;
const TWO_DAYS_S = 172_800;

/** As everywhere on the page, where uPlot would write as in America. */
function timesOf(chart: uPlot, at: readonly number[]): string[] {
  const { min = 0, max = 0 } = chart.scales.x ?? {};
  const isLong = (max ?? 0) - (min ?? 0) > TWO_DAYS_S;
  const format = new Intl.DateTimeFormat(undefined, isLong ? DAY : TIME);
  return at.map((second) => format.format(second * 1000));
}

export interface Bound {
  word: string;
  /** In milliseconds. */
  ms: number;
  isLimit: boolean;
}

interface Took {
  at: number;
  ms: number;
  run: Run;
}

function tookOf(runs: readonly Run[]): Took[] {
  const told = runs.flatMap((run) => {
    const began = (run.startedAt ?? run.firstReceivedAt) as Instant | undefined;
    const end = run.endedAt as Instant | undefined;
    if (!began || !end) return [];
    const ms = Number(run.executionTimeMs ?? millis(end) - millis(began));
    return [{ at: millis(began) / 1000, ms: Math.max(1, ms), run }];
  });
  return told.sort((a, b) => a.at - b.at);
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

interface Props {
  runs: readonly Run[];
  limits: readonly Bound[];
}

export function Durations({ runs, limits }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const took = tookOf(runs);
  const lengths = took.map((it) => it.ms).sort((a, b) => a - b);
  const bounds: Bound[] = [
    { word: "p50", ms: quantile(lengths, 0.5), isLimit: false },
    { word: "p95", ms: quantile(lengths, 0.95), isLimit: false },
    ...limits.filter((it) => it.ms > 0),
  ];
  const drawn = JSON.stringify([took.map((it) => [it.at, it.ms, it.run.status]), bounds]);
  useEffect(() => {
    const it = place.current;
    if (!it || took.length < FEWEST) return;
    const theme = matchMedia("(prefers-color-scheme: dark)");
    let chart = draw(it, took, bounds);
    const again = () => {
      chart.destroy();
      chart = draw(it, took, bounds);
    };
    const watcher = new ResizeObserver(() => {
      if (it.clientWidth !== chart.width) chart.setSize({ width: it.clientWidth, height: HEIGHT });
    });
    watcher.observe(it);
    theme.addEventListener("change", again);
    return () => {
      watcher.disconnect();
      theme.removeEventListener("change", again);
      chart.destroy();
    };
  }, [drawn]);
  if (took.length < FEWEST) return null;
  return (
    <Section title="Durations" note={`of the last ${took.length} runs that ended`}>
      <figure>
        <div ref={place} aria-hidden="true" />
        <figcaption class="quiet">
          {bounds.map((it) => `${it.word} ${span(it.ms)}`).join(" · ")}
        </figcaption>
      </figure>
    </Section>
  );
}

/** The colour that the style gives to a class. */
function colourOf(place: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.className = name;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function draw(place: HTMLElement, took: readonly Took[], bounds: readonly Bound[]): uPlot {
  const ink = colourOf(place, "");
  const quiet = colourOf(place, "quiet");
  const edge = colourOf(place, "edge");
  const all = [...took.map((it) => it.ms), ...bounds.map((it) => it.ms)];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const isWide = most / least > WIDE;
  const axis = { stroke: quiet, grid: { stroke: edge, width: 1 }, ticks: { stroke: edge } };
  const chart: uPlot.Options = {
    width: place.clientWidth,
    height: HEIGHT,
    legend: { show: true },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { time: true },
      y: isWide
        ? { distr: 3, range: () => [least / 2, most * 2] }
        : { range: () => [0, most * 1.15] },
    },
    axes: [
      { ...axis, values: timesOf },
      {
        ...axis,
        size: 84,
        values: (_, at) => at.map((ms) => (ms ? span(ms) : "")),
        ...(isWide ? {} : { incrs: STEPS }),
      },
    ],
    series: [
      { label: "began", value: (_, at) => (at ? new Date(at * 1000).toLocaleString() : "–") },
      {
        label: "took",
        stroke: edge,
        points: { show: false },
        value: (_, ms, __, index) => {
          const one = index === null || index === undefined ? undefined : took[index];
          return one ? `${span(ms)}, ${runLook(one.run.status).word}` : "–";
        },
      },
    ],
    hooks: { draw: [(it) => mark(it, place, took, bounds, ink)] },
  };
  return new uPlot(chart, [took.map((it) => it.at), took.map((it) => it.ms)], place);
}

/** The runs by the signs of their statuses, and the bounds by their names. */
function mark(
  chart: uPlot,
  place: HTMLElement,
  took: readonly Took[],
  bounds: readonly Bound[],
  ink: string,
): void {
  const { ctx, bbox } = chart;
  const unit = uPlot.pxRatio;
  ctx.save();
  ctx.font = `${12 * unit}px system-ui, sans-serif`;
  ctx.textBaseline = "middle";
  for (const it of bounds) {
    const y = chart.valToPos(it.ms, "y", true);
    ctx.strokeStyle = it.isLimit ? colourOf(place, "badge bad") : ink;
    ctx.fillStyle = ctx.strokeStyle;
    ctx.lineWidth = unit;
    ctx.setLineDash(it.isLimit ? [] : [5 * unit, 4 * unit]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.textAlign = it.word === "p50" ? "left" : "right";
    const x = it.word === "p50" ? bbox.left + 4 * unit : bbox.left + bbox.width - 4 * unit;
    ctx.fillText(it.word, x, y - 8 * unit);
  }
  ctx.textAlign = "center";
  ctx.font = `bold ${13 * unit}px system-ui, sans-serif`;
  for (const it of took) {
    const look = runLook(it.run.status);
    ctx.fillStyle = colourOf(place, `badge ${look.tone}`);
    ctx.fillText(look.sign, chart.valToPos(it.at, "x", true), chart.valToPos(it.ms, "y", true));
  }
  ctx.restore();
}
