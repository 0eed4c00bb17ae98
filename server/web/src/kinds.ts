/** The kinds of channels, as forms show them: what each needs to know. */
import type { Channel, ChannelSettings } from "@nightbell/sdk/web";

export type Kind = NonNullable<ChannelSettings["kind"]["case"]>;

export interface KindField {
  /** Its name in the generated message. */
  name: string;
  /** Its name in the contract, for masks. */
  path: string;
  label: string;
  hint?: string;
  /** Never shown again: an empty field keeps what is stored. */
  isSecret?: true;
  isRequired?: true;
  /** Several, with commas between them. */
  isList?: true;
}

const field = (name: string, label: string, more: Partial<KindField> = {}): KindField => ({
  name,
  path: name.replace(/[A-Z]/g, (it) => `_${it.toLowerCase()}`),
  label,
  ...more,
});

const secret = (name: string, label: string, more: Partial<KindField> = {}): KindField =>
  field(name, label, { isSecret: true, ...more });

const REQUIRED = { isRequired: true } as const;
const apiUrl = field("apiUrl", "Address of its API", { hint: "Only if it is not the usual one." });

export const KINDS: Record<Kind, { word: string; fields: readonly KindField[] }> = {
  email: {
    word: "e-mail",
    fields: [
      field("to", "To", { ...REQUIRED, isList: true, hint: "Addresses, with commas between." }),
      secret("smtpUrl", "Mail server", {
        hint: "smtp://user:password@host:587; empty: the server's own.",
      }),
      field("sender", "Sender", { hint: "Empty: the server's own." }),
    ],
  },
  webhook: {
    word: "webhook",
    fields: [
      field("url", "Address", { ...REQUIRED, hint: "Signed by the rules of Standard Webhooks." }),
      secret("secret", "Signing secret", { hint: "whsec_…; empty: a new one is made." }),
    ],
  },
  slackBot: {
    word: "Slack bot",
    fields: [
      secret("token", "Bot token", { ...REQUIRED, hint: "xoxb-…, with the scope chat:write." }),
      field("channel", "Channel", { ...REQUIRED, hint: "Its id, such as C0123456789, or name." }),
      secret("signingSecret", "Signing secret", { hint: "With it, messages get buttons." }),
      apiUrl,
    ],
  },
  slackWebhook: {
    word: "Slack incoming webhook",
    fields: [secret("url", "Address that Slack gave out", REQUIRED)],
  },
  pagerduty: {
    word: "PagerDuty",
    fields: [
      secret("routingKey", "Integration key", { ...REQUIRED, hint: "Of Events API v2." }),
      apiUrl,
    ],
  },
  opsgenie: {
    word: "Opsgenie",
    fields: [secret("apiKey", "API key of the integration", REQUIRED), apiUrl],
  },
  alertmanager: {
    word: "Alertmanager",
    fields: [
      field("url", "Address", { ...REQUIRED, hint: "Without /api/v2." }),
      secret("bearerToken", "Bearer token"),
    ],
  },
  teams: {
    word: "Microsoft Teams",
    fields: [secret("url", "Address of the workflow", REQUIRED)],
  },
  discord: {
    word: "Discord",
    fields: [secret("url", "Address that Discord gave out", REQUIRED)],
  },
  telegram: {
    word: "Telegram",
    fields: [
      secret("token", "Bot token", REQUIRED),
      field("chatId", "Chat", { ...REQUIRED, hint: "Its number, or @name of a channel." }),
      field("topicId", "Topic", { hint: "Its number; empty: the chat itself." }),
      apiUrl,
    ],
  },
  ntfy: {
    word: "ntfy",
    fields: [
      field("topic", "Topic", REQUIRED),
      field("serverUrl", "Server", { hint: "Only if it is not https://ntfy.sh." }),
      secret("token", "Access token"),
    ],
  },
  apprise: {
    word: "Apprise",
    fields: [secret("url", "Address to notify", REQUIRED), field("tag", "Tag")],
  },
};

/** The fields of the kind as texts; secrets are not among them. */
export type Values = Readonly<Record<string, string>>;

export function valuesOf(channel: Channel): Values {
  const kind = channel.settings?.kind;
  if (!kind?.case) return {};
  const held = kind.value as unknown as Record<string, unknown>;
  const shown = KINDS[kind.case].fields.filter((it) => !it.isSecret);
  return Object.fromEntries(shown.map(({ name }) => [name, textOf(held[name])]));
}

function textOf(held: unknown): string {
  return Array.isArray(held) ? held.join(", ") : String(held ?? "");
}

/** The fields of the kind as the contract has them; empty ones are left out. */
export function messageOf(kind: Kind, values: Values): Record<string, unknown> {
  const said = KINDS[kind].fields.filter(({ name }) => (values[name] ?? "").trim() !== "");
  return Object.fromEntries(
    said.map(({ name, isList }) => {
      const text = (values[name] ?? "").trim();
      return [name, isList ? text.split(/[\s,;]+/).filter(Boolean) : text];
    }),
  );
}

/** Where it goes, as far as that is no secret. */
export function targetOf(channel: Channel): string {
  const kind = channel.settings?.kind.case;
  if (!kind) return "";
  const values = valuesOf(channel);
  const told = KINDS[kind].fields.map(({ name }) => values[name] ?? "").filter(Boolean);
  return told.join(" · ");
}
