//! Routes, repeats, and who is told when a channel fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use nightbell_domain::notify::ChannelId;
use nightbell_domain::report::Status;
use nightbell_domain::route::Route;
use nightbell_domain::settings::{Patch, Severity};
use tokio::sync::mpsc;

use super::super::PageRequest;
use super::super::channels::{ChannelPatch, NewChannel};
use super::super::incidents::{DeliveryState, IncidentFilter};
use super::MINUTE;
use super::server::{Server, take, told};
use crate::clock::Clock as _;

type Receiver = mpsc::UnboundedReceiver<(String, String)>;

/// A webhook that hears by routes or as a fallback only.
async fn on_call(server: &Server) -> (i64, Receiver) {
    let (sent, received) = mpsc::unbounded_channel();
    let app = Router::new().route("/", post(take)).with_state(sent);
    let new = NewChannel { is_default: Some(false), ..NewChannel::default() };
    (server.with_channel(new, app).await, received)
}

async fn route(server: &Server, route: Route) {
    let named = Route { name: "night".to_owned(), ..route };
    server.services.create_route(&server.admin, named).await.unwrap();
}

async fn fail(server: &Server, name: &str) {
    server.report(name, None, Status::Running).await.unwrap();
    server.clock.advance(MINUTE);
    server.report(name, None, Status::Failed).await.unwrap();
}

/// A webhook that answers 500 while `is_down`; how often it was asked.
async fn shaky(
    server: &Server,
    fallback_id: Option<i64>,
) -> (i64, Arc<AtomicBool>, Arc<AtomicUsize>) {
    let (is_down, asked) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
    let state = (is_down.clone(), asked.clone());
    let app = Router::new().route("/", post(answer)).with_state(state);
    let new = NewChannel { fallback_id, ..NewChannel::default() };
    (server.with_channel(new, app).await, is_down, asked)
}

async fn answer(
    State((is_down, asked)): State<(Arc<AtomicBool>, Arc<AtomicUsize>)>,
    _: HeaderMap,
) -> Response {
    asked.fetch_add(1, Ordering::SeqCst);
    if is_down.load(Ordering::SeqCst) {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    } else {
        StatusCode::OK.into_response()
    }
}

#[tokio::test]
async fn a_route_sends_what_it_selects_instead_of_the_default_channels() {
    let server = Server::start().await;
    let mut ops = server.with_webhook().await;
    let (pager, mut heard) = on_call(&server).await;
    route(
        &server,
        Route {
            severities: vec![Severity::Critical],
            channels: vec![ChannelId(pager)],
            is_instead_of_default: true,
            ..Route::default()
        },
    )
    .await;
    let critical = Patch { severity: Some(Severity::Critical).into(), ..Patch::default() };
    server.register("close", critical).await;
    server.register("report", Patch::default()).await;
    fail(&server, "close").await;
    fail(&server, "report").await;
    server.deliver_due().await;

    assert_eq!(told(&mut heard), ["close incident.opened"]);
    assert_eq!(told(&mut ops), ["report incident.opened"]);
}

#[tokio::test]
async fn a_route_waits_and_tells_nothing_of_what_somebody_has_by_then() {
    let server = Server::start().await;
    let (pager, mut heard) = on_call(&server).await;
    let delay = Some(10 * MINUTE);
    route(&server, Route { channels: vec![ChannelId(pager)], delay, ..Route::default() }).await;
    for name in ["taken", "over", "lasting"] {
        server.register(name, Patch::default()).await;
        fail(&server, name).await;
    }
    let all =
        server.services.incidents(&server.admin, IncidentFilter::default(), PageRequest::default());
    for view in all.await.unwrap().items {
        if view.scheduler_id.as_str() == "taken" {
            let (by, note) = ("Ann".to_owned(), String::new());
            let id = view.incident.id;
            server.services.acknowledge(&server.admin, id, by, note).await.unwrap();
        }
    }
    server.report("over", None, Status::Completed).await.unwrap();
    server.deliver_due().await;
    assert_eq!(told(&mut heard), [] as [&str; 0]);

    server.clock.advance(10 * MINUTE);
    server.deliver_due().await;
    assert_eq!(told(&mut heard), ["lasting incident.opened"]);
    server.report("taken", None, Status::Completed).await.unwrap();
    server.report("lasting", None, Status::Completed).await.unwrap();
    server.deliver_due().await;
    assert_eq!(told(&mut heard), ["lasting incident.resolved"]);
    assert_eq!(server.store.outbox_pending().await.unwrap(), (0, None));
}

#[tokio::test]
async fn a_route_tells_again_until_somebody_has_it() {
    let server = Server::start().await;
    let (pager, mut heard) = on_call(&server).await;
    let repeat_every = Some(30 * MINUTE);
    let leads = vec![ChannelId(pager)];
    route(&server, Route { channels: leads, repeat_every, ..Route::default() }).await;
    server.register("eod", Patch::default()).await;
    fail(&server, "eod").await;
    for _ in 0..3 {
        server.deliver_due().await;
        server.clock.advance(30 * MINUTE);
    }
    server.deliver_due().await;
    let again = "eod incident.reminded";
    assert_eq!(told(&mut heard), ["eod incident.opened", again, again, again]);

    let all =
        server.services.incidents(&server.admin, IncidentFilter::default(), PageRequest::default());
    let id = all.await.unwrap().items[0].incident.id;
    server.services.acknowledge(&server.admin, id, "Ann".to_owned(), String::new()).await.unwrap();
    server.deliver_due().await;
    server.clock.advance(120 * MINUTE);
    server.deliver_due().await;
    assert_eq!(told(&mut heard), ["eod incident.acknowledged"]);
}

