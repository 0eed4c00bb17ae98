//! What a person on call is told, and what they can do: incidents that come back, their
//! history, and pauses that end by themselves. Over both transports.

mod harness;

use std::time::Duration;

use harness::receiver::{Arrival, Receiver};
use harness::server::Server;
use harness::{wait_until, wall_ms};
use nightbell_proto::v1;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn an_incident_that_comes_back_is_reopened_and_its_history_tells_who_did_what() {
    let server = Server::start().await;
    let receiver = Receiver::start().await;
    let (rest, mut grpc) = (server.rest(), server.grpc().incidents());
    rest.add_webhook(&receiver.url).await;
    rest.register("eod", &json!({})).await;
    rest.report("eod", "failed", &json!({"run_id": "r1"})).await;
    let incident = rest.until_incident("eod", "open").await;
    let incident_id = incident["incident_id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/incidents/{incident_id}");

    let (by, note) = ("Ada".to_owned(), "on it".to_owned());
    let request = v1::AcknowledgeIncidentRequest { incident_id: incident_id.clone(), by, note };
    grpc.acknowledge_incident(request).await.expect("it is open");
    rest.report("eod", "completed", &json!({"run_id": "r2"})).await;
    rest.until_incident("eod", "resolved").await;
    rest.report("eod", "failed", &json!({"run_id": "r3", "error_message": "again"})).await;
    let again = rest.until_incident("eod", "open").await;
    assert_eq!(again["incident_id"], incident["incident_id"], "the same incident");
    assert_eq!(again["reopenings"], 1);
    assert_eq!(again["onset_at"], incident["onset_at"]);
    assert_eq!(again["run_ids"], json!(["r1", "r3"]));
    let note = json!({"by": "Grace", "note": "disk replaced"});
    let ended = rest.post(&format!("{path}/resolve"), &note).await["incident"].clone();
    let lasted = ended["duration"].as_str().expect("how long it lasted");

    let arrivals = receiver.until(5).await;
    let events: Vec<String> = arrivals.iter().map(Arrival::event).collect();
    let kinds = ["opened", "acknowledged", "resolved", "reopened", "resolved"];
    assert_eq!(events, kinds.map(|kind| format!("incident.{kind}")));
    let recovered = arrivals[2].json()["data"].clone();
    let told = recovered["summary"].as_str().expect("a summary").to_owned();
    assert!(told.starts_with("Recovered after "), "{told}");
    assert!(recovered["duration"].is_string() && recovered["missed_slots"] == 0, "{recovered}");
    assert_eq!(arrivals[3].json()["data"]["summary"], "Wrong again: Run failed: again");
    assert_eq!(arrivals[4].json()["data"]["duration"], lasted);

    let request = v1::GetIncidentRequest { incident_id };
    let shown = grpc.get_incident(request).await.expect("it is there").into_inner();
    let told: Vec<_> = shown.history.iter().map(|it| it.event.as_str()).collect();
    assert_eq!(told, kinds);
    let signed: Vec<_> = shown.history.iter().map(|it| it.by.as_str()).collect();
    assert_eq!(signed, ["", "Ada", "", "", "Grace"]);
    assert_eq!(shown.history[4].note, "disk replaced");
    assert_eq!(shown.history[2].resolution(), v1::Resolution::Recovered);
    let over_rest = rest.get(&path).await["history"].clone();
    assert_eq!(over_rest[4]["by"], "Grace");
    assert_eq!(over_rest[4]["resolution"], "manual");
    assert_eq!(over_rest[3]["event"], "reopened");
}

