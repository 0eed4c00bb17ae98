//! Ids, and what is registered by them.

use crate::door::{Door, frame};
use crate::{STATUS, runs, warned};
use nightbell_proto::v1;
use serde_json::{Value, json};
use tonic::Code;

const REGISTER: &str = "/nightbell.v1.SchedulerService/RegisterScheduler";

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
