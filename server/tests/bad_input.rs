//! Bad inputs, and what each is answered.
//!
//! One row for each input, by both transports where both can say it. What is
//! refused keeps nothing; what is taken is taken with a warning.

#![expect(clippy::unwrap_used, reason = "what a helper cannot do fails its test")]
#![expect(clippy::too_many_lines, reason = "a table is as long as its inputs")]

#[expect(dead_code, reason = "each test uses a part of it")]
mod door;

use door::{Answer, Door, encoded, frame, fresh_address, wait_until};
use nightbell_proto::v1;
use serde_json::{Value, json};
use tonic::Code;

const STATUS: &str = "/nightbell.v1.ReportService/UpdateStatus";
const HEARTBEAT: &str = "/nightbell.v1.ReportService/SendHeartbeat";
const BATCH: &str = "/nightbell.v1.ReplayService/BatchReport";
const REGISTER: &str = "/nightbell.v1.SchedulerService/RegisterScheduler";
const LIST: &str = "/nightbell.v1.SchedulerService/ListSchedulers";
const GET: &str = "/nightbell.v1.SchedulerService/GetScheduler";

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

#[tokio::test]
async fn an_id_has_one_rule_everywhere() {
    let door = Door::open().await;
    let long = "x".repeat(129);
    for (in_path, id) in [
        (long.as_str(), long.as_str()),
        ("..%2Fx", "../x"),
        ("a%2fb", "a/b"),
        ("a%20b", "a b"),
        ("%F0%9F%94%94", "🔔"),
        ("%E2%80%AEx", "\u{202e}x"),
        ("-x", "-x"),
        ("%00", "\0"),
    ] {
        let path = format!("/api/v1/schedulers/{in_path}/status");
        let status = door.json("PUT", &path, r#"{"status":"completed"}"#).await;
        assert_eq!((status.code, status.refusal().as_str()), (400, "BAD_ID"), "{id:?}");
        let message = v1::UpdateStatusRequest {
            scheduler_id: id.into(),
            status: v1::RunStatus::Completed.into(),
            ..Default::default()
        };
        let body = frame(&prost::Message::encode_to_vec(&message));
        let answer = door.grpc(STATUS, &[("x-api-key", &door.admin)], body).await;
        assert_eq!(
            (answer.code, answer.reason.as_str()),
            (Code::InvalidArgument, "BAD_ID"),
            "{id:?}"
        );
        if id != "\0" {
            let body = json!({"scheduler_id": id, "service_name": "s", "job_name": "j"});
            let register =
                door.json("POST", "/api/v1/schedulers/register", &body.to_string()).await;
            assert_eq!((register.code, register.refusal().as_str()), (400, "BAD_ID"), "{id:?}");
        }
    }
    let body = json!({"scheduler_id": "", "service_name": "s", "job_name": "j"}).to_string();
    let empty = door.json("POST", "/api/v1/schedulers/register", &body).await;
    assert_eq!((empty.code, empty.refusal().as_str()), (400, "BAD_ID"));
    let not_text =
        door.json("PUT", "/api/v1/schedulers/%FF/status", r#"{"status":"failed"}"#).await;
    assert_eq!((not_text.code, not_text.refusal().as_str()), (400, "BAD_VALUE"));
    assert_eq!(door.json("GET", "/api/v1/schedulers", "").await.json()["schedulers"], json!([]));
}

#[tokio::test]
async fn a_registration_is_read_strictly_and_may_be_repeated() {
    let door = Door::open_with(&[("NIGHTBELL_SCHEDULERS_MAX", "1")]).await;
    let path = "/api/v1/schedulers/register";
    let good = json!({"scheduler_id": "job", "service_name": "s", "job_name": "j"});
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body.to_string()
    };
    for (what, body, reason) in [
        ("unknown field", with("colour", json!(1)), "UNKNOWN_FIELD"),
        ("a wrong type", with("service_name", json!(1)), "BAD_TYPE"),
        ("NUL", with("job_name", json!("a\0")), "BAD_VALUE"),
        ("two addresses", with("owner_email", json!("a@b.example, c@d.example")), "BAD_EMAIL"),
        (
            "a line break",
            with("owner_email", json!("a@b.example\r\nbcc: c@d.example")),
            "BAD_EMAIL",
        ),
        ("a display name", with("owner_email", json!("A <a@b.example>")), "BAD_EMAIL"),
        (
            "400 characters",
            with("owner_email", json!(format!("{}@b.example", "a".repeat(400)))),
            "BAD_EMAIL",
        ),
        ("interval 0", with("schedules", json!([{"every": "0s"}])), "OUT_OF_RANGE"),
        (
            "interval of 10 years",
            with("schedules", json!([{"every": "315360000s"}])),
            "OUT_OF_RANGE",
        ),
        ("a grace below zero", with("start_grace", json!("-1s")), "OUT_OF_RANGE"),
        ("an end due at once", with("finish_by", json!("0s")), "OUT_OF_RANGE"),
        ("a tolerance of 2 days", with("early_tolerance", json!("2d")), "OUT_OF_RANGE"),
        ("a shortest runtime of 0", with("min_runtime", json!("0s")), "OUT_OF_RANGE"),
        ("a progress timeout of 1 s", with("progress_timeout", json!("1s")), "OUT_OF_RANGE"),
        ("a progress timeout of 8 days", with("progress_timeout", json!("8d")), "OUT_OF_RANGE"),
        ("a threshold of 0", with("failure_threshold", json!(0)), "OUT_OF_RANGE"),
        ("a threshold of 101", with("recovery_threshold", json!(101)), "OUT_OF_RANGE"),
        ("a threshold below zero", with("failure_threshold", json!(-1)), "BAD_VALUE"),
        ("a window of 101", with("failure_window", json!(101)), "OUT_OF_RANGE"),
        (
            "2 of the last 1",
            json!({"scheduler_id": "job", "service_name": "s", "job_name": "j",
                "recovery_threshold": 2, "recovery_window": 1})
            .to_string(),
            "CONTRADICTION",
        ),
        (
            "longer at least than at most",
            json!({"scheduler_id": "job", "service_name": "s", "job_name": "j",
                "min_runtime": "61s", "max_runtime": "60s"})
            .to_string(),
            "CONTRADICTION",
        ),
        ("an unknown severity", with("severity", json!("urgent")), "BAD_VALUE"),
    ] {
        let answer = door.json("POST", path, &body).await;
        assert_eq!((answer.code, answer.refusal().as_str()), (400, reason), "{what}");
    }
    for created in [true, false] {
        let again = door.json("POST", path, &good.to_string()).await;
        assert_eq!((again.code, &again.json()["created"]), (200, &json!(created)));
    }
    let member = door.json("POST", path, &with("alert_user_id", json!("@here"))).await;
    assert!(warned(&member.json(), "alert_user_id", "FIELD_DROPPED"), "{}", member.text());
    assert_eq!(member.json()["scheduler"]["settings"]["alert_user_id"], Value::Null);

    let by_case = json!({"scheduler_id": "JOB", "service_name": "s", "job_name": "j"});
    let answer = door.json("POST", path, &by_case.to_string()).await;
    assert_eq!((answer.code, answer.refusal().as_str()), (409, "ID_DIFFERS_BY_CASE"));
    let answer = door.call::<v1::RegisterSchedulerRequest>(REGISTER, &by_case).await;
    assert_eq!((answer.code, answer.reason.as_str()), (Code::AlreadyExists, "ID_DIFFERS_BY_CASE"));

    let second = json!({"scheduler_id": "job2", "service_name": "s", "job_name": "j"});
    let answer = door.json("POST", path, &second.to_string()).await;
    assert_eq!((answer.code, answer.refusal().as_str()), (429, "QUOTA"));
    assert_eq!(answer.json()["error"]["retryable"], false);
    let answer = door.call::<v1::RegisterSchedulerRequest>(REGISTER, &second).await;
    assert_eq!((answer.code, answer.reason.as_str()), (Code::ResourceExhausted, "QUOTA"));
    let known = door.json("PUT", "/api/v1/schedulers/job/status", r#"{"status":"running"}"#).await;
    assert_eq!(known.code, 200, "those that exist are not affected");
}

#[tokio::test]
async fn an_owner_set_by_a_higher_role_stays() {
    let door = Door::open().await;
    let reporter = door.key(&["--role", "reporter"]);
    let body = |owner: &str| {
        let body = json!({"scheduler_id": "job", "service_name": "s", "job_name": "j", "owner_email": owner});
        body.to_string()
    };
    let path = "/api/v1/schedulers/register";
    for (key, owner, code) in [
        (&reporter, "one@example.org", 200),
        (&reporter, "two@example.org", 200),
        (&door.admin, "boss@example.org", 200),
        (&reporter, "boss@example.org", 200),
        (&reporter, "three@example.org", 403),
    ] {
        let answer = door.json_as(key, "POST", path, &body(owner)).await;
        assert_eq!(answer.code, code, "{owner}: {}", answer.text());
    }
    let owner = door.json("GET", "/api/v1/schedulers/job", "").await;
    assert_eq!(owner.json()["scheduler"]["settings"]["owner_email"], "boss@example.org");
}

#[tokio::test]
async fn an_unknown_scheduler_is_not_found_unless_the_server_registers_it() {
    let body = json!({"scheduler_id": "job", "status": "completed"});
    let path = "/api/v1/schedulers/job/status";
    let door = Door::open().await;
    let answer = door.json("PUT", path, &body.to_string()).await;
    assert_eq!((answer.code, answer.refusal().as_str()), (404, "UNKNOWN_SCHEDULER"));
    let answer = door.call::<v1::UpdateStatusRequest>(STATUS, &body).await;
    assert_eq!((answer.code, answer.reason.as_str()), (Code::NotFound, "UNKNOWN_SCHEDULER"));
    drop(door);

    let door = Door::open_with(&[("NIGHTBELL_REGISTER_ON_FIRST_REPORT", "true")]).await;
    assert_eq!(door.json("PUT", path, &body.to_string()).await.code, 200);
    assert_eq!(runs(&door, "job").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_report_counts_once_and_the_first_end_decides() {
    let door = Door::open().await;
    register(&door, "job").await;
    let report = |status: &str, sequence: u32| json!({"scheduler_id": "job", "run_id": "r", "sequence": sequence, "status": status});
    for (what, status, sequence, code, reason) in [
        ("the start", "running", 1, 200, ""),
        ("the start again", "running", 1, 200, ""),
        ("another report of that number", "failed", 1, 409, "SEQUENCE_REUSED"),
        ("the end", "completed", 2, 200, ""),
        ("another end", "failed", 3, 409, "TERMINAL_CONFLICT"),
        ("another end again", "failed", 3, 409, "TERMINAL_CONFLICT"),
    ] {
        let body = report(status, sequence);
        let answer = door.json("PUT", "/api/v1/schedulers/job/status", &body.to_string()).await;
        assert_eq!(answer.code, code, "{what}: {}", answer.text());
        let by_grpc = door.call::<v1::UpdateStatusRequest>(STATUS, &body).await;
        if code == 200 {
            assert_eq!(by_grpc.code, Code::Ok, "{what}");
        } else {
            assert_eq!(answer.refusal(), reason, "{what}");
            assert_eq!(by_grpc.reason, reason, "{what}");
            let aborted = reason == "TERMINAL_CONFLICT";
            let expected = if aborted { Code::Aborted } else { Code::AlreadyExists };
            assert_eq!(by_grpc.code, expected, "{what}");
        }
    }
    let run = door.json("GET", "/api/v1/schedulers/job/runs/r", "").await.json()["run"].clone();
    assert_eq!(run["status"], "completed");
    assert_eq!(run["other_ends"].as_array().unwrap().len(), 1);
    assert_eq!(run["other_ends"][0]["status"], "failed");
}

#[tokio::test]
async fn a_heartbeat_of_no_open_run_is_taken_with_a_warning() {
    let door = Door::open().await;
    register(&door, "job").await;
    door.json("PUT", "/api/v1/schedulers/job/status", r#"{"status":"completed","run_id":"over"}"#)
        .await;
    for run in ["over", "unheard-of"] {
        let body = json!({"scheduler_id": "job", "run_id": run});
        let answer = door.json("POST", "/api/v1/schedulers/job/heartbeat", &body.to_string()).await;
        assert_eq!(answer.code, 200, "{run}");
        assert!(warned(&answer.json(), "run_id", "NO_OPEN_RUN"), "{run}: {}", answer.text());
        let answer = door.call::<v1::SendHeartbeatRequest>(HEARTBEAT, &body).await;
        let answer: v1::SendHeartbeatResponse = answer.message();
        assert_eq!(answer.warnings[0].reason, "NO_OPEN_RUN", "{run}");
    }
    assert_eq!(runs(&door, "job").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn more_time_than_may_be_asked_for_is_left_out_with_a_warning() {
    let door = Door::open().await;
    register(&door, "job").await;
    door.json("PUT", "/api/v1/schedulers/job/status", r#"{"status":"running","run_id":"r"}"#).await;
    for (extend, reason) in [
        (json!("0s"), "FIELD_DROPPED"),
        (json!("-5s"), "FIELD_DROPPED"),
        (json!("604801s"), "FIELD_DROPPED"),
        (json!("soon"), "FIELD_DROPPED"),
    ] {
        let body = json!({"run_id": "r", "extend": extend}).to_string();
        let answer = door.json("POST", "/api/v1/schedulers/job/heartbeat", &body).await;
        assert_eq!(answer.code, 200, "{extend}: {}", answer.text());
        assert!(warned(&answer.json(), "extend", reason), "{extend}: {}", answer.text());
    }
    for sequence in [1, 1, 2] {
        let body = json!({"run_id": "r", "extend": "90s", "sequence": sequence}).to_string();
        let answer = door.json("POST", "/api/v1/schedulers/job/heartbeat", &body).await;
        assert_eq!(answer.json()["warnings"], json!([]), "{}", answer.text());
    }
    let run = door.json("GET", "/api/v1/schedulers/job/runs/r", "").await.json()["run"].clone();
    assert_eq!(run["extended_by"], "180s", "what was sent again adds nothing");
}

#[tokio::test]
async fn a_bad_item_of_a_batch_refuses_itself_only() {
    let door = Door::open().await;
    register(&door, "job").await;
    let item = |n: usize, name: &str, value: &str| {
        let mut status = json!({"scheduler_id": "job", "run_id": format!("r{n}"),
            "status": "completed", "timestamp": in_seconds(-60)});
        status[name] = value.into();
        json!({"status": status})
    };
    let old = in_seconds(-8 * 24 * 3_600);
    let items: Vec<Value> = (0..1_000)
        .map(|n| match n {
            3 => item(n, "timestamp", "2026-01-15T01:00:00"),
            5 => item(n, "timestamp", &old),
            7 => item(n, "status", "done"),
            9 => item(n, "scheduler_id", "nobody"),
            11 => json!({}),
            n => item(n, "error_message", ""),
        })
        .collect();
    let body = json!({"items": items}).to_string();
    let answer = door.json("POST", "/api/v1/reports:batch", &body).await;
    assert_eq!(answer.code, 200, "{}", answer.text());
    let results = answer.json()["results"].clone();
    let refused: Vec<(u64, i64, &str)> = results
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["code"] != 0)
        .map(|it| {
            let (index, code) = (it["index"].as_u64(), it["code"].as_i64());
            (index.unwrap(), code.unwrap(), it["reason"].as_str().unwrap())
        })
        .collect();
    let expected = [
        (3, 3, "BAD_TIMESTAMP"),
        (5, 11, "REPLAY_TOO_OLD"),
        (7, 3, "BAD_VALUE"),
        (9, 5, "UNKNOWN_SCHEDULER"),
        (11, 3, "REQUIRED"),
    ];
    assert_eq!(refused, expected);
    let page = door.json("GET", "/api/v1/schedulers/job/runs?page_size=500", "").await.json();
    let token = page["next_page_token"].as_str().unwrap();
    let path = format!("/api/v1/schedulers/job/runs?page_size=500&page_token={token}");
    let rest = door.json("GET", &path, "").await.json();
    let count = |page: &Value| page["runs"].as_array().unwrap().len();
    assert_eq!(count(&page) + count(&rest), 995);
    let reasons = rejected(&door, "job").await;
    let mut reasons: Vec<_> =
        reasons.as_array().unwrap().iter().map(|it| it["reason"].as_str().unwrap()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["BAD_TIMESTAMP", "BAD_VALUE", "REPLAY_TOO_OLD"]);

    for (count, reason) in [(0, "REQUIRED"), (1_001, "TOO_MANY")] {
        let body = json!({"items": vec![json!({}); count]});
        let answer = door.json("POST", "/api/v1/reports:batch", &body.to_string()).await;
        assert_eq!((answer.code, answer.refusal().as_str()), (400, reason));
        let answer = door.call::<v1::BatchReportRequest>(BATCH, &body).await;
        assert_eq!((answer.code, answer.reason.as_str()), (Code::InvalidArgument, reason));
    }
}

#[tokio::test]
async fn a_page_is_as_large_as_it_may_be_and_its_token_is_our_own() {
    let door = Door::open().await;
    register(&door, "job").await;
    let large = door.json("GET", "/api/v1/schedulers?page_size=1000000", "").await;
    assert_eq!(large.code, 200);
    let runs_token = "cnVucyAwIGE"; // "runs 0 a": of another list
    for token in ["forged", "%F0%9F%94%94", runs_token] {
        let path = format!("/api/v1/schedulers?page_token={token}");
        let answer = door.json("GET", &path, "").await;
        assert_eq!((answer.code, answer.refusal().as_str()), (400, "BAD_PAGE_TOKEN"), "{token}");
        let message = v1::ListSchedulersRequest { page_token: token.into(), ..Default::default() };
        let body = frame(&prost::Message::encode_to_vec(&message));
        let answer = door.grpc(LIST, &[("x-api-key", &door.admin)], body).await;
        assert_eq!(
            (answer.code, answer.reason.as_str()),
            (Code::InvalidArgument, "BAD_PAGE_TOKEN")
        );
    }
    for (query, reason) in [
        ("page_size=many", "BAD_VALUE"),
        ("page_size=1&page_size=2", "DUPLICATE_FIELD"),
        ("colour=red", "UNKNOWN_FIELD"),
        ("label=team", "BAD_LABEL"),
        ("health=99", "BAD_VALUE"),
    ] {
        let answer = door.json("GET", &format!("/api/v1/schedulers?{query}"), "").await;
        assert_eq!((answer.code, answer.refusal().as_str()), (400, reason), "{query}");
    }
}

#[tokio::test]
async fn a_caller_that_is_not_known_learns_nothing() {
    let door = Door::open().await;
    let other = door.key(&["--role", "admin"]);
    let revoked = door.key(&["--role", "admin"]);
    door.revoke(&revoked);
    let admin = door.admin.as_str();
    let wrong_secret = forged(admin, &other);
    let bearer = format!("Bearer {other}");
    let in_query = format!("/api/v1/schedulers?api_key={admin}");
    let plain = "/api/v1/schedulers";
    let mut texts = Vec::new();
    for (what, path, headers, reason) in [
        ("nothing", plain, vec![], "NO_CREDENTIAL"),
        ("nonsense", plain, vec![("x-api-key", "nonsense")], "BAD_CREDENTIAL"),
        ("a bad checksum", plain, vec![("x-api-key", &admin[..admin.len() - 1])], "BAD_CREDENTIAL"),
        ("a wrong secret", plain, vec![("x-api-key", &wrong_secret)], "BAD_CREDENTIAL"),
        ("a revoked key", plain, vec![("x-api-key", &revoked)], "BAD_CREDENTIAL"),
        ("basic", plain, vec![("authorization", "Basic Og==")], "BAD_CREDENTIAL"),
        (
            "two keys",
            plain,
            vec![("x-api-key", admin), ("authorization", &bearer)],
            "AMBIGUOUS_CREDENTIALS",
        ),
        (
            "one key twice",
            plain,
            vec![("x-api-key", admin), ("x-api-key", admin)],
            "AMBIGUOUS_CREDENTIALS",
        ),
        ("in the query", &in_query, vec![("x-api-key", admin)], "CREDENTIAL_IN_QUERY"),
    ] {
        wait_until("the key's end is known", async || {
            what != "a revoked key" || door.ask("GET", path, &headers, "").await.code == 401
        })
        .await;
        let answer = door.ask("GET", path, &headers, "").await;
        assert_eq!((answer.code, answer.refusal().as_str()), (401, reason), "{what}");
        let metrics = door.ask("GET", "/metrics", &headers, "").await;
        if path == plain {
            assert_eq!((metrics.code, metrics.refusal().as_str()), (401, reason), "{what}");
            let grpc = door.grpc(LIST, &headers, frame(b"")).await;
            assert_eq!(
                (grpc.code, grpc.reason.as_str()),
                (Code::Unauthenticated, reason),
                "{what}"
            );
        }
        if reason == "BAD_CREDENTIAL" {
            texts.push(answer.json()["error"]["message"].clone());
        }
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "all bad credentials look alike: {texts:?}");
    assert!(!door.log().contains(&admin[17..]));

    let counted = door.json("GET", "/metrics", "").await.text();
    for cause in ["NO_CREDENTIAL", "BAD_CREDENTIAL", "AMBIGUOUS_CREDENTIALS", "CREDENTIAL_IN_QUERY"]
    {
        let line = format!("nightbell_auth_failures_total{{cause=\"{cause}\"}}");
        assert!(counted.contains(&line), "{cause} is not counted");
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_and_a_good_key_from_the_same_address_is_not() {
    let door = Door::open().await;
    let from = fresh_address();
    let path = "/api/v1/schedulers";
    let mut answers: Vec<Answer> = Vec::new();
    for _ in 0..80 {
        answers.push(door.ask_from(from, "GET", path, &[("x-api-key", "guess")], b"").await);
    }
    let slowed = answers.last().unwrap();
    assert_eq!((slowed.code, slowed.refusal().as_str()), (429, "RATE_LIMITED"));
    assert!(slowed.json()["error"]["retry_after_ms"].as_u64().unwrap() > 0);
    let good = door.ask_from(from, "GET", path, &[("x-api-key", &door.admin)], b"").await;
    assert_eq!(good.code, 200);
}

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_back() {
    let door = Door::open().await;
    let slow = door.key(&["--role", "viewer", "--requests-per-second", "1"]);
    let mut last = None;
    for _ in 0..20 {
        last = Some(door.json_as(&slow, "GET", "/api/v1/schedulers", "").await);
        if last.as_ref().is_some_and(|it| it.code == 429) {
            break;
        }
    }
    let last = last.unwrap();
    assert_eq!((last.code, last.refusal().as_str()), (429, "RATE_LIMITED"));
    assert_eq!(last.header("retry-after"), "1");
    assert_eq!(last.json()["error"]["retryable"], true);
}

#[tokio::test]
async fn names_that_look_like_markup_come_back_as_they_went_in() {
    let door = Door::open().await;
    for name in [
        "<img src=x onerror=alert(1)>",
        "<!channel> <https://evil.example|Log in>",
        "\u{1b}[31mred",
        "{{7*7}} ${env:X} %n '; DROP TABLE runs; --",
        "\u{202e}elif.exe",
    ] {
        let body = json!({"scheduler_id": "job", "service_name": "s", "job_name": name});
        let answer = door.json("POST", "/api/v1/schedulers/register", &body.to_string()).await;
        assert_eq!(answer.json()["scheduler"]["settings"]["job_name"], name);
        assert_eq!(answer.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn browsers_may_call_by_grpc_web() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let door = Door::open().await;
    register(&door, "job").await;
    for (id, status) in
        [("job", "grpc-status:0"), ("nobody", "grpc-status:5"), ("-", "grpc-status:3")]
    {
        let message = frame(&encoded::<v1::GetSchedulerRequest>(&json!({"scheduler_id": id})));
        let text = STANDARD.encode(&message);
        for (media, body) in [
            ("application/grpc-web+proto", message.as_slice()),
            ("application/grpc-web-text+proto", text.as_bytes()),
        ] {
            let headers = [("content-type", media), ("x-api-key", &door.admin), ("accept", media)];
            let answer = door.ask_from(fresh_address(), "POST", GET, &headers, body).await;
            assert_eq!(answer.code, 200, "{id} {media}");
            assert_eq!(answer.header("content-type"), media, "{id}");
            let body = if media.contains("text") {
                decode_base64(&answer.body)
            } else {
                answer.body.clone()
            };
            let shown = String::from_utf8_lossy(&body).into_owned();
            let in_head = format!("grpc-status:{}", answer.header("grpc-status"));
            assert!(
                shown.contains(status) || in_head == status,
                "{id} {media}: {shown:?} {answer:?}"
            );
        }
    }
    let headers = [("content-type", "application/grpc-web+proto")];
    let answer = door.ask_from(fresh_address(), "POST", GET, &headers, &frame(b"")).await;
    let shown = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(answer.header("grpc-status") == "16" || shown.contains("grpc-status:16"), "{answer:?}");
}

async fn register(door: &Door, id: &str) {
    let body = json!({"scheduler_id": id, "service_name": "s", "job_name": "j"}).to_string();
    let answer = door.json("POST", "/api/v1/schedulers/register", &body).await;
    assert_eq!(answer.code, 200, "{}", answer.text());
}

async fn runs(door: &Door, id: &str) -> Value {
    door.json("GET", &format!("/api/v1/schedulers/{id}/runs"), "").await.json()["runs"].clone()
}

async fn rejected(door: &Door, id: &str) -> Value {
    let shown = door.json("GET", &format!("/api/v1/schedulers/{id}"), "").await;
    shown.json()["rejected_reports"].clone()
}

fn warned(answer: &Value, field: &str, reason: &str) -> bool {
    let warnings = answer["warnings"].as_array().unwrap();
    warnings.iter().any(|it| it["field"] == field && it["reason"] == reason)
}

/// The time so many seconds from now.
fn in_seconds(seconds: i64) -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds)).to_string()
}

/// The key with the secret of another: its form and checksum are good.
fn forged(key: &str, other: &str) -> String {
    let id = key.split('_').nth(1).unwrap();
    let secret = other.split('_').nth(2).unwrap();
    let text = format!("nba_{id}_{secret}");
    let mut rest = crc32fast::hash(text.as_bytes());
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut checksum = [b'0'; 6];
    for place in checksum.iter_mut().rev() {
        *place = digits[(rest % 62) as usize];
        rest /= 62;
    }
    format!("{text}_{}", std::str::from_utf8(&checksum).unwrap())
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

/// gRPC-web's text is one or more base64 texts in a row.
fn decode_base64(text: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let mut decoded = Vec::new();
    for four in text.chunks(4) {
        decoded.extend(STANDARD.decode(four).unwrap());
    }
    decoded
}

#[tokio::test]
async fn schedules_are_refused_with_their_field_and_reason() {
    let door = Door::open().await;
    let commas = ",".repeat(5_000);
    for (cron, zone, reason) in [
        ("61 * * * *", "UTC", "BAD_CRON"),
        ("*/90 * * * *", "UTC", "BAD_CRON"),
        ("* * * * * * * *", "UTC", "BAD_CRON"),
        (&commas, "UTC", "BAD_CRON"),
        ("0 0 30 2 *", "UTC", "NEVER_FIRES"),
        ("0 1 * * *", "Mars/Olympus", "BAD_TIMEZONE"),
        ("0 1 * * *", "EST5EDT4", "BAD_TIMEZONE"),
        ("0 1 * * *", "../../x", "BAD_TIMEZONE"),
    ] {
        let named = json!({"scheduler_id": "job", "service_name": "s", "job_name": "j"});
        let mut body = json!({"schedules": [{"cron": cron}], "timezone": zone});
        let preview = door.json("POST", "/api/v1/schedules:preview", &body.to_string()).await;
        for (name, value) in named.as_object().unwrap() {
            body[name] = value.clone();
        }
        let path = "/api/v1/schedulers/register";
        let registered = door.json("POST", path, &body.to_string()).await;
        for answer in [preview, registered] {
            assert_eq!(
                (answer.code, answer.refusal().as_str()),
                (400, reason),
                "{cron:.20} {zone}"
            );
        }
    }
}

#[tokio::test]
async fn a_schedule_comes_back_as_it_was_given_and_can_be_tried_before() {
    let door = Door::open().await;
    let body = json!({
        "scheduler_id": "job", "service_name": "s", "job_name": "j", "timezone": "Europe/Berlin",
        "schedules": [{"cron": "30 2 * * *"}, {"every": "86400s"}], "cron_profile": "systemd",
    });
    let made = door.json("POST", "/api/v1/schedulers/register", &body.to_string()).await.json();
    for field in ["schedules", "timezone", "cron_profile"] {
        assert_eq!(made["scheduler"]["settings"][field], body[field], "{made}");
    }
    let changed = json!({"cron_profile": "utc", "timezone": null});
    let changed = door.json("PATCH", "/api/v1/schedulers/job", &changed.to_string()).await.json();
    let settings = &changed["scheduler"]["settings"];
    assert_eq!(settings["cron_profile"], "utc", "{changed}");
    assert_eq!(settings["timezone"], Value::Null, "{changed}");

    let trial = json!({"schedules": [{"cron": "30 2 * * *"}], "timezone": "Europe/Berlin",
        "count": 1, "after": "2026-03-28T12:00:00Z"});
    let told = door.json("POST", "/api/v1/schedules:preview", &trial.to_string()).await.json();
    let note = "02:30 does not exist on this night; runs at 03:00";
    assert_eq!(told["occurrences"][0]["local"], "2026-03-29T03:00:00+02:00", "{told}");
    assert_eq!(told["occurrences"][0]["note"], note);
    assert_eq!(told["clock_changes"][0]["note"], note);
}
