/** The form of a channel: new, or changed. */
import type { Channel, ChannelSettings } from "@nightbell/sdk/web";
import { useState } from "preact/hooks";
import { Choice, Form, TextField, Tick } from "./forms.js";
import { KINDS, type Kind, type KindField, messageOf, type Values, valuesOf } from "./kinds.js";
import { nightbell } from "./session.js";
import { visible } from "./words.js";

interface FormProps {
  /** The channel to change. Absent: a new one. */
  of?: Channel;
  all: readonly Channel[];
  /** Told of the secret that the server made, if it did. */
  done: (secret?: string) => void;
}

interface Draft {
  name: string;
  kind: Kind;
  byDefault: boolean;
  fallbackChannelId: string;
  values: Values;
}

function draftOf(channel: Channel | undefined): Draft {
  const settings = channel?.settings;
  return {
    name: settings?.name ?? "",
    kind: settings?.kind.case ?? "email",
    byDefault: settings?.byDefault ?? true,
    fallbackChannelId: settings?.fallbackChannelId ?? "",
    values: channel ? valuesOf(channel) : {},
  };
}

export function ChannelForm({ of, all, done }: FormProps) {
  const [draft, setDraft] = useState(() => draftOf(of));
  const change = (part: Partial<Draft>) => setDraft((draft) => ({ ...draft, ...part }));
  const { kind, values } = draft;
  const others = all.filter((it) => it.channelId !== of?.channelId);
  const fallbacks = others.map((it) => [it.channelId, visible(it.settings?.name ?? "")] as const);
  const submit = async () => done(of ? await changed(of, draft) : await created(draft));
  return (
    <Form label={of ? "Save" : "Add the channel"} busy="Saving …" submit={submit}>
      {!of && (
        <Choice
          label="Kind"
          value={kind}
          set={(kind) => change({ kind, values: {} })}
          of={(Object.keys(KINDS) as Kind[]).map((it) => [it, KINDS[it].word])}
        />
      )}
      <TextField
        label="Name"
        value={draft.name}
        set={(name) => change({ name })}
        more={{ required: true, maxLength: 100 }}
      />
      {KINDS[kind].fields.map((field) => (
        <KindInput
          key={`${kind} ${field.name}`}
          of={field}
          isNew={!of}
          value={values[field.name] ?? ""}
          set={(value) => change({ values: { ...values, [field.name]: value } })}
        />
      ))}
      <Choice
        label="Told instead if it fails"
        value={draft.fallbackChannelId}
        set={(fallbackChannelId) => change({ fallbackChannelId })}
        of={[["", "none"], ...fallbacks]}
      />
      <Tick
        label="Hears of every incident that no route keeps from it"
        isOn={draft.byDefault}
        set={(byDefault) => change({ byDefault })}
      />
    </Form>
  );
}

interface KindInputProps {
  of: KindField;
  isNew: boolean;
  value: string;
  set: (value: string) => void;
}

function KindInput({ of, isNew, value, set }: KindInputProps) {
  const { isSecret = false, isRequired = false, label, hint } = of;
  return (
    <TextField
      label={label}
      hint={isSecret && !isNew ? "Not shown. Empty: stays as it is." : hint}
      value={value}
      set={set}
      more={{
        required: isRequired && (isNew || !isSecret),
        maxLength: 2048,
        ...(isSecret ? { type: "password", autoComplete: "new-password" } : {}),
      }}
    />
  );
}

/** The generated messages differ by kind; which one it is stands beside it. */
function kindOf({ kind, values }: Draft): ChannelSettings["kind"] {
  return { case: kind, value: messageOf(kind, values) } as unknown as ChannelSettings["kind"];
}

async function created(draft: Draft): Promise<string | undefined> {
  const { name, byDefault, fallbackChannelId } = draft;
  const said = { name, byDefault, fallbackChannelId, kind: kindOf(draft) };
  return (await nightbell.channels.createChannel(said)).secret;
}

async function changed(before: Channel, draft: Draft): Promise<undefined> {
  const { name, byDefault, fallbackChannelId, kind, values } = draft;
  const known = valuesOf(before);
  const moved = KINDS[kind].fields.filter(
    (it) => (values[it.name] ?? "") !== (known[it.name] ?? ""),
  );
  const paths = ["name", "by_default", "fallback_channel_id"];
  const contractName = kind.replace(/[A-Z]/g, (it) => `_${it.toLowerCase()}`);
  paths.push(...moved.map((it) => `${contractName}.${it.path}`));
  const settings = { name, byDefault, fallbackChannelId, kind: kindOf(draft) };
  const { channelId } = before;
  await nightbell.channels.updateChannel({ channelId, settings, updateMask: { paths } });
}
