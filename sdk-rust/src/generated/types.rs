// This file is @generated.
use std::{collections::BTreeMap, time::{Duration, SystemTime}};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use crate::json;
/// IncidentReason says what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IncidentReason {
    /// A run reported that it failed.
    Failed,
    /// An expected run did not start within its grace.
    Missed,
    /// As missed, and the job has never been heard of.
    NeverStarted,
    /// A run, or a job that only beats, was silent for longer than it may be, or the
    /// progress of a run stood still for that long.
    Stalled,
    /// A run is gone: its stream broke and it was not heard of again, or another
    /// run took its place without its end being reported.
    Lost,
    /// A run took longer than its max_runtime.
    Overran,
    /// A run had not ended within finish_by of its slot.
    FinishedLate,
    /// A run ended well in less than its min_runtime.
    TooQuick,
    /// A word that this version does not know.
    #[serde(other)]
    Unknown,
}
/// Severity says how much it matters that a job is not well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Severity {
    /// Somebody must act at once.
    Critical,
    /// Somebody must act.
    Normal,
    /// It can wait.
    Low,
    /// A word that this version does not know.
    #[serde(other)]
    Unknown,
}
/// IncidentState says whether anybody needs to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IncidentState {
    /// Nobody has it.
    Open,
    /// Somebody has it.
    Acknowledged,
    /// It is over.
    Resolved,
    /// A word that this version does not know.
    #[serde(other)]
    Unknown,
}
/// Resolution says how an incident ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Resolution {
    /// The job showed that it is well again.
    Recovered,
    /// A report came late and showed that what was inferred was not so.
    ReportedLate,
    /// Somebody ended it.
    Manual,
    /// What it was judged by is gone: its limit or its scheduler was changed.
    Withdrawn,
    /// A word that this version does not know.
    #[serde(other)]
    Unknown,
}
/// DeliveryState says how far a notification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryState {
    /// Waiting for its next attempt.
    Pending,
    /// The channel took it.
    Delivered,
    /// Given up after 72 hours, or because the channel is gone.
    Abandoned,
    /// Not told: it was over, or somebody had it, before it could be told.
    Withheld,
    /// A word that this version does not know.
    #[serde(other)]
    Unknown,
}
/// Role says what a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// Register schedulers and report for them.
    Reporter,
    /// Read everything of the project but its keys.
    Viewer,
    /// What reporter and viewer may, and act: pause, change, acknowledge.
    Operator,
    /// Everything in the project.
    Admin,
    /// A word that this version does not know.
    #[serde(other)]
    Unknown,
}
/// RunStatus says where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunStatus {
    /// Announced and queued, not begun.
    Pending,
    /// Begun and not ended.
    Running,
    /// Ended well.
    Completed,
    /// Ended badly.
    Failed,
    /// Stopped because somebody asked.
    Cancelled,
    /// Inferred by the server: it was heard of no more. A true report replaces it.
    /// Not a value to send.
    Lost,
    /// A word that this version does not know.
    #[serde(other)]
    Unknown,
}
/// SlotEnding says what became of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SlotEnding {
    /// Its run has begun and not ended.
    Open,
    /// Its run began in time and ended well.
    Met,
    /// Its run ended well, but began after start_grace or ended after finish_by.
    MetLate,
    /// Its run ended badly, too soon to be believed, or is gone.
    Failed,
    /// No run took it.
    Missed,
    /// Unknown: Nightbell could not see when its run was to begin.
    Unseen,
    /// It passed while the scheduler was paused.
    SkippedPaused,
    /// Its run was stopped because somebody asked.
    SkippedCancelled,
    /// A word that this version does not know.
    #[serde(other)]
    Unknown,
}
/// Health says how a scheduler fares, worst first in lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Health {
    /// Registered, and nothing heard of it yet.
    New,
    /// No open incident.
    Up,
    /// At least one open incident.
    Down,
    /// Not judged at present.
    Paused,
    /// A word that this version does not know.
    #[serde(other)]
    Unknown,
}
/// CronProfile says which real scheduler runs the job. They differ in what they do
/// on nights on which clocks change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CronProfile {
    /// Debian's cron, and most others that come with Unix. A time that does not
    /// exist runs as soon as the clock has moved on, one that comes twice runs the
    /// first time; with "*" as the hour or minute both follow the clock. A star in
    /// either field of days, even with a step, makes both fields count.
    Vixie,
    /// Kubernetes' CronJob. A time that does not exist is skipped, one that comes
    /// twice runs twice.
    Kubernetes,
    /// A systemd timer, its times written as cron fields. A time that does not
    /// exist is skipped, one that comes twice runs the first time only.
    Systemd,
    /// Quartz. A time that does not exist is skipped, one that comes twice runs the
    /// second time only. Weekdays are 1 (Sunday) to 7, and 5/15 steps from 5 on.
    Quartz,
    /// A scheduler on UTC: the time zone is not looked at.
    Utc,
    /// A word that this version does not know.
    #[serde(other)]
    Unknown,
}
/// LimitState says how a limit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LimitState {
    /// It is kept so far, and breached at its deadline unless something is heard.
    Running,
    /// It is breached.
    Breached,
    /// It judges nothing at present.
    Idle,
    /// A word that this version does not know.
    #[serde(other)]
    Unknown,
}
/// AuditEntry is one thing that was done.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditEntry {
    /// The entry's id.
    pub entry_id: String,
    /// When.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub at: Option<SystemTime>,
    /// The name of the key that it was done with, as it was then, or of the person.
    pub by: String,
    /// The id of the key. Empty: it was done without one, by a button of Slack's.
    pub key_id: String,
    /// What was done, such as "key.created" or "scheduler.paused".
    pub action: String,
    /// The id of what it was done to.
    pub target: String,
    /// More about it, for people: a name, a note, the settings that were changed.
    pub note: String,
}
/// ListAuditEntriesRequest asks for a page of entries.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListAuditEntriesRequest {
    /// How many at the most. 0 means 50; more than 500 means 500.
    pub page_size: i32,
    /// The next_page_token of the page before. Empty: the first page.
    pub page_token: String,
    /// Only what was done to the thing of this id. Empty: all.
    pub target: String,
}
/// ListAuditEntriesResponse is a page of entries.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListAuditEntriesResponse {
    /// The entries, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<AuditEntry>,
    /// What to ask for the next page with. Empty: this is the last.
    pub next_page_token: String,
}
/// Channel is a place where notifications go.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Channel {
    /// The channel's id.
    pub channel_id: String,
    /// What was set, without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<ChannelSettings>,
    /// When it was made.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub created_at: Option<SystemTime>,
    /// Why Nightbell itself turned it off, such as an answer of 410. Empty: it did
    /// not.
    pub disabled_reason: String,
    /// Since when every attempt at it has failed. Unset: the last one went well, or
    /// there was none.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<SystemTime>,
    /// What the last attempt met while it is failing, for an operator.
    pub failing_result: String,
}
/// ChannelSettings is what can be set of a channel.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelSettings {
    /// Its name for people. 1 to 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it is used. Unset means yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// One of several; see [`ChannelSettingsKind`].
    #[serde(flatten)]
    pub kind: Option<ChannelSettingsKind>,
    /// Whether it hears of every incident that no route keeps from it. Unset means yes.
    /// If not, it hears of what routes send there, and of what others cannot be told if
    /// it is their fallback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_default: Option<bool>,
    /// The channel that is told instead when this one has failed for 2 minutes, or was
    /// turned off by Nightbell. Unset or empty: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_channel_id: Option<String>,
}
/// What stands as `kind` in [`ChannelSettings`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChannelSettingsKind {
    /// An HTTP address of yours, signed by the rules of Standard Webhooks.
    Webhook(WebhookSettings),
    /// Mail to addresses of yours.
    Email(EmailSettings),
    /// An incoming webhook of Slack.
    SlackWebhook(SlackWebhookSettings),
    /// A bot in Slack: it updates its messages, answers in threads, and its
    /// buttons acknowledge.
    SlackBot(SlackBotSettings),
    /// A service of PagerDuty, by its Events API v2.
    Pagerduty(PagerdutySettings),
    /// Opsgenie, or what takes its Alert API.
    Opsgenie(OpsgenieSettings),
    /// An Alertmanager of Prometheus, by its API v2.
    Alertmanager(AlertmanagerSettings),
    /// A workflow of Microsoft Teams that posts cards.
    Teams(TeamsSettings),
    /// A webhook of Discord.
    Discord(DiscordSettings),
    /// A bot of Telegram.
    Telegram(TelegramSettings),
    /// A topic of ntfy.
    Ntfy(NtfySettings),
    /// An Apprise API, which knows a hundred other services.
    Apprise(AppriseSettings),
}
/// WebhookSettings says where a webhook goes and how it is signed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookSettings {
    /// The address: http or https, no user or password, no fragment, and no
    /// private address unless the server allows it. At most 2,048 characters.
    pub url: String,
    /// The signing secret: "whsec_" and 24 to 64 bytes in base64. Write-only;
    /// unset when made means a new one, shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}
