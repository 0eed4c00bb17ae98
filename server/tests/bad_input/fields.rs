//! Fields out of form: what identifies nothing is left out, what identifies is never guessed.

use crate::door::{Door, frame, wait_until};
use crate::{STATUS, in_seconds, register, rejected, runs, warned};
use nightbell_proto::v1;
use serde_json::{Value, json};
use tonic::Code;

#[tokio::test]
async fn a_field_that_identifies_nothing_is_left_out_with_a_warning() {
    let door = Door::open().await;
    register(&door, "job").await;
    let keys: Vec<String> = (0..65).map(|n| format!(r#""k{n}":1"#)).collect();
    let keys = format!(r#"{{"status":"completed","metadata":{{{}}}}}"#, keys.join(","));
    let deep = format!("{}1{}", r#"{"a":"#.repeat(9), "}".repeat(9));
    let deep = format!(r#"{{"status":"completed","metadata":{deep}}}"#);
    let wide = format!(r#"{{"status":"completed","metadata":{{"a":"{}"}}}}"#, "é".repeat(9_000));
    let long = format!(r#"{{"status":"failed","error_message":"{}"}}"#, "é".repeat(100_000));
    let soon = in_seconds(180);
    let soon = format!(r#"{{"status":"completed","timestamp":"{soon}"}}"#);
    let far = in_seconds(36 * 3_600);
    let far = format!(r#"{{"status":"completed","timestamp":"{far}"}}"#);
    for (what, body, field, reason) in [
        ("unknown", r#"{"status":"completed","colour":1}"#, "colour", "UNKNOWN_FIELD"),
        ("type", r#"{"status":"completed","error_message":5}"#, "error_message", "FIELD_DROPPED"),
        (
            "1e999",
            r#"{"status":"completed","metadata":{"a":1e999}}"#,
            "metadata.a",
            "FIELD_DROPPED",
        ),
        (
            "NaN",
            r#"{"status":"completed","execution_time_ms":NaN}"#,
            "execution_time_ms",
            "FIELD_DROPPED",
        ),
        (
            "NUL",
            r#"{"status":"failed","error_message":"a\u0000b"}"#,
            "error_message",
            "REPLACED_CHARACTERS",
        ),
        (
            "surrogate",
            r#"{"status":"failed","error_message":"a\ud800b"}"#,
            "error_message",
            "REPLACED_CHARACTERS",
        ),
        (
            "naive",
            r#"{"status":"completed","timestamp":"2026-01-15T01:00:00"}"#,
            "timestamp",
            "TIMESTAMP_IGNORED",
        ),
        (
            "offset",
            r#"{"status":"completed","timestamp":"2026-01-15T01:00:00+25:00"}"#,
            "timestamp",
            "TIMESTAMP_IGNORED",
        ),
        (
            "second 61",
            r#"{"status":"completed","timestamp":"2026-01-15T01:00:61Z"}"#,
            "timestamp",
            "TIMESTAMP_IGNORED",
        ),
        (
            "year 9999",
            r#"{"status":"completed","timestamp":"9999-01-15T01:00:00Z"}"#,
            "timestamp",
            "TIMESTAMP_IGNORED",
        ),
        (
            "a number",
            r#"{"status":"completed","timestamp":1768438800}"#,
            "timestamp",
            "TIMESTAMP_IGNORED",
        ),
        ("3 minutes ahead", &soon, "timestamp", "TIMESTAMP_CLAMPED"),
        ("36 hours ahead", &far, "timestamp", "TIMESTAMP_IGNORED"),
        (
            "-1",
            r#"{"status":"completed","execution_time_ms":-1}"#,
            "execution_time_ms",
            "FIELD_DROPPED",
        ),
        (
            "1.5",
            r#"{"status":"completed","execution_time_ms":1.5}"#,
            "execution_time_ms",
            "FIELD_DROPPED",
        ),
        (
            "10^18",
            r#"{"status":"completed","execution_time_ms":1000000000000000000}"#,
            "execution_time_ms",
            "FIELD_DROPPED",
        ),
        ("65 keys", &keys, "metadata", "TRUNCATED"),
        ("depth 9", &deep, "metadata", "TRUNCATED"),
        ("17 KiB", &wide, "metadata", "TRUNCATED"),
        ("a long error", &long, "error_message", "TRUNCATED"),
        ("no start", r#"{"status":"completed"}"#, "status", "NO_START"),
    ] {
        let answer = door.json("PUT", "/api/v1/schedulers/job/status", body).await;
        assert_eq!(answer.code, 200, "{what}: {}", answer.text());
        assert!(warned(&answer.json(), field, reason), "{what}: {}", answer.text());
        let run = answer.json()["run_id"].as_str().unwrap().to_owned();
        let shown = door.json("GET", &format!("/api/v1/schedulers/job/runs/{run}"), "").await;
        let shown = shown.json()["run"].clone();
        assert!(shown["ended_at"].is_string(), "{what}: {shown}");
        assert_eq!(shown["execution_time_ms"], Value::Null, "{what}");
        let error = shown["error_message"].as_str().unwrap_or_default();
        assert!(error.len() <= 16 * 1024 && !error.contains('\0'), "{what}");
        assert!(shown["metadata"].to_string().len() <= 16 * 1024 + 2, "{what}");
    }
}

#[tokio::test]
async fn the_same_faults_over_grpc_are_warnings_too() {
    let door = Door::open().await;
    register(&door, "job").await;
    let base = v1::UpdateStatusRequest {
        scheduler_id: "job".into(),
        status: v1::RunStatus::Failed.into(),
        ..Default::default()
    };
    let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    for (what, message, reason) in [
        (
            "NUL",
            v1::UpdateStatusRequest { error_message: Some("\0".into()), ..base.clone() },
            "REPLACED_CHARACTERS",
        ),
        (
            "-1",
            v1::UpdateStatusRequest { execution_time_ms: Some(-1), ..base.clone() },
            "FIELD_DROPPED",
        ),
        (
            "year 9999",
            v1::UpdateStatusRequest { timestamp: at(253_375_000_000), ..base.clone() },
            "TIMESTAMP_IGNORED",
        ),
        (
            "year 2200",
            v1::UpdateStatusRequest { timestamp: at(7_258_118_400), ..base.clone() },
            "TIMESTAMP_IGNORED",
        ),
        (
            "long",
            v1::UpdateStatusRequest { error_message: Some("x".repeat(99_000)), ..base.clone() },
            "TRUNCATED",
        ),
        ("no start", base.clone(), "NO_START"),
    ] {
        let body = frame(&prost::Message::encode_to_vec(&message));
        let answer = door.grpc(STATUS, &[("x-api-key", &door.admin)], body).await;
        let answer: v1::UpdateStatusResponse = answer.message();
        let reasons: Vec<_> = answer.warnings.iter().map(|it| it.reason.as_str()).collect();
        assert!(reasons.contains(&reason), "{what}: {reasons:?}");
    }
}

#[tokio::test]
async fn what_identifies_a_report_is_never_guessed() {
    let door = Door::open().await;
    register(&door, "job").await;
    let inputs = [
        ("done", r#"{"status":"done"}"#, "status", "BAD_VALUE"),
        ("99", r#"{"status":99}"#, "status", "BAD_TYPE"),
        ("lost", r#"{"status":"lost"}"#, "status", "BAD_STATUS"),
        ("no status", "{}", "status", "BAD_STATUS"),
        ("NaN", r#"{"status":NaN}"#, "status", "BAD_VALUE"),
        ("a run that is a number", r#"{"status":"failed","run_id":5}"#, "run_id", "BAD_TYPE"),
        ("a run with a space", r#"{"status":"failed","run_id":"a b"}"#, "run_id", "BAD_ID"),
        (
            "another job in the body",
            r#"{"status":"failed","scheduler_id":"other"}"#,
            "scheduler_id",
            "ID_MISMATCH",
        ),
    ];
    for (before, (what, body, field, reason)) in inputs.into_iter().enumerate() {
        let answer = door.json("PUT", "/api/v1/schedulers/job/status", body).await;
        assert_eq!((answer.code, answer.refusal().as_str()), (400, reason), "{what}");
        let violation = &answer.json()["error"]["field_violations"][0];
        assert_eq!(violation["field"], field, "{what}");
        if field == "status" && reason != "BAD_ID" {
            assert!(violation["description"].as_str().unwrap().contains("completed"), "{what}");
        }
        wait_until("the refused report is shown", async || {
            rejected(&door, "job").await.as_array().unwrap().len() == before + 1
        })
        .await;
        let shown = rejected(&door, "job").await[0].clone();
        assert_eq!(shown["reason"], reason, "{what}");
        let raw = shown["raw"].as_str().unwrap();
        assert!(raw == body || raw.starts_with(r#"{"scheduler_id":"job","#), "{what}: {raw}");
    }
    let bad =
        v1::UpdateStatusRequest { scheduler_id: "job".into(), status: 99, ..Default::default() };
    let body = frame(&prost::Message::encode_to_vec(&bad));
    let answer = door.grpc(STATUS, &[("x-api-key", &door.admin)], body).await;
    assert_eq!((answer.code, answer.reason.as_str()), (Code::InvalidArgument, "BAD_STATUS"));
    assert!(answer.message.contains("cancelled"), "{}", answer.message);
    assert_eq!(rejected(&door, "job").await.as_array().unwrap().len(), 9);
    assert_eq!(runs(&door, "job").await, json!([]));
}
