//! Routes and silences over REST: what is shown, and what is refused by which field.

#![expect(clippy::unwrap_used, reason = "what a helper cannot do fails its test")]

#[expect(dead_code, reason = "each test uses a part of it")]
mod door;

use door::{Answer, Door};
use serde_json::{Value, json};

async fn post(door: &Door, path: &str, body: Value) -> Answer {
    door.json("POST", path, &body.to_string()).await
}

async fn patch(door: &Door, path: &str, body: Value) -> Answer {
    door.json("PATCH", path, &body.to_string()).await
}

async fn channel(door: &Door, more: Value) -> String {
    let mut body = json!({"name": "a", "webhook": {"url": "https://example.org/hook"}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = post(door, "/api/v1/channels", body).await.json();
    made["channel"]["channel_id"].as_str().unwrap().to_owned()
}

/// The fields that an answer of 400 names, with their reasons.
fn refused(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.code, 400, "{}", answer.text());
    let error = answer.json();
    let violations = error["error"]["field_violations"].as_array().unwrap().clone();
    let told = |it: &Value| format!("{} {}", it["field"], it["reason"]).replace('"', "");
    violations.iter().map(told).collect()
}

#[tokio::test]
async fn a_route_is_made_changed_and_forgotten() {
    let door = Door::open().await;
    let channel = channel(&door, json!({"by_default": false})).await;
    let asked = json!({"name": "Pager at night", "channel_ids": [channel], "delay": "300s",
        "selects": {"service_name": "billing", "labels": {"env": "prod"}}, "repeat_every": 3600,
        "severities": ["critical"], "reasons": ["missed", "failed"], "instead_of_default": true});
    let made = post(&door, "/api/v1/routes", asked.clone()).await.json()["route"].clone();
    let mut expected = asked;
    expected["repeat_every"] = json!("3600s");
    expected["selects"]["scheduler_id"] = json!("");
    assert_eq!(made["settings"], expected);
    assert_eq!(made["created_by"], "door");

    let path = format!("/api/v1/routes/{}", made["route_id"].as_str().unwrap());
    let changed = patch(&door, &path, json!({"delay": null, "severities": []})).await.json();
    assert_eq!(changed["route"]["settings"]["delay"], Value::Null);
    assert_eq!(changed["route"]["settings"]["severities"], json!([]));
    assert_eq!(changed["route"]["settings"]["name"], "Pager at night");
    assert_eq!(door.json("GET", &path, "").await.json(), changed);
    let listed = door.json("GET", "/api/v1/routes", "").await.json();
    assert_eq!(listed["routes"], json!([changed["route"]]));

    assert_eq!(door.json("DELETE", &path, "").await.code, 200);
    assert_eq!(door.json("GET", &path, "").await.code, 404);
}

#[tokio::test]
async fn what_cannot_be_a_route_is_refused_by_field() {
    let door = Door::open().await;
    let channel = channel(&door, json!({})).await;
    for (asked, fields) in [
        (json!({}), vec!["name BAD_NAME", "channel_ids OUT_OF_RANGE"]),
        (json!({"name": "a", "channel_ids": ["99"]}), vec!["channel_ids[0] UNKNOWN_CHANNEL"]),
        (json!({"name": "a", "channel_ids": ["x"]}), vec!["channel_ids[0] UNKNOWN_CHANNEL"]),
        (
            json!({"name": "a", "channel_ids": [channel], "delay": "25h", "repeat_every": "60s"}),
            vec!["delay OUT_OF_RANGE", "repeat_every OUT_OF_RANGE"],
        ),
        (
            json!({"name": "a", "channel_ids": [channel], "severities": ["urgent"]}),
            vec!["severities[0] BAD_VALUE"],
        ),
        (json!({"name": "a", "channel_ids": [channel], "to": 1}), vec!["to UNKNOWN_FIELD"]),
        (
            json!({"name": "a", "channel_ids": [channel], "selects": {"scheduler_id": "a b"}}),
            vec!["selects.scheduler_id BAD_ID"],
        ),
    ] {
        let answer = post(&door, "/api/v1/routes", asked.clone()).await;
        assert_eq!(refused(&answer), fields, "{asked}");
    }
    let good = json!({"name": "a", "channel_ids": [channel]});
    let made = post(&door, "/api/v1/routes", good).await.json();
    let path = format!("/api/v1/routes/{}", made["route"]["route_id"].as_str().unwrap());
    let answer = patch(&door, &path, json!({"channel_ids": ["99"]})).await;
    assert_eq!(refused(&answer), ["settings.channel_ids[0] UNKNOWN_CHANNEL"]);
}

#[tokio::test]
async fn a_silence_is_made_shown_ended_and_forgotten() {
    let door = Door::open().await;
    let body = json!({"scheduler_id": "eod", "service_name": "s", "job_name": "j"});
    assert_eq!(post(&door, "/api/v1/schedulers/register", body).await.code, 200);
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(2);
    let asked = json!({"note": "Deploy", "covers": {"scheduler_id": "eod"},
        "ends_at": end.to_string()});
    let made = post(&door, "/api/v1/silences", asked).await.json()["silence"].clone();
    assert_eq!((&made["active"], &made["next_start_at"]), (&json!(true), &Value::Null));
    assert_eq!(made["active_until"], made["settings"]["ends_at"]);
    let explained = door.json("GET", "/api/v1/schedulers/eod/explain", "").await.json();
    assert_eq!(explained["silences"], json!([made]));

    let path = format!("/api/v1/silences/{}", made["silence_id"].as_str().unwrap());
    let answer = patch(&door, &path, json!({"window": {"cron": "x", "duration": "2h"}})).await;
    assert_eq!(refused(&answer), ["settings.window.cron BAD_CRON"]);
    let window = json!({"cron": "0 2 * * 7", "timezone": "Europe/Berlin", "duration": "7200s"});
    let weekly = patch(&door, &path, json!({"window": window})).await.json();
    let settings = &weekly["silence"]["settings"];
    assert_eq!((&settings["ends_at"], &settings["window"]), (&Value::Null, &window));
    assert_ne!(weekly["silence"]["next_start_at"], Value::Null);
    assert_eq!(door.json("GET", &path, "").await.json()["silence"]["settings"], *settings);

    assert_eq!(door.json("DELETE", &path, "").await.code, 200);
    let listed = door.json("GET", "/api/v1/silences", "").await.json();
    assert_eq!(listed["silences"], json!([]));
}

#[tokio::test]
async fn nobody_silences_everything_by_forgetting_a_field() {
    let door = Door::open().await;
    let end = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1)).to_string();
    for (asked, fields) in [
        (json!({"note": "n", "ends_at": end}), vec!["covers REQUIRED"]),
        (json!({"note": "n", "covers": {}, "ends_at": end}), vec!["covers REQUIRED"]),
        (json!({"note": "n", "everything": true}), vec!["ends_at REQUIRED"]),
        (
            json!({"note": "n", "everything": true, "ends_at": "2020-01-01T00:00:00Z"}),
            vec!["ends_at CONTRADICTION"],
        ),
        (json!({"everything": true, "ends_at": end}), vec!["note BAD_VALUE"]),
        (
            json!({"note": "n", "everything": true, "window": {"cron": "0 2 * *"}}),
            vec!["window.duration OUT_OF_RANGE", "window.cron BAD_CRON"],
        ),
    ] {
        let answer = post(&door, "/api/v1/silences", asked.clone()).await;
        assert_eq!(refused(&answer), fields, "{asked}");
    }
}