#[tokio::test]
async fn a_channel_that_has_failed_for_two_minutes_is_told_of_elsewhere() {
    let server = Server::start().await;
    let (pager, mut heard) = on_call(&server).await;
    let (shaky, is_down, asked) = shaky(&server, Some(pager)).await;
    server.register("eod", Patch::default()).await;
    fail(&server, "eod").await;
    let failed_at = server.clock.now();
    while server.clock.now().since(failed_at) < 2 * MINUTE {
        server.deliver_due().await;
        assert_eq!(told(&mut heard), [] as [&str; 0]);
        server.clock.advance(Duration::from_secs(1));
    }
    server.deliver_due().await;
    assert_eq!(told(&mut heard), ["eod incident.opened"]);
    let shown = server.services.channel(&server.admin, shaky).await.unwrap();
    assert_eq!(shown.failing_since, Some(failed_at));
    assert!(shown.failing_result.contains("5xx"), "{}", shown.failing_result);

    // What is new is told elsewhere at once, and the channel is not asked every time.
    let before = asked.load(Ordering::SeqCst);
    for name in ["a", "b", "c", "d"] {
        server.register(name, Patch::default()).await;
        server.report(name, None, Status::Failed).await.unwrap();
        server.deliver_due().await;
        assert_eq!(told(&mut heard), [format!("{name} incident.opened")]);
    }
    assert!(asked.load(Ordering::SeqCst) <= before + 1);

    is_down.store(false, Ordering::SeqCst);
    server.report("eod", None, Status::Completed).await.unwrap();
    server.clock.advance(10 * MINUTE);
    server.deliver_due().await;
    server.clock.advance(10 * MINUTE);
    server.deliver_due().await;
    assert_eq!(told(&mut heard), ["eod incident.resolved"], "who was told hears of the end");
    let shown = server.services.channel(&server.admin, shaky).await.unwrap();
    assert_eq!((shown.failing_since, shown.failing_result), (None, String::new()));
    let all =
        server.services.incidents(&server.admin, IncidentFilter::default(), PageRequest::default());
    for view in all.await.unwrap().items {
        let id = view.incident.id;
        let (_, deliveries) = server.services.incident(&server.admin, id).await.unwrap();
        assert!(deliveries.iter().all(|(it, _)| it.state == DeliveryState::Delivered));
    }
}

#[tokio::test]
async fn a_channel_that_was_turned_off_by_its_answer_is_told_of_elsewhere() {
    let server = Server::start().await;
    let (pager, mut heard) = on_call(&server).await;
    let gone = Router::new().route("/", post(|| async { StatusCode::GONE }));
    let new = NewChannel { fallback_id: Some(pager), ..NewChannel::default() };
    let gone = server.with_channel(new, gone).await;
    for name in ["first", "second"] {
        server.register(name, Patch::default()).await;
        server.report(name, None, Status::Failed).await.unwrap();
        server.deliver_due().await;
        assert_eq!(told(&mut heard), [format!("{name} incident.opened")]);
    }
    // One that a person turned off is told of nowhere.
    for enabled in [true, false] {
        let patch = ChannelPatch { is_enabled: Some(enabled), ..ChannelPatch::default() };
        server.services.update_channel(&server.admin, gone, patch).await.unwrap();
    }
    server.register("third", Patch::default()).await;
    server.report("third", None, Status::Failed).await.unwrap();
    server.deliver_due().await;
    assert_eq!(told(&mut heard), [] as [&str; 0]);
}

#[tokio::test]
async fn every_attempt_leaves_a_receipt() {
    let server = Server::start().await;
    let (pager, _paged) = on_call(&server).await;
    let (_, is_down, _) = shaky(&server, Some(pager)).await;
    server.register("eod", Patch::default()).await;
    fail(&server, "eod").await;
    server.deliver_due().await;
    is_down.store(false, Ordering::SeqCst);
    server.clock.advance(Duration::from_secs(10));
    server.deliver_due().await;

    let all =
        server.services.incidents(&server.admin, IncidentFilter::default(), PageRequest::default());
    let id = all.await.unwrap().items[0].incident.id;
    let (_, deliveries) = server.services.incident(&server.admin, id).await.unwrap();
    let (told, receipts) = &deliveries[0];
    assert_eq!((told.state, told.attempts), (DeliveryState::Delivered, 2));
    let delivered: Vec<bool> = receipts.iter().map(|it| it.is_delivered).collect();
    assert_eq!(delivered, [true, false]);
    assert_eq!(receipts[0].attempted_at.since(receipts[1].attempted_at).as_secs(), 10);
}

#[tokio::test]
async fn what_a_channel_has_not_taken_for_72_hours_is_given_up_though_it_rested_most_of_the_time() {
    let server = Server::start().await;
    let (_, _, asked) = shaky(&server, None).await;
    for number in 0..8 {
        let name = format!("job-{number}");
        server.register(&name, Patch::default()).await;
        server.report(&name, None, Status::Failed).await.unwrap();
    }
    let began = server.clock.now();
    while server.clock.now().since(began) < Duration::from_hours(72) {
        server.deliver_due().await;
        assert_eq!(server.store.outbox_pending().await.unwrap().0, 8, "none is given up early");
        server.clock.advance(30 * MINUTE);
    }
    for _ in 0..4 {
        server.deliver_due().await;
        server.clock.advance(60 * MINUTE);
    }
    assert_eq!(server.store.outbox_pending().await.unwrap().0, 0);
    let asked = asked.load(Ordering::SeqCst);
    assert!(asked < 8 + 2 * 80, "one at a time finds out whether it is well: {asked}");
}
