//! Ends calls that take too long.
//!
//! A client may ask for less time by the header `grpc-timeout`, never for more.
//! The clock runs until the answer begins; for a unary call that is when it is
//! complete. Streams are let be: theirs to bound is whoever serves them.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use http::{HeaderMap, Request, Response};
use tower::{Layer, Service};

use super::refusal::{Refusal, grpc_kind, refuse};
use crate::limits::CALL_MAX;

type IsStream = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Puts a bound on the time of every unary call.
#[derive(Clone)]
pub struct DeadlineLayer {
    max: Duration,
    is_stream: IsStream,
}

impl DeadlineLayer {
    /// Bounds every call by [`CALL_MAX`], except those to a path that
    /// `is_stream` says is one.
    pub fn new(is_stream: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self { max: CALL_MAX, is_stream: Arc::new(is_stream) }
    }

    /// The same with another bound.
    #[must_use]
    pub fn with_max(mut self, max: Duration) -> Self {
        self.max = max;
        self
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadline<S>;

    fn layer(&self, inner: S) -> Deadline<S> {
        Deadline { inner, max: self.max, is_stream: Arc::clone(&self.is_stream) }
    }
}

/// See [`DeadlineLayer`].
#[derive(Clone)]
pub struct Deadline<S> {
    inner: S,
    max: Duration,
    is_stream: IsStream,
}

impl<S, B> Service<Request<B>> for Deadline<S>
where
    S: Service<Request<B>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if (self.is_stream)(request.uri().path()) {
            return Box::pin(self.inner.call(request));
        }
        let headers = request.headers();
        let asked = grpc_kind(headers).and_then(|_| grpc_timeout(headers));
        let bound = asked.map_or(self.max, |asked| asked.min(self.max));
        let refusal = refuse(headers, Refusal::DeadlineExceeded);
        let answer = self.inner.call(request);
        Box::pin(async move { tokio::time::timeout(bound, answer).await.unwrap_or(Ok(refusal)) })
    }
}

/// Reads `grpc-timeout`: at most eight digits and a unit. Anything else is as if
/// it were not there.
fn grpc_timeout(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let unit = text.chars().last().filter(char::is_ascii)?;
    let digits = &text[..text.len() - 1];
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        'H' => Some(Duration::from_secs(number * 3_600)),
        'M' => Some(Duration::from_secs(number * 60)),
        'S' => Some(Duration::from_secs(number)),
        'm' => Some(Duration::from_millis(number)),
        'u' => Some(Duration::from_micros(number)),
        'n' => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use axum::Router;
    use axum::routing::any;
    use tower::ServiceExt;

    async fn ask(path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let slow = any(|| tokio::time::sleep(Duration::from_secs(3)));
        let app = Router::new()
            .route("/unary", slow.clone())
            .route("/stream", slow)
            .layer(DeadlineLayer::new(|path| path == "/stream").with_max(Duration::from_secs(2)));
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("a request");
        app.oneshot(request).await.expect("infallible")
    }

    #[tokio::test(start_paused = true)]
    async fn rest_is_told_by_status_and_grpc_by_trailer() {
        let rest = ask("/unary", &[]).await;
        assert_eq!(rest.status(), 504);
        let body = axum::body::to_bytes(rest.into_body(), 1_000).await.expect("a body");
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(body["error"]["code"], 504);
        assert_eq!(body["error"]["reason"], "DEADLINE_EXCEEDED");

        for kind in ["application/grpc", "application/grpc+proto", "application/grpc-web+proto"] {
            let grpc = ask("/unary", &[("content-type", kind)]).await;
            assert_eq!(
                (grpc.status().as_u16(), &grpc.headers()["grpc-status"]),
                (200, &"4".parse().expect("a value"))
            );
            assert_eq!(grpc.headers()["content-type"], kind);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_may_ask_for_less_time_but_not_for_more() {
        for (asked, expected) in
            [("1n", 0), ("500m", 500), ("1S", 1_000), ("9H", 2_000), ("soon", 2_000)]
        {
            let start = tokio::time::Instant::now();
            let headers = [("content-type", "application/grpc"), ("grpc-timeout", asked)];
            let answer = ask("/unary", &headers).await;
            assert_eq!(answer.headers()["grpc-status"], "4", "{asked}");
            let took = start.elapsed().as_millis();
            assert!((expected..expected + 10).contains(&took), "{asked} took {took} ms");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn streams_are_not_cut() {
        let headers = [("content-type", "application/grpc"), ("grpc-timeout", "1m")];
        assert!(!ask("/stream", &headers).await.headers().contains_key("grpc-status"));
        assert_eq!(ask("/stream", &[]).await.status(), 200);
    }

    #[test]
    fn nonsense_is_no_timeout() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", text.parse().expect("a value"));
            grpc_timeout(&headers)
        };
        assert_eq!(read("99999999H"), Some(Duration::from_hours(99_999_999)));
        assert_eq!(read("0S"), Some(Duration::ZERO));
        for nonsense in ["", "S", "5", "-1S", "+1S", "1.5S", "999999999S", "1 S", "1s", "1é"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }
}
