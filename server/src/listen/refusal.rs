//! Answers that the listener gives itself, in the words of whichever transport
//! asked.

use std::time::Duration;

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Response, header};
use nightbell_proto::rest::{error_response, request_id};
use nightbell_proto::status::refusal;
use tonic::{Code, Status};

/// Why a request is not answered by the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Too many requests wait on this connection already.
    Overloaded,
    /// The time for the answer is over.
    DeadlineExceeded,
}

impl Refusal {
    fn into_status(self) -> Status {
        let (code, reason, message) = match self {
            Self::Overloaded => (
                Code::Unavailable,
                "OVERLOADED",
                "too many requests at once on this connection; try again in a moment",
            ),
            Self::DeadlineExceeded => (
                Code::DeadlineExceeded,
                "DEADLINE_EXCEEDED",
                "no answer in time; what was asked may still happen, and is safe to retry",
            ),
        };
        refusal(code, reason, message).retry_after(RETRY_AFTER).into_status()
    }
}

/// How long a client should wait before it tries again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Answers a request with these headers.
pub(super) fn refuse(request: &HeaderMap, refusal: Refusal) -> Response<Body> {
    let status = refusal.into_status();
    if let Some(kind) = grpc_kind(request) {
        let mut response = status.into_http();
        response.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
        return response;
    }
    error_response(&status, request_id(request).as_deref())
}

/// The content type of a gRPC or gRPC-web request.
pub(super) fn grpc_kind(request: &HeaderMap) -> Option<&HeaderValue> {
    request
        .get(header::CONTENT_TYPE)
        .filter(|value| value.as_bytes().starts_with(b"application/grpc"))
}
