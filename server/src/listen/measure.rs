//! Counting requests, by call.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use nightbell_proto::method::method;
use nightbell_proto::rest::code_name;
use tokio::time::Instant;
use tonic::{Code, Status};

use crate::telemetry::{MethodLabel, Metrics, RequestLabels};

/// Counts each request and times its answer's head. The label is the call's name over
/// gRPC and its route over REST, so that no caller can make labels of its own.
pub async fn measure(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let label = label(&request);
    let began = Instant::now();
    let response = next.run(request).await;
    let seconds = began.elapsed().as_secs_f64();
    let timed = MethodLabel { method: Arc::clone(&label) };
    metrics.request_seconds.get_or_create(&timed).observe(seconds);
    let counted = RequestLabels { method: label, code: code(&response) };
    metrics.requests.get_or_create(&counted).inc();
    response
}

fn label(request: &Request) -> Arc<str> {
    let path = request.uri().path();
    if let Some(call) = method(path) {
        return call.path.into();
    }
    match request.extensions().get::<MatchedPath>() {
        Some(route) => format!("{} {}", request.method(), route.as_str()).into(),
        None => "unknown".into(),
    }
}

/// The answer in one word. A gRPC call that fails after its head was sent counts as
/// OK here; its failure stands in the trailers.
fn code(response: &Response) -> &'static str {
    if let Some(status) = Status::from_header_map(response.headers()) {
        return code_name(status.code());
    }
    if response.status().is_success() || response.status().is_redirection() {
        return code_name(Code::Ok);
    }
    response.status().canonical_reason().unwrap_or("unknown")
}
