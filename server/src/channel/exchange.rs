//! One request to a channel, and what its answer means.

use ::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use bytes::Bytes;
use nightbell_domain::time::Timestamp;
use serde_json::Value;

use super::Outcome;
use super::http::{Answer, HttpClient, SendError, retry_after};
use super::target::Target;

/// A JSON body on its way to an address.
pub struct Post<'a> {
    url: &'a str,
    headers: HeaderMap,
    body: Bytes,
}

impl<'a> Post<'a> {
    /// Posts `body` to `url`.
    pub fn new(url: &'a str, body: &Value) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self { url, headers, body: Bytes::from(body.to_string()) }
    }

    /// Adds a header. A value that is no value of a header is sent as `invalid`, for
    /// the receiver to refuse.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        let mut value =
            HeaderValue::from_str(value).unwrap_or_else(|_| HeaderValue::from_static("invalid"));
        value.set_sensitive(true);
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }

    /// Adds the header of a bearer's token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Makes the request; the status says how it went.
    pub async fn send(self, http: &HttpClient, now: Timestamp) -> Outcome {
        match self.exchange(http, false).await {
            Ok(answer) => outcome(&answer, now),
            Err(failed) => failed,
        }
    }

    /// Makes the request, and reads what was answered whatever the status.
    ///
    /// # Errors
    ///
    /// The outcome of an attempt without an answer.
    pub async fn ask(self, http: &HttpClient) -> Result<Answer, Outcome> {
        self.exchange(http, true).await
    }

    async fn exchange(self, http: &HttpClient, reads_body: bool) -> Result<Answer, Outcome> {
        // The allow-list may have changed since the address was stored.
        let target = Target::parse(self.url, http.allow_list())
            .map_err(|error| Outcome::Blocked { result: format!("{}: {error}", error.reason()) })?;
        let answer = if reads_body {
            http.post_and_read(&target, self.headers, self.body).await
        } else {
            http.post(&target, self.headers, self.body).await
        };
        answer.map_err(|error| match error {
            SendError::Blocked => Outcome::Blocked {
                result: "BLOCKED_TARGET: the name leads to no address that may be called"
                    .to_owned(),
            },
            SendError::Failed(result) => Outcome::Retry { result, retry_after: None },
        })
    }
}

/// What an answer means by its status.
pub fn outcome(answer: &Answer, now: Timestamp) -> Outcome {
    let status = answer.status;
    if status.is_success() {
        return Outcome::delivered(status.as_u16().to_string());
    }
    let result = answer.describe();
    if status == StatusCode::GONE {
        return Outcome::Disable { result };
    }
    let wait = answer.retry_after.as_deref().and_then(|text| retry_after(text, now));
    Outcome::Retry { result, retry_after: wait }
}
