//! Webhooks by the rules of [Standard Webhooks](https://www.standardwebhooks.com).
//!
//! The receiver can prove who calls: the identifier, the time of the attempt
//! and the body are signed with a secret that both sides have. The identifier
//! is the notification's key, so a receiver that has seen it may answer 200 and
//! do nothing.

use std::fmt;
use std::time::Duration;

use ::http::{HeaderMap, HeaderValue, header};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Outcome;
use super::exchange::outcome;
use super::http::{HttpClient, SendError};
use super::notification::{Incident, Notification};
use super::rules::Rules;
use super::target::Target;

const SECRET_PREFIX: &str = "whsec_";
const SECRET_BYTES_MIN: usize = 24;
const SECRET_BYTES_MAX: usize = 64;
const SECRET_BYTES_MADE: usize = 32;

/// Other libraries write secrets with and without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Where a webhook goes and how it is signed, as stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookSettings {
    /// The address. Judged again before every attempt.
    pub url: String,
    /// The signing secret, as text.
    pub secret: Secret,
}

impl fmt::Debug for WebhookSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Addresses of webhooks often carry a token of the receiver's.
        f.debug_struct("WebhookSettings").finish_non_exhaustive()
    }
}

/// A signing secret: `whsec_` and 24 to 64 bytes in base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Secret {
    bytes: Vec<u8>,
}

/// The text is no [`Secret`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be `{SECRET_PREFIX}` and {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes in base64; \
     leave it out to get a new one"
)]
pub struct BadSecret;

/// Makes a new secret.
///
/// # Panics
///
/// When the system has no randomness to give, which no part of the server could
/// live with.
pub fn generate_secret() -> Secret {
    let mut bytes = vec![0; SECRET_BYTES_MADE];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system gives random bytes");
    Secret { bytes }
}

impl Secret {
    /// The secret as people copy it. The only way to see it.
    pub fn reveal(&self) -> String {
        format!("{SECRET_PREFIX}{}", STANDARD.encode(&self.bytes))
    }

    /// Signs one attempt, as the header `webhook-signature` has it.
    pub fn sign(&self, id: &str, timestamp_seconds: i64, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.bytes);
        let mut context = hmac::Context::with_key(&key);
        context.update(format!("{id}.{timestamp_seconds}.").as_bytes());
        context.update(body);
        format!("v1,{}", STANDARD.encode(context.sign()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl TryFrom<String> for Secret {
    type Error = BadSecret;

    fn try_from(text: String) -> Result<Self, BadSecret> {
        let encoded = text.strip_prefix(SECRET_PREFIX).ok_or(BadSecret)?;
        let bytes = LENIENT.decode(encoded).map_err(|_| BadSecret)?;
        if !(SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&bytes.len()) {
            return Err(BadSecret);
        }
        Ok(Self { bytes })
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        secret.reveal()
    }
}

impl WebhookSettings {
    /// The fields that are never shown.
    pub const SECRETS: &[&str] = &["secret"];

    /// Judges the settings.
    pub fn check(&self, rules: &mut Rules<'_>) {
        rules.target("url", &self.url);
    }
}

/// Makes one attempt to deliver.
pub async fn send(
    http: &HttpClient,
    settings: &WebhookSettings,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    // The allow-list may have changed since the address was stored.
    let target = match Target::parse(&settings.url, http.allow_list()) {
        Ok(target) => target,
        Err(error) => {
            return Outcome::Blocked { result: format!("{}: {error}", error.reason()) };
        }
    };
    let body = body(notification).to_string();
    let headers = headers(&settings.secret, &notification.key, now, body.as_bytes());

    match http.post(&target, headers, Bytes::from(body)).await {
        Ok(answer) => outcome(&answer, now),
        Err(SendError::Blocked) => Outcome::Blocked {
            result: "BLOCKED_TARGET: the name leads to no address that may be called".to_owned(),
        },
        Err(SendError::Failed(result)) => Outcome::Retry { result, retry_after: None },
    }
}

fn headers(secret: &Secret, key: &str, now: Timestamp, body: &[u8]) -> HeaderMap {
    let seconds = now.as_millis().div_euclid(1_000);
    let signature = secret.sign(key, seconds, body);
    let text = |value: &str| {
        HeaderValue::from_str(value).unwrap_or_else(|_| HeaderValue::from_static("invalid"))
    };

    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("webhook-id", text(key));
    headers.insert("webhook-timestamp", HeaderValue::from(seconds));
    headers.insert("webhook-signature", text(&signature));
    headers
}

/// The body is the same for every attempt: its time is the event's.
pub fn body(notification: &Notification) -> Value {
    let mut data = notification.incident.as_ref().map(incident).unwrap_or_default();
    data.insert("project".to_owned(), json!(notification.project));
    if let (Some(base), Some(incident)) = (&notification.link_base, &notification.incident) {
        let link = format!("{base}/incidents/{}", incident.incident_id);
        data.insert("url".to_owned(), json!(link));
    }
    json!({
        "type": notification.event.type_name(),
        "timestamp": rfc3339(notification.occurred_at),
        "data": data,
    })
}

/// The names of the contract's Incident; what is unset is left out.
fn incident(it: &Incident) -> Map<String, Value> {
    let acknowledgement = it
        .acknowledgement
        .as_ref()
        .map(|ack| json!({"by": ack.by, "note": ack.note, "at": rfc3339(ack.at)}));
    let fields = [
        ("incident_id", json!(it.incident_id)),
        ("scheduler_id", json!(it.scheduler_id)),
        ("service_name", json!(it.service_name)),
        ("job_name", json!(it.job_name)),
        ("reason", json!(it.reason)),
        ("severity", json!(it.severity)),
        ("onset_at", json!(rfc3339(it.onset_at))),
        ("opened_at", json!(rfc3339(it.opened_at))),
        ("resolved_at", json!(it.resolved_at.map(rfc3339))),
        ("resolution", json!(it.resolution)),
        ("duration", json!(it.duration.map(seconds))),
        ("summary", json!(it.summary)),
        ("error_message", json!(it.error_message)),
        ("run_ids", json!(it.run_ids)),
        ("missed_slots", json!(it.missed_slots)),
        ("acknowledgement", json!(acknowledgement)),
    ];
    fields
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// A length of time as JSON has it in the contract: `"90s"`, `"0.5s"`.
fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    match duration.subsec_millis() {
        0 => format!("{whole}s"),
        millis => format!("{whole}.{}s", format!("{millis:03}").trim_end_matches('0')),
    }
}

fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests;
