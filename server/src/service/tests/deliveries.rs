//! Many notifications at once.

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
