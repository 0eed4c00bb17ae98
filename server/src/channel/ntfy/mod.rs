//! A topic of ntfy.

use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Outcome;
use super::exchange::Post;
use super::hidden::Hidden;
use super::http::HttpClient;
use super::message::words::cut;
use super::message::{Message, Tone};
use super::notification::Notification;
use super::rules::Rules;

const SERVER: &str = "https://ntfy.sh";

/// ntfy makes a file of a message beyond 4,096 bytes; no character of UTF-8 has more
/// than four.
const MESSAGE_CHARACTERS_MAX: usize = 1_000;

/// Which topic to publish to, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NtfySettings {
    /// The topic.
    pub topic: String,
    /// Where the server is; unset: ntfy's own.
    pub server_url: Option<String>,
    /// An access token.
    pub token: Option<Hidden>,
}

impl NtfySettings {
    /// The fields that are never shown.
    pub const SECRETS: &[&str] = &["token"];

    /// Judges the settings.
    pub fn check(&self, rules: &mut Rules<'_>) {
        rules.text("topic", &self.topic, 64);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if !self.topic.chars().all(is_plain) {
            rules.refuse("topic", "BAD_VALUE", "must be letters, digits, `_` and `-`");
        }
        rules.target_if_set("server_url", self.server_url.as_ref());
        rules.secret_if_set("token", self.token.as_ref(), 100);
    }
}

/// Makes one attempt to deliver.
pub async fn send(
    http: &HttpClient,
    settings: &NtfySettings,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    let mut body = body(notification);
    body["topic"] = json!(settings.topic);
    let post = Post::new(settings.server_url.as_deref().unwrap_or(SERVER), &body);
    let post = match &settings.token {
        Some(token) => post.bearer(token.reveal()),
        None => post,
    };
    post.send(http, now).await
}

/// The message without its topic.
pub fn body(notification: &Notification) -> Value {
    let message = Message::of(notification);
    let (priority, tag) = match message.tone {
        Tone::Critical => (5, "rotating_light"),
        Tone::Alarm => (4, "warning"),
        Tone::Low => (2, "warning"),
        Tone::Taken => (3, "raised_hand"),
        Tone::Over => (3, "white_check_mark"),
        Tone::Trial => (3, "bell"),
    };
    let actions: Vec<_> = message
        .links
        .iter()
        .map(|link| json!({"action": "view", "label": link.label, "url": link.url}))
        .collect();
    let page = message.links.iter().find(|link| link.label == "Incident");
    let mut body = json!({
        "title": message.title,
        "message": cut(&message.plain_body(), MESSAGE_CHARACTERS_MAX),
        "priority": priority,
        "tags": [tag],
        "actions": actions,
    });
    if let Some(page) = page {
        body["click"] = json!(page.url);
    }
    body
}
