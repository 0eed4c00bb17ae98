//! Ways to tell people.
//!
//! A channel is given a [`Notification`] and its own [`Settings`], and comes
//! back with an [`Outcome`]. It stores nothing and retries nothing: what an
//! outcome leads to is the worker's to decide.

pub mod address;
pub mod alertmanager;
pub mod apprise;
pub mod discord;
pub mod draft;
pub mod email;
pub mod exchange;
pub mod hidden;
pub mod http;
pub mod message;
pub mod notification;
pub mod ntfy;
pub mod opsgenie;
pub mod pagerduty;
pub mod rules;
pub mod slack;
pub mod target;
pub mod teams;
pub mod telegram;
pub mod webhook;

use std::time::Duration;

use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use self::alertmanager::AlertmanagerSettings;
use self::apprise::AppriseSettings;
use self::discord::DiscordSettings;
use self::email::{EmailSettings, Mail};
use self::http::HttpClient;
use self::notification::Notification;
use self::ntfy::NtfySettings;
use self::opsgenie::OpsgenieSettings;
use self::pagerduty::PagerdutySettings;
use self::rules::Rules;
use self::slack::bot::SlackBotSettings;
use self::slack::webhook::SlackWebhookSettings;
use self::teams::TeamsSettings;
use self::telegram::TelegramSettings;
use self::webhook::WebhookSettings;

/// What is stored of a channel, by kind.
///
/// The JSON form is what lies in the database and what the contract names: a kind and
/// its fields keep their names for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Settings {
    /// An HTTP address, signed by the rules of Standard Webhooks.
    Webhook(WebhookSettings),
    /// Mail.
    Email(EmailSettings),
    /// An incoming webhook of Slack.
    SlackWebhook(SlackWebhookSettings),
    /// A bot in Slack.
    SlackBot(SlackBotSettings),
    /// PagerDuty, by its Events API v2.
    Pagerduty(PagerdutySettings),
    /// Opsgenie, or what takes its Alert API.
    Opsgenie(OpsgenieSettings),
    /// An Alertmanager of Prometheus.
    Alertmanager(AlertmanagerSettings),
    /// A workflow of Microsoft Teams.
    Teams(TeamsSettings),
    /// A webhook of Discord.
    Discord(DiscordSettings),
    /// A bot of Telegram.
    Telegram(TelegramSettings),
    /// A topic of ntfy.
    Ntfy(NtfySettings),
    /// An Apprise API.
    Apprise(AppriseSettings),
}

/// The kinds there are, by their names in the contract.
pub const KINDS: [&str; 12] = [
    "webhook",
    "email",
    "slack_webhook",
    "slack_bot",
    "pagerduty",
    "opsgenie",
    "alertmanager",
    "teams",
    "discord",
    "telegram",
    "ntfy",
    "apprise",
];

impl Settings {
    /// The name of the kind.
    pub fn kind(&self) -> &'static str {
        self.facts().0
    }

    /// The fields that are never shown.
    pub fn secrets(&self) -> &'static [&'static str] {
        self.facts().1
    }

    fn facts(&self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Webhook(_) => ("webhook", WebhookSettings::SECRETS),
            Self::Email(_) => ("email", EmailSettings::SECRETS),
            Self::SlackWebhook(_) => ("slack_webhook", SlackWebhookSettings::SECRETS),
            Self::SlackBot(_) => ("slack_bot", SlackBotSettings::SECRETS),
            Self::Pagerduty(_) => ("pagerduty", PagerdutySettings::SECRETS),
            Self::Opsgenie(_) => ("opsgenie", OpsgenieSettings::SECRETS),
            Self::Alertmanager(_) => ("alertmanager", AlertmanagerSettings::SECRETS),
            Self::Teams(_) => ("teams", TeamsSettings::SECRETS),
            Self::Discord(_) => ("discord", DiscordSettings::SECRETS),
            Self::Telegram(_) => ("telegram", TelegramSettings::SECRETS),
            Self::Ntfy(_) => ("ntfy", NtfySettings::SECRETS),
            Self::Apprise(_) => ("apprise", AppriseSettings::SECRETS),
        }
    }

    /// Whether people read what is sent there as it is, and no program that keeps one
    /// alert for each incident.
    pub fn is_for_people(&self) -> bool {
        match self {
            Self::Webhook(_) | Self::Pagerduty(_) | Self::Opsgenie(_) | Self::Alertmanager(_) => {
                false
            }
            Self::Email(_)
            | Self::SlackWebhook(_)
            | Self::SlackBot(_)
            | Self::Teams(_)
            | Self::Discord(_)
            | Self::Telegram(_)
            | Self::Ntfy(_)
            | Self::Apprise(_) => true,
        }
    }

    /// Judges the settings.
    pub fn check(&self, rules: &mut Rules<'_>) {
        match self {
            Self::Webhook(it) => it.check(rules),
            Self::Email(it) => it.check(rules),
            Self::SlackWebhook(it) => it.check(rules),
            Self::SlackBot(it) => it.check(rules),
            Self::Pagerduty(it) => it.check(rules),
            Self::Opsgenie(it) => it.check(rules),
            Self::Alertmanager(it) => it.check(rules),
            Self::Teams(it) => it.check(rules),
            Self::Discord(it) => it.check(rules),
            Self::Telegram(it) => it.check(rules),
            Self::Ntfy(it) => it.check(rules),
            Self::Apprise(it) => it.check(rules),
        }
    }
}