/// EmailSettings says whom to write to, and through which server.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EmailSettings {
    /// The addresses, without display names. 1 to 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// The server to send through, such as
    /// "smtp://user:password@mail.example.org:587" (STARTTLS, required) or
    /// "smtps://..." (TLS from the start). Write-only. Unset: the server's own,
    /// NIGHTBELL_SMTP_URL. At most 2,048 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_url: Option<String>,
    /// The sender, an address without display name. Unset: the server's own,
    /// NIGHTBELL_MAIL_FROM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
}
/// SlackWebhookSettings says which incoming webhook of Slack to call. Such a
/// webhook cannot tell a repeat, update a message or answer in a thread: use a
/// bot for these.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SlackWebhookSettings {
    /// The address that Slack gave out. Write-only: whoever has it may post. At
    /// most 2,048 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
/// SlackBotSettings says which bot posts where. The bot needs the scope
/// chat:write, and must be in the channel.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SlackBotSettings {
    /// The bot's token, "xoxb-...". Write-only; at most 512 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The channel's id, such as "C0123456789", or its name. At most 100
    /// characters.
    pub channel: String,
    /// The app's signing secret. With it, messages get buttons to acknowledge;
    /// Slack must then be told the request URL
    /// {server}/api/v1/slack/actions/{channel_id}. Write-only; at most 100
    /// characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_secret: Option<String>,
    /// Where Slack's API is, if not at `https://slack.com/api`. At most 2,048
    /// characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_url: Option<String>,
}
/// PagerdutySettings says which service of PagerDuty to alert.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PagerdutySettings {
    /// The integration key of Events API v2. Write-only; at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing_key: Option<String>,
    /// Where the API is, if not at `https://events.pagerduty.com`, such as
    /// `https://events.eu.pagerduty.com`. At most 2,048 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_url: Option<String>,
}
/// OpsgenieSettings says which integration of Opsgenie to alert.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OpsgenieSettings {
    /// The API key of the integration. Write-only; at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
    /// Where the API is, if not at `https://api.opsgenie.com`, such as
    /// `https://api.eu.opsgenie.com`. At most 2,048 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_url: Option<String>,
}
/// AlertmanagerSettings says where an Alertmanager is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertmanagerSettings {
    /// Its address, without /api/v2. At most 2,048 characters.
    pub url: String,
    /// Sent as "Authorization: Bearer ...". Write-only; at most 2,048 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bearer_token: Option<String>,
}
/// TeamsSettings says which workflow of Microsoft Teams to call.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TeamsSettings {
    /// The address of the workflow "When a Teams webhook request is received".
    /// Write-only: whoever has it may post. At most 2,048 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
/// DiscordSettings says which webhook of Discord to call.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DiscordSettings {
    /// The address that Discord gave out. Write-only: whoever has it may post. At
    /// most 2,048 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
/// TelegramSettings says which bot writes to which chat.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TelegramSettings {
    /// The bot's token, "123456:ABC...". Write-only; at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The chat: its number, such as "-1001234567890", or "@name" of a channel. At
    /// most 100 characters.
    pub chat_id: String,
    /// The topic within the chat, by its number. Unset: the chat itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic_id: Option<String>,
    /// Where the Bot API is, if not at `https://api.telegram.org`. At most 2,048
    /// characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_url: Option<String>,
}
/// NtfySettings says which topic of ntfy to publish to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NtfySettings {
    /// The topic. Whoever knows it may read it on servers without accounts. 1 to
    /// 64 letters, digits, "_" and "-".
    pub topic: String,
    /// Where the server is, if not at `https://ntfy.sh`. At most 2,048 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_url: Option<String>,
    /// An access token, "tk_...". Write-only; at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}
/// AppriseSettings says which Apprise API to call.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AppriseSettings {
    /// The address to notify, with the key of the configuration, such as
    /// `https://apprise.example.org/notify/ops`. Write-only: whoever has it may
    /// post. At most 2,048 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Which services of that configuration to tell, by tag. Unset: all. At most
    /// 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}
