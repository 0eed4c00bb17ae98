/** The settings of a scheduler while a person changes them, with what the schedule would do. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  CronProfile,
  type PreviewScheduleResponse,
  type Schedule,
  type Scheduler,
  type SchedulerSettings,
  type SchedulerSettingsSchema,
  Severity,
} from "@nightbell/sdk/web";
import { useEffect, useState } from "preact/hooks";
import { Choice, Field, Form, TextField } from "./forms.js";
import { LENGTH_HINT, labelsOf, labelsText, lengthOf, lengthText } from "./lengths.js";
import { Failure, said, Text } from "./parts.js";
import { nightbell } from "./session.js";
import { At, type Instant, zones } from "./time.js";

type Kind = "text" | "length" | "number";

/** Name in the message, name for people, kind. */
const FIELDS: readonly (readonly [keyof SchedulerSettings & string, string, Kind])[] = [
  ["jobName", "Name", "text"],
  ["serviceName", "Service", "text"],
  ["ownerEmail", "Owner's mail", "text"],
  ["alertUserId", "Mentioned in Slack", "text"],
  ["startGrace", "Start grace", "length"],
  ["finishBy", "Finish by", "length"],
  ["maxRuntime", "Longest run", "length"],
  ["minRuntime", "Shortest run", "length"],
  ["heartbeatInterval", "Heartbeat interval", "length"],
  ["heartbeatTimeout", "Heartbeat timeout", "length"],
  ["progressTimeout", "Progress timeout", "length"],
  ["earlyTolerance", "Early tolerance", "length"],
  ["dependsOn", "Depends on", "text"],
  ["failureThreshold", "Bad outcomes until an incident", "number"],
  ["failureWindow", "… among the last", "number"],
  ["recoveryThreshold", "Good outcomes until its end", "number"],
  ["recoveryWindow", "… among the last", "number"],
];

const PROFILES: readonly (readonly [CronProfile, string])[] = [
  [CronProfile.VIXIE, "cron (vixie)"],
  [CronProfile.KUBERNETES, "Kubernetes"],
  [CronProfile.SYSTEMD, "systemd"],
  [CronProfile.QUARTZ, "Quartz"],
  [CronProfile.UTC, "a scheduler on UTC"],
];

const SEVERITIES: readonly (readonly [Severity, string])[] = [
  [Severity.CRITICAL, "critical"],
  [Severity.NORMAL, "normal"],
  [Severity.LOW, "low"],
];

const snake = (name: string): string => name.replace(/[A-Z]/g, (it) => `_${it.toLowerCase()}`);

export function ruleText(it: Schedule): string {
  if (it.rule.case === "cron") return it.rule.value;
  return it.rule.case === "every" ? `every ${lengthText(it.rule.value as Instant)}` : "";
}

interface Draft {
  schedules: string;
  timezone: string;
  cronProfile: CronProfile;
  severity: Severity;
  labels: string;
  values: Readonly<Record<string, string>>;
}

function draftOf(it: SchedulerSettings): Draft {
  const values = FIELDS.map(([name, , kind]) => {
    const held = it[name];
    return [name, kind === "length" ? lengthText(held as Instant) : String(held ?? "")] as const;
  });
  return {
    schedules: it.schedules.map(ruleText).join("\n"),
    timezone: it.timezone ?? "",
    cronProfile: it.cronProfile || CronProfile.VIXIE,
    severity: it.severity || Severity.NORMAL,
    labels: labelsText(it.labels),
    values: Object.fromEntries(values),
  };
}

/** One line each: a cron expression, or "every 10 min". */
function schedulesOf(text: string) {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter(Boolean).map((line) => {
    const every = /^(?:@every|every)\s+(.*)$/i.exec(line)?.[1];
    const length = every === undefined ? undefined : lengthOf(every);
    if (length) return { rule: { case: "every" as const, value: length } };
    return { rule: { case: "cron" as const, value: line } };
  });
}

/** What differs, as the contract has it: what is left empty is cleared. */
function changeOf(before: Draft, after: Draft) {
  const settings: Record<string, unknown> = {};
  const paths: string[] = [];
  const put = (name: string, value: unknown) => {
    paths.push(snake(name));
    if (value !== undefined && value !== "") settings[name] = value;
  };
  if (after.schedules !== before.schedules) put("schedules", schedulesOf(after.schedules));
  if (after.timezone !== before.timezone) put("timezone", after.timezone.trim());
  if (after.cronProfile !== before.cronProfile) put("cronProfile", after.cronProfile);
  if (after.severity !== before.severity) put("severity", after.severity);
  if (after.labels !== before.labels) put("labels", labelsOf(after.labels));
  for (const [name, , kind] of FIELDS) {
    const text = (after.values[name] ?? "").trim();
    if (text === before.values[name]) continue;
    if (kind === "length") put(name, lengthOf(text));
    else put(name, kind === "number" && text ? Number(text) : text);
  }
  const message = settings as unknown as MessageInitShape<typeof SchedulerSettingsSchema>;
  return { settings: message, updateMask: { paths } };
}

