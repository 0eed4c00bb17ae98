"""Made from ``channel.proto`` by ``make generate``; not to be edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Channel:
    """A place where notifications go."""

    channel_id: str = ""
    """The channel's id."""
    settings: ChannelSettings | None = None
    """What was set, without secrets."""
    created_at: datetime | None = None
    """When it was made."""
    disabled_reason: str = ""
    """Why Nightbell itself turned it off, such as an answer of 410.

    Empty: it did not.
    """
    failing_since: datetime | None = None
    """Since when every attempt at it has failed.

    Unset: the last one went well, or there was none.
    """
    failing_result: str = ""
    """What the last attempt met while it is failing, for an operator."""


@dataclass(frozen=True)
class ChannelSettings:
    """Is what can be set of a channel."""

    name: str | None = None
    """Its name for people.

    1 to 100 characters.
    """
    enabled: bool | None = None
    """Whether it is used.

    Unset means yes.
    """
    by_default: bool | None = None
    """Whether it hears of every incident that no route keeps from it.

    Unset means yes. If not, it hears of what routes send there, and of what others
    cannot be told if it is their fallback.
    """
    fallback_channel_id: str | None = None
    """The channel that is told instead when this one has failed for 2 minutes, or
    was turned off by Nightbell.

    Unset or empty: none.
    """
    webhook: WebhookSettings | None = None
    """An HTTP address of yours, signed by the rules of Standard Webhooks."""
    email: EmailSettings | None = None
    """Mail to addresses of yours."""
    slack_webhook: SlackWebhookSettings | None = None
    """An incoming webhook of Slack."""
    slack_bot: SlackBotSettings | None = None
    """A bot in Slack: it updates its messages, answers in threads, and its buttons
    acknowledge.
    """
    pagerduty: PagerdutySettings | None = None
    """A service of PagerDuty, by its Events API v2."""
    opsgenie: OpsgenieSettings | None = None
    """Opsgenie, or what takes its Alert API."""
    alertmanager: AlertmanagerSettings | None = None
    """An Alertmanager of Prometheus, by its API v2."""
    teams: TeamsSettings | None = None
    """A workflow of Microsoft Teams that posts cards."""
    discord: DiscordSettings | None = None
    """A webhook of Discord."""
    telegram: TelegramSettings | None = None
    """A bot of Telegram."""
    ntfy: NtfySettings | None = None
    """A topic of ntfy."""
    apprise: AppriseSettings | None = None
    """An Apprise API, which knows a hundred other services."""


@dataclass(frozen=True)
class WebhookSettings:
    """Says where a webhook goes and how it is signed."""

    url: str = ""
    """The address: http or https, no user or password, no fragment, and no private
    address unless the server allows it.

    At most 2,048 characters.
    """
    secret: str | None = None
    """The signing secret: "whsec_" and 24 to 64 bytes in base64.

    Write-only; unset when made means a new one, shown once.
    """


@dataclass(frozen=True)
class EmailSettings:
    """Says whom to write to, and through which server."""

    to: list[str] = field(default_factory=list[str])
    """The addresses, without display names.

    1 to 20.
    """
    smtp_url: str | None = None
    """The server to send through, such as
    "smtp://user:password@mail.example.org:587" (STARTTLS, required) or
    "smtps://..." (TLS from the start).

    Write-only. Unset: the server's own, NIGHTBELL_SMTP_URL. At most 2,048 characters.
    """
    sender: str | None = None
    """The sender, an address without display name.

    Unset: the server's own, NIGHTBELL_MAIL_FROM.
    """


@dataclass(frozen=True)
class SlackWebhookSettings:
    """Says which incoming webhook of Slack to call.

    Such a webhook cannot tell a repeat, update a message or answer in a thread: use a
    bot for these.
    """

    url: str | None = None
    """The address that Slack gave out.

    Write-only: whoever has it may post. At most 2,048 characters.
    """


@dataclass(frozen=True)
class SlackBotSettings:
    """Says which bot posts where.

    The bot needs the scope chat:write, and must be in the channel.
    """

    token: str | None = None
    """The bot's token, "xoxb-...".

    Write-only; at most 512 characters.
    """
    channel: str = ""
    """The channel's id, such as "C0123456789", or its name.

    At most 100 characters.
    """
    signing_secret: str | None = None
    """The app's signing secret.

    With it, messages get buttons to acknowledge; Slack must then be told the request
    URL {server}/api/v1/slack/actions/{channel_id}. Write-only; at most 100 characters.
    """
    api_url: str | None = None
    """Where Slack's API is, if not at https://slack.com/api.

    At most 2,048 characters.
    """