/// CreateChannelRequest adds a channel.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateChannelRequest {
    /// Its name for people. Required; 1 to 100 characters.
    pub name: String,
    /// One of several; see [`CreateChannelRequestKind`].
    #[serde(flatten)]
    pub kind: Option<CreateChannelRequestKind>,
    /// Whether it hears of every incident that no route keeps from it. Unset means yes.
    /// If not, it hears of what routes send there, and of what others cannot be told if
    /// it is their fallback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_default: Option<bool>,
    /// The channel that is told instead when this one has failed for 2 minutes, or was
    /// turned off by Nightbell. Unset or empty: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_channel_id: Option<String>,
}
/// What stands as `kind` in [`CreateChannelRequest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CreateChannelRequestKind {
    /// A webhook.
    Webhook(WebhookSettings),
    /// Mail to addresses of yours.
    Email(EmailSettings),
    /// An incoming webhook of Slack.
    SlackWebhook(SlackWebhookSettings),
    /// A bot in Slack: it updates its messages, answers in threads, and its
    /// buttons acknowledge.
    SlackBot(SlackBotSettings),
    /// A service of PagerDuty, by its Events API v2.
    Pagerduty(PagerdutySettings),
    /// Opsgenie, or what takes its Alert API.
    Opsgenie(OpsgenieSettings),
    /// An Alertmanager of Prometheus, by its API v2.
    Alertmanager(AlertmanagerSettings),
    /// A workflow of Microsoft Teams that posts cards.
    Teams(TeamsSettings),
    /// A webhook of Discord.
    Discord(DiscordSettings),
    /// A bot of Telegram.
    Telegram(TelegramSettings),
    /// A topic of ntfy.
    Ntfy(NtfySettings),
    /// An Apprise API, which knows a hundred other services.
    Apprise(AppriseSettings),
}
/// CreateChannelResponse shows the new channel.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateChannelResponse {
    /// The channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The signing secret of a webhook, when the server made it. Shown only here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}
/// GetChannelRequest names a channel.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GetChannelRequest {
    /// The channel. Required.
    pub channel_id: String,
}
/// GetChannelResponse shows a channel.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GetChannelResponse {
    /// The channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
}
/// ListChannelsRequest asks for all channels; a project has at most 100.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListChannelsRequest {}
/// ListChannelsResponse lists the channels.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListChannelsResponse {
    /// The channels, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
}
/// UpdateChannelRequest changes a channel.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateChannelRequest {
    /// The channel. Required.
    pub channel_id: String,
    /// The new values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<ChannelSettings>,
    /// Which fields of settings to change. Required; over REST made from the
    /// body's fields.
    #[serde(skip)]
    pub update_mask: Vec<String>,
}
/// UpdateChannelResponse shows the channel as it now stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateChannelResponse {
    /// The channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
}
/// DeleteChannelRequest names a channel to forget.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteChannelRequest {
    /// The channel. Required.
    pub channel_id: String,
}
/// DeleteChannelResponse says that it is forgotten.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteChannelResponse {}
/// TestChannelRequest names a channel to try.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TestChannelRequest {
    /// The channel. Required.
    pub channel_id: String,
}
/// TestChannelResponse is the receipt of a test notification.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TestChannelResponse {
    /// Whether the channel took it.
    pub delivered: bool,
    /// What it answered or what went wrong, for an operator.
    pub result: String,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
}
/// Incident is something wrong with one scheduler, from its onset to its end.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Incident {
    /// The incident's id.
    pub incident_id: String,
    /// The scheduler it is about.
    pub scheduler_id: String,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<IncidentReason>,
    /// Whether anybody needs to act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<IncidentState>,
    /// When it went wrong: the deadline that was breached, or the failure.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub onset_at: Option<SystemTime>,
    /// When Nightbell found it.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<SystemTime>,
    /// When it ended. Unset: it has not.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<SystemTime>,
    /// How it ended. Unspecified: it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// What was found, in one sentence.
    pub summary: String,
    /// The first lines of the job's own error. Unset: it gave none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// The runs concerned, the newest last, at most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub run_ids: Vec<String>,
    /// How many slots passed without a run while it lasted.
    pub missed_slots: u32,
    /// Who has it. Unset: nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledgement: Option<Acknowledgement>,
    /// The service of the scheduler.
    pub service_name: String,
    /// The job of the scheduler.
    pub job_name: String,
    /// How much its scheduler mattered when it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// How long it lasted, from its first onset to its end. Unset: it has not ended.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub duration: Option<Duration>,
    /// When its cause was last found again: an incident whose cause comes back within
    /// 5 minutes of its end is reopened, and nobody has it. Unset: that never
    /// happened.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub reopened_at: Option<SystemTime>,
    /// How often it was reopened.
    pub reopenings: u32,
}
/// IncidentEvent is one thing that happened to an incident.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct IncidentEvent {
    /// Counts the events of the incident from 1.
    pub number: u32,
    /// What happened: "opened", "acknowledged", "resolved" or "reopened".
    pub event: String,
    /// When.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub at: Option<SystemTime>,
    /// Who did it: the name given, else the name of the key. Empty: Nightbell found
    /// it.
    pub by: String,
    /// What they said. At most 1,000 characters.
    pub note: String,
    /// How it ended, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
}
/// Acknowledgement says who has an incident.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Acknowledgement {
    /// The name given, else the name of the key.
    pub by: String,
    /// What they said. At most 1,000 characters.
    pub note: String,
    /// When.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub at: Option<SystemTime>,
}
/// Delivery tells what became of one notification.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Delivery {
    /// The stable key that the channel sees with every attempt.
    pub key: String,
    /// The channel; "owner": the owner of the scheduler, by mail.
    pub channel_id: String,
    /// What it tells: "opened", "acknowledged", "resolved" or "reopened".
    pub event: String,
    /// How far it has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<DeliveryState>,
    /// How many attempts were made.
    pub attempts: u32,
    /// What the last attempt met, for an operator. Empty: no attempt yet.
    pub last_result: String,
    /// When the next attempt is due. Unset: none is.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<SystemTime>,
    /// When the channel took it. Unset: it has not.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<SystemTime>,
    /// Which time it is that this is told again, by a route that repeats. 0: the first
    /// time.
    pub repeat: u32,
    /// The last attempts, the newest first, at most 20. Shown by GetIncident only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<DeliveryAttempt>,
}
/// DeliveryAttempt is one try at sending a notification.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeliveryAttempt {
    /// When it began.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub attempted_at: Option<SystemTime>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// Whether the channel took it.
    pub delivered: bool,
    /// What it met, for an operator.
    pub result: String,
}
/// ListIncidentsRequest asks for a page of incidents.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListIncidentsRequest {
    /// How many at the most. 0 means 50; more than 500 means 500.
    pub page_size: i32,
    /// The next_page_token of the page before. Empty: the first page.
    pub page_token: String,
    /// Only those of this scheduler. Empty: all.
    pub scheduler_id: String,
    /// Only those in this state. Unspecified: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<IncidentState>,
}
/// ListIncidentsResponse is a page of incidents.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListIncidentsResponse {
    /// The incidents, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<Incident>,
    /// Asks for the next page. Empty: this was the last.
    pub next_page_token: String,
}
/// GetIncidentRequest names an incident.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GetIncidentRequest {
    /// The incident. Required.
    pub incident_id: String,
}
/// GetIncidentResponse shows an incident.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GetIncidentResponse {
    /// The incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
    /// Its notifications.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<Delivery>,
    /// What happened to it, in order: at most 50 events, the first and the last ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<IncidentEvent>,
}
/// AcknowledgeIncidentRequest says who has an incident.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AcknowledgeIncidentRequest {
    /// The incident. Required.
    pub incident_id: String,
    /// Who has it. At most 200 characters; empty means the name of the key.
    pub by: String,
    /// Anything to add. At most 1,000 characters.
    pub note: String,
}
/// AcknowledgeIncidentResponse shows the incident as it now stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AcknowledgeIncidentResponse {
    /// The incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
}
/// ResolveIncidentRequest names an incident to end.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ResolveIncidentRequest {
    /// The incident. Required.
    pub incident_id: String,
    /// Who ends it. At most 200 characters; empty means the name of the key.
    pub by: String,
    /// Anything to add. At most 1,000 characters.
    pub note: String,
}
/// ResolveIncidentResponse shows the incident as it now stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ResolveIncidentResponse {
    /// The incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
}
/// Key is an API key without its text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Key {
    /// The public part of the key.
    pub key_id: String,
    /// Its name for people.
    pub name: String,
    /// What it may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The only service it may speak for. Empty: any.
    pub service_name: String,
    /// What the ids of the schedulers it may speak for begin with. Empty: any.
    pub scheduler_id_prefix: String,
    /// When it was made.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub created_at: Option<SystemTime>,
    /// When it ends by itself. Unset: never.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<SystemTime>,
    /// When it was ended. Unset: it was not.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<SystemTime>,
    /// When it was last used, to the minute. Unset: never.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<SystemTime>,
    /// How many requests a second it may make. 0 means the server's default.
    pub requests_per_second: u32,
}
/// CreateKeyRequest makes a key.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateKeyRequest {
    /// Its name for people. Required; 1 to 100 characters.
    pub name: String,
    /// What it may do. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The only service it may speak for. Empty means any; only for reporters.
    pub service_name: String,
    /// What the ids of the schedulers it may speak for begin with. Empty means
    /// any; only for reporters.
    pub scheduler_id_prefix: String,
    /// When it ends by itself. Unset means never; must be in the future.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<SystemTime>,
    /// How many requests a second it may make. 0 means the server's default; at
    /// most 100,000.
    pub requests_per_second: u32,
}
/// CreateKeyResponse shows the new key and, only here, its text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateKeyResponse {
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// The text to send as x-api-key. Shown only here.
    pub api_key: String,
}
/// ListKeysRequest asks for all keys; a project has at most 1,000 that are not
/// revoked.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListKeysRequest {}
/// ListKeysResponse lists the keys.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListKeysResponse {
    /// The keys, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Key>,
}
/// RevokeKeyRequest names a key to end.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RevokeKeyRequest {
    /// The key. Required.
    pub key_id: String,
}
/// RevokeKeyResponse shows the ended key.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RevokeKeyResponse {
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
}
/// ExchangeKeyRequest asks for a token.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExchangeKeyRequest {}
/// ExchangeKeyResponse is a token.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExchangeKeyResponse {
    /// The token, to be sent as "authorization: Bearer".
    pub token: String,
    /// When it ends.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<SystemTime>,
}
/// Run is one execution of a job.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Run {
    /// The run's id within its scheduler.
    pub run_id: String,
    /// The scheduler it belongs to.
    pub scheduler_id: String,
    /// Whether the job named the run itself.
    pub named: bool,
    /// Where the run stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<RunStatus>,
    /// When it began, corrected for the sender's clock. Unset: not known.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub started_at: Option<SystemTime>,
    /// When it ended, likewise. Unset: it has not.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<SystemTime>,
    /// How long it took, in milliseconds: as reported, else from its start to its
    /// end. Unset when neither is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_time_ms: Option<i64>,
    /// What went wrong, as reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// What its reports carried; the report of its end counts most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// When its last heartbeat arrived. Unset: it sent none.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub last_heartbeat_at: Option<SystemTime>,
    /// How far it said it had come. Unset: it said nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// It is open and has been silent for longer than its heartbeat timeout.
    pub stalled: bool,
    /// It took, or takes, longer than its max_runtime.
    pub overran: bool,
    /// Its stream broke and has not come back yet.
    pub suspect: bool,
    /// Somebody asked for it to stop.
    pub cancel_requested: bool,
    /// Other ends that were reported for this run and did not decide.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_ends: Vec<RunEnd>,
    /// When the first report of it arrived.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub first_received_at: Option<SystemTime>,
    /// It is open and its progress stands still for longer than its progress_timeout.
    pub stuck: bool,
    /// It ended well in less than its min_runtime.
    pub too_quick: bool,
    /// How much longer than its max_runtime it said that it was going to take. Unset:
    /// no longer.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub extended_by: Option<Duration>,
    /// The slot that it took. Unset: it took none.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub slot_at: Option<SystemTime>,
    /// It had not ended within finish_by of its slot.
    pub finished_late: bool,
}
/// RunEnd is an end that was reported and did not decide.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RunEnd {
    /// The status reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<RunStatus>,
    /// When it happened, corrected for the sender's clock.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<SystemTime>,
    /// When it arrived.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub received_at: Option<SystemTime>,
    /// What went wrong, as reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
}
/// Progress says how far a run has come.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// How much is done, in units of the job's choice.
    pub done: u64,
    /// How much there is. Unset: not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// What it is doing. Optional; cut to 512 bytes with a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