#[tokio::test]
async fn a_channel_says_who_is_told_in_its_place() {
    let door = Door::open().await;
    let second = channel(&door, json!({})).await;
    let first = channel(&door, json!({"fallback_channel_id": second, "by_default": false})).await;
    let path = format!("/api/v1/channels/{first}");
    let shown = door.json("GET", &path, "").await.json()["channel"].clone();
    assert_eq!(shown["settings"]["fallback_channel_id"], json!(second));
    assert_eq!(shown["settings"]["by_default"], json!(false));
    assert_eq!(shown["failing_since"], Value::Null);
    for (asked, fields) in [
        (json!({"fallback_channel_id": first}), "settings.fallback_channel_id CONTRADICTION"),
        (json!({"fallback_channel_id": "99"}), "settings.fallback_channel_id UNKNOWN_CHANNEL"),
        (json!({"fallback_channel_id": "x"}), "settings.fallback_channel_id UNKNOWN_CHANNEL"),
    ] {
        assert_eq!(refused(&patch(&door, &path, asked.clone()).await), [fields], "{asked}");
    }
    let cleared = patch(&door, &path, json!({"fallback_channel_id": null, "by_default": true}));
    let settings = cleared.await.json()["channel"]["settings"].clone();
    assert_eq!(settings["fallback_channel_id"], Value::Null);
    assert_eq!(settings["by_default"], json!(true));
}
