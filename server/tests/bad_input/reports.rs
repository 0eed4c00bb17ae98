//! Reports that come twice, too late, or many at once.

use crate::door::Door;
use crate::{BATCH, STATUS, in_seconds, register, rejected, runs, warned};
use nightbell_proto::v1;
use serde_json::{Value, json};
use tonic::Code;

const HEARTBEAT: &str = "/nightbell.v1.ReportService/SendHeartbeat";

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