/// ListRunsRequest asks for a page of runs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListRunsRequest {
    /// The scheduler. Required.
    pub scheduler_id: String,
    /// How many at the most. 0 means 50; more than 500 means 500.
    pub page_size: i32,
    /// The next_page_token of the page before. Empty: the first page.
    pub page_token: String,
    /// Only runs of this status. Unspecified: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<RunStatus>,
}
/// ListRunsResponse is a page of runs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListRunsResponse {
    /// The runs, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<Run>,
    /// Asks for the next page. Empty: this was the last.
    pub next_page_token: String,
}
/// Slot is a time at which a run was expected.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Slot {
    /// The time.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub slot_at: Option<SystemTime>,
    /// What became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<SlotEnding>,
    /// The run that took it. Empty: none did.
    pub run_id: String,
}
/// ListSlotsRequest asks for a page of slots.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListSlotsRequest {
    /// The scheduler. Required.
    pub scheduler_id: String,
    /// How many at the most. 0 means 50; more than 500 means 500.
    pub page_size: i32,
    /// The next_page_token of the page before. Empty: the first page.
    pub page_token: String,
}
/// ListSlotsResponse is a page of slots.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListSlotsResponse {
    /// The slots, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<Slot>,
    /// Asks for the next page. Empty: this was the last.
    pub next_page_token: String,
}
/// GetRunRequest names a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GetRunRequest {
    /// The scheduler. Required.
    pub scheduler_id: String,
    /// The run. Required.
    pub run_id: String,
}
/// GetRunResponse shows a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GetRunResponse {
    /// The run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
}
/// CancelRunRequest names a run to stop.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CancelRunRequest {
    /// The scheduler. Required.
    pub scheduler_id: String,
    /// The run. Required.
    pub run_id: String,
}
/// CancelRunResponse shows the run that was asked to stop.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CancelRunResponse {
    /// The run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
}
/// UpdateStatusRequest is a status report of one run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateStatusRequest {
    /// The scheduler. Required; as in RegisterSchedulerRequest.
    pub scheduler_id: String,
    /// The service's name, as registered. Accepted for clients that always send
    /// it; what was registered stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    /// The job's name, as registered. Accepted for clients that always send it;
    /// what was registered stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_name: Option<String>,
    /// What the run does now. Required; one of pending, running, completed,
    /// failed, cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<RunStatus>,
    /// When it happened, by the sender's clock. Unset or unreadable means on
    /// arrival. Without sent_at it is believed within 24 hours before arrival.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<SystemTime>,
    /// How long the run took, in milliseconds. Optional; 0 to 31,622,400,000 (366
    /// days), anything else is dropped with a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_time_ms: Option<i64>,
    /// What went wrong. Optional; cut to 16 KiB with a warning, head and tail kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// Anything worth keeping. Optional; cut to 16 KiB, 64 keys and 8 levels with
    /// a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// Which run, chosen by the sender: 1 to 64 characters of A-Z, a-z, 0-9, ".",
    /// "_", "-". Unset means the scheduler's one unnamed run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The report's number within its run, rising. Optional; meaningful only with
    /// run_id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u32>,
    /// When the sender sent this, by the same clock as timestamp. Optional; lets
    /// the server correct a wrong clock.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<SystemTime>,
    /// The slot that the run is for, as the job's own scheduler names it. Optional; of
    /// use where runs start late or early and cannot be told apart by time. What names
    /// no slot that waits for its run is ignored with a warning (NO_SUCH_SLOT). Needs a
    /// schedule of cron expressions only.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub scheduled_for: Option<SystemTime>,
}
/// UpdateStatusResponse says that the report is stored.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateStatusResponse {
    /// The scheduler the report was stored for.
    pub scheduler_id: String,
    /// The run the report was counted to; made by the server for an unnamed run.
    pub run_id: String,
    /// The run's status after this report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<RunStatus>,
    /// When the server had read the report.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub received_at: Option<SystemTime>,
    /// When it happened, corrected for the sender's clock.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<SystemTime>,
    /// What the server wants of the job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directives: Option<Directives>,
    /// What was changed or left out of the report, and why. Empty when nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}