/// The ways out of the server.
#[derive(Clone)]
pub struct WaysOut {
    /// By HTTP.
    pub http: HttpClient,
    /// By mail, through the server's own mail server. None: it has none.
    pub mail: Option<Mail>,
}

/// What became of one attempt. Every `result` is a short text for an operator,
/// without secrets, safe to show and to log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "an attempt without a settled outcome is made again"]
pub enum Outcome {
    /// The receiver took it.
    Delivered {
        /// What it answered.
        receipt: String,
        /// What it calls the message, if later ones can go beside it.
        thread: Option<String>,
    },

    /// It may go better another time.
    Retry {
        /// What went wrong.
        result: String,
        /// How long the receiver asked to be left alone, within the limits.
        retry_after: Option<Duration>,
    },

    /// The receiver wants no more, ever: turn the channel off and say so.
    Disable {
        /// What it answered.
        result: String,
    },

    /// The target is, or has become, one that must not be called. It may
    /// become another again, so the notification is not lost.
    Blocked {
        /// What was blocked.
        result: String,
    },
}

impl Outcome {
    /// The receiver took it, and has no name for it.
    pub fn delivered(receipt: impl Into<String>) -> Self {
        Self::Delivered { receipt: receipt.into(), thread: None }
    }

    /// The outcome as one stable word, for metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Delivered { .. } => "delivered",
            Self::Retry { .. } => "retry",
            Self::Disable { .. } => "disable",
            Self::Blocked { .. } => "blocked",
        }
    }

    /// What to show to an operator.
    pub fn result(&self) -> String {
        match self {
            Self::Delivered { receipt, .. } => format!("delivered: {receipt}"),
            Self::Retry { result, .. } | Self::Disable { result } | Self::Blocked { result } => {
                result.clone()
            }
        }
    }
}

/// Makes one attempt to deliver. It returns within [`DELIVERY_MAX`].
///
/// [`DELIVERY_MAX`]: crate::limits::DELIVERY_MAX
pub async fn send(
    ways_out: &WaysOut,
    settings: &Settings,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    // Some kinds make two requests.
    let at_most = ways_out.http.bounds().total;
    tokio::time::timeout(at_most, attempt(ways_out, settings, notification, now))
        .await
        .unwrap_or_else(|_| Outcome::Retry {
            result: "no answer in time".to_owned(),
            retry_after: None,
        })
}

async fn attempt(
    ways_out: &WaysOut,
    settings: &Settings,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    let WaysOut { http, mail } = ways_out;
    match settings {
        Settings::Webhook(it) => webhook::send(http, it, notification, now).await,
        Settings::Email(it) => email::send(http, mail.as_ref(), it, notification).await,
        Settings::SlackWebhook(it) => slack::webhook::send(http, it, notification, now).await,
        Settings::SlackBot(it) => slack::bot::send(http, it, notification, now).await,
        Settings::Pagerduty(it) => pagerduty::send(http, it, notification, now).await,
        Settings::Opsgenie(it) => opsgenie::send(http, it, notification, now).await,
        Settings::Alertmanager(it) => alertmanager::send(http, it, notification, now).await,
        Settings::Teams(it) => teams::send(http, it, notification, now).await,
        Settings::Discord(it) => discord::send(http, it, notification, now).await,
        Settings::Telegram(it) => telegram::send(http, it, notification, now).await,
        Settings::Ntfy(it) => ntfy::send(http, it, notification, now).await,
        Settings::Apprise(it) => apprise::send(http, it, notification, now).await,
    }
}

#[cfg(test)]
mod receivers;
#[cfg(test)]
mod tests;