interface Props {
  of: Scheduler;
  settings: SchedulerSettings;
  done: () => void;
}

export function SettingsForm({ of, settings, done }: Props) {
  const [before] = useState(() => draftOf(settings));
  const [draft, setDraft] = useState(before);
  const change = (part: Partial<Draft>) => setDraft((draft) => ({ ...draft, ...part }));
  const submit = async () => {
    const said = changeOf(before, draft);
    if (said.updateMask.paths.length > 0) {
      await nightbell.schedulers.updateScheduler({ schedulerId: of.schedulerId, ...said });
    }
    done();
  };
  return (
    <Form label="Save" busy="Saving …" submit={submit}>
      <Field label="Schedules" hint="One a line: a cron expression, or every 10 min.">
        {(ties) => (
          <textarea
            {...ties}
            rows={3}
            spellcheck={false}
            value={draft.schedules}
            onInput={(event) => change({ schedules: event.currentTarget.value })}
          />
        )}
      </Field>
      <TextField
        label="Time zone"
        value={draft.timezone}
        set={(timezone) => change({ timezone })}
        hint="Of cron expressions. Empty: UTC."
        more={{ list: "zones" }}
      />
      <datalist id="zones">
        {zones().map((it) => (
          <option key={it} value={it} />
        ))}
      </datalist>
      <Choice
        label="Run by"
        value={draft.cronProfile}
        set={(cronProfile) => change({ cronProfile })}
        of={PROFILES}
        hint="It decides about nights on which clocks change."
      />
      <Preview of={draft} />
      {FIELDS.map(([name, label, kind]) => (
        <TextField
          key={name}
          label={label}
          value={draft.values[name] ?? ""}
          set={(value) => change({ values: { ...draft.values, [name]: value } })}
          hint={kind === "length" ? LENGTH_HINT : undefined}
          more={kind === "number" ? { type: "number", min: 1, max: 100 } : {}}
        />
      ))}
      <Choice
        label="Severity"
        value={draft.severity}
        set={(severity) => change({ severity })}
        of={SEVERITIES}
      />
      <TextField
        label="Labels"
        value={draft.labels}
        set={(labels) => change({ labels })}
        hint="Such as team=billing, tier=1."
      />
    </Form>
  );
}

const PREVIEW_AFTER_MS = 250;
const PREVIEWED = 5;

/** When it would be expected, while it is typed. */
function Preview({ of }: { of: Draft }) {
  const { schedules, timezone, cronProfile } = of;
  const [answer, setAnswer] = useState<PreviewScheduleResponse>();
  const [failure, setFailure] = useState("");
  const isNone = schedules.trim() === "";
  useEffect(() => {
    if (isNone) return;
    let isCurrent = true;
    const ask = async () => {
      try {
        const asked = { schedules: schedulesOf(schedules), cronProfile, count: PREVIEWED };
        const zone = timezone.trim() ? { timezone: timezone.trim() } : {};
        const answer = await nightbell.schedulers.previewSchedule({ ...asked, ...zone });
        if (!isCurrent) return;
        setAnswer(answer);
        setFailure("");
      } catch (thrown) {
        if (isCurrent) setFailure(said(thrown));
      }
    };
    const later = setTimeout(() => void ask(), PREVIEW_AFTER_MS);
    return () => {
      isCurrent = false;
      clearTimeout(later);
    };
  }, [isNone, schedules, timezone, cronProfile]);
  if (isNone) return <p class="wide quiet">Without a schedule it may run at any time.</p>;
  return (
    <div class="wide preview" aria-live="polite">
      <strong>It would be expected</strong>
      <Failure of={failure} />
      {!failure && (
        <ul>
          {answer?.occurrences.map((it) => (
            <li key={it.local}>
              <At at={it.at as Instant | undefined} zone={timezone} />{" "}
              <span class="quiet">
                <Text>{it.local}</Text>
              </span>{" "}
              {it.note && <Text>{it.note}</Text>}
            </li>
          ))}
          {answer?.clockChanges.map((it) => (
            <li key={it.note} class="warning">
              <span aria-hidden="true">!</span> <At at={it.at as Instant | undefined} />{" "}
              <Text>{it.note}</Text>
            </li>
          ))}
          {answer?.occurrences.length === 0 && <li>never again</li>}
        </ul>
      )}
    </div>
  );
}
