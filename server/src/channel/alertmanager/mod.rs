//! An Alertmanager of Prometheus, by its API v2.
//!
//! Alertmanager knows an alert by its labels, so these are the same in everything that
//! is told of one incident, and the end says when it ended. Until then the alert is said
//! to last far longer than any incident should: left to itself Alertmanager would take
//! it for resolved after five minutes.

use std::time::Duration;

use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Outcome;
use super::exchange::Post;
use super::hidden::Hidden;
use super::http::HttpClient;
use super::message::{Message, occurred};
use super::notification::Notification;
use super::rules::Rules;

/// How long an alert is said to last that has not ended.
const OPEN_FOR: Duration = Duration::from_hours(30 * 24);

/// How long a test lasts.
const TEST_FOR: Duration = Duration::from_mins(1);

/// Where an Alertmanager is, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertmanagerSettings {
    /// Its address, without the path of the API.
    pub url: String,
    /// A token for what stands before it.
    pub bearer_token: Option<Hidden>,
}

impl AlertmanagerSettings {
    /// The fields that are never shown.
    pub const SECRETS: &[&str] = &["bearer_token"];

    /// Judges the settings.
    pub fn check(&self, rules: &mut Rules<'_>) {
        rules.target("url", &self.url);
        rules.secret_if_set("bearer_token", self.bearer_token.as_ref(), 2_048);
    }
}

/// Makes one attempt to deliver.
pub async fn send(
    http: &HttpClient,
    settings: &AlertmanagerSettings,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    let url = format!("{}/api/v2/alerts", settings.url.trim_end_matches('/'));
    let post = Post::new(&url, &body(notification));
    let post = match &settings.bearer_token {
        Some(token) => post.bearer(token.reveal()),
        None => post,
    };
    post.send(http, now).await
}

/// A list of one alert.
pub fn body(notification: &Notification) -> Value {
    let message = Message::of(notification);
    let Some(incident) = &notification.incident else {
        return json!([{
            "labels": {"alertname": "NightbellTest", "project": notification.project,
                "severity": "none", "notification": notification.key},
            "annotations": {"summary": message.title, "description": message.lead},
            "startsAt": occurred(notification.occurred_at),
            "endsAt": occurred(notification.occurred_at.plus(TEST_FOR)),
        }]);
    };
    let ends = incident.resolved_at.unwrap_or(notification.occurred_at.plus(OPEN_FOR));
    let page = message.links.iter().find(|link| link.label == "Incident");
    let mut alert = json!({
        "labels": {
            "alertname": format!("Nightbell_{}", incident.reason),
            "incident_id": incident.incident_id,
            "scheduler_id": incident.scheduler_id,
            "service": incident.service_name,
            "job": incident.job_name,
            "reason": incident.reason,
            "severity": incident.severity,
            "project": notification.project,
        },
        "annotations": {
            "summary": message.title,
            "description": message.plain_body(),
        },
        "startsAt": occurred(incident.opened_at),
        "endsAt": occurred(ends),
    });
    if let Some(page) = page {
        alert["generatorURL"] = json!(page.url);
    }
    if let Some(it) = &incident.acknowledgement {
        alert["annotations"]["acknowledged_by"] = json!(it.by);
    }
    json!([alert])
}