/// SendHeartbeatRequest is proof of life.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SendHeartbeatRequest {
    /// The scheduler. Required; as in RegisterSchedulerRequest.
    pub scheduler_id: String,
    /// The run that is alive. Unset means the scheduler's unnamed open run, or the
    /// scheduler itself when none is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The report's number within its run, rising. Optional.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u32>,
    /// When it happened, by the sender's clock. Shown, never judged.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<SystemTime>,
    /// When the sender sent this, by the same clock. Optional.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<SystemTime>,
    /// How far the run has come. Optional.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// The time between this and the next heartbeat, as the sender intends it.
    /// Optional; 2 seconds to 24 hours. The run's heartbeat timeout is three times
    /// this unless the scheduler sets one.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// How much longer than its max_runtime the run is going to take. Adds up over
    /// its heartbeats; one that is sent again, with the same sequence and timestamp,
    /// adds nothing. Optional; 1 second to 7 days, anything else is dropped with a
    /// warning, as is the 101st of a run.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub extend: Option<Duration>,
}
/// SendHeartbeatResponse says that the heartbeat is stored.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SendHeartbeatResponse {
    /// The scheduler the heartbeat was stored for.
    pub scheduler_id: String,
    /// The run it was counted to. Empty: the scheduler itself.
    pub run_id: String,
    /// When the server had read the heartbeat.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub received_at: Option<SystemTime>,
    /// What the server wants of the job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directives: Option<Directives>,
    /// What was changed or left out, and why. Empty when nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}
/// Directives are what the server wants of a job.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Directives {
    /// The scheduler they are for.
    pub scheduler_id: String,
    /// The run they are for. Empty: the scheduler itself.
    pub run_id: String,
    /// Somebody asked for this run to stop.
    pub cancel_requested: bool,
    /// How often to send heartbeats from now on. Unset means as before.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub heartbeat_interval: Option<Duration>,
}
/// Warning says what was changed or left out of a report.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Warning {
    /// The stable reason in upper case, such as "TRUNCATED".
    pub reason: String,
    /// The path of the field, such as "metadata.records". Empty: the whole report.
    pub field: String,
    /// What was done, for a person.
    pub message: String,
}
/// BatchReportRequest carries reports in the order they happened.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchReportRequest {
    /// The reports. Required; 1 to 1,000.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<BatchItem>,
}
/// BatchItem is one report.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchItem {
    /// One of several; see [`BatchItemReport`].
    #[serde(flatten)]
    pub report: Option<BatchItemReport>,
}
/// What stands as `report` in [`BatchItem`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BatchItemReport {
    /// A status report. Its timestamp must be readable and at most 7 days old.
    Status(UpdateStatusRequest),
    /// A heartbeat.
    Heartbeat(SendHeartbeatRequest),
}
/// BatchReportResponse tells what became of each item.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchReportResponse {
    /// One result per item, in the order of the items.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<BatchResult>,
}
/// BatchResult tells what became of one item.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchResult {
    /// The item's place in the request, from 0.
    pub index: u32,
    /// The canonical code, as in google.rpc.Code; 0 means stored.
    pub code: i32,
    /// The stable reason in upper case. Empty when stored.
    pub reason: String,
    /// What to do about it, for a person. Empty when stored.
    pub message: String,
    /// The run it was counted to. Empty when refused or for a scheduler's own
    /// heartbeat.
    pub run_id: String,
    /// What was changed or left out. Empty when nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}
/// Selector chooses schedulers. All that it says must be so; what it leaves out may be
/// anything.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Selector {
    /// The id of one scheduler. Empty: any.
    pub scheduler_id: String,
    /// The service. Empty: any.
    pub service_name: String,
    /// Labels that it has, each with this value. At most 32.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}
