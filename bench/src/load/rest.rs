//! Reports over REST, each connection kept alive.

use std::sync::Arc;

use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderName, Method};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use nightbell_proto::json::timestamp_to_text;
use serde_json::json;
use tokio::net::TcpStream;

use super::unary::Kind;
use super::{Caller, Tally, Target};
use crate::{Error, clock};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// One connection of HTTP/1.1.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Connection {
    pub(crate) async fn open(host: &str) -> Result<Self, Error> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Ends with the sender; what goes wrong shows at the next request.
        tokio::spawn(connection);
        Ok(Self { sender, host: host.to_owned() })
    }

    /// Sends a request and reads the answer to its end; refuses any but a success.
    pub(crate) async fn send(
        &mut self,
        (method, path): (Method, String),
        key: &str,
        body: Bytes,
    ) -> Result<Bytes, Error> {
        let request = hyper::Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, &self.host)
            .header(CONTENT_TYPE, "application/json")
            .header(API_KEY, key)
            .body(Full::new(body))?;
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if status.is_success() {
            return Ok(body);
        }
        Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into())
    }
}

/// Reports with one request in flight on its own connection.
pub(crate) struct RestCaller {
    connection: Connection,
    key: String,
    schedulers: Vec<String>,
    kind: Kind,
    turn: usize,
}

impl RestCaller {
    /// Opens the connections, which share the schedulers among them.
    pub(crate) async fn many(
        target: &Target,
        schedulers: &Arc<[String]>,
        kind: Kind,
        connections: usize,
    ) -> Result<Vec<Self>, Error> {
        let mut callers = Vec::with_capacity(connections);
        for at in 0..connections {
            let first = at % schedulers.len();
            callers.push(Self {
                connection: Connection::open(&target.rest).await?,
                key: target.key.to_str()?.to_owned(),
                schedulers: schedulers.iter().skip(first).step_by(connections).cloned().collect(),
                kind,
                turn: 0,
            });
        }
        Ok(callers)
    }

    /// The call and its body, as the guide shows them.
    fn report(&mut self) -> ((Method, String), Vec<u8>) {
        let turn = self.turn;
        self.turn += 1;
        match self.kind {
            Kind::Heartbeat => {
                let id = &self.schedulers[turn % self.schedulers.len()];
                let path = format!("/api/v1/schedulers/{id}/heartbeat");
                let body = json!({ "scheduler_id": id });
                ((Method::POST, path), body.to_string().into_bytes())
            }
            Kind::Status => {
                let id = &self.schedulers[(turn / 2) % self.schedulers.len()];
                let path = format!("/api/v1/schedulers/{id}/status");
                ((Method::PUT, path), status_body(id, turn % 2 == 1))
            }
        }
    }
}

/// The status report of the guide, that a run is running or has completed now.
pub(crate) fn status_body(id: &str, is_completed: bool) -> Vec<u8> {
    let (status, took) = if is_completed { ("completed", Some(15_000)) } else { ("running", None) };
    let body = json!({
        "scheduler_id": id,
        "service_name": "My Service",
        "job_name": "EOD Processing",
        "status": status,
        "timestamp": timestamp_to_text(&clock::time_of_day()),
        "execution_time_ms": took,
        "metadata": { "records_processed": 1000, "environment": "production" },
    });
    body.to_string().into_bytes()
}

impl Caller for RestCaller {
    async fn turn(&mut self, tally: &mut Tally) -> Result<(), Error> {
        let (call, body) = self.report();
        let sent_at = clock::now();
        self.connection.send(call, &self.key, body.into()).await?;
        tally.acknowledged(sent_at);
        Ok(())
    }
}
