//! Bodies and messages that cannot be read, and what is not there.

use crate::door::{Door, frame, fresh_address};
use crate::{BATCH, LIST, STATUS, register, runs};
use nightbell_proto::v1;
use serde_json::json;
use tonic::Code;

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_and_keeps_nothing() {
    let door = Door::open().await;
    register(&door, "job").await;
    let nested = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let nested = format!(r#"{{"status":"completed","metadata":{{"a":{nested}}}}}"#);
    let json = "application/json";
    for (what, media, body, code, reason) in [
        ("nested too deeply", json, nested.as_str(), 400, "MALFORMED_JSON"),
        ("cut off", json, r#"{"status":"#, 400, "MALFORMED_JSON"),
        ("not an object", json, r#"["completed"]"#, 400, "MALFORMED_JSON"),
        (
            "a key twice",
            json,
            r#"{"status":"failed","status":"completed"}"#,
            400,
            "DUPLICATE_FIELD",
        ),
        ("plain text", "text/plain", "{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("UTF-16", "application/json; charset=utf-16", "{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("a form", "application/x-www-form-urlencoded", "a=b", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ] {
        let headers = [("x-api-key", door.admin.as_str()), ("content-type", media)];
        let answer = door.ask("PUT", "/api/v1/schedulers/job/status", &headers, body).await;
        assert_eq!((answer.code, answer.refusal().as_str()), (code, reason), "{what}");
    }
    let headers =
        [("x-api-key", door.admin.as_str()), ("content-type", json), ("content-encoding", "gzip")];
    let packed = door.ask("PUT", "/api/v1/schedulers/job/status", &headers, "x").await;
    assert_eq!((packed.code, packed.refusal().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"));
    assert_eq!(runs(&door, "job").await, json!([]));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let door = Door::open().await;
    let head = |path: &str, length: &str| {
        format!(
            "{path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-api-key: {}\r\n\
             content-type: application/json\r\n{length}\r\n\r\n",
            door.admin
        )
    };
    let status = "PUT /api/v1/schedulers/job/status";
    let batch = "POST /api/v1/reports:batch";
    let one_more = "content-length: 262145";
    let mut chunked = head(status, "transfer-encoding: chunked").into_bytes();
    chunked.extend_from_slice(b"40001\r\n");
    chunked.extend_from_slice(&vec![b' '; 0x4_0001]);
    for (what, request) in [
        ("said to be too large", head(status, one_more).into_bytes()),
        ("a batch said to be too large", head(batch, "content-length: 4194305").into_bytes()),
        ("found to be too large", chunked),
    ] {
        let answer = door.raw(fresh_address(), &request).await;
        assert_eq!((answer.code, answer.refusal().as_str()), (413, "PAYLOAD_TOO_LARGE"), "{what}");
        assert_eq!(answer.json()["error"]["retryable"], false, "{what}");
    }
    let spaces = " ".repeat(262_142);
    let largest = door.json("PUT", "/api/v1/schedulers/job/status", &format!("{{{spaces}}}")).await;
    assert_eq!(largest.code, 400, "262,144 bytes are read");
}

#[tokio::test]
async fn grpc_messages_out_of_form_are_refused_without_a_panic() {
    let door = Door::open().await;
    let key = ("x-api-key", door.admin.as_str());
    let prefix = |length: u32| [&[0], length.to_be_bytes().as_slice(), b"x"].concat();
    let deep = deep_metadata(200);
    let compressed = [&[1], frame(b"x")[1..].as_ref()].concat();
    for (what, headers, body, code) in [
        ("a prefix of 5 MiB", vec![key], prefix(5 << 20), Code::OutOfRange),
        ("a prefix of 4 GiB", vec![key], prefix(u32::MAX), Code::OutOfRange),
        ("brotli", vec![key, ("grpc-encoding", "br")], frame(b"x"), Code::Unimplemented),
        ("compressed without saying how", vec![key], compressed, Code::Internal),
        ("garbage", vec![key], frame(b"\xff\xff\xff\xff"), Code::Internal),
        ("bytes that are no text", vec![key], frame(b"\x0a\x02\xff\xfe"), Code::Internal),
        ("nested too deeply", vec![key], frame(&deep), Code::Internal),
    ] {
        let answer = door.grpc(STATUS, &headers, body).await;
        assert_eq!(answer.code, code, "{what}: {}", answer.message);
    }
    let brotli = door.grpc(BATCH, &[key, ("grpc-encoding", "br")], frame(b"x")).await;
    assert_eq!(brotli.code, Code::Unimplemented);
    assert!(brotli.headers["grpc-accept-encoding"].to_str().unwrap().contains("gzip"));
    assert!(!door.log().contains("panicked"));
}

#[tokio::test]
async fn what_is_not_there_says_so_in_the_callers_own_words() {
    let door = Door::open().await;
    for (verb, path, code, reason, allow) in [
        ("GET", "/nowhere", 404, "UNKNOWN_ROUTE", ""),
        ("GET", "/api/v1/nowhere", 404, "UNKNOWN_ROUTE", ""),
        ("GET", "/api/v1/schedulers/", 404, "UNKNOWN_ROUTE", ""),
        ("DELETE", "/api/v1/schedulers", 405, "METHOD_NOT_ALLOWED", "GET,HEAD"),
        ("POST", "/api/v1/schedulers/a/status", 405, "METHOD_NOT_ALLOWED", "PUT"),
        ("POST", "/api/docs", 405, "METHOD_NOT_ALLOWED", "GET,HEAD"),
        ("POST", "/healthz", 405, "METHOD_NOT_ALLOWED", "GET,HEAD"),
        ("GET", STATUS, 405, "METHOD_NOT_ALLOWED", "POST"),
    ] {
        let answer = door.json(verb, path, "").await;
        assert_eq!((answer.code, answer.refusal().as_str()), (code, reason), "{verb} {path}");
        assert_eq!(answer.header("allow"), allow, "{verb} {path}");
    }
    for path in ["/nightbell.v1.ReportService/Nothing", "/nightbell.v2.ReportService/X", "/x"] {
        let answer = door.grpc(path, &[("x-api-key", &door.admin)], frame(b"")).await;
        assert_eq!(answer.code, Code::Unimplemented, "{path}");
        assert_eq!(answer.headers["content-type"], "application/grpc", "{path}");
    }
    let head = door.json("HEAD", "/api/v1/schedulers", "").await;
    assert_eq!((head.code, head.body.len()), (200, 0));
    assert_eq!(head.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_deadline_that_makes_no_sense_is_not_kept() {
    let door = Door::open().await;
    let key = ("x-api-key", door.admin.as_str());
    let answer = door.grpc(LIST, &[key, ("grpc-timeout", "soon")], frame(b"")).await;
    assert_eq!(answer.code, Code::Ok);
    let answer = door.grpc(LIST, &[key, ("grpc-timeout", "1n")], frame(b"")).await;
    // What is there before the clock has moved is told all the same.
    assert!(matches!(answer.code, Code::Ok | Code::DeadlineExceeded), "{}", answer.message);
}

/// Metadata with a struct in a struct, so many times.
fn deep_metadata(levels: usize) -> Vec<u8> {
    use prost_types::value::Kind;
    let mut inner = prost_types::Struct::default();
    for _ in 0..levels {
        let value = prost_types::Value { kind: Some(Kind::StructValue(inner)) };
        inner = prost_types::Struct { fields: [("a".to_owned(), value)].into() };
    }
    let message = v1::UpdateStatusRequest { metadata: Some(inner), ..Default::default() };
    prost::Message::encode_to_vec(&message)
}
