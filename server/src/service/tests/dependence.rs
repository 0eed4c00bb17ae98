//! Incidents of what depends on something else that is not well.

use super::*;

/// A server on which `app` depends on `db`, and `db` has failed.
async fn with_a_broken_database() -> (Server, mpsc::UnboundedReceiver<(String, String)>) {
    let server = Server::start().await;
    let receiver = server.with_webhook().await;
    server.register("db", Patch::default()).await;
    let depends_on = Some("db".to_owned()).into();
    server.register("app", Patch { depends_on, ..Patch::default() }).await;
    server.report("db", None, Status::Failed).await.unwrap();
    server.clock.advance(MINUTE);
    (server, receiver)
}

#[tokio::test]
async fn an_incident_is_held_while_what_it_depends_on_is_down_and_told_if_it_lasts() {
    let (server, mut receiver) = with_a_broken_database().await;
    server.report("app", None, Status::Failed).await.unwrap();
    server.deliver_due().await;
    server.clock.advance(MINUTE);
    server.deliver_due().await;
    assert_eq!(told(&mut receiver), ["db incident.opened"]);
    assert_eq!(server.incidents(IncidentState::Open).await.len(), 2, "it is judged all the same");

    server.report("db", None, Status::Completed).await.unwrap();
    server.deliver_due().await;
    server.clock.advance(MINUTE);
    server.deliver_due().await;
    assert_eq!(told(&mut receiver), ["db incident.resolved", "app incident.opened"]);
    server.assert_all_delivered().await;
}

#[tokio::test]
async fn an_incident_that_is_over_while_it_is_held_is_told_never() {
    let (server, mut receiver) = with_a_broken_database().await;
    server.report("app", None, Status::Failed).await.unwrap();
    server.deliver_due().await;
    server.clock.advance(MINUTE);
    server.report("app", None, Status::Completed).await.unwrap();
    server.deliver_due().await;
    server.report("db", None, Status::Completed).await.unwrap();
    server.clock.advance(MINUTE);
    server.deliver_due().await;

    assert_eq!(told(&mut receiver), ["db incident.opened", "db incident.resolved"]);
}

#[tokio::test]
async fn being_held_is_no_attempt() {
    let (server, mut receiver) = with_a_broken_database().await;
    server.report("app", None, Status::Failed).await.unwrap();
    for _ in 0..5 {
        server.deliver_due().await;
        server.clock.advance(MINUTE);
    }
    let explained = server.services.explain(&server.admin, &id("app")).await.unwrap();
    let held = &explained.open_incidents[0].1[0];
    assert_eq!((held.attempts, held.state), (0, DeliveryState::Pending));
    assert_eq!(held.last_result, "held: db is not well");
    assert_eq!(told(&mut receiver), ["db incident.opened"]);
}

#[tokio::test]
async fn what_was_held_for_long_is_not_given_up_at_its_first_attempt() {
    let (server, receiver) = with_a_broken_database().await;
    server.report("app", None, Status::Failed).await.unwrap();
    server.deliver_due().await;
    server.clock.advance(Duration::from_hours(80));
    server.report("db", None, Status::Completed).await.unwrap();
    // From here on the receiver breaks every connection.
    drop(receiver);
    server.deliver_due().await;

    let explained = server.services.explain(&server.admin, &id("app")).await.unwrap();
    let tried = &explained.open_incidents[0].1[0];
    assert_eq!((tried.attempts, tried.state), (1, DeliveryState::Pending));
}