/// RouteSettings is what can be set of a route.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteSettings {
    /// Its name for people. 1 to 100 characters.
    pub name: String,
    /// The schedulers whose incidents it selects. Unset: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selects: Option<Selector>,
    /// Only incidents that matter so much. Empty: any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub severities: Vec<Severity>,
    /// Only incidents of these reasons. Empty: any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<IncidentReason>,
    /// The channels that it leads to. 1 to 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channel_ids: Vec<String>,
    /// How long to wait before the channels are told: of an incident that is over by
    /// then, or that somebody has acknowledged, they are told nothing. Up to 24 hours;
    /// unset means at once.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub delay: Option<Duration>,
    /// How often to tell the channels again of an incident that is still open and that
    /// nobody has acknowledged. 5 minutes to 7 days; unset means not again.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub repeat_every: Option<Duration>,
    /// That the default channels are not told of what it selects.
    pub instead_of_default: bool,
}
/// Route says where some incidents go.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Route {
    /// The route's id.
    pub route_id: String,
    /// What was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<RouteSettings>,
    /// The name of the key that made it.
    pub created_by: String,
    /// When it was made.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub created_at: Option<SystemTime>,
}
/// CreateRouteRequest adds a route.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateRouteRequest {
    /// Its name for people. Required; 1 to 100 characters.
    pub name: String,
    /// The schedulers whose incidents it selects. Unset: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selects: Option<Selector>,
    /// Only incidents that matter so much. Empty: any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub severities: Vec<Severity>,
    /// Only incidents of these reasons. Empty: any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<IncidentReason>,
    /// The channels that it leads to. Required; 1 to 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channel_ids: Vec<String>,
    /// How long to wait before the channels are told. Up to 24 hours; unset means at
    /// once.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub delay: Option<Duration>,
    /// How often to tell the channels again. 5 minutes to 7 days; unset means not
    /// again.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub repeat_every: Option<Duration>,
    /// That the default channels are not told of what it selects.
    pub instead_of_default: bool,
}
/// CreateRouteResponse shows the new route.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateRouteResponse {
    /// The route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
}
/// GetRouteRequest names a route.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GetRouteRequest {
    /// The route. Required.
    pub route_id: String,
}
/// GetRouteResponse shows a route.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GetRouteResponse {
    /// The route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
}
/// ListRoutesRequest asks for all routes; a project has at most 100.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListRoutesRequest {}
/// ListRoutesResponse lists the routes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListRoutesResponse {
    /// The routes, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
}
/// UpdateRouteRequest changes a route.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateRouteRequest {
    /// The route. Required.
    pub route_id: String,
    /// The new values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<RouteSettings>,
    /// Which fields of settings to change. Required; over REST made from the
    /// body's fields.
    #[serde(skip)]
    pub update_mask: Vec<String>,
}
/// UpdateRouteResponse shows the route as it now stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateRouteResponse {
    /// The route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
}
/// DeleteRouteRequest names a route to forget.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteRouteRequest {
    /// The route. Required.
    pub route_id: String,
}
/// DeleteRouteResponse says that it is forgotten.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteRouteResponse {}
/// SilenceSettings is what can be set of a silence. It says either when it begins and
/// ends, or when its window opens again and again.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SilenceSettings {
    /// Why nobody is to be told, for people. 1 to 500 characters.
    pub note: String,
    /// Which schedulers it covers. Required, unless it covers everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covers: Option<Selector>,
    /// That it covers every scheduler of the project. Must be said: nobody silences
    /// everything by forgetting a field.
    pub everything: bool,
    /// When it begins. Unset: at once.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<SystemTime>,
    /// When it ends. Required without a window; at most 366 days from now.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<SystemTime>,
    /// When it opens again and again. Neither starts_at nor ends_at then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<MaintenanceWindow>,
}
/// MaintenanceWindow is a time that comes again and again.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MaintenanceWindow {
    /// When it opens: a cron expression of five fields, such as "0 2 * * 7".
    pub cron: String,
    /// The time zone of the expression: an IANA name. Empty means UTC.
    pub timezone: String,
    /// How long it stays open. 1 minute to 7 days.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub duration: Option<Duration>,
}
/// Silence is a time in which nobody is told of incidents.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Silence {
    /// The silence's id.
    pub silence_id: String,
    /// What was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<SilenceSettings>,
    /// The name of the key that made it.
    pub created_by: String,
    /// When it was made.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub created_at: Option<SystemTime>,
    /// Whether it holds notifications at present.
    pub active: bool,
    /// Until when it does. Unset: it does not.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub active_until: Option<SystemTime>,
    /// When it begins to, the next time. Unset: it does at present, or never will.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub next_start_at: Option<SystemTime>,
}
/// CreateSilenceRequest adds a silence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateSilenceRequest {
    /// Why nobody is to be told, for people. Required; 1 to 500 characters.
    pub note: String,
    /// Which schedulers it covers. Required, unless it covers everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covers: Option<Selector>,
    /// That it covers every scheduler of the project.
    pub everything: bool,
    /// When it begins. Unset: at once.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<SystemTime>,
    /// When it ends. Required without a window; at most 366 days from now.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<SystemTime>,
    /// When it opens again and again. Neither starts_at nor ends_at then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<MaintenanceWindow>,
}
/// CreateSilenceResponse shows the new silence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateSilenceResponse {
    /// The silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
}
/// GetSilenceRequest names a silence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GetSilenceRequest {
    /// The silence. Required.
    pub silence_id: String,
}
/// GetSilenceResponse shows a silence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GetSilenceResponse {
    /// The silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
}
/// ListSilencesRequest asks for all silences; a project has at most 200.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListSilencesRequest {}
/// ListSilencesResponse lists the silences.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListSilencesResponse {
    /// The silences, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub silences: Vec<Silence>,
}
/// UpdateSilenceRequest changes a silence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateSilenceRequest {
    /// The silence. Required.
    pub silence_id: String,
    /// The new values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<SilenceSettings>,
    /// Which fields of settings to change. Required; over REST made from the
    /// body's fields.
    #[serde(skip)]
    pub update_mask: Vec<String>,
}
/// UpdateSilenceResponse shows the silence as it now stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateSilenceResponse {
    /// The silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
}
/// DeleteSilenceRequest names a silence to end and forget.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteSilenceRequest {
    /// The silence. Required.
    pub silence_id: String,
}
/// DeleteSilenceResponse says that it is forgotten.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteSilenceResponse {}
/// Schedule says when a job is expected to run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Schedule {
    /// One of several; see [`ScheduleRule`].
    #[serde(flatten)]
    pub rule: Option<ScheduleRule>,
}
/// What stands as `rule` in [`Schedule`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScheduleRule {
    /// The time from the start of one run to the start of the next; 5 seconds to
    /// 366 days. Any run restarts the interval.
    #[serde(with = "json::span")]
    Every(Duration),
    /// The wall-clock times at which a run is expected: minute, hour, day of the
    /// month, month and weekday, with seconds before them if there are six fields.
    /// Names, L, W and # as usual; @hourly, @daily, @midnight, @weekly, @monthly,
    /// @yearly and @annually are known. At most 256 characters, the times at least
    /// 5 seconds apart. A run takes the slot that its reports name as scheduled_for,
    /// else the nearest that has none, from its early_tolerance before the slot until
    /// the next; any other run neither meets a slot nor breaks one.
    Cron(String),
}
/// SchedulerSettings is what can be set of a scheduler.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SchedulerSettings {
    /// The team's system that the job belongs to. 1 to 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    /// The job's name for people. 1 to 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_name: Option<String>,
    /// Who is told by mail, besides the channels. At most 254 characters, one address.
    /// Unless the operator trusts its domain, it gets one mail that asks first, and is
    /// told once that is answered with yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_email: Option<String>,
    /// Who is mentioned in Slack: a member id such as "U1234567890".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_user_id: Option<String>,
    /// When the job is expected: at the earliest of all that these say. At most 16;
    /// none means that it is not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
    /// How long after its slot a run may start. 0 to 7 days; unset means 5
    /// minutes, or finish_by if that is shorter. Matters only with a schedule.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub start_grace: Option<Duration>,
    /// How often the job means to send heartbeats. 2 seconds to 24 hours; unset
    /// means that it did not say.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub heartbeat_interval: Option<Duration>,
    /// How long a run may be silent. 2 seconds to 7 days, not shorter than
    /// heartbeat_interval nor longer than max_runtime. Unset means three times
    /// heartbeat_interval, or 15 minutes once a run has sent a heartbeat.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub heartbeat_timeout: Option<Duration>,
    /// How long a run may take. 1 second to 366 days; unset means no limit.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub max_runtime: Option<Duration>,
    /// Names and values to filter by. At most 32; names of 1 to 63 characters of
    /// a-z, 0-9, ".", "_", "-", values of at most 200 characters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The time zone of cron expressions: an IANA name such as "Europe/Berlin".
    /// Unset means UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Which scheduler runs the job. Unset means vixie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron_profile: Option<CronProfile>,
    /// How long a run takes at least, from *running* to *completed*. A success that
    /// came sooner, by the job's clock as well as by ours, is an incident and proves
    /// nothing. 1 second to 366 days, not longer than max_runtime; unset means no
    /// limit.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub min_runtime: Option<Duration>,
    /// How long the progress that a run tells with its heartbeats may stay the same.
    /// 2 seconds to 7 days; unset means no limit. Counts from the first progress on.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub progress_timeout: Option<Duration>,
    /// How many outcomes must be bad before an incident opens: runs that failed, were
    /// lost or too quick, and slots without a run. 1 to 100; unset means 1. What is
    /// wrong with a run that is still open waits for no threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_threshold: Option<u32>,
    /// Among how many of the last outcomes the bad ones are counted. 1 to 100, not
    /// smaller than failure_threshold; unset means that the bad ones must follow each
    /// other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_window: Option<u32>,
    /// How many outcomes must be good before such an incident ends. 1 to 100; unset
    /// means 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_threshold: Option<u32>,
    /// Among how many of the last outcomes the good ones are counted. 1 to 100, not
    /// smaller than recovery_threshold; unset means that the good ones must follow
    /// each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_window: Option<u32>,
    /// How much it matters that the job is not well; incidents carry it. Unspecified
    /// means normal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// How long after its slot a run must have ended. 1 second to 366 days, not shorter
    /// than start_grace; unset means no limit. Matters only with a schedule.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub finish_by: Option<Duration>,
    /// How long before its slot a run may start to be the one of that slot. 0 to 24
    /// hours; unset means a tenth of the time since the slot before, at most 5 minutes.
    /// Matters only for cron.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub early_tolerance: Option<Duration>,
    /// The id of the scheduler that this one cannot be well without. While that has an
    /// open incident, nobody is told of one that opens here; if it is still open when
    /// that is well again, it is told then. Judged it is all the same. Of what the other
    /// depends on in its turn nothing is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depends_on: Option<String>,
}
/// Scheduler is a registered job and how it fares.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Scheduler {
    /// The scheduler's id within its project.
    pub scheduler_id: String,
    /// What was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<SchedulerSettings>,
    /// How it fares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// Since when it is not judged. Unset: it is.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<SystemTime>,
    /// When it will be judged again. Unset: when somebody resumes it.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<SystemTime>,
    /// When it was first registered.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub created_at: Option<SystemTime>,
    /// When its settings last changed.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<SystemTime>,
    /// When the last live report of it arrived. Unset: none did.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub last_report_at: Option<SystemTime>,
    /// When its next run is expected. Unset: none is.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub next_slot_at: Option<SystemTime>,
    /// The next instant at which a limit would be breached if nothing were heard
    /// until then. Unset: no limit is running.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub next_deadline_at: Option<SystemTime>,
    /// The ids of its open incidents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open_incident_ids: Vec<String>,
    /// Its runs that have not ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open_runs: Vec<Run>,
    /// When a run of it last ended well, corrected for the sender's clock.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub last_success_at: Option<SystemTime>,
    /// The names of settings that a person has set: registrations leave them alone
    /// until they are released.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held_settings: Vec<String>,
}
/// RejectedReport is a report that was refused and kept for 24 hours.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RejectedReport {
    /// When it arrived.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub received_at: Option<SystemTime>,
    /// The stable reason in upper case.
    pub reason: String,
    /// What was wrong, for a person.
    pub message: String,
    /// The report as it came, at most 2 KiB of it.
    pub raw: String,
}
/// RegisterSchedulerRequest makes a scheduler known.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisterSchedulerRequest {
    /// The scheduler's id within the project. Required; 1 to 128 characters of A-Z,
    /// a-z, 0-9, ".", "_", "-", the first a letter or digit. "register" and "watch"
    /// are taken.
    pub scheduler_id: String,
    /// As in SchedulerSettings. Required at the first registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    /// As in SchedulerSettings. Required at the first registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_name: Option<String>,
    /// As in SchedulerSettings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_email: Option<String>,
    /// As in SchedulerSettings; one that is no member id is dropped with a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_user_id: Option<String>,
    /// As in SchedulerSettings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
    /// As in SchedulerSettings.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub start_grace: Option<Duration>,
    /// As in SchedulerSettings.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub heartbeat_interval: Option<Duration>,
    /// As in SchedulerSettings.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub heartbeat_timeout: Option<Duration>,
    /// As in SchedulerSettings.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub max_runtime: Option<Duration>,
    /// As in SchedulerSettings. When any is given, they replace the labels known.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// As in SchedulerSettings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// As in SchedulerSettings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron_profile: Option<CronProfile>,
    /// As in SchedulerSettings.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub min_runtime: Option<Duration>,
    /// As in SchedulerSettings.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub progress_timeout: Option<Duration>,
    /// As in SchedulerSettings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_threshold: Option<u32>,
    /// As in SchedulerSettings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_window: Option<u32>,
    /// As in SchedulerSettings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_threshold: Option<u32>,
    /// As in SchedulerSettings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_window: Option<u32>,
    /// As in SchedulerSettings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// As in SchedulerSettings.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub finish_by: Option<Duration>,
    /// As in SchedulerSettings.
    #[serde(with = "json::maybe_span", skip_serializing_if = "Option::is_none")]
    pub early_tolerance: Option<Duration>,
    /// As in SchedulerSettings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depends_on: Option<String>,
}
/// RegisterSchedulerResponse shows the scheduler as it now stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisterSchedulerResponse {
    /// The scheduler's id.
    pub scheduler_id: String,
    /// Whether this call made it.
    pub created: bool,
    /// The scheduler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduler: Option<Scheduler>,
    /// What was left out of the request, and why. Empty when nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}
