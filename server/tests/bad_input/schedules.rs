//! Schedules that cannot be, and those that come back.

use crate::door::Door;
use serde_json::{Value, json};

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
