//! From something that goes wrong to somebody who knows of it.

mod harness;

use std::time::Duration;

use harness::receiver::{Arrival, Receiver, Reply};
use harness::server::Server;
use harness::{ms, show, wait_until_within, wall_ms};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_failure_is_told_at_once_signed_and_exactly_once() {
    let server = Server::start().await;
    let receiver = Receiver::start().await;
    let rest = server.rest();
    let (_, secret) = rest.add_webhook(&receiver.url).await;
    rest.register("eod", &json!({})).await;

    rest.report("eod", "running", &json!({"run_id": "r1"})).await;
    let failed = json!({"run_id": "r1", "error_message": "no space left\non device"});
    rest.report("eod", "failed", &failed).await;
    let acked_at = tokio::time::Instant::now();
    let opened = receiver.until(1).await.remove(0);
    show(&format!(
        "told {:?} after the acknowledgement",
        opened.at.saturating_duration_since(acked_at)
    ));

    assert!(opened.is_signed_with(&secret), "the signature does not verify");
    assert!(!opened.is_signed_with("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    let signed_at: i64 = opened.header("webhook-timestamp").parse().expect("seconds");
    assert!((wall_ms() / 1_000 - signed_at).abs() < 60, "receivers refuse old signatures");
    let told = opened.json();
    assert_eq!(told["type"], "incident.opened");
    assert_eq!(told["data"]["reason"], "failed");
    assert_eq!(told["data"]["error_message"], "no space left\non device");
    assert_eq!(told["data"]["run_ids"], json!(["r1"]));

    rest.report("eod", "completed", &json!({"run_id": "r2"})).await;
    let incident = rest.until_incident("eod", "resolved").await;
    assert_eq!(incident["resolution"], "recovered");
    let incident_id = incident["incident_id"].as_str().expect("an id");
    let delivered = rest.until_delivery(incident_id, "resolved", "delivered").await;
    let arrivals = receiver.arrivals();
    let events: Vec<String> = arrivals.iter().map(Arrival::event).collect();
    assert_eq!(events, ["incident.opened", "incident.resolved"]);
    assert!(arrivals[1].is_signed_with(&secret));
    assert_eq!(delivered["key"], arrivals[1].key());
    assert_ne!(arrivals[0].key(), arrivals[1].key());
    for arrival in &arrivals {
        assert!(arrival.key().starts_with(&format!("nb1:{incident_id}:")), "{}", arrival.key());
    }
}

#[tokio::test]
async fn a_run_that_stops_beating_is_stalled_at_its_timeout_never_before_and_recovers() {
    let server = Server::start().await;
    let receiver = Receiver::start().await;
    let rest = server.rest();
    rest.add_webhook(&receiver.url).await;
    rest.register("import", &json!({"heartbeat_timeout": "3s"})).await;

    rest.report("import", "running", &json!({"run_id": "r1"})).await;
    rest.heartbeat("import", &json!({"run_id": "r1"})).await;
    let last = rest.heartbeat("import", &json!({"run_id": "r1"})).await;
    let deadline_ms = ms(&last["received_at"]) + 3_000;

    let incident = rest.until_incident("import", "open").await;
    assert_eq!(incident["reason"], "stalled");
    assert_eq!(ms(&incident["onset_at"]), deadline_ms);
    let late_ms = ms(&incident["opened_at"]) - deadline_ms;
    show(&format!("found {late_ms} ms after the deadline"));
    assert!(late_ms >= 0, "found before the deadline");
    assert_eq!(rest.run("import", "r1").await["stalled"], true);
    let opened = receiver.until(1).await.remove(0);
    assert!(opened.at_ms >= deadline_ms, "told before the deadline");

    rest.heartbeat("import", &json!({"run_id": "r1"})).await;
    let incident = rest.until_incident("import", "resolved").await;
    assert_eq!(incident["resolution"], "recovered");
    assert_eq!(receiver.until(2).await[1].event(), "incident.resolved");
    let run = rest.run("import", "r1").await;
    assert_eq!((&run["stalled"], &run["status"]), (&json!(false), &json!("running")));
}

#[tokio::test]
async fn a_receiver_that_fails_is_tried_again_and_hears_of_the_opening_before_the_end() {
    let server = Server::start().await;
    let receiver = Receiver::answering(vec![Reply::of(500)]).await;
    let rest = server.rest();
    rest.add_webhook(&receiver.url).await;
    rest.register("eod", &json!({})).await;

    rest.report("eod", "failed", &json!({"run_id": "r1"})).await;
    let first = receiver.until(1).await.remove(0);
    // The end comes while the opening waits for its second attempt.
    rest.report("eod", "completed", &json!({"run_id": "r2"})).await;
    let incident = rest.until_incident("eod", "resolved").await;
    let incident_id = incident["incident_id"].as_str().expect("an id");
    rest.until_delivery(incident_id, "resolved", "delivered").await;

    let arrivals = receiver.arrivals();
    let events: Vec<String> = arrivals.iter().map(Arrival::event).collect();
    assert_eq!(events, ["incident.opened", "incident.opened", "incident.resolved"]);
    assert_eq!((arrivals[0].key(), &arrivals[0].body), (arrivals[1].key(), &arrivals[1].body));
    assert!(arrivals[1].at - first.at >= Duration::from_secs(5), "tried again too soon");
    let opened = rest.until_delivery(incident_id, "opened", "delivered").await;
    assert_eq!(opened["attempts"], 2);
}

#[tokio::test]
async fn a_receiver_that_asks_for_a_pause_gets_it() {
    let server = Server::start().await;
    let busy = Reply { retry_after: Some("8"), ..Reply::of(429) };
    let receiver = Receiver::answering(vec![busy]).await;
    let rest = server.rest();
    rest.add_webhook(&receiver.url).await;
    rest.register("eod", &json!({})).await;

    rest.report("eod", "failed", &json!({})).await;
    let arrivals = receiver.until(2).await;
    let waited = arrivals[1].at - arrivals[0].at;
    assert!(waited >= Duration::from_secs(8), "came back after {waited:?}");
    assert_eq!(arrivals[0].key(), arrivals[1].key());
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_turned_off_and_says_why_until_it_is_turned_on() {
    let server = Server::start().await;
    let receiver = Receiver::answering(vec![Reply::of(410)]).await;
    let rest = server.rest();
    let (channel_id, _) = rest.add_webhook(&receiver.url).await;
    rest.register("eod", &json!({})).await;

    rest.report("eod", "failed", &json!({})).await;
    let incident = rest.until_incident("eod", "open").await;
    let incident_id = incident["incident_id"].as_str().expect("an id");
    let given_up = rest.until_delivery(incident_id, "opened", "abandoned").await;
    assert!(given_up["last_result"].as_str().is_some_and(|it| it.contains("4xx")), "{given_up}");
    let path = format!("/api/v1/channels/{channel_id}");
    let channel = rest.get(&path).await["channel"].clone();
    assert_eq!(channel["settings"]["enabled"], false);
    assert!(channel["disabled_reason"].as_str().is_some_and(|it| !it.is_empty()), "{channel}");

    let enabled = json!({"enabled": true});
    let (status, changed) = rest.answered(Method::PATCH, &path, Some(&enabled)).await;
    assert_eq!(status, 200, "{changed}");
    rest.report("eod", "completed", &json!({})).await;
    assert_eq!(receiver.until(2).await[1].event(), "incident.resolved");
}

#[tokio::test]
async fn a_slow_receiver_delays_no_other() {
    let server = Server::start().await;
    let slow = Reply { after: Duration::from_secs(12), ..Reply::OK };
    let slow = Receiver::scripted(move |_| slow.clone()).await;
    let quick = Receiver::start().await;
    let rest = server.rest();
    rest.add_webhook(&slow.url).await;
    rest.add_webhook(&quick.url).await;
    for job in ["first", "second"] {
        rest.register(job, &json!({})).await;
    }

    rest.report("first", "failed", &json!({})).await;
    slow.until(1).await;
    quick.until(1).await;
    rest.report("second", "failed", &json!({})).await;
    let acked_at = tokio::time::Instant::now();
    wait_until_within(Duration::from_secs(8), "the quick one hears of the second", async || {
        quick.arrivals().get(1).map(|arrival| {
            show(&format!("told {:?} after", arrival.at.saturating_duration_since(acked_at)));
        })
    })
    .await;
}

#[tokio::test]
async fn people_take_an_incident_on_and_end_it() {
    let server = Server::start().await;
    let receiver = Receiver::start().await;
    let rest = server.rest();
    rest.add_webhook(&receiver.url).await;
    rest.register("eod", &json!({})).await;
    rest.report("eod", "failed", &json!({})).await;
    let incident = rest.until_incident("eod", "open").await;
    let incident_id = incident["incident_id"].as_str().expect("an id");
    let path = format!("/api/v1/incidents/{incident_id}");

    let said = json!({"by": "Ada", "note": "on it"});
    let taken = rest.post(&format!("{path}/acknowledge"), &said).await;
    assert_eq!(taken["incident"]["state"], "acknowledged");
    assert_eq!(taken["incident"]["acknowledgement"]["by"], "Ada");
    let ended = rest.post(&format!("{path}/resolve"), &json!({})).await;
    assert_eq!(ended["incident"]["state"], "resolved");
    assert_eq!(ended["incident"]["resolution"], "manual");
    for act in ["acknowledge", "resolve"] {
        let again = rest.answered(Method::POST, &format!("{path}/{act}"), Some(&json!({}))).await;
        assert_eq!(again.1["error"]["status"], "FAILED_PRECONDITION", "{again:?}");
    }

    let arrivals = receiver.until(3).await;
    let events: Vec<String> = arrivals.iter().map(Arrival::event).collect();
    assert_eq!(events, ["incident.opened", "incident.acknowledged", "incident.resolved"]);
    assert_eq!(arrivals[1].json()["data"]["acknowledgement"]["note"], "on it");

    // The cause lasts: nothing new opens until it has gone and come back.
    let scheduler = rest.get("/api/v1/schedulers/eod").await;
    assert_eq!(scheduler["scheduler"]["health"], "up", "{scheduler}");
}

#[tokio::test]
async fn a_channel_can_be_tried() {
    let server = Server::start().await;
    let receiver = Receiver::answering(vec![Reply::OK, Reply::of(503)]).await;
    let rest = server.rest();
    let (channel_id, secret) = rest.add_webhook(&receiver.url).await;
    let path = format!("/api/v1/channels/{channel_id}/test");

    let taken = rest.post(&path, &json!({})).await;
    assert_eq!(taken["delivered"], true, "{taken}");
    let arrival = receiver.until(1).await.remove(0);
    assert_eq!(arrival.event(), "test");
    assert!(arrival.is_signed_with(&secret));

    let refused = rest.post(&path, &json!({})).await;
    assert_eq!(refused["delivered"], false, "{refused}");
    assert!(refused["result"].as_str().is_some_and(|it| it.contains("5xx")), "{refused}");
}