/// GetSchedulerRequest names a scheduler.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GetSchedulerRequest {
    /// The scheduler. Required.
    pub scheduler_id: String,
}
/// GetSchedulerResponse shows a scheduler.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GetSchedulerResponse {
    /// The scheduler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduler: Option<Scheduler>,
    /// Reports for it that were refused in the last 24 hours, the newest first, at
    /// most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rejected_reports: Vec<RejectedReport>,
}
/// ExplainSchedulerRequest names a scheduler.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExplainSchedulerRequest {
    /// The scheduler. Required.
    pub scheduler_id: String,
}
/// LimitNote tells how one limit stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LimitNote {
    /// The setting that it comes from, such as "max_runtime".
    pub setting: String,
    /// The run that it bounds. Empty: the scheduler as a whole.
    pub run_id: String,
    /// How it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<LimitState>,
    /// When it is breached. Set while it is running.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<SystemTime>,
    /// When that is judged: later than deadline_at if Nightbell could not see for a
    /// while. Set while it is running.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub judged_at: Option<SystemTime>,
    /// Why it stands so, in one sentence.
    pub because: String,
}
/// OpenIncident is an incident with what came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OpenIncident {
    /// The incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
    /// What happened to it, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<IncidentEvent>,
    /// Its notifications and their attempts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<Delivery>,
}
/// ExplainSchedulerResponse tells why a scheduler alerts, or why it does not.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExplainSchedulerResponse {
    /// Why, in one sentence.
    pub summary: String,
    /// The scheduler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduler: Option<Scheduler>,
    /// Every limit, those that are not set included. None while it is paused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<LimitNote>,
    /// The open incidents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open_incidents: Vec<OpenIncident>,
    /// The last runs, the newest first, at most 5.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub last_runs: Vec<Run>,
    /// The silences that cover it and are not over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub silences: Vec<Silence>,
}
/// ListSchedulersRequest asks for a page of schedulers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListSchedulersRequest {
    /// How many at the most. 0 means 50; more than 500 means 500.
    pub page_size: i32,
    /// The next_page_token of the page before. Empty: the first page.
    pub page_token: String,
    /// Only those of this service. Empty: all.
    pub service_name: String,
    /// Only those that fare so. Unspecified: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// Only those with this label, as "name=value". Empty: all.
    pub label: String,
}
/// ListSchedulersResponse is a page of schedulers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListSchedulersResponse {
    /// The schedulers, by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedulers: Vec<Scheduler>,
    /// Asks for the next page. Empty: this was the last.
    pub next_page_token: String,
}
/// UpdateSchedulerRequest changes settings of a scheduler.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateSchedulerRequest {
    /// The scheduler. Required.
    pub scheduler_id: String,
    /// The new values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<SchedulerSettings>,
    /// Which fields of settings to change; a field named here and unset in
    /// settings is cleared. Required; over REST made from the body's fields.
    #[serde(skip)]
    pub update_mask: Vec<String>,
}
/// UpdateSchedulerResponse shows the scheduler as it now stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateSchedulerResponse {
    /// The scheduler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduler: Option<Scheduler>,
}
/// ReleaseSettingsRequest gives settings back to the job.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReleaseSettingsRequest {
    /// The scheduler. Required.
    pub scheduler_id: String,
    /// The names of the settings. None means all that are held.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}
