/** Values of the contract in words for people, never by colour alone. */
import {
  Health,
  IncidentReason,
  LimitState,
  Resolution,
  RunStatus,
  type Scheduler,
  Severity,
  SlotEnding,
} from "@nightbell/sdk/web";

/** A word, a sign that is told apart without colour, and a tone for the style. */
export interface Look {
  word: string;
  sign: string;
  tone: "good" | "bad" | "busy" | "quiet" | "warn";
}

const UNKNOWN: Look = { word: "unknown", sign: "?", tone: "quiet" };

const HEALTH: Partial<Record<Health, Look>> = {
  [Health.NEW]: { word: "new", sign: "○", tone: "quiet" },
  [Health.UP]: { word: "well", sign: "✓", tone: "good" },
  [Health.DOWN]: { word: "down", sign: "✕", tone: "bad" },
  [Health.PAUSED]: { word: "paused", sign: "Ⅱ", tone: "quiet" },
};

const RUN: Partial<Record<RunStatus, Look>> = {
  [RunStatus.PENDING]: { word: "queued", sign: "○", tone: "quiet" },
  [RunStatus.RUNNING]: { word: "running", sign: "▶", tone: "busy" },
  [RunStatus.COMPLETED]: { word: "completed", sign: "✓", tone: "good" },
  [RunStatus.FAILED]: { word: "failed", sign: "✕", tone: "bad" },
  [RunStatus.CANCELLED]: { word: "cancelled", sign: "–", tone: "quiet" },
  [RunStatus.LOST]: { word: "lost", sign: "…", tone: "warn" },
};

const ENDING: Partial<Record<SlotEnding, Look>> = {
  [SlotEnding.OPEN]: { word: "running", sign: "▶", tone: "busy" },
  [SlotEnding.MET]: { word: "met", sign: "✓", tone: "good" },
  [SlotEnding.MET_LATE]: { word: "met late", sign: "»", tone: "warn" },
  [SlotEnding.FAILED]: { word: "failed", sign: "✕", tone: "bad" },
  [SlotEnding.MISSED]: { word: "missed", sign: "∅", tone: "warn" },
  [SlotEnding.UNSEEN]: { word: "not seen", sign: "?", tone: "quiet" },
  [SlotEnding.SKIPPED_PAUSED]: { word: "paused", sign: "Ⅱ", tone: "quiet" },
  [SlotEnding.SKIPPED_CANCELLED]: { word: "cancelled", sign: "–", tone: "quiet" },
};

const REASON: Partial<Record<IncidentReason, Look>> = {
  [IncidentReason.FAILED]: { word: "failed", sign: "✕", tone: "bad" },
  [IncidentReason.MISSED]: { word: "missed", sign: "∅", tone: "warn" },
  [IncidentReason.NEVER_STARTED]: { word: "never started", sign: "∅", tone: "warn" },
  [IncidentReason.STALLED]: { word: "stalled", sign: "‖", tone: "warn" },
  [IncidentReason.LOST]: { word: "lost", sign: "…", tone: "warn" },
  [IncidentReason.OVERRAN]: { word: "takes too long", sign: "»", tone: "warn" },
  [IncidentReason.FINISHED_LATE]: { word: "finished late", sign: "»", tone: "warn" },
  [IncidentReason.TOO_QUICK]: { word: "too quick", sign: "«", tone: "warn" },
};

export const REASONS: readonly IncidentReason[] = Object.keys(REASON).map(Number);

const SEVERITY: Partial<Record<Severity, string>> = {
  [Severity.CRITICAL]: "critical",
  [Severity.NORMAL]: "normal",
  [Severity.LOW]: "low",
};

const RESOLUTION: Partial<Record<Resolution, string>> = {
  [Resolution.RECOVERED]: "the job is well again",
  [Resolution.REPORTED_LATE]: "a late report showed that it was not so",
  [Resolution.MANUAL]: "ended by hand",
  [Resolution.WITHDRAWN]: "what it was judged by is gone",
};

const LIMIT: Partial<Record<LimitState, Look>> = {
  [LimitState.RUNNING]: { word: "counting", sign: "▾", tone: "busy" },
  [LimitState.BREACHED]: { word: "breached", sign: "✕", tone: "bad" },
  [LimitState.IDLE]: { word: "idle", sign: "○", tone: "quiet" },
};

export const SILENT: Look = { word: "silent", sign: "◌", tone: "warn" };
export const PLANNED: Look = { word: "planned", sign: "○", tone: "quiet" };
export const OVER: Look = { word: "over", sign: "–", tone: "quiet" };

export const healthLook = (health: Health): Look => HEALTH[health] ?? UNKNOWN;
export const runLook = (status: RunStatus): Look => RUN[status] ?? UNKNOWN;
export const endingLook = (ending: SlotEnding): Look => ENDING[ending] ?? UNKNOWN;
export const reasonLook = (reason: IncidentReason): Look => REASON[reason] ?? UNKNOWN;
export const severityWord = (severity: Severity): string => SEVERITY[severity] ?? "normal";
export const limitLook = (state: LimitState): Look => LIMIT[state] ?? UNKNOWN;
export const resolutionWords = (it: Resolution): string => RESOLUTION[it] ?? "";

/** The last line that says something: of a traceback, the one that names the error. */
export function lastLine(text: string | undefined): string {
  const lines = (text ?? "").split("\n").map((line) => line.trim());
  return lines.findLast((line) => line !== "") ?? "";
}

/** A job's text with what cannot be seen made visible; line breaks and tabs stay. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (it) => {
    if (it === "\n" || it === "\t") return it;
    return `⟨U+${(it.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

export const jobName = (it: Scheduler): string => it.settings?.jobName || it.schedulerId;

export const schedulerPath = (id: string): string => `/schedulers/${encodeURIComponent(id)}`;
export const incidentPath = (id: string): string => `/incidents/${encodeURIComponent(id)}`;
