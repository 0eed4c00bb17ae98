//! Bad inputs, and what each is answered.
//!
//! One row for each input, by both transports where both can say it. What is
//! refused keeps nothing; what is taken is taken with a warning.

#![expect(clippy::unwrap_used, reason = "what a helper cannot do fails its test")]
#![expect(clippy::too_many_lines, reason = "a table is as long as its inputs")]

#[path = "../door/mod.rs"]
#[expect(dead_code, reason = "each test uses a part of it")]
mod door;

mod bodies;
mod callers;
mod fields;
mod registration;
mod reports;
mod schedules;

use door::Door;
use serde_json::{Value, json};

const STATUS: &str = "/nightbell.v1.ReportService/UpdateStatus";
const BATCH: &str = "/nightbell.v1.ReplayService/BatchReport";
const LIST: &str = "/nightbell.v1.SchedulerService/ListSchedulers";

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
