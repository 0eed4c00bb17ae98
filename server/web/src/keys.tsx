/** The keys of the project: who may do what, and when each was last used. */
import { type Key, Role } from "@nightbell/sdk/web";
import { useState } from "preact/hooks";
import { useAnswer } from "./answer.js";
import { Choice, Confirm, Form, Once, TextField } from "./forms.js";
import { Badge, Facts, Failure, Section, Text } from "./parts.js";
import { nightbell } from "./session.js";
import { Ago, At, type Instant, instantOf, millis, now } from "./time.js";
import type { Look } from "./words.js";

const ROLES: readonly (readonly [Role, string])[] = [
  [Role.REPORTER, "reporter: registers and reports"],
  [Role.VIEWER, "viewer: reads"],
  [Role.OPERATOR, "operator: reads, reports and acts"],
  [Role.ADMIN, "admin: everything"],
];

const LIVE: Look = { word: "in use", sign: "✓", tone: "good" };
const UNUSED: Look = { word: "never used", sign: "○", tone: "quiet" };
const ENDED: Look = { word: "expired", sign: "–", tone: "quiet" };
const REVOKED: Look = { word: "revoked", sign: "✕", tone: "quiet" };

function lookOf(key: Key): Look {
  if (key.revokedAt) return REVOKED;
  if (key.expiresAt && millis(key.expiresAt as Instant) <= now.value) return ENDED;
  return key.lastUsedAt ? LIVE : UNUSED;
}

const roleWord = (role: Role): string =>
  ROLES.find(([it]) => it === role)?.[1].split(":")[0] ?? "unknown";

export function KeysPage() {
  const { answer, failure, again } = useAnswer(() => nightbell.keys.listKeys({}), []);
  const [made, setMade] = useState("");
  const [hasOld, setOld] = useState(false);
  const all = answer?.keys ?? [];
  const old = all.filter((it) => it.revokedAt);
  const shown = hasOld ? all : all.filter((it) => !it.revokedAt);
  const show = (text: string) => {
    setMade(text);
    again();
  };
  return (
    <>
      <h1>Keys</h1>
      <p class="quiet">
        A job reports with a reporter's key, best one of its own. Revoking ends a key within 5
        seconds.
      </p>
      <Failure of={failure} />
      {made && <Once label="The new key." text={made} />}
      <ul class="cards">
        {shown.map((it) => (
          <KeyCard key={it.keyId} of={it} again={again} />
        ))}
      </ul>
      {old.length > 0 && (
        <button type="button" aria-pressed={hasOld} onClick={() => setOld(!hasOld)}>
          {hasOld ? "Hide revoked" : `Show ${old.length} revoked`}
        </button>
      )}
      {answer && (
        <Section title="Make a key">
          <KeyForm key={all.length} done={show} />
        </Section>
      )}
    </>
  );
}

function KeyCard({ of, again }: { of: Key; again: () => void }) {
  const revoke = async () => {
    await nightbell.keys.revokeKey({ keyId: of.keyId });
    again();
  };
  const instant = (at: unknown, otherwise: string) => (
    <Ago at={at as Instant | undefined} otherwise={otherwise} />
  );
  return (
    <li class="card">
      <div class="row">
        <Badge look={lookOf(of)} />
        <strong>
          <Text>{of.name}</Text>
        </strong>
        <span class="grow quiet">
          {roleWord(of.role)} · <Text>{of.keyId}</Text>
        </span>
        {!of.revokedAt && (
          <Confirm
            label="Revoke …"
            question={
              <>
                Revoke the key <Text>{of.name}</Text>? Whoever uses it is refused from then on.
              </>
            }
            yes="Revoke the key"
            busy="Revoking …"
            act={revoke}
          />
        )}
      </div>
      <Facts
        of={[
          ["Last used", instant(of.lastUsedAt, "never")],
          ["Made", <At key="m" at={of.createdAt as Instant | undefined} />],
          ["Ends", of.revokedAt ? "" : instant(of.expiresAt, "never")],
          ["Revoked", of.revokedAt && instant(of.revokedAt, "")],
          ["Only for the service", of.serviceName && <Text>{of.serviceName}</Text>],
          [
            "Only for ids that begin with",
            of.schedulerIdPrefix && <Text>{of.schedulerIdPrefix}</Text>,
          ],
          ["Requests a second", of.requestsPerSecond || ""],
        ]}
      />
    </li>
  );
}

const DAYS = [
  [0, "never"],
  [30, "in 30 days"],
  [90, "in 90 days"],
  [365, "in a year"],
] as const;

const DAY_MS = 86_400_000;

function KeyForm({ done }: { done: (text: string) => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState(Role.REPORTER);
  const [days, setDays] = useState<number>(0);
  const [serviceName, setService] = useState("");
  const [schedulerIdPrefix, setPrefix] = useState("");
  const submit = async () => {
    const bound = role === Role.REPORTER ? { serviceName, schedulerIdPrefix } : {};
    const ends = days > 0 ? { expiresAt: instantOf(Date.now() + days * DAY_MS) } : {};
    const { apiKey } = await nightbell.keys.createKey({ name, role, ...bound, ...ends });
    done(apiKey);
  };
  return (
    <Form label="Make the key" busy="Making …" submit={submit}>
      <TextField
        label="Name"
        value={name}
        set={setName}
        more={{ required: true, maxLength: 100 }}
      />
      <Choice label="Role" value={role} set={setRole} of={ROLES} />
      <Choice<number> label="Ends by itself" value={days} set={setDays} of={DAYS} />
      {role === Role.REPORTER && (
        <>
          <TextField
            label="Only for the service"
            value={serviceName}
            set={setService}
            hint="Empty: any."
          />
          <TextField
            label="Only for ids that begin with"
            value={schedulerIdPrefix}
            set={setPrefix}
            hint="Empty: any."
          />
        </>
      )}
    </Form>
  );
}