@dataclass(frozen=True)
class PagerdutySettings:
    """Says which service of PagerDuty to alert."""

    routing_key: str | None = None
    """The integration key of Events API v2.

    Write-only; at most 100 characters.
    """
    api_url: str | None = None
    """Where the API is, if not at https://events.pagerduty.com, such as
    https://events.eu.pagerduty.com.

    At most 2,048 characters.
    """


@dataclass(frozen=True)
class OpsgenieSettings:
    """Says which integration of Opsgenie to alert."""

    api_key: str | None = None
    """The API key of the integration.

    Write-only; at most 100 characters.
    """
    api_url: str | None = None
    """Where the API is, if not at https://api.opsgenie.com, such as
    https://api.eu.opsgenie.com.

    At most 2,048 characters.
    """


@dataclass(frozen=True)
class AlertmanagerSettings:
    """Says where an Alertmanager is."""

    url: str = ""
    """Its address, without /api/v2.

    At most 2,048 characters.
    """
    bearer_token: str | None = None
    """Sent as "Authorization: Bearer ...".

    Write-only; at most 2,048 characters.
    """


@dataclass(frozen=True)
class TeamsSettings:
    """Says which workflow of Microsoft Teams to call."""

    url: str | None = None
    """The address of the workflow "When a Teams webhook request is received".

    Write-only: whoever has it may post. At most 2,048 characters.
    """


@dataclass(frozen=True)
class DiscordSettings:
    """Says which webhook of Discord to call."""

    url: str | None = None
    """The address that Discord gave out.

    Write-only: whoever has it may post. At most 2,048 characters.
    """


@dataclass(frozen=True)
class TelegramSettings:
    """Says which bot writes to which chat."""

    token: str | None = None
    """The bot's token, "123456:ABC...".

    Write-only; at most 100 characters.
    """
    chat_id: str = ""
    """The chat: its number, such as "-1001234567890", or "@name" of a channel.

    At most 100 characters.
    """
    topic_id: str | None = None
    """The topic within the chat, by its number.

    Unset: the chat itself.
    """
    api_url: str | None = None
    """Where the Bot API is, if not at https://api.telegram.org.

    At most 2,048 characters.
    """


@dataclass(frozen=True)
class NtfySettings:
    """Says which topic of ntfy to publish to."""

    topic: str = ""
    """The topic.

    Whoever knows it may read it on servers without accounts. 1 to 64 letters, digits,
    "_" and "-".
    """
    server_url: str | None = None
    """Where the server is, if not at https://ntfy.sh.

    At most 2,048 characters.
    """
    token: str | None = None
    """An access token, "tk_...".

    Write-only; at most 100 characters.
    """


@dataclass(frozen=True)
class AppriseSettings:
    """Says which Apprise API to call."""

    url: str | None = None
    """The address to notify, with the key of the configuration, such as
    https://apprise.example.org/notify/ops.

    Write-only: whoever has it may post. At most 2,048 characters.
    """
    tag: str | None = None
    """Which services of that configuration to tell, by tag.

    Unset: all. At most 200 characters.
    """


@dataclass(frozen=True)
class CreateChannelResponse:
    """Shows the new channel."""

    channel: Channel | None = None
    """The channel."""
    secret: str | None = None
    """The signing secret of a webhook, when the server made it.

    Shown only here.
    """


@dataclass(frozen=True)
class GetChannelResponse:
    """Shows a channel."""

    channel: Channel | None = None
    """The channel."""


@dataclass(frozen=True)
class ListChannelsResponse:
    """Lists the channels."""

    channels: list[Channel] = field(default_factory=list["Channel"])
    """The channels, the oldest first."""


@dataclass(frozen=True)
class UpdateChannelResponse:
    """Shows the channel as it now stands."""

    channel: Channel | None = None
    """The channel."""


@dataclass(frozen=True)
class DeleteChannelResponse:
    """Says that it is forgotten."""


@dataclass(frozen=True)
class TestChannelResponse:
    """Is the receipt of a test notification."""

    delivered: bool = False
    """Whether the channel took it."""
    result: str = ""
    """What it answered or what went wrong, for an operator."""
    took_ms: int = 0
    """How long it took, in milliseconds."""