/// ReleaseSettingsResponse shows the scheduler as it now stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReleaseSettingsResponse {
    /// The scheduler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduler: Option<Scheduler>,
}
/// DeleteSchedulerRequest names a scheduler to forget.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteSchedulerRequest {
    /// The scheduler. Required.
    pub scheduler_id: String,
}
/// DeleteSchedulerResponse says that it is forgotten.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteSchedulerResponse {}
/// PauseSchedulerRequest stops judging a scheduler.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PauseSchedulerRequest {
    /// The scheduler. Required.
    pub scheduler_id: String,
    /// When to judge it again. Unset means when somebody resumes it.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub until: Option<SystemTime>,
}
/// PauseSchedulerResponse shows the scheduler as it now stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PauseSchedulerResponse {
    /// The scheduler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduler: Option<Scheduler>,
}
/// ResumeSchedulerRequest judges a scheduler again.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ResumeSchedulerRequest {
    /// The scheduler. Required.
    pub scheduler_id: String,
}
/// ResumeSchedulerResponse shows the scheduler as it now stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ResumeSchedulerResponse {
    /// The scheduler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduler: Option<Scheduler>,
}
/// WatchSchedulersRequest says what to watch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WatchSchedulersRequest {
    /// Only those of this service. Empty: all.
    pub service_name: String,
}
/// WatchSchedulersResponse is one change.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WatchSchedulersResponse {
    /// One of several; see [`WatchSchedulersResponseChange`].
    #[serde(flatten)]
    pub change: Option<WatchSchedulersResponseChange>,
}
/// What stands as `change` in [`WatchSchedulersResponse`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WatchSchedulersResponseChange {
    /// The scheduler as it now stands.
    Scheduler(Scheduler),
    /// The id of a scheduler that is gone.
    DeletedSchedulerId(String),
}
/// PreviewScheduleRequest says what schedules to try.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PreviewScheduleRequest {
    /// The schedules, as in SchedulerSettings. Required; 1 to 16.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
    /// As in SchedulerSettings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// As in SchedulerSettings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron_profile: Option<CronProfile>,
    /// How many occurrences. 0 means 10; at most 100.
    pub count: i32,
    /// Only occurrences after this instant. Unset means now.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub after: Option<SystemTime>,
}
/// ScheduleOccurrence is one time at which a run would be expected.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ScheduleOccurrence {
    /// The instant.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub at: Option<SystemTime>,
    /// The same on the clocks of the time zone, with their offset from UTC, such as
    /// "2026-03-29T03:00:00+02:00".
    pub local: String,
    /// What is peculiar about it, such as "second 02:30 of this night". Empty:
    /// nothing.
    pub note: String,
}
/// ClockChange is a change of the clocks that the schedules notice.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ClockChange {
    /// The instant.
    #[serde(with = "json::time", skip_serializing_if = "Option::is_none")]
    pub at: Option<SystemTime>,
    /// What it means for the schedules, such as "skipped: 02:30 does not exist on
    /// this night".
    pub note: String,
}
/// PreviewScheduleResponse tells when a run would be expected.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PreviewScheduleResponse {
    /// The occurrences, in order. Fewer than asked for if no more are to come.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub occurrences: Vec<ScheduleOccurrence>,
    /// The changes of clocks among them that make a difference, in order; at most
    /// 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clock_changes: Vec<ClockChange>,
}
