//! The routes: where each call is, what goes through, and what is refused.

mod fake;

use std::time::Duration;

use axum::{Router, body::Body};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use nightbell_proto::{
    method::METHODS,
    rest::{DecodeWarnings, error_response, router, unknown_route},
    status::refusal,
    v1,
};
use serde_json::{Value, json};
use tonic::Code;
use tower::ServiceExt as _;

use fake::{Fake, Key, Seen};

struct Answer {
    code: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    fn reason(&self) -> String {
        self.json()["error"]["reason"].as_str().expect("a reason").to_owned()
    }
}

async fn ask(request: Request<Body>) -> (Answer, Seen) {
    let fake = Fake::default();
    let app: Router = router(&fake.services(), &fake).fallback(unknown_route);
    let response = app.oneshot(request).await.expect("routers do not fail");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a whole body").to_bytes();
    let text = String::from_utf8(body.to_vec()).expect("text");
    (Answer { code: parts.status, headers: parts.headers, text }, fake.seen())
}

/// A request with a key, and with a body of JSON unless it is empty.
fn request(verb: &str, path: &str, body: &str) -> Request<Body> {
    let request = Request::builder().method(verb).uri(path).header("x-api-key", "nbk_1");
    let request = match body {
        "" => request,
        _ => request.header("content-type", "application/json; charset=utf-8"),
    };
    request.body(Body::from(body.to_owned())).expect("a request")
}

const STATUS: &str = "/api/v1/schedulers/a/status";

#[tokio::test]
async fn every_annotated_call_has_its_route() {
    for method in METHODS {
        let Some(http) = &method.http else {
            assert!(method.request_streaming, "{}", method.path);
            continue;
        };
        let path = http.path.replace(['{', '}'], "");
        let (answer, seen) = ask(request(http.verb, &path, "")).await;
        assert_eq!(answer.code, 200, "{} {path}: {}", http.verb, answer.text);
        let name = method.path.rsplit('/').next().unwrap();
        assert_eq!(seen.call.replace('_', ""), name.to_lowercase());
        for param in http.params {
            assert!(seen.request.contains(&format!("{param}: \"{param}\"")), "{}", seen.request);
        }
    }
}

#[tokio::test]
async fn a_report_goes_through_with_its_warnings() {
    let body = r#"{"scheduler_id": "a", "status": "running", "colour": 1, "timestamp": "now"}"#;
    let mut sent = request("PUT", STATUS, body);
    sent.headers_mut().insert("x-request-id", "r1".parse().unwrap());
    sent.headers_mut().insert("authorization", "Bearer x".parse().unwrap());

    let (answer, seen) = ask(sent).await;

    assert_eq!(answer.code, 200);
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.json()["warnings"], json!([]));
    assert_eq!(seen.call, "update_status");
    assert!(seen.request.contains("status: Running"), "{}", seen.request);
    assert_eq!(seen.warnings, ["UNKNOWN_FIELD colour", "TIMESTAMP_IGNORED timestamp"]);
    assert_eq!(seen.key, Some(Key("k1")));
    assert!(seen.headers.contains(&"x-request-id".to_owned()));
    assert!(!seen.headers.iter().any(|name| name == "x-api-key" || name == "authorization"));
}

