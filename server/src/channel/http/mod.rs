//! The one way out: a bounded HTTP client that calls only what it may.
//!
//! Names are resolved by a guard, which drops every address that must not be
//! called before anything connects. A receiver can therefore not pass the check
//! with one address and be called at another: there is only one look-up, and
//! connections are made to exactly what it let through.
//!
//! Deliberately absent: redirects (a receiver could send us anywhere), proxies
//! of the environment (they would resolve for themselves), decompression (a few
//! bytes could become gigabytes), pooled connections (an address that was
//! allowed an hour ago need not be now).

use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ::http::{HeaderMap, StatusCode, header};
use async_trait::async_trait;
use bytes::Bytes;
use nightbell_domain::time::Timestamp;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, RequestBuilder, Response, redirect};
use tokio::time::{Instant, timeout_at};
use url::Host;

use super::address::AllowList;
use super::target::Target;
use crate::limits::{
    ANSWER_BYTES_MAX, ANSWER_CHARACTERS_MAX, API_ANSWER_BYTES_MAX, DELIVERY_CONNECT_MAX,
    DELIVERY_MAX, RETRY_AFTER_MAX, RETRY_AFTER_MIN,
};

/// Finds the addresses of a name. Tests answer for themselves.
#[async_trait]
pub trait Lookup: Send + Sync + 'static {
    /// All addresses of a name.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect())
    }
}

/// How long an attempt may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// From resolving the name to the last byte read.
    pub total: Duration,
    /// To connect, TLS included.
    pub connect: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { total: DELIVERY_MAX, connect: DELIVERY_CONNECT_MAX }
    }
}

/// A receiver's answer, as far as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The header `Retry-After`, as sent.
    pub retry_after: Option<String>,
    /// The beginning of the body, printable. Empty when it was not needed.
    pub excerpt: String,
    /// The body, if it was asked for, as far as its bound.
    pub body: Vec<u8>,
}

