//! An incoming webhook of Slack. It cannot tell a repeat from another message, nor
//! change what it posted: an attempt whose answer is lost may be seen twice.

use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::blocks;
use crate::channel::Outcome;
use crate::channel::exchange::Post;
use crate::channel::hidden::Hidden;
use crate::channel::http::HttpClient;
use crate::channel::notification::Notification;
use crate::channel::rules::Rules;

/// Which webhook to call, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SlackWebhookSettings {
    /// Its address, which is its secret too.
    pub url: Hidden,
}

impl SlackWebhookSettings {
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
    settings: &SlackWebhookSettings,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    let body = blocks::body(notification, false);
    Post::new(settings.url.reveal(), &body).send(http, now).await
}
