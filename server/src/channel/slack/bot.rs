//! A bot in Slack.
//!
//! The first message about an incident is kept up to date: it shows who has it and how
//! it ended, so that nobody who scrolls back is alarmed anew. What happened is also said
//! in its thread.

use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::blocks;
use crate::channel::Outcome;
use crate::channel::exchange::{Post, outcome};
use crate::channel::hidden::Hidden;
use crate::channel::http::{Answer, HttpClient};
use crate::channel::message::Message;
use crate::channel::message::encode::slack;
use crate::channel::notification::Notification;
use crate::channel::rules::Rules;

const API: &str = "https://slack.com/api";

/// Which bot posts where, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SlackBotSettings {
    /// The bot's token.
    pub token: Hidden,
    /// The channel, by id or name.
    pub channel: String,
    /// The app's signing secret; with it, messages have buttons.
    pub signing_secret: Option<Hidden>,
    /// Where Slack's API is; unset: Slack's own.
    pub api_url: Option<String>,
}

impl SlackBotSettings {
    /// The fields that are never shown.
    pub const SECRETS: &[&str] = &["token", "signing_secret"];

    /// Judges the settings.
    pub fn check(&self, rules: &mut Rules<'_>) {
        rules.secret("token", &self.token, 512);
        rules.text("channel", &self.channel, 100);
        rules.secret_if_set("signing_secret", self.signing_secret.as_ref(), 100);
        rules.target_if_set("api_url", self.api_url.as_ref());
    }
}

/// Makes one attempt to deliver.
pub async fn send(
    http: &HttpClient,
    settings: &SlackBotSettings,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    let api = Api { http, settings, now };
    let first = notification.thread.as_deref().and_then(|it| it.split_once(':'));
    let Some((channel, ts)) = first else {
        let mut body = blocks::body(notification, settings.signing_secret.is_some());
        body["channel"] = json!(settings.channel);
        return api.call("chat.postMessage", &body).await;
    };
    let mut update = blocks::body(notification, settings.signing_secret.is_some());
    update["channel"] = json!(channel);
    update["ts"] = json!(ts);
    match api.call("chat.update", &update).await {
        // Somebody removed it, or it is too old to be changed: the thread says it all.
        Outcome::Retry { retry_after: None, .. } | Outcome::Delivered { .. } => {}
        not_now => return not_now,
    }
    let mut body = reply(notification);
    body["channel"] = json!(channel);
    body["thread_ts"] = json!(ts);
    match api.call("chat.postMessage", &body).await {
        // The thread keeps its first message.
        Outcome::Delivered { receipt, .. } => Outcome::Delivered { receipt, thread: None },
        other => other,
    }
}

/// What is said in the thread: the first message has the rest by then. What asks somebody
/// to act is shown in the channel, too: a reply wakes only those who follow the thread.
pub fn reply(notification: &Notification) -> Value {
    let message = Message::of(notification);
    json!({
        "text": format!("{}\n{}", slack(&message.title), slack(&message.lead)),
        "mrkdwn": false,
        "unfurl_links": false,
        "reply_broadcast": notification.event.is_alarm(),
    })
}

struct Api<'a> {
    http: &'a HttpClient,
    settings: &'a SlackBotSettings,
    now: Timestamp,
}

impl Api<'_> {
    async fn call(&self, method: &str, body: &Value) -> Outcome {
        let base = self.settings.api_url.as_deref().unwrap_or(API).trim_end_matches('/');
        let url = format!("{base}/{method}");
        let post = Post::new(&url, body).bearer(self.settings.token.reveal());
        match post.ask(self.http).await {
            Ok(answer) => self.outcome(&answer),
            Err(failed) => failed,
        }
    }

    /// Slack answers 200 and says in the body how it went.
    fn outcome(&self, answer: &Answer) -> Outcome {
        if !answer.status.is_success() {
            return outcome(answer, self.now);
        }
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        match (said["ok"].as_bool(), said["channel"].as_str(), said["ts"].as_str()) {
            (Some(true), Some(channel), Some(ts)) => Outcome::Delivered {
                receipt: format!("200, message {ts}"),
                thread: Some(format!("{channel}:{ts}")),
            },
            (Some(true), ..) => Outcome::delivered("200"),
            _ => Outcome::Retry {
                result: format!("Slack refused it: {}", answer.excerpt),
                retry_after: None,
            },
        }
    }
}