#[tokio::test]
async fn a_pause_outlives_reports_registrations_and_the_server_and_ends_by_itself() {
    let mut server = Server::start().await;
    let rest = server.rest();
    rest.register("nightly", &json!({})).await;
    let until = jiff::Timestamp::now() + Duration::from_secs(4);
    let pause = json!({"until": until.to_string()});
    rest.post("/api/v1/schedulers/nightly/pause", &pause).await;
    rest.report("nightly", "failed", &json!({"run_id": "r1"})).await;
    rest.register("nightly", &json!({"max_runtime": "3600s"})).await;
    server.kill();
    server.restart().await;
    let rest = server.rest();
    let scheduler = rest.get("/api/v1/schedulers/nightly").await["scheduler"].clone();
    if wall_ms() < until.as_millisecond() {
        assert_eq!(scheduler["health"], "paused", "{scheduler}");
    }

    wait_until("the pause ends by itself", async || {
        let scheduler = rest.get("/api/v1/schedulers/nightly").await["scheduler"].clone();
        (scheduler["health"] == "up").then_some(())
    })
    .await;
    assert!(wall_ms() >= until.as_millisecond(), "not before its time");
    assert!(rest.incidents("nightly").await.is_empty(), "what lay in it was not judged");
    let past = json!({"until": "2020-01-01T00:00:00Z"});
    let path = "/api/v1/schedulers/nightly/pause";
    let refused = rest.answered(Method::POST, path, Some(&past)).await;
    assert_eq!(refused.0, 400, "{refused:?}");
}

#[tokio::test]
async fn what_a_person_set_is_not_overwritten_when_the_job_registers_again() {
    let server = Server::start().await;
    let rest = server.rest();
    rest.register("nightly", &json!({"max_runtime": "3600s"})).await;
    let path = "/api/v1/schedulers/nightly";
    let change = json!({"max_runtime": "7200s"});
    let (code, changed) = rest.answered(Method::PATCH, path, Some(&change)).await;
    assert_eq!(code, 200, "{changed}");
    assert_eq!(changed["scheduler"]["held_settings"], json!(["max_runtime"]));

    let again = rest.register("nightly", &json!({"max_runtime": "3600s"})).await;
    assert_eq!(again["warnings"][0]["reason"], "SETTING_HELD", "{again}");
    assert_eq!(again["warnings"][0]["field"], "max_runtime");
    assert_eq!(again["scheduler"]["settings"]["max_runtime"], "7200s");

    rest.post(&format!("{path}/release"), &json!({"names": ["max_runtime"]})).await;
    let again = rest.register("nightly", &json!({"max_runtime": "3600s"})).await;
    assert_eq!(again["warnings"], json!([]));
    assert_eq!(again["scheduler"]["settings"]["max_runtime"], "3600s");
}

#[tokio::test]
async fn a_scheduler_explains_why_it_alerts_and_why_it_does_not() {
    let server = Server::start().await;
    let receiver = Receiver::start().await;
    let rest = server.rest();
    rest.add_webhook(&receiver.url).await;
    rest.register("eod", &json!({"max_runtime": "3600s", "heartbeat_timeout": "600s"})).await;
    rest.report("eod", "running", &json!({"run_id": "r1"})).await;
    let path = "/api/v1/schedulers/eod/explain";
    let calm = rest.get(path).await;
    let summary = calm["summary"].as_str().expect("a summary");
    assert!(summary.starts_with("Not alerting. Next limit: heartbeat_timeout"), "{summary}");
    let limit = |setting: &str| {
        let limits = calm["limits"].as_array().expect("limits");
        limits.iter().find(|it| it["setting"] == setting).expect("it is told").clone()
    };
    assert_eq!(limit("max_runtime")["state"], "running");
    assert_eq!(limit("max_runtime")["run_id"], "r1");
    assert!(limit("max_runtime")["deadline_at"].is_string());
    assert_eq!(limit("finish_by")["because"], "finish_by is not set");
    assert_eq!(calm["last_runs"][0]["run_id"], "r1");

    rest.report("eod", "failed", &json!({"run_id": "r1", "error_message": "disk full"})).await;
    receiver.until(1).await;
    let told = wait_until("the delivery is known", async || {
        let wrong = rest.get(path).await;
        let is_delivered = wrong["open_incidents"][0]["deliveries"][0]["state"] == "delivered";
        is_delivered.then_some(wrong)
    })
    .await;
    let summary = told["summary"].as_str().expect("a summary");
    assert!(summary.starts_with("Alerting: failed") && summary.contains("disk full"), "{summary}");
    assert_eq!(told["open_incidents"][0]["incident"]["error_message"], "disk full");
    assert_eq!(told["open_incidents"][0]["history"][0]["event"], "opened");
}
