//! Refusals over HTTP.

use std::time::Duration;

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde::Serialize;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

use super::request_id;
use crate::{
    json,
    status::{refusal, whole_seconds},
};

/// The answer for a refusal: the canonical HTTP code, and the facts of the
/// status and its details as JSON.
///
/// Some reasons exist only in HTTP and have codes of their own:
/// `METHOD_NOT_ALLOWED` 405, `REQUEST_TIMEOUT` 408, `PAYLOAD_TOO_LARGE` 413,
/// `URI_TOO_LONG` 414, `UNSUPPORTED_MEDIA_TYPE` 415, `HEADERS_TOO_LARGE` 431.
pub fn error_response(status: &Status, request_id: Option<&str>) -> Response {
    let details = status.get_error_details();
    let body = ErrorBody::new(status, &details, request_id);
    let code = StatusCode::from_u16(body.error.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (code, json::to_vec(&body)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(delay) = retry_delay(&details) {
        headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(delay)));
    }
    if code == StatusCode::UNAUTHORIZED {
        let schemes = "ApiKey realm=\"nightbell\", Bearer realm=\"nightbell\"";
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(schemes));
    }
    response
}

/// The body of [`error_response`] as text, for an event in a stream.
pub(crate) fn error_text(status: &Status, request_id: Option<&str>) -> String {
    json::to_string(&ErrorBody::new(status, &status.get_error_details(), request_id))
}

/// Answers a path that no call has. To be the fallback for everything under
/// `/api/`.
pub async fn unknown_route(request: Request) -> Response {
    let message = format!("no such path: {}", request.uri().path());
    let status = refusal(Code::NotFound, "UNKNOWN_ROUTE", message).into_status();
    error_response(&status, request_id(request.headers()).as_deref())
}

/// Answers a verb that a known path does not have. [`router`](super::router)
/// does so for its own paths, with the verbs there are in `Allow`.
pub async fn wrong_verb(request: Request) -> Response {
    let message = format!("{} does not exist here; Allow lists what does", request.method());
    let status = refusal(Code::Unimplemented, "METHOD_NOT_ALLOWED", message).into_status();
    error_response(&status, request_id(request.headers()).as_deref())
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: Error<'a>,
}

#[derive(Serialize)]
struct Error<'a> {
    code: u16,
    status: &'static str,
    reason: &'a str,
    message: &'a str,
    field_violations: Vec<Violation<'a>>,
    retryable: bool,
    retry_after_ms: Option<u64>,
    request_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Violation<'a> {
    field: &'a str,
    reason: &'a str,
    description: &'a str,
}

impl<'a> ErrorBody<'a> {
    fn new(status: &'a Status, details: &'a ErrorDetails, request_id: Option<&'a str>) -> Self {
        let reason = details
            .error_info()
            .map_or_else(|| code_name(status.code()), |info| info.reason.as_str());
        let violations = details.bad_request().map(|bad| bad.field_violations.as_slice());
        let delay = retry_delay(details);
        let error = Error {
            code: http_code(status.code(), reason).as_u16(),
            status: code_name(status.code()),
            message: status.message(),
            field_violations: violations.unwrap_or_default().iter().map(Violation::new).collect(),
            retryable: delay.is_some() || is_retryable(status.code(), reason),
            retry_after_ms: delay.and_then(|delay| u64::try_from(delay.as_millis()).ok()),
            request_id,
            reason,
        };
        Self { error }
    }
}

impl<'a> Violation<'a> {
    fn new(violation: &'a FieldViolation) -> Self {
        let FieldViolation { field, description, reason, .. } = violation;
        Self { field, reason, description }
    }
}

fn retry_delay(details: &ErrorDetails) -> Option<Duration> {
    details.retry_info().and_then(|info| info.retry_delay)
}

/// Whether the same request may succeed later, and does no harm when repeated.
fn is_retryable(code: Code, reason: &str) -> bool {
    match code {
        Code::Unavailable
        | Code::DeadlineExceeded
        | Code::Cancelled
        | Code::Internal
        | Code::Unknown => true,
        Code::ResourceExhausted => {
            !matches!(reason, "QUOTA" | "PAYLOAD_TOO_LARGE" | "HEADERS_TOO_LARGE")
        }
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::DataLoss
        | Code::Unauthenticated => false,
    }
}

/// The one table from codes to HTTP.
fn http_code(code: Code, reason: &str) -> StatusCode {
    const CLIENT_CLOSED_REQUEST: u16 = 499;
    match reason {
        "METHOD_NOT_ALLOWED" => return StatusCode::METHOD_NOT_ALLOWED,
        "REQUEST_TIMEOUT" => return StatusCode::REQUEST_TIMEOUT,
        "PAYLOAD_TOO_LARGE" => return StatusCode::PAYLOAD_TOO_LARGE,
        "URI_TOO_LONG" => return StatusCode::URI_TOO_LONG,
        "UNSUPPORTED_MEDIA_TYPE" => return StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "HEADERS_TOO_LARGE" => return StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        _ => {}
    }
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => {
            StatusCode::BAD_REQUEST
        }
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Cancelled => {
            StatusCode::from_u16(CLIENT_CLOSED_REQUEST).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        }
        Code::Internal | Code::Unknown | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
    }
}

/// The canonical name of a code.
pub fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
