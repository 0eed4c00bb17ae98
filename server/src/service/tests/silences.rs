//! Silences: what is held, what is told then, and what never.

use std::time::Duration;

use nightbell_domain::report::Status;
use nightbell_domain::selector::Selector;
use nightbell_domain::settings::Patch;
use tokio::sync::mpsc;

use super::super::incidents::{DeliveryState, IncidentState};
use super::super::silences::{SilenceDraft, Window};
use super::MINUTE;
use super::server::{Server, id, told};
use crate::clock::Clock as _;

/// A server with the job `eod`, and what its webhook is sent.
async fn with_job() -> (Server, mpsc::UnboundedReceiver<(String, String)>) {
    let server = Server::start().await;
    let receiver = server.with_webhook().await;
    server.register("eod", Patch::default()).await;
    server.report("eod", None, Status::Running).await.unwrap();
    server.clock.advance(MINUTE);
    (server, receiver)
}

/// Silences `eod` for so long from now.
async fn silence(server: &Server, length: Duration) -> i64 {
    let draft = SilenceDraft {
        note: "deploy".to_owned(),
        covers: Selector { scheduler_id: Some("eod".to_owned()), ..Selector::default() },
        ends_at: Some(server.clock.now().plus(length)),
        ..SilenceDraft::default()
    };
    server.services.create_silence(&server.admin, draft).await.unwrap().kept.id
}

#[tokio::test]
async fn what_is_still_broken_when_a_silence_ends_is_told_then() {
    let (server, mut receiver) = with_job().await;
    silence(&server, 30 * MINUTE).await;
    server.report("eod", None, Status::Failed).await.unwrap();
    server.deliver_due().await;
    server.clock.advance(29 * MINUTE);
    server.deliver_due().await;
    assert_eq!(told(&mut receiver), [] as [&str; 0]);
    assert_eq!(server.incidents(IncidentState::Open).await.len(), 1, "it is judged all the same");
    let explained = server.services.explain(&server.admin, &id("eod")).await.unwrap();
    let held = &explained.open_incidents[0].1[0];
    assert_eq!((held.attempts, held.state), (0, DeliveryState::Pending));
    assert_eq!(held.last_result, "held: silence 1 \u{201c}deploy\u{201d}");
    assert_eq!(explained.silences.len(), 1);

    server.clock.advance(MINUTE);
    server.deliver_due().await;
    assert_eq!(told(&mut receiver), ["eod incident.opened"]);
    server.assert_all_delivered().await;
    let explained = server.services.explain(&server.admin, &id("eod")).await.unwrap();
    assert!(explained.silences.is_empty(), "it is over");
}

#[tokio::test]
async fn what_was_over_before_a_silence_ended_is_told_never() {
    let (server, mut receiver) = with_job().await;
    silence(&server, 30 * MINUTE).await;
    server.report("eod", None, Status::Failed).await.unwrap();
    server.deliver_due().await;
    server.clock.advance(MINUTE);
    server.report("eod", None, Status::Completed).await.unwrap();
    server.deliver_due().await;
    server.clock.advance(60 * MINUTE);
    server.deliver_due().await;
    assert_eq!(told(&mut receiver), [] as [&str; 0]);
    assert_eq!(server.store.outbox_pending().await.unwrap(), (0, None));
}

#[tokio::test]
async fn the_end_of_what_was_told_before_is_told_at_once() {
    let (server, mut receiver) = with_job().await;
    server.report("eod", None, Status::Failed).await.unwrap();
    server.deliver_due().await;
    silence(&server, 30 * MINUTE).await;
    server.clock.advance(MINUTE);
    server.report("eod", None, Status::Completed).await.unwrap();
    server.deliver_due().await;
    assert_eq!(told(&mut receiver), ["eod incident.opened", "eod incident.resolved"]);
}

#[tokio::test]
async fn a_silence_that_is_deleted_holds_nothing_for_more_than_15_seconds() {
    let (server, mut receiver) = with_job().await;
    let number = silence(&server, 600 * MINUTE).await;
    server.report("eod", None, Status::Failed).await.unwrap();
    server.deliver_due().await;
    server.services.delete_silence(&server.admin, number).await.unwrap();
    server.clock.advance(Duration::from_secs(15));
    server.deliver_due().await;
    assert_eq!(told(&mut receiver), ["eod incident.opened"]);
}

#[tokio::test]
async fn a_silence_holds_nothing_of_other_jobs_and_a_window_nothing_while_it_is_closed() {
    let (server, mut receiver) = with_job().await;
    silence(&server, 600 * MINUTE).await;
    let window = SilenceDraft {
        note: "backup of the database".to_owned(),
        is_everything: true,
        // The clock stands at 2027-01-15T08:01Z, a Friday.
        window: Some(Window {
            cron: "0 8 * * 6".to_owned(),
            timezone: None,
            open_for: 60 * MINUTE,
        }),
        ..SilenceDraft::default()
    };
    let made = server.services.create_silence(&server.admin, window).await.unwrap();
    assert!(made.active_until.is_none() && made.next_start_at.is_some());
    server.register("other", Patch::default()).await;
    server.report("other", None, Status::Failed).await.unwrap();
    server.deliver_due().await;
    assert_eq!(told(&mut receiver), ["other incident.opened"]);
}

#[tokio::test]
async fn a_silence_must_say_what_it_covers_and_when_it_ends() {
    let (server, _receiver) = with_job().await;
    let refused = server.services.create_silence(&server.admin, SilenceDraft::default()).await;
    let Err(crate::error::ServiceError::Invalid(found)) = refused else { panic!("taken") };
    let fields: Vec<&str> = found.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, ["covers", "ends_at", "note"]);
}
