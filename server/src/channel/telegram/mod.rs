//! Telegram, by a bot. What follows the first message about an incident replies to it.

use std::time::Duration;

use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Outcome;
use super::exchange::{Post, outcome};
use super::hidden::Hidden;
use super::http::HttpClient;
use super::message::Message;
use super::message::encode::html;
use super::notification::Notification;
use super::rules::Rules;
use crate::limits::{RETRY_AFTER_MAX, RETRY_AFTER_MIN};

const API: &str = "https://api.telegram.org";

/// Which bot writes to which chat, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TelegramSettings {
    /// The bot's token.
    pub token: Hidden,
    /// The chat.
    pub chat_id: String,
    /// The topic within the chat.
    pub topic_id: Option<String>,
    /// Where the Bot API is; unset: Telegram's own.
    pub api_url: Option<String>,
}

impl TelegramSettings {
    /// The fields that are never shown.
    pub const SECRETS: &[&str] = &["token"];

    /// Judges the settings.
    pub fn check(&self, rules: &mut Rules<'_>) {
        rules.secret("token", &self.token, 100);
        // It becomes a part of an address.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-');
        if !self.token.reveal().chars().all(is_plain) {
            rules.refuse("token", "BAD_SECRET", "must be a token as BotFather gives it out");
        }
        rules.text("chat_id", &self.chat_id, 100);
        if self.topic_id.as_ref().is_some_and(|topic| topic.parse::<i64>().is_err()) {
            rules.refuse("topic_id", "BAD_VALUE", "must be a whole number");
        }
        rules.target_if_set("api_url", self.api_url.as_ref());
    }
}

/// Makes one attempt to deliver.
pub async fn send(
    http: &HttpClient,
    settings: &TelegramSettings,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    let base = settings.api_url.as_deref().unwrap_or(API).trim_end_matches('/');
    let url = format!("{base}/bot{}/sendMessage", settings.token.reveal());
    let mut body = body(notification);
    body["chat_id"] = json!(settings.chat_id);
    if let Some(topic) = settings.topic_id.as_ref().and_then(|it| it.parse::<i64>().ok()) {
        body["message_thread_id"] = json!(topic);
    }
    let answer = match Post::new(&url, &body).ask(http).await {
        Ok(answer) => answer,
        Err(failed) => return failed,
    };
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status.is_success() && said["ok"] != json!(false) {
        let message = said["result"]["message_id"].as_i64().map(|id| id.to_string());
        let status = answer.status.as_u16().to_string();
        return Outcome::Delivered { receipt: status, thread: message };
    }
    let wait = said["parameters"]["retry_after"].as_u64().map(Duration::from_secs);
    match (outcome(&answer, now), wait) {
        (Outcome::Retry { result, .. }, Some(wait)) => {
            let wait = wait.clamp(RETRY_AFTER_MIN, RETRY_AFTER_MAX);
            Outcome::Retry { result, retry_after: Some(wait) }
        }
        (Outcome::Delivered { .. }, _) => {
            Outcome::Retry { result: answer.describe(), retry_after: None }
        }
        (other, _) => other,
    }
}

/// The message without its chat.
pub fn body(notification: &Notification) -> Value {
    let message = Message::of(notification);
    let mut parts = vec![format!("<b>{}</b>", html(&message.title)), html(&message.lead)];
    let facts: Vec<_> = message
        .facts
        .iter()
        .map(|fact| format!("<b>{}:</b> {}", fact.label, html(&fact.value)))
        .collect();
    parts.push(facts.join("\n"));
    if !message.error.is_empty() {
        parts.push(format!("<pre>{}</pre>", html(&message.error)));
    }
    let links: Vec<_> = message
        .links
        .iter()
        .map(|link| format!("<a href=\"{}\">{}</a>", html(&link.url), link.label))
        .collect();
    parts.push(links.join(" · "));
    parts.push(html(&message.how_to_acknowledge));
    parts.retain(|part| !part.is_empty());
    let mut body = json!({
        "text": parts.join("\n\n"),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": true},
    });
    if let Some(first) = notification.thread.as_ref().and_then(|it| it.parse::<i64>().ok()) {
        body["reply_parameters"] =
            json!({"message_id": first, "allow_sending_without_reply": true});
    }
    body
}