#[tokio::test]
async fn a_path_is_decoded_and_passed_on() {
    let (answer, seen) = ask(request("PUT", "/api/v1/schedulers/a%2fb%20c/status", "{}")).await;
    assert_eq!(answer.code, 200);
    assert!(seen.request.contains(r#"scheduler_id: "a/b c""#), "{}", seen.request);

    let (answer, seen) = ask(request("PUT", "/api/v1/schedulers//status", "{}")).await;
    assert_eq!(answer.code, 200);
    assert!(seen.request.contains(r#"scheduler_id: """#), "{}", seen.request);

    let (answer, _) = ask(request("PUT", "/api/v1/schedulers/%ff/status", "{}")).await;
    assert_eq!((answer.code, answer.reason()), (StatusCode::BAD_REQUEST, "BAD_VALUE".to_owned()));
}

#[tokio::test]
async fn an_id_may_stand_in_path_and_body_if_it_is_the_same() {
    for body in [r#"{"scheduler_id": "a"}"#, r#"{"scheduler_id": null}"#, "{}", ""] {
        let (answer, _) = ask(request("PUT", STATUS, body)).await;
        assert_eq!(answer.code, 200, "{body}");
    }
    let (answer, seen) = ask(request("PUT", STATUS, r#"{"scheduler_id": "b"}"#)).await;
    assert_eq!(answer.reason(), "ID_MISMATCH");
    assert_eq!(answer.json()["error"]["field_violations"][0]["field"], "scheduler_id");
    let unreadable = ("a".to_owned(), r#"{"scheduler_id": "b"}"#.to_owned());
    assert_eq!(seen.unreadable, Some(unreadable));
}

/// Each line: verb, path, content-type, body, and the code and reason it earns.
#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let large = format!("\"{}\"", "x".repeat(1_000));
    let json = "application/json";
    for (verb, path, media, body, code, reason) in [
        ("PUT", STATUS, json, r#"{"status": "done"}"#, 400, "BAD_VALUE"),
        ("PUT", STATUS, json, "{", 400, "MALFORMED_JSON"),
        ("PUT", STATUS, json, r#"{"status":"failed","status":"failed"}"#, 400, "DUPLICATE_FIELD"),
        ("PUT", STATUS, json, &large, 413, "PAYLOAD_TOO_LARGE"),
        ("PUT", STATUS, "text/plain", "{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("PUT", STATUS, "application/json; charset=utf-16", "{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("PUT", STATUS, "application/jsonx", "{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "/api/v1/keys", json, r#"{"colour": 1}"#, 400, "UNKNOWN_FIELD"),
        ("GET", "/api/v1/incidents?colour=1", json, "", 400, "UNKNOWN_FIELD"),
        ("GET", "/api/v1/incidents?state=shut", json, "", 400, "BAD_VALUE"),
        ("GET", "/api/v1/incidents?page_size=x", json, "", 400, "BAD_VALUE"),
        ("GET", "/api/v1/incidents?page_size=1&page_size=2", json, "", 400, "DUPLICATE_FIELD"),
        ("GET", "/api/v1/schedulers/a/runs?scheduler_id=b", json, "", 400, "UNKNOWN_FIELD"),
        ("GET", "/api/v1/nothing", json, "", 404, "UNKNOWN_ROUTE"),
        ("POST", STATUS, json, "{}", 405, "METHOD_NOT_ALLOWED"),
    ] {
        let mut sent = request(verb, path, body);
        sent.headers_mut().insert("content-type", media.parse().unwrap());
        let (answer, seen) = ask(sent).await;
        assert_eq!(
            (answer.code.as_u16(), answer.reason().as_str()),
            (code, reason),
            "{verb} {path} {body}"
        );
        assert_eq!(seen.call, "", "{verb} {path} {body}");
    }
}

#[tokio::test]
async fn media_types_are_as_lenient_as_they_may_be() {
    for (header, value, code) in [
        ("content-type", "Application/JSON;charset=\"UTF-8\"", 200),
        ("content-type", "application/json; profile=x", 200),
        ("content-encoding", "identity", 200),
        ("content-encoding", "gzip", 415),
        ("accept", "application/json", 200),
    ] {
        let mut sent = request("PUT", STATUS, "{}");
        sent.headers_mut().insert(header, value.parse().unwrap());
        assert_eq!(ask(sent).await.0.code.as_u16(), code, "{header}: {value}");
    }
    let mut sent = request("PUT", STATUS, "{}");
    sent.headers_mut().remove("content-type");
    assert_eq!(ask(sent).await.0.code, 200);
}

#[tokio::test]
async fn a_wrong_verb_is_told_the_right_ones() {
    let (answer, _) = ask(request("PUT", "/api/v1/schedulers/a", "{}")).await;
    assert_eq!(answer.code, 405);
    let allowed = answer.headers["allow"].to_str().unwrap();
    for verb in ["GET", "PATCH", "DELETE"] {
        assert!(allowed.contains(verb), "{allowed}");
    }
}

#[tokio::test]
async fn the_gate_stands_before_the_body() {
    let mut sent = request("PUT", STATUS, "{");
    sent.headers_mut().remove("x-api-key");
    let (answer, seen) = ask(sent).await;
    assert_eq!(answer.code, 401);
    assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("ApiKey"));
    assert_eq!(seen.unreadable, None);
}

#[tokio::test]
async fn a_patch_changes_what_its_body_names() {
    let path = "/api/v1/schedulers/a";
    let (_, seen) = ask(request("PATCH", path, r#"{"job_name": "J", "max_runtime": null}"#)).await;
    assert!(seen.request.contains(r#"paths: ["job_name", "max_runtime"]"#), "{}", seen.request);
    assert!(seen.request.contains(r#"job_name: Some("J")"#), "{}", seen.request);

    let masked = "/api/v1/schedulers/a?update_mask=labels,job_name";
    let (_, seen) = ask(request("PATCH", masked, r#"{"job_name": "J"}"#)).await;
    assert!(seen.request.contains(r#"paths: ["labels", "job_name"]"#), "{}", seen.request);

    let (answer, _) = ask(request("PATCH", path, r#"{"colour": null}"#)).await;
    assert_eq!(answer.reason(), "UNKNOWN_FIELD");
}

#[tokio::test]
async fn a_query_is_read_as_the_fields_are() {
    let path = "/api/v1/incidents?page_size=20&state=open&scheduler_id=a%20b&page_token=";
    let (_, seen) = ask(request("GET", path, "")).await;
    for part in ["page_size: 20", "state: Open", r#"scheduler_id: "a b""#, r#"page_token: """#] {
        assert!(seen.request.contains(part), "{}", seen.request);
    }
}

#[tokio::test]
async fn a_batch_keeps_its_good_items() {
    let body = r#"{"items": [{"status": {"status": "done"}}, {"heartbeat": {"x": 1}}]}"#;
    let (answer, seen) = ask(request("POST", "/api/v1/reports:batch", body)).await;
    assert_eq!(answer.code, 200);
    assert_eq!(seen.refused_items, [0]);
    assert_eq!(seen.warnings, ["UNKNOWN_FIELD items[1].heartbeat.x"]);
}

#[test]
fn the_warnings_of_an_item_can_be_taken_out() {
    let warning = |field: &str| v1::Warning { field: field.to_owned(), ..Default::default() };
    let mut warnings =
        DecodeWarnings(["items[1]", "items[1].status.x", "items[10].y", "z"].map(warning).into());
    let taken = warnings.take_item("items", 1);
    assert_eq!(taken, ["", "status.x"].map(warning));
    assert_eq!(warnings.0, ["items[10].y", "z"].map(warning));
}

#[tokio::test]
async fn a_stream_is_sent_as_events_and_its_error_is_the_last() {
    let mut sent = request("GET", "/api/v1/schedulers/watch?service_name=S", "");
    sent.headers_mut().insert("x-request-id", "r1".parse().unwrap());
    let (answer, seen) = ask(sent).await;
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    assert!(seen.request.contains(r#"service_name: "S""#));
    let events: Vec<&str> = answer.text.trim().split("\n\n").collect();
    assert_eq!(events[..2], [r#"data: {"deleted_scheduler_id":"a"}"#, "data: {}"]);
    let error = events[2].strip_prefix("event: error\ndata: ").unwrap();
    let error: Value = serde_json::from_str(error).unwrap();
    assert_eq!(error["error"]["reason"], "DRAINING");
    assert_eq!(error["error"]["request_id"], "r1");
    assert_eq!(events.len(), 3);
}

#[tokio::test]
async fn a_refusal_shows_the_details_of_its_status() {
    let status = refusal(Code::ResourceExhausted, "RATE_LIMITED", "too many requests")
        .violation("items", "TOO_MANY", "must be at most 1,000")
        .retry_after(Duration::from_millis(1_200))
        .into_status();
    // As it goes over the wire of gRPC.
    let status = tonic::Status::from_header_map(status.into_http::<Body>().headers()).unwrap();

    let response = error_response(&status, Some("r1"));

    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "2");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(
        serde_json::from_slice::<Value>(&body).unwrap(),
        json!({"error": {
            "code": 429, "status": "RESOURCE_EXHAUSTED", "reason": "RATE_LIMITED",
            "message": "too many requests",
            "field_violations": [
                {"field": "items", "reason": "TOO_MANY", "description": "must be at most 1,000"}
            ],
            "retryable": true, "retry_after_ms": 1_200, "request_id": "r1",
        }})
    );
}

#[test]
fn codes_become_their_canonical_http_codes() {
    for (code, http, retryable) in [
        (Code::InvalidArgument, 400, false),
        (Code::FailedPrecondition, 400, false),
        (Code::Unauthenticated, 401, false),
        (Code::PermissionDenied, 403, false),
        (Code::NotFound, 404, false),
        (Code::AlreadyExists, 409, false),
        (Code::Aborted, 409, false),
        (Code::Cancelled, 499, true),
        (Code::Internal, 500, true),
        (Code::Unimplemented, 501, false),
        (Code::Unavailable, 503, true),
        (Code::DeadlineExceeded, 504, true),
    ] {
        let response = error_response(&tonic::Status::new(code, ""), None);
        assert_eq!(response.status().as_u16(), http, "{code:?}");
        let body = futures_util::FutureExt::now_or_never(response.into_body().collect());
        let body = body.unwrap().unwrap().to_bytes();
        let error: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(error["error"]["retryable"], retryable, "{code:?}");
    }
}
