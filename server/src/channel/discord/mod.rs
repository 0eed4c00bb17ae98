//! Discord, by a webhook. Mentions are off, whatever a text says.

use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Outcome;
use super::exchange::Post;
use super::hidden::Hidden;
use super::http::HttpClient;
use super::message::encode::{fenced, markdown};
use super::message::words::cut;
use super::message::{Message, occurred};
use super::notification::Notification;
use super::rules::Rules;

/// The longest title, field and description that Discord takes; what escaping adds is
/// counted too.
const TITLE_CHARACTERS_MAX: usize = 256;
const FIELD_CHARACTERS_MAX: usize = 1_024;
const DESCRIPTION_CHARACTERS_MAX: usize = 4_096;

/// Which webhook to call, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DiscordSettings {
    /// Its address, which is its secret too.
    pub url: Hidden,
}

impl DiscordSettings {
    /// The fields that are never shown.
    pub const SECRETS: &[&str] = &["url"];

    /// Judges the settings.
    pub fn check(&self, rules: &mut Rules<'_>) {
        rules.target("url", self.url.reveal());
    }
}

/// Makes one attempt to deliver.
pub async fn send(
    http: &HttpClient,
    settings: &DiscordSettings,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    Post::new(settings.url.reveal(), &body(notification)).send(http, now).await
}

/// A message with one embed.
pub fn body(notification: &Notification) -> Value {
    let message = Message::of(notification);
    let mut description = vec![markdown(&message.lead)];
    if !message.error.is_empty() {
        description.push(format!("```\n{}\n```", fenced(&message.error)));
    }
    let links: Vec<_> =
        message.links.iter().map(|link| format!("[{}]({})", link.label, link.url)).collect();
    description.push(links.join(" · "));
    description.retain(|part| !part.is_empty());
    let fields: Vec<_> = message
        .facts
        .iter()
        .map(|fact| {
            let value = cut(&markdown(&fact.value), FIELD_CHARACTERS_MAX);
            json!({"name": fact.label, "value": value, "inline": false})
        })
        .collect();
    let mut embed = json!({
        "title": cut(&markdown(&message.title), TITLE_CHARACTERS_MAX),
        "description": cut(&description.join("\n"), DESCRIPTION_CHARACTERS_MAX),
        "color": message.tone.colour(),
        "fields": fields,
        "timestamp": occurred(notification.occurred_at),
    });
    if !message.how_to_acknowledge.is_empty() {
        embed["footer"] = json!({"text": message.how_to_acknowledge});
    }
    json!({
        "username": "Nightbell",
        "embeds": [embed],
        "allowed_mentions": {"parse": []},
    })
}
