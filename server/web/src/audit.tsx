/** The audit log: who changed what. */
import type { AuditEntry } from "@nightbell/sdk/web";
import { useEffect, useState } from "preact/hooks";
import { TextField } from "./forms.js";
import { Action, Failure, said, Text } from "./parts.js";
import { nightbell } from "./session.js";
import { At, type Instant } from "./time.js";

const PAGE_SIZE = 50;

export function AuditPage() {
  const [entries, setEntries] = useState<readonly AuditEntry[]>();
  const [next, setNext] = useState("");
  const [target, setTarget] = useState("");
  const [failure, setFailure] = useState("");
  const page = (pageToken: string) =>
    nightbell.audit.listAuditEntries({ pageSize: PAGE_SIZE, pageToken, target: target.trim() });

  useEffect(() => {
    let isCurrent = true;
    page("").then(
      (answer) => {
        if (!isCurrent) return;
        setEntries(answer.entries);
        setNext(answer.nextPageToken);
        setFailure("");
      },
      (thrown) => isCurrent && setFailure(said(thrown)),
    );
    return () => {
      isCurrent = false;
    };
  }, [target]);

  const more = async () => {
    const answer = await page(next);
    setEntries([...(entries ?? []), ...answer.entries]);
    setNext(answer.nextPageToken);
  };

  return (
    <>
      <h1>Audit log</h1>
      <p class="quiet">
        What was made, changed, paused, silenced, acknowledged or ended, and with which key. Kept
        for 400 days.
      </p>
      <TextField label="Only about the id" value={target} set={setTarget} />
      <Failure of={failure} />
      {entries?.length === 0 && <p>Nothing was done yet.</p>}
      <ul class="rows">
        {entries?.map((it) => (
          <Entry key={it.entryId} of={it} />
        ))}
      </ul>
      {next && <Action label="Show more" busy="Reading …" act={more} />}
    </>
  );
}

function Entry({ of }: { of: AuditEntry }) {
  const [kind = "", deed = ""] = of.action.split(".");
  return (
    <li class="row">
      <At at={of.at as Instant | undefined} />
      <strong>
        <Text>{of.by}</Text>
      </strong>
      <span class="grow">
        {deed} {kind} <Target kind={kind} id={of.target} />
        {of.note && (
          <span class="quiet">
            {" "}
            · <Text>{of.note}</Text>
          </span>
        )}
      </span>
      {of.keyId && (
        <span class="quiet">
          key <Text>{of.keyId}</Text>
        </span>
      )}
    </li>
  );
}

function Target({ kind, id }: { kind: string; id: string }) {
  const page = { scheduler: "schedulers", run: "schedulers", incident: "incidents" }[kind];
  if (!page) return <Text>{id}</Text>;
  return (
    <a href={`/${page}/${encodeURIComponent(id)}`}>
      <Text>{id}</Text>
    </a>
  );
}
