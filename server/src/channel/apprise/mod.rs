//! An Apprise API, which passes on to what its configuration names.

use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Outcome;
use super::exchange::Post;
use super::hidden::Hidden;
use super::http::HttpClient;
use super::message::{Message, Tone};
use super::notification::Notification;
use super::rules::Rules;

/// Which Apprise API to call, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppriseSettings {
    /// The address to notify, which is its secret too.
    pub url: Hidden,
    /// Which services to tell; unset: all.
    pub tag: Option<String>,
}

impl AppriseSettings {
    /// The fields that are never shown.
    pub const SECRETS: &[&str] = &["url"];

    /// Judges the settings.
    pub fn check(&self, rules: &mut Rules<'_>) {
        rules.target("url", self.url.reveal());
        rules.text_if_set("tag", self.tag.as_ref(), 200);
    }
}

/// Makes one attempt to deliver.
pub async fn send(
    http: &HttpClient,
    settings: &AppriseSettings,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    let mut body = body(notification);
    if let Some(tag) = &settings.tag {
        body["tag"] = json!(tag);
    }
    Post::new(settings.url.reveal(), &body).send(http, now).await
}

/// The message without its tag. As plain text: what it is passed on to is unknown.
pub fn body(notification: &Notification) -> Value {
    let message = Message::of(notification);
    let kind = match message.tone {
        Tone::Critical | Tone::Alarm => "failure",
        Tone::Low => "warning",
        Tone::Taken | Tone::Trial => "info",
        Tone::Over => "success",
    };
    json!({
        "title": message.title,
        "body": message.plain_body(),
        "type": kind,
        "format": "text",
    })
}