impl Answer {
    /// The class of the status and the excerpt, for an operator.
    pub fn describe(&self) -> String {
        let class = self.status.as_u16() / 100;
        if self.excerpt.is_empty() {
            return format!("answered {class}xx");
        }
        format!("answered {class}xx: {}", self.excerpt)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The target leads nowhere that may be called. Nothing was sent.
    #[error("the target is blocked")]
    Blocked,
    /// The receiver could not be reached, was too slow or spoke no HTTP.
    #[error("{0}")]
    Failed(String),
}

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct HttpClient {
    client: Client,
    allow: Arc<AllowList>,
    lookup: Arc<dyn Lookup>,
    bounds: Bounds,
}

impl HttpClient {
    /// A client that calls public addresses and those of the allow-list.
    ///
    /// # Errors
    ///
    /// When the machine has no root certificates to trust, above all.
    pub fn new(
        allow: Arc<AllowList>,
        lookup: Arc<dyn Lookup>,
        bounds: Bounds,
    ) -> Result<Self, reqwest::Error> {
        let guard = Guard { allow: Arc::clone(&allow), lookup: Arc::clone(&lookup) };
        let client = Client::builder()
            .user_agent(concat!("Nightbell/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .referer(false)
            .pool_max_idle_per_host(0)
            .connect_timeout(bounds.connect)
            .timeout(bounds.total)
            .dns_resolver(Arc::new(guard))
            .build()?;
        Ok(Self { client, allow, lookup, bounds })
    }

    /// What may be called although it is not public.
    pub fn allow_list(&self) -> &AllowList {
        &self.allow
    }

    /// Posts a body and waits for the answer, within the bounds.
    pub async fn post(
        &self,
        target: &Target,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Answer, SendError> {
        let request = self.client.post(target.url().clone()).headers(headers).body(body);
        self.exchange(target, request, Reading::Failures).await
    }

    /// As [`HttpClient::post`], for receivers that say in the body how it went.
    pub async fn post_and_read(
        &self,
        target: &Target,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Answer, SendError> {
        let request = self.client.post(target.url().clone()).headers(headers).body(body);
        self.exchange(target, request, Reading::Everything).await
    }

    /// Gets a document, within the same bounds.
    pub async fn get_and_read(&self, target: &Target) -> Result<Answer, SendError> {
        let request = self.client.get(target.url().clone());
        self.exchange(target, request, Reading::Everything).await
    }

    /// How long an attempt may take.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// The addresses of a host that may be connected to, for protocols other than HTTP:
    /// with `is_trusted`, all that it has.
    ///
    /// # Errors
    ///
    /// The host has none, or cannot be found.
    pub async fn addresses(&self, host: &str, is_trusted: bool) -> Result<Vec<IpAddr>, SendError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found = match bare.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self
                .lookup
                .addresses(host)
                .await
                .map_err(|_| SendError::Failed("the name does not resolve".to_owned()))?,
        };
        let is_named = is_trusted || self.allow.permits_name(host);
        let permitted: Vec<_> =
            found.into_iter().filter(|it| is_named || self.allow.permits(*it)).collect();
        if permitted.is_empty() { Err(SendError::Blocked) } else { Ok(permitted) }
    }

    async fn exchange(
        &self,
        target: &Target,
        request: RequestBuilder,
        reading: Reading,
    ) -> Result<Answer, SendError> {
        // Literal addresses never reach the resolver.
        if !self.permits_literal(target) {
            return Err(SendError::Blocked);
        }
        // Reqwest's own time limit is the second line: it does not cover a
        // resolver that hangs.
        let deadline = Instant::now() + self.bounds.total;
        let response = match timeout_at(deadline, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(explain(&error)),
            Err(_) => return Err(SendError::Failed("no answer in time".to_owned())),
        };
        if !self.permits_peer(target, &response) {
            return Err(SendError::Blocked);
        }
        Ok(read(response, deadline, reading).await)
    }

    fn permits_literal(&self, target: &Target) -> bool {
        match target.url().host() {
            Some(Host::Ipv4(address)) => self.allow.permits(address.into()),
            Some(Host::Ipv6(address)) => self.allow.permits(address.into()),
            Some(Host::Domain(_)) | None => true,
        }
    }

    /// Who really answered. Differs from what was looked up only if something
    /// between us and the network is broken, which is when it matters.
    fn permits_peer(&self, target: &Target, response: &Response) -> bool {
        let is_named = target.url().domain().is_some_and(|name| self.allow.permits_name(name));
        is_named || response.remote_addr().is_none_or(|peer| self.allow.permits(peer.ip()))
    }
}

/// Every address of the name must not be called.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to no address that may be called")]
struct AllBlocked;

/// Resolves names and lets through only what may be called.
struct Guard {
    allow: Arc<AllowList>,
    lookup: Arc<dyn Lookup>,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let allow = Arc::clone(&self.allow);
        let lookup = Arc::clone(&self.lookup);
        Box::pin(async move {
            let found = lookup.addresses(name.as_str()).await?;
            let is_named = allow.permits_name(name.as_str());
            let permitted: Vec<_> = found
                .into_iter()
                .filter(|address| is_named || allow.permits(*address))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if permitted.is_empty() {
                return Err(AllBlocked.into());
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

/// Says in a few fixed words what went wrong: the library's own text would
/// repeat the target, which may carry a token.
fn explain(error: &reqwest::Error) -> SendError {
    if causes(error).any(<dyn Error>::is::<AllBlocked>) {
        return SendError::Blocked;
    }
    let words = if error.is_timeout() {
        "no answer in time"
    } else if causes(error).any(is_tls_error) {
        "TLS failed: the certificate is not trusted or the handshake broke"
    } else if error.is_connect() {
        "cannot connect: the name does not resolve or the connection was refused"
    } else {
        "the connection broke before an answer"
    };
    SendError::Failed(words.to_owned())
}

/// The causes of an error, the nearest first.
pub fn causes(error: &dyn Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| {
        let cause: &(dyn Error + 'static) = *cause;
        cause.source()
    })
}

/// Whether it was TLS that failed.
pub fn is_tls_error(cause: &(dyn Error + 'static)) -> bool {
    // Errors of input and output carry others inside, not as their source.
    let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    cause.is::<rustls::Error>() || inner.is_some_and(|inner| is_tls_error(inner))
}

/// How much of an answer's body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// A little, and only of what was no success: it is shown to an operator.
    Failures,
    /// As much as an answer of an API may have: it is understood.
    Everything,
}

/// How long the excerpt of a failure's body is waited for, once its status is known.
const EXCERPT_WAIT: Duration = Duration::from_secs(1);

async fn read(mut response: Response, deadline: Instant, reading: Reading) -> Answer {
    let status = response.status();
    let retry_after = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);

    let mut body = Vec::new();
    // A receiver that took it owes us no body; a body that stops short changes
    // nothing about the status, and must not use up the time of the attempt.
    let (most, until) = match reading {
        Reading::Failures if status.is_success() => (0, deadline),
        Reading::Failures => (ANSWER_BYTES_MAX, deadline.min(Instant::now() + EXCERPT_WAIT)),
        Reading::Everything => (API_ANSWER_BYTES_MAX, deadline),
    };
    while body.len() < most {
        match timeout_at(until, response.chunk()).await {
            Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
            _ => break,
        }
    }
    body.truncate(most);
    let excerpt = printable(&body[..body.len().min(ANSWER_BYTES_MAX)]);
    Answer { status, retry_after, excerpt, body }
}

/// The beginning of a text, without what could fool the eye or a terminal.
pub fn printable(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let is_visible = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(is_visible).take(ANSWER_CHARACTERS_MAX).collect()
}

/// Reads `Retry-After`, which is seconds or a date, and brings it within the
/// limits. None when it is neither.
pub fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let wait = if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let is_negative = digits.len() < text.len();
        let seconds = if is_negative { 0 } else { digits.parse().unwrap_or(u64::MAX) };
        Duration::from_secs(seconds)
    } else {
        let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Timestamp::from_millis(at.as_millisecond()).since(now)
    };
    Some(wait.clamp(RETRY_AFTER_MIN, RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests;
