/** Where notifications go: each channel, how it fares, and a test of it. */
import type { Channel, TestChannelResponse } from "@nightbell/sdk/web";
import { useState } from "preact/hooks";
import { useAnswer } from "./answer.js";
import { ChannelForm } from "./channelform.js";
import { Confirm, Once } from "./forms.js";
import { KINDS, targetOf } from "./kinds.js";
import { Action, Badge, Failure, Section, Text } from "./parts.js";
import { nightbell } from "./session.js";
import { Ago, type Instant, span } from "./time.js";
import type { Look } from "./words.js";

const READY: Look = { word: "ready", sign: "✓", tone: "good" };
const FAILING: Look = { word: "failing", sign: "✕", tone: "bad" };
const OFF: Look = { word: "off", sign: "–", tone: "quiet" };
const TURNED_OFF: Look = { word: "turned off by Nightbell", sign: "✕", tone: "bad" };

function lookOf(channel: Channel): Look {
  if (channel.disabledReason) return TURNED_OFF;
  if (channel.settings?.enabled === false) return OFF;
  return channel.failingSince ? FAILING : READY;
}

export function ChannelsPage() {
  const { answer, failure, again } = useAnswer(() => nightbell.channels.listChannels({}), []);
  const [secret, setSecret] = useState("");
  const channels = answer?.channels;
  const made = (secret: string | undefined) => {
    setSecret(secret ?? "");
    again();
  };
  return (
    <>
      <h1>Channels</h1>
      <p class="quiet">
        Where Nightbell tells of incidents. Which incident goes where is for the{" "}
        <a href="/routes">routes</a>.
      </p>
      <Failure of={failure} />
      {secret && <Once label="Signing secret of the new channel." text={secret} />}
      {channels?.length === 0 && (
        <p class="warning">
          <span aria-hidden="true">!</span> There is no channel yet: nobody is told of anything but
          the owners by mail.
        </p>
      )}
      <ul class="cards">
        {channels?.map((it) => (
          <ChannelCard key={it.channelId} of={it} all={channels} again={again} />
        ))}
      </ul>
      {channels && (
        <Section title="Add a channel">
          <ChannelForm key={channels.length} all={channels} done={made} />
        </Section>
      )}
    </>
  );
}

interface CardProps {
  of: Channel;
  all: readonly Channel[];
  again: () => void;
}

function ChannelCard({ of, all, again }: CardProps) {
  const { channelId, settings } = of;
  const name = settings?.name ?? "";
  const kind = settings?.kind.case;
  const isOff = settings?.enabled === false || of.disabledReason !== "";
  const fallback = all.find((it) => it.channelId === settings?.fallbackChannelId);
  const turn = async () => {
    const change = { settings: { enabled: isOff }, updateMask: { paths: ["enabled"] } };
    await nightbell.channels.updateChannel({ channelId, ...change });
    again();
  };
  const forget = async () => {
    await nightbell.channels.deleteChannel({ channelId });
    again();
  };
  return (
    <li class="card">
      <div class="row">
        <Badge look={lookOf(of)} />
        <strong>
          <Text>{name}</Text>
        </strong>
        <span class="quiet">{kind && KINDS[kind].word}</span>
        <span class="grow quiet">
          <Text>{targetOf(of)}</Text>
        </span>
        <Try channelId={channelId} />
      </div>
      {of.failingSince && (
        <p class="failure">
          Every attempt since <Ago at={of.failingSince as Instant} /> failed:{" "}
          <Text>{of.failingResult}</Text>
        </p>
      )}
      {of.disabledReason && (
        <p class="failure">
          <Text>{of.disabledReason}</Text>
        </p>
      )}
      <p class="quiet">
        {settings?.byDefault === false ? "Hears of what routes send there" : "Hears of everything"}
        {fallback && (
          <>
            ; if it fails, <Text>{fallback.settings?.name}</Text> is told instead
          </>
        )}
        .
      </p>
      <details>
        <summary>Change</summary>
        <ChannelForm all={all} of={of} done={again} />
        <div class="filters">
          <Action label={isOff ? "Turn on" : "Turn off"} busy="…" act={turn} />
          <Confirm
            label="Delete …"
            question={
              <>
                Delete the channel <Text>{name}</Text>? What it was still to be told is given up.
              </>
            }
            yes="Delete the channel"
            busy="Deleting …"
            act={forget}
          />
        </div>
      </details>
    </li>
  );
}

/** Sends one test notification and shows what the channel answered. */
function Try({ channelId }: { channelId: string }) {
  const [receipt, setReceipt] = useState<TestChannelResponse>();
  const send = async () => {
    setReceipt(undefined);
    setReceipt(await nightbell.channels.testChannel({ channelId }));
  };
  return (
    <>
      <Action label="Send a test" busy="Sending …" act={send} />
      {receipt && (
        <p class={`receipt ${receipt.delivered ? "good" : "bad"}`} role="status">
          <span aria-hidden="true">{receipt.delivered ? "✓" : "✕"}</span>{" "}
          {receipt.delivered ? "delivered" : "not delivered"} after {span(Number(receipt.tookMs))}:{" "}
          <Text>{receipt.result}</Text>
        </p>
      )}
    </>
  );
}
