//! A receiver of webhooks that answers as it is told and forgets nothing.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::{wait_until, wall_ms};

/// The header that identifies a notification.
const KEY: &str = "webhook-id";

/// One call of the receiver.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// When it was read.
    pub(crate) at: Instant,
    /// The same, by the time of day.
    pub(crate) at_ms: i64,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What it was answered.
    pub(crate) status: u16,
}

/// What the receiver answers.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<&'static str>,
    pub(crate) after: Duration,
}

/// One call, as a script sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    /// Its number, counted from 0.
    pub(crate) number: usize,
    /// Whether its notification was never heard before.
    pub(crate) is_new: bool,
}

/// Decides on the answer to a call.
type Script = Box<dyn Fn(Call) -> Reply + Send + Sync>;

/// The receiver.
pub(crate) struct Receiver {
    pub(crate) url: String,
    heard: Arc<Heard>,
    task: JoinHandle<()>,
}

struct Heard {
    arrivals: Mutex<Vec<Arrival>>,
    script: Script,
}

impl Reply {
    pub(crate) const OK: Self = Self::of(200);

    pub(crate) const fn of(status: u16) -> Self {
        Self { status, retry_after: None, after: Duration::ZERO }
    }
}

impl Receiver {
    /// One that takes everything.
    pub(crate) async fn start() -> Self {
        Self::scripted(|_| Reply::OK).await
    }

    /// One that answers the calls with these, then takes everything.
    pub(crate) async fn answering(replies: Vec<Reply>) -> Self {
        Self::scripted(move |call| replies.get(call.number).cloned().unwrap_or(Reply::OK)).await
    }

    pub(crate) async fn scripted(script: impl Fn(Call) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("its address"));
        let heard = Arc::new(Heard { arrivals: Mutex::default(), script: Box::new(script) });
        let app = Router::new().fallback(hear).with_state(Arc::clone(&heard));
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("it serves until the test ends");
        });
        Self { url, heard, task }
    }

    /// Everything that arrived so far, in order.
    pub(crate) fn arrivals(&self) -> Vec<Arrival> {
        self.heard.arrivals.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until so many calls arrived, and returns all.
    pub(crate) async fn until(&self, count: usize) -> Vec<Arrival> {
        wait_until(&format!("{count} calls of the receiver"), async || {
            let arrivals = self.arrivals();
            (arrivals.len() >= count).then_some(arrivals)
        })
        .await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Arrival {
    pub(crate) fn key(&self) -> &str {
        self.header(KEY)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).expect(name).to_str().expect("text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a body in JSON")
    }

    /// What it tells, such as `incident.opened`.
    pub(crate) fn event(&self) -> String {
        self.json()["type"].as_str().expect("a type").to_owned()
    }

    /// Whether it was signed with `secret`, as the specification of Standard Webhooks
    /// says and not as the server's own code does.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let encoded = secret.strip_prefix("whsec_").expect("the prefix of a secret");
        let bytes = STANDARD.decode(encoded).expect("base64");
        let mut signed = Vec::new();
        for part in [self.key(), ".", self.header("webhook-timestamp"), "."] {
            signed.extend_from_slice(part.as_bytes());
        }
        signed.extend_from_slice(&self.body);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let expected = format!("v1,{}", STANDARD.encode(hmac::sign(&key, &signed)));
        self.header("webhook-signature").split(' ').any(|signature| signature == expected)
    }
}

async fn hear(State(heard): State<Arc<Heard>>, headers: HeaderMap, body: Bytes) -> Response {
    let reply = {
        let mut arrivals = heard.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = !arrivals.iter().any(|known| known.headers.get(KEY) == headers.get(KEY));
        let reply = (heard.script)(Call { number: arrivals.len(), is_new });
        let (at, at_ms, status) = (Instant::now(), wall_ms(), reply.status);
        arrivals.push(Arrival { at, at_ms, headers, body, status });
        reply
    };
    // A slow receiver is part of the script.
    tokio::time::sleep(reply.after).await;
    let status = StatusCode::from_u16(reply.status).expect("a status");
    match reply.retry_after {
        Some(wait) => (status, [("retry-after", wait)]).into_response(),
        None => status.into_response(),
    }
}
