//! Calls over REST, on one connection at a time.

mod layout;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::timeout;

use self::layout::lay_out;
use crate::USER_AGENT_TEXT;
use crate::call::Call;
use crate::config::Config;
use crate::connect::{Address, Connector};
use crate::error::{Error, Facts, kind_of_status};

/// The largest answer that is read.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// How long the server may send nothing to one that watches; it sends a comment more often.
const WATCH_SILENCE_MAX: Duration = Duration::from_secs(60);

pub(crate) struct Rest {
    address: Arc<Address>,
    connector: Connector,
    api_key: HeaderValue,
    timeout: Duration,
    // The connection of the call before, when that is over.
    idle: Mutex<Option<SendRequest<Full<Bytes>>>>,
}

impl Rest {
    pub(crate) fn new(address: Arc<Address>, config: &Config) -> Result<Self, Error> {
        let connector = Connector::new(address.clone(), &["http/1.1"], config.ca_file.as_deref())?;
        let api_key = HeaderValue::try_from(config.api_key.as_str())
            .map_err(|_| Error::config("NIGHTBELL_API_KEY: cannot be sent in a header"))?;
        let timeout = config.timeout;
        Ok(Self { address, connector, api_key, timeout, idle: Mutex::new(None) })
    }

    pub(crate) async fn call<C: Call>(&self, request: C) -> Result<C::Response, Error> {
        let exchange = async {
            let (response, connection) = self.send(&request, "application/json").await?;
            let status = response.status().as_u16();
            let said = retry_after(&response);
            let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
            let body = body.map_err(Error::unavailable)?.to_bytes();
            self.keep(connection);
            read_answer(status, said, &body)
        };
        match timeout(self.timeout, exchange).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::timeout(self.timeout)),
        }
    }

    /// Reads server-sent events for as long as somebody takes them.
    pub(crate) async fn watch<C: Call>(
        &self,
        request: C,
        items: mpsc::Sender<Result<C::Response, Error>>,
    ) -> Result<(), Error> {
        let sending = timeout(self.timeout, self.send(&request, "text/event-stream"));
        let (response, connection) = sending.await.map_err(|_| Error::timeout(self.timeout))??;
        let status = response.status().as_u16();
        if status != 200 {
            let said = retry_after(&response);
            let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
            return Err(refusal(status, said, &body.map_err(Error::unavailable)?.to_bytes()));
        }
        tokio::spawn(async move {
            let _connection = connection;
            tokio::select! {
                () = items.closed() => {}
                () = pass_on::<C>(response.into_body(), &items) => {}
            }
        });
        Ok(())
    }

    async fn send<C: Call>(
        &self,
        request: &C,
        accept: &str,
    ) -> Result<(Response<Incoming>, SendRequest<Full<Bytes>>), Error> {
        let request = self.request(request, accept)?;
        if let Some(mut connection) = self.take()
            && connection.ready().await.is_ok()
        {
            match connection.send_request(request.clone()).await {
                Ok(response) => return Ok((response, connection)),
                // The server may have closed it before the request reached it.
                Err(error) if error.is_canceled() => {}
                // Or after: what makes something would make it twice, but every report is
                // safe to repeat.
                Err(error) if error.is_incomplete_message() && is_safe_to_repeat::<C>() => {}
                Err(error) => return Err(Error::unavailable(error)),
            }
        }
        let stream = self.connector.connect().await.map_err(Error::unavailable)?;
        let (mut connection, driver) =
            http1::handshake(stream).await.map_err(Error::unavailable)?;
        tokio::spawn(driver);
        let response = connection.send_request(request).await.map_err(Error::unavailable)?;
        Ok((response, connection))
    }

    fn request<C: Call>(&self, request: &C, accept: &str) -> Result<Request<Full<Bytes>>, Error> {
        let (path, body) = lay_out(request, &C::ROUTE)?;
        let mut builder = Request::builder()
            .method(C::ROUTE.verb)
            .uri(format!("{}{path}", self.address.prefix))
            .header(HOST, &self.address.authority)
            .header(USER_AGENT, USER_AGENT_TEXT)
            .header(http::header::ACCEPT, accept)
            .header("x-api-key", &self.api_key);
        if body.is_some() {
            builder = builder.header(CONTENT_TYPE, "application/json");
        }
        builder
            .body(Full::new(body.unwrap_or_default().into()))
            .map_err(|error| Error::config(format!("NIGHTBELL_URL: {error}")))
    }

    fn take(&self) -> Option<SendRequest<Full<Bytes>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn keep(&self, connection: SendRequest<Full<Bytes>>) {
        *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
    }
}

fn is_safe_to_repeat<C: Call>() -> bool {
    C::ROUTE.verb != "POST" || C::PATH.starts_with("/nightbell.v1.ReportService/")
}

