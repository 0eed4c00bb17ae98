//! Many notifications at once.

use axum::extract::State;
use nightbell_domain::settings::Severity;

use super::super::channels::NewChannel;
use super::*;

/// More than may be under way at once.
const JOBS: usize = 300;

#[tokio::test]
async fn a_destination_that_does_not_answer_holds_up_no_other() {
    let server = Server::start().await;
    server.with_receiver(Router::new().route("/", post(std::future::pending::<()>))).await;
    let mut receiver = server.with_webhook().await;
    for number in 0..JOBS {
        let name = format!("job-{number}");
        server.register(&name, Patch::default()).await;
        server.report(&name, None, Status::Failed).await.unwrap();
    }

    let mut deliveries = server.services.deliveries();
    let mut told = 0;
    while told < JOBS {
        deliveries.begin().await.unwrap();
        deliveries.pause(Duration::from_millis(20)).await;
        while receiver.try_recv().is_ok() {
            told += 1;
        }
    }
    // The very first attempt at the other still hangs.
    let explained = server.services.explain(&server.admin, &id("job-0")).await.unwrap();
    let (_, first) = &explained.open_incidents[0];
    let states: Vec<_> = first.iter().map(|it| (it.state, it.last_result.as_str())).collect();
    assert_eq!(states[0], (DeliveryState::Pending, ""));
    assert_eq!(states[1].0, DeliveryState::Delivered);
}

#[tokio::test]
async fn a_storm_is_told_together_once_a_minute_but_for_what_is_critical() {
    const STORM: usize = 40;
    let server = Server::start().await;
    let (sent, mut received) = mpsc::unbounded_channel();
    let app = Router::new().route("/", post(take_body)).with_state(sent);
    server.with_channel_of("discord", NewChannel::default(), app).await;
    let mut machine = server.with_webhook().await;
    for number in 0..STORM {
        let name = format!("job-{number:03}");
        server.register(&name, Patch::default()).await;
        server.report(&name, None, Status::Failed).await.unwrap();
    }
    server.deliver_due().await;
    let first = titles(&mut received);
    assert_eq!(first.len(), 10, "the first are told one by one");
    assert!(first.iter().all(|title| !title.contains("incidents: ")), "{first:?}");
    assert_eq!(told(&mut machine).len(), STORM, "programs are told of each");

    let critical = Patch { severity: Some(Severity::Critical).into(), ..Patch::default() };
    server.register("close", critical).await;
    server.report("close", None, Status::Failed).await.unwrap();
    server.deliver_due().await;
    let urgent = titles(&mut received);
    assert!(urgent.len() == 1 && urgent[0].contains("CRITICAL"), "{urgent:?}");

    let mut minutes = 0;
    while server.store.outbox_pending().await.unwrap().0 > 0 {
        minutes += 1;
        assert!(minutes < 10, "all are told");
        server.clock.advance(MINUTE);
        server.deliver_due().await;
    }
    let together = titles(&mut received);
    assert!(together.len() <= minutes, "{} messages in {minutes} minutes", together.len());
    let told_of = together.iter().find_map(|title| title.split_once(" incidents: "));
    let told_of: usize = told_of.expect("a digest").0.parse().unwrap();
    assert!(told_of >= STORM - 10 - 7, "those under way at that moment may be late: {told_of}");
    server.assert_all_delivered().await;
}

async fn take_body(State(sent): State<mpsc::UnboundedSender<String>>, body: String) {
    sent.send(body).unwrap();
}

/// The titles of what Discord was sent.
fn titles(received: &mut mpsc::UnboundedReceiver<String>) -> Vec<String> {
    let title = |body: String| {
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        body["embeds"][0]["title"].as_str().unwrap().replace('\\', "")
    };
    std::iter::from_fn(|| received.try_recv().ok().map(title)).collect()
}
