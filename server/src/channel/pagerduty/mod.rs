//! PagerDuty, by its Events API v2.
//!
//! All that is told of one incident carries one `dedup_key`, so a repeat changes nothing
//! and the end resolves the alert that the beginning opened.

use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Outcome;
use super::exchange::Post;
use super::hidden::Hidden;
use super::http::HttpClient;
use super::message::words::cut;
use super::message::{Message, occurred};
use super::notification::{Event, Notification};
use super::rules::Rules;

const API: &str = "https://events.pagerduty.com";

/// The longest summary that PagerDuty takes.
const SUMMARY_CHARACTERS_MAX: usize = 1_024;

/// Which service to alert, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PagerdutySettings {
    /// The integration key.
    pub routing_key: Hidden,
    /// Where the API is; unset: PagerDuty's own.
    pub api_url: Option<String>,
}

impl PagerdutySettings {
    /// The fields that are never shown.
    pub const SECRETS: &[&str] = &["routing_key"];

    /// Judges the settings.
    pub fn check(&self, rules: &mut Rules<'_>) {
        rules.secret("routing_key", &self.routing_key, 100);
        rules.target_if_set("api_url", self.api_url.as_ref());
    }
}

/// Makes one attempt to deliver.
pub async fn send(
    http: &HttpClient,
    settings: &PagerdutySettings,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    let base = settings.api_url.as_deref().unwrap_or(API).trim_end_matches('/');
    let url = format!("{base}/v2/enqueue");
    let mut body = body(notification);
    body["routing_key"] = json!(settings.routing_key.reveal());
    Post::new(&url, &body).send(http, now).await
}

/// The event without the key of the integration.
pub fn body(notification: &Notification) -> Value {
    let message = Message::of(notification);
    let mut body = json!({
        "event_action": action(notification.event),
        "dedup_key": notification.incident_key(),
        "client": "Nightbell",
        "payload": payload(notification, &message),
        "links": message.links.iter().map(|link| json!({"href": link.url, "text": link.label}))
            .collect::<Vec<_>>(),
    });
    if let Some(incident) = message.links.iter().find(|link| link.label == "Incident") {
        body["client_url"] = json!(incident.url);
    }
    body
}

/// A test opens an alert of the lowest severity; whoever tests sees that it arrives.
fn action(event: Event) -> &'static str {
    match event {
        Event::Opened | Event::Reopened | Event::Reminded | Event::Digest | Event::Test => {
            "trigger"
        }
        Event::Acknowledged => "acknowledge",
        Event::Resolved => "resolve",
    }
}

fn payload(notification: &Notification, message: &Message) -> Value {
    let mut details: Map<String, Value> =
        message.facts.iter().map(|fact| (fact.label.to_owned(), json!(fact.value))).collect();
    details.insert("What".to_owned(), json!(message.lead));
    if !message.error.is_empty() {
        details.insert("Error".to_owned(), json!(message.error));
    }
    let incident = notification.incident.as_ref();
    json!({
        "summary": cut(&message.title, SUMMARY_CHARACTERS_MAX),
        "source": incident.map_or("nightbell", |it| it.scheduler_id.as_str()),
        "component": incident.map(|it| it.job_name.as_str()),
        "group": incident.map(|it| it.service_name.as_str()),
        "class": incident.map(|it| it.reason.as_str()),
        "severity": severity(notification),
        "timestamp": occurred(notification.occurred_at),
        "custom_details": details,
    })
}

fn severity(notification: &Notification) -> &'static str {
    match notification.incident.as_ref().map(|it| it.severity.as_str()) {
        Some("critical") => "critical",
        Some("low") => "warning",
        Some(_) => "error",
        None => "info",
    }
}
