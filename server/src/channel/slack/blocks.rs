//! What a message looks like in Slack.

use serde_json::{Value, json};

use crate::channel::message::encode::slack;
use crate::channel::message::words::cut;
use crate::channel::message::{Message, Tone};
use crate::channel::notification::Notification;

/// The longest header that Slack takes.
const HEADER_CHARACTERS_MAX: usize = 150;

/// The name of the button that acknowledges.
pub const ACKNOWLEDGE: &str = "nightbell_acknowledge";

/// The name of the button that asks to be told again later.
pub const SNOOZE: &str = "nightbell_snooze";

/// The message: its text for telephones, and its blocks.
pub fn body(notification: &Notification, has_buttons: bool) -> Value {
    let message = Message::of(notification);
    let mut blocks = vec![json!({
        "type": "header",
        "text": plain(&format!("{} {}", sign(message.tone), message.title)),
    })];
    let mention = mention(notification);
    if let Some(mention) = &mention {
        blocks.push(json!({"type": "section", "text": {"type": "mrkdwn", "text": mention}}));
    }
    blocks.push(json!({"type": "rich_text", "elements": elements(&message)}));
    let buttons = buttons(notification, &message, has_buttons);
    if !buttons.is_empty() {
        blocks.push(json!({"type": "actions", "elements": buttons}));
    }
    let said = mention.map(|mention| format!("{mention} ")).unwrap_or_default();
    json!({
        "text": format!("{said}{} {}", sign(message.tone), slack(&message.title)),
        "blocks": blocks,
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

/// Whoever is to be called. Only when it begins: the end wakes nobody.
fn mention(notification: &Notification) -> Option<String> {
    let member = notification.mention.as_ref().filter(|_| notification.event.is_alarm())?;
    // Registration lets nothing else through; a mention is an order to Slack.
    nightbell_domain::settings::is_slack_member(member).then(|| format!("<@{member}>"))
}

fn elements(message: &Message) -> Vec<Value> {
    let mut lines = vec![text(&format!("{}\n", message.lead))];
    for fact in &message.facts {
        let mut label = text(&format!("\n{}: ", fact.label));
        label["style"] = json!({"bold": true});
        lines.push(label);
        lines.push(text(&fact.value));
    }
    let mut elements = vec![section(&lines)];
    if !message.error.is_empty() {
        let error = vec![text(&message.error)];
        elements.push(json!({"type": "rich_text_preformatted", "elements": error}));
    }
    if !message.how_to_acknowledge.is_empty() {
        elements.push(section(&[text(&message.how_to_acknowledge)]));
    }
    elements
}

fn buttons(notification: &Notification, message: &Message, has_buttons: bool) -> Vec<Value> {
    let mut buttons = Vec::new();
    if has_buttons
        && notification.event.is_alarm()
        && let Some(incident) = &notification.incident
    {
        buttons.push(json!({
            "type": "button",
            "style": "primary",
            "action_id": ACKNOWLEDGE,
            "value": incident.incident_id,
            "text": plain("Acknowledge"),
        }));
        buttons.push(json!({
            "type": "button",
            "action_id": SNOOZE,
            "value": incident.incident_id,
            "text": plain("Snooze 1 h"),
        }));
    }
    buttons.extend(message.links.iter().map(|link| {
        json!({
            "type": "button",
            "action_id": format!("nightbell_open_{}", link.label.to_lowercase()),
            "url": link.url,
            "text": plain(link.label),
        })
    }));
    buttons
}

fn section(elements: &[Value]) -> Value {
    json!({"type": "rich_text_section", "elements": elements})
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": cut(text, HEADER_CHARACTERS_MAX), "emoji": false})
}

fn sign(tone: Tone) -> &'static str {
    match tone {
        Tone::Critical => "\u{1f6a8}",
        Tone::Alarm | Tone::Low => "\u{26a0}\u{fe0f}",
        Tone::Taken => "\u{270b}",
        Tone::Over => "\u{2705}",
        Tone::Trial => "\u{1f514}",
    }
}
