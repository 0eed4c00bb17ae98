//! Reading a body within its limits.

use axum::body::Body;
use bytes::Bytes;
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tonic::{Code, Status};

use crate::status::refusal;

/// Reads a whole body of JSON. One that says it is too large is not read.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<Bytes, Status> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let announced = announced.and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| u64::try_from(bytes_max).is_ok_and(|max| length > max)) {
        return Err(too_large(bytes_max));
    }
    let body = match Limited::new(body, bytes_max).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err(too_large(bytes_max)),
        Err(_) => {
            let message = "the body ended before it was complete";
            return Err(refusal(Code::InvalidArgument, "INCOMPLETE_BODY", message).into_status());
        }
    };
    if !body.is_empty() {
        check_encoding(headers)?;
        check_media_type(headers)?;
    }
    Ok(body)
}

fn too_large(bytes_max: usize) -> Status {
    let message = format!("the body is larger than {bytes_max} bytes");
    refusal(Code::ResourceExhausted, "PAYLOAD_TOO_LARGE", message).into_status()
}

fn check_encoding(headers: &HeaderMap) -> Result<(), Status> {
    let is_plain =
        |encoding: &http::HeaderValue| encoding.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(CONTENT_ENCODING).iter().all(is_plain) {
        return Ok(());
    }
    Err(unsupported("send the body without a content-encoding"))
}

fn check_media_type(headers: &HeaderMap) -> Result<(), Status> {
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let text = value.to_str().unwrap_or_default();
    let mut parts = text.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let charset = value.trim().trim_matches('"');
        !name.trim().eq_ignore_ascii_case("charset") || charset.eq_ignore_ascii_case("utf-8")
    });
    if is_json && is_utf8 {
        return Ok(());
    }
    Err(unsupported("send the body as application/json in UTF-8"))
}

fn unsupported(message: &str) -> Status {
    refusal(Code::InvalidArgument, "UNSUPPORTED_MEDIA_TYPE", message).into_status()
}