fn retry_after(response: &Response<Incoming>) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse::<f64>().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn read_answer<T: DeserializeOwned>(
    status: u16,
    said: Option<Duration>,
    body: &[u8],
) -> Result<T, Error> {
    if !(200..300).contains(&status) {
        return Err(refusal(status, said, body));
    }
    serde_json::from_slice(body).map_err(|error| {
        Error::unavailable(format!("an answer that is none of Nightbell's: {error}"))
    })
}

/// What a refusal says.
fn refusal(status: u16, said: Option<Duration>, body: &[u8]) -> Error {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let facts = &body["error"];
    let text = |name: &str| facts[name].as_str().unwrap_or_default().to_owned();
    let message = text("message");
    let violations = facts["field_violations"].as_array().into_iter().flatten();
    let kind = kind_of_status(status);
    let wait = facts["retry_after_ms"].as_u64().map(Duration::from_millis).or(said);
    let is_limited = status == 429;
    Error::new(Facts {
        kind: Some(kind),
        status: Some(status),
        code: facts["code"].as_i64().and_then(|code| i32::try_from(code).ok()),
        reason: text("reason"),
        message: if message.is_empty() { format!("HTTP status {status}") } else { message },
        request_id: facts["request_id"].as_str().map(str::to_owned),
        retry_after: if is_limited { Some(crate::retry::retry_after(wait)) } else { wait },
        field_violations: violations
            .map(|it| {
                let text = |name: &str| it[name].as_str().unwrap_or_default().to_owned();
                (text("field"), text("description"))
            })
            .collect(),
    })
}

/// Passes on what the server sends, until it ends or breaks.
async fn pass_on<C: Call>(mut body: Incoming, items: &mpsc::Sender<Result<C::Response, Error>>) {
    let mut text = Vec::new();
    loop {
        let data = match timeout(WATCH_SILENCE_MAX, body.frame()).await {
            Ok(None) => return,
            Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
            Ok(Some(Err(error))) => return drop(items.send(Err(Error::unavailable(error))).await),
            Err(_) => return drop(items.send(Err(Error::timeout(WATCH_SILENCE_MAX))).await),
        };
        text.extend_from_slice(&data);
        while let Some(event) = take_event(&mut text) {
            let Some(item) = read_event::<C>(&event) else { continue };
            if items.send(item).await.is_err() {
                return;
            }
        }
    }
}

fn take_event(text: &mut Vec<u8>) -> Option<String> {
    let end = text.windows(2).position(|pair| pair == b"\n\n")?;
    let event: Vec<u8> = text.drain(..end + 2).collect();
    Some(String::from_utf8_lossy(&event).into_owned())
}

/// None: a comment, to keep the connection alive.
fn read_event<C: Call>(event: &str) -> Option<Result<C::Response, Error>> {
    let data: String = event.lines().filter_map(|line| line.strip_prefix("data:")).collect();
    let is_error = event.lines().any(|line| line.trim_end() == "event: error");
    if is_error {
        return Some(Err(refusal(503, None, data.as_bytes())));
    }
    (!data.is_empty()).then(|| serde_json::from_str(&data).map_err(Error::unavailable))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api;
    use crate::error::ErrorKind;
    use crate::vectors::read;

    #[test]
    fn an_answer_from_something_in_between_makes_nothing_be_forgotten() {
        for case in read("retry.json")["foreign"].as_array().unwrap() {
            let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
            let body = case["body"].as_str().unwrap().as_bytes();
            let error = read_answer::<api::UpdateStatusResponse>(status, None, body).unwrap_err();
            let then = format!("{:?}", crate::retry::verdict(&error)).to_lowercase();
            assert_eq!(then, case["then"], "{case}");
        }
    }

    #[test]
    fn every_status_and_every_code_has_its_kind() {
        let kind = |kind: ErrorKind| match kind {
            ErrorKind::RequestTimeout => "RequestTimeoutError".to_owned(),
            kind => format!("{kind:?}Error"),
        };
        let vectors = read("errors.json");
        let codes = read("retry.json")["codes"].as_array().unwrap().clone();
        let numbers: std::collections::HashMap<&str, i32> = codes
            .iter()
            .map(|it| (it["code"].as_str().unwrap(), it["number"].to_string().parse().unwrap()))
            .collect();
        for case in vectors["statuses"].as_array().unwrap() {
            let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
            let error = refusal(status, None, b"");
            assert_eq!(kind(error.kind()), case["class"], "{status}");
            assert_eq!(error.retry_after().is_some(), case["retry_after"], "{status}");
        }
        for case in vectors["codes"].as_array().unwrap() {
            let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
            let name = case["code"].as_str().unwrap();
            assert_eq!(crate::error::status_of_code(numbers[name]), status, "{name}");
            assert_eq!(kind(kind_of_status(status)), case["class"], "{name}");
        }
    }
}
