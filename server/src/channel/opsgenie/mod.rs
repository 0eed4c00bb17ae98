//! Opsgenie, and what takes its Alert API.
//!
//! The alias of an alert is the incident's key: a repeat of the beginning counts as the
//! same alert, and the end closes it.

use ::http::StatusCode;
use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Outcome;
use super::exchange::Post;
use super::hidden::Hidden;
use super::http::HttpClient;
use super::message::Message;
use super::message::words::cut;
use super::notification::{Event, Notification};
use super::rules::Rules;

const API: &str = "https://api.opsgenie.com";

/// The longest message and description that Opsgenie takes.
const MESSAGE_CHARACTERS_MAX: usize = 130;
const DESCRIPTION_CHARACTERS_MAX: usize = 15_000;

/// Which integration to alert, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OpsgenieSettings {
    /// The key of the integration.
    pub api_key: Hidden,
    /// Where the API is; unset: Opsgenie's own.
    pub api_url: Option<String>,
}

impl OpsgenieSettings {
    /// The fields that are never shown.
    pub const SECRETS: &[&str] = &["api_key"];

    /// Judges the settings.
    pub fn check(&self, rules: &mut Rules<'_>) {
        rules.secret("api_key", &self.api_key, 100);
        rules.target_if_set("api_url", self.api_url.as_ref());
    }
}

/// Makes one attempt to deliver.
pub async fn send(
    http: &HttpClient,
    settings: &OpsgenieSettings,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    let base = settings.api_url.as_deref().unwrap_or(API).trim_end_matches('/');
    let url = format!("{base}{}", path(notification));
    let key = format!("GenieKey {}", settings.api_key.reveal());
    let post = Post::new(&url, &body(notification)).header("authorization", &key);
    match (notification.event, post.ask(http).await) {
        // Somebody removed the alert: there is nothing left to say about it.
        (Event::Acknowledged | Event::Resolved, Ok(answer))
            if answer.status == StatusCode::NOT_FOUND =>
        {
            Outcome::delivered("404: the alert is gone")
        }
        (_, Ok(answer)) => super::exchange::outcome(&answer, now),
        (_, Err(failed)) => failed,
    }
}

fn path(notification: &Notification) -> String {
    let alias: String =
        url::form_urlencoded::byte_serialize(notification.incident_key().as_bytes()).collect();
    match notification.event {
        Event::Opened | Event::Reopened | Event::Reminded | Event::Digest | Event::Test => {
            "/v2/alerts".to_owned()
        }
        Event::Acknowledged => format!("/v2/alerts/{alias}/acknowledge?identifierType=alias"),
        Event::Resolved => format!("/v2/alerts/{alias}/close?identifierType=alias"),
    }
}

/// The alert, or what is said about it.
pub fn body(notification: &Notification) -> Value {
    let message = Message::of(notification);
    match notification.event {
        Event::Opened | Event::Reopened | Event::Reminded | Event::Digest | Event::Test => {
            alert(notification, &message)
        }
        Event::Acknowledged | Event::Resolved => json!({
            "source": "Nightbell",
            "note": cut(&format!("{}\n{}", message.title, message.lead), DESCRIPTION_CHARACTERS_MAX),
        }),
    }
}

fn alert(notification: &Notification, message: &Message) -> Value {
    let mut details: Map<String, Value> =
        message.facts.iter().map(|fact| (fact.label.to_owned(), json!(fact.value))).collect();
    details.extend(message.links.iter().map(|link| (link.label.to_owned(), json!(link.url))));
    let incident = notification.incident.as_ref();
    let priority = match incident.map(|it| it.severity.as_str()) {
        Some("critical") => "P1",
        Some("low") => "P4",
        Some(_) => "P2",
        None => "P5",
    };
    let tags: Vec<_> = incident.map(|it| it.reason.clone()).into_iter().collect();
    json!({
        "message": cut(&message.title, MESSAGE_CHARACTERS_MAX),
        "alias": notification.incident_key(),
        "description": cut(&message.plain_body(), DESCRIPTION_CHARACTERS_MAX),
        "details": details,
        "entity": incident.map_or("nightbell", |it| it.scheduler_id.as_str()),
        "source": "Nightbell",
        "priority": priority,
        "tags": tags,
    })
}
