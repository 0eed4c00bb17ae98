/** Which schedulers a route or a silence is about. */
import type { Selector } from "@nightbell/sdk/web";
import { TextField } from "./forms.js";
import { labelsOf, labelsText } from "./lengths.js";
import { schedulers } from "./live.js";
import { Text } from "./parts.js";
import { jobName, schedulerPath } from "./words.js";

/** A selector while it is typed. */
export interface Chosen {
  schedulerId: string;
  serviceName: string;
  labels: string;
}

export const ANY: Chosen = { schedulerId: "", serviceName: "", labels: "" };

export function chosenOf(it: Selector | undefined): Chosen {
  if (!it) return ANY;
  return { ...it, labels: labelsText(it.labels) };
}

export function selectorOf({ schedulerId, serviceName, labels }: Chosen) {
  return {
    schedulerId: schedulerId.trim(),
    serviceName: serviceName.trim(),
    labels: labelsOf(labels),
  };
}

export const isAny = (it: Chosen): boolean =>
  it.schedulerId.trim() === "" && it.serviceName.trim() === "" && it.labels.trim() === "";

const OFFERED_MAX = 200;

interface FieldsProps {
  of: Chosen;
  set: (it: Chosen) => void;
}

export function SelectorFields({ of, set }: FieldsProps) {
  const known = [...schedulers.value.values()];
  const services = [...new Set(known.map((it) => it.settings?.serviceName ?? ""))].sort();
  return (
    <>
      <TextField
        label="Service"
        value={of.serviceName}
        set={(serviceName) => set({ ...of, serviceName })}
        hint="Empty: any."
        more={{ list: "services", maxLength: 200 }}
      />
      <TextField
        label="Labels"
        value={of.labels}
        set={(labels) => set({ ...of, labels })}
        hint="Such as team=billing, tier=1; all must be there."
      />
      <TextField
        label="Scheduler"
        value={of.schedulerId}
        set={(schedulerId) => set({ ...of, schedulerId })}
        hint="The id of one; empty: any."
        more={{ list: "schedulers", maxLength: 128 }}
      />
      <datalist id="services">
        {services.slice(0, OFFERED_MAX).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <datalist id="schedulers">
        {known.slice(0, OFFERED_MAX).map((it) => (
          <option key={it.schedulerId} value={it.schedulerId}>
            {jobName(it)}
          </option>
        ))}
      </datalist>
    </>
  );
}

/** The same in words. */
export function Selected({ of }: { of: Selector | undefined }) {
  const { schedulerId = "", serviceName = "", labels = {} } = of ?? {};
  const it = schedulers.value.get(schedulerId);
  const told = labelsText(labels);
  const parts = [
    schedulerId && (
      <a href={schedulerPath(schedulerId)}>
        <Text>{it ? jobName(it) : schedulerId}</Text>
      </a>
    ),
    serviceName && (
      <>
        the service <Text>{serviceName}</Text>
      </>
    ),
    told && (
      <>
        with <Text>{told}</Text>
      </>
    ),
  ].filter(Boolean);
  if (parts.length === 0) return <>every scheduler</>;
  return <>{parts.flatMap((part, index) => (index > 0 ? [" ", part] : [part]))}</>;
}
