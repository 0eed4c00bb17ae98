/** What is set of a scheduler, by whom, and the form to change it. */
import type { Scheduler } from "@nightbell/sdk/web";
import { useState } from "preact/hooks";
import { Confirm } from "./forms.js";
import { labelsText, lengthText } from "./lengths.js";
import { Action, Facts, Section, Text } from "./parts.js";
import { nightbell } from "./session.js";
import { ruleText, SettingsForm } from "./settingsform.js";
import type { Instant } from "./time.js";
import { jobName, schedulerPath, severityWord } from "./words.js";

export function Settings({ of }: { of: Scheduler }) {
  const [isOpen, setOpen] = useState(false);
  const { schedulerId, settings, heldSettings } = of;
  if (!settings) return null;
  const forget = async () => {
    await nightbell.schedulers.deleteScheduler({ schedulerId });
    history.replaceState(null, "", "/");
    dispatchEvent(new PopStateEvent("popstate"));
  };
  return (
    <Section title="Settings">
      {!isOpen && <Shown of={of} />}
      {heldSettings.length > 0 && (
        <p>
          Set by a person, so that the job's registration leaves it alone: {heldSettings.join(", ")}
          .{" "}
          <Action
            label="Give back to the job"
            busy="…"
            act={() => nightbell.schedulers.releaseSettings({ schedulerId })}
          />
        </p>
      )}
      {isOpen && <SettingsForm of={of} settings={settings} done={() => setOpen(false)} />}
      <div class="filters">
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Close without saving" : "Change the settings"}
        </button>
        <Confirm
          label="Delete …"
          question={
            <>
              Delete <Text>{jobName(of)}</Text> with its runs and incidents?
            </>
          }
          yes="Delete the scheduler"
          busy="Deleting …"
          act={forget}
        />
      </div>
    </Section>
  );
}

function Shown({ of }: { of: Scheduler }) {
  const it = of.settings;
  if (!it) return null;
  const labels = labelsText(it.labels);
  const length = (value: unknown) => lengthText(value as Instant | undefined);
  const rules = it.schedules.map(ruleText).join(" · ");
  return (
    <Facts
      of={[
        ["Schedule", rules ? <code key="r">{rules}</code> : "none: it may run at any time"],
        ["Time zone", it.timezone ?? ""],
        ["Owner", it.ownerEmail && <Text>{it.ownerEmail}</Text>],
        ["Mentioned in Slack", it.alertUserId && <Text>{it.alertUserId}</Text>],
        ["Severity", severityWord(it.severity)],
        ["Start grace", length(it.startGrace)],
        ["Finish by", length(it.finishBy)],
        ["Longest run", length(it.maxRuntime)],
        ["Shortest run", length(it.minRuntime)],
        ["Heartbeat interval", length(it.heartbeatInterval)],
        ["Heartbeat timeout", length(it.heartbeatTimeout)],
        ["Progress timeout", length(it.progressTimeout)],
        ["Depends on", it.dependsOn && <a href={schedulerPath(it.dependsOn)}>{it.dependsOn}</a>],
        ["Labels", labels && <Text>{labels}</Text>],
      ]}
    />
  );
}
