//! Microsoft Teams, by a workflow that posts adaptive cards.
//!
//! Text of jobs stands only in runs of rich text, which Teams shows as they are; its
//! plain blocks would read Markdown.

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

/// Which workflow to call, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TeamsSettings {
    /// Its address, which is its secret too.
    pub url: Hidden,
}

impl TeamsSettings {
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
    settings: &TeamsSettings,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    Post::new(settings.url.reveal(), &body(notification)).send(http, now).await
}

/// A message with one card.
pub fn body(notification: &Notification) -> Value {
    let message = Message::of(notification);
    let mut title = run(&message.title);
    title["weight"] = json!("Bolder");
    title["size"] = json!("Large");
    title["color"] = json!(colour(message.tone));
    let mut body = vec![line(&[title]), line(&[run(&message.lead)])];
    for fact in &message.facts {
        let mut label = run(&format!("{}: ", fact.label));
        label["weight"] = json!("Bolder");
        let mut fact = line(&[label, run(&fact.value)]);
        fact["spacing"] = json!("Small");
        body.push(fact);
    }
    for text in message.error.lines() {
        let mut text = run(text);
        text["fontType"] = json!("Monospace");
        let mut error = line(&[text]);
        error["spacing"] = json!("None");
        body.push(error);
    }
    if !message.how_to_acknowledge.is_empty() {
        body.push(line(&[run(&message.how_to_acknowledge)]));
    }
    let actions: Vec<_> = message
        .links
        .iter()
        .map(|link| json!({"type": "Action.OpenUrl", "title": link.label, "url": link.url}))
        .collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "msteams": {"width": "Full"},
                "body": body,
                "actions": actions,
            },
        }],
    })
}

fn line(runs: &[Value]) -> Value {
    json!({"type": "RichTextBlock", "inlines": runs})
}

fn run(text: &str) -> Value {
    json!({"type": "TextRun", "text": text})
}

fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Critical | Tone::Alarm => "Attention",
        Tone::Low => "Warning",
        Tone::Taken => "Accent",
        Tone::Over => "Good",
        Tone::Trial => "Default",
    }
}
