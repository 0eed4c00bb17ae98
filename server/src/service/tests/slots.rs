//! What became of slots, kept and listed.

use nightbell_domain::ledger::{Ending, KEPT};

use super::*;

#[tokio::test]
async fn what_became_of_slots_is_kept_and_listed_page_by_page() {
    let server = Server::start().await;
    let cron = Schedule::Cron { expression: "0 * * * *".to_owned() };
    server
        .register("hourly", Patch { schedules: Some(vec![cron]).into(), ..Patch::default() })
        .await;
    let mut judge = server.services.judge().await.unwrap();
    server.wait(&mut judge, 60 * MINUTE).await;
    let run = RunId::parse("a").unwrap();
    server.report("hourly", Some(&run), Status::Running).await.unwrap();
    server.report("hourly", Some(&run), Status::Completed).await.unwrap();
    server.wait(&mut judge, 130 * MINUTE).await;

    let list = async |size: i32, token: String| {
        let request = PageRequest { size, token };
        server.services.slots(&server.admin, &id("hourly"), request).await.unwrap()
    };
    let first = list(2, String::new()).await;
    let ends: Vec<_> = first.items.iter().map(|it| it.ending).collect();
    assert_eq!(ends, [Ending::Missed, Ending::Missed], "the newest first");
    let rest = list(2, first.next.expect("there is more")).await;
    assert_eq!(rest.items[0].ending, Ending::Met);
    assert_eq!(rest.items[0].run_id.as_ref().map(RunId::as_str), Some("a"));
    assert_eq!(rest.next, None);

    let stranger = PageRequest::default();
    let refused = server.services.slots(&server.admin, &id("none"), stranger).await;
    assert!(matches!(refused, Err(ServiceError::UnknownScheduler(_))), "{refused:?}");
}

#[tokio::test]
async fn slots_are_forgotten_after_90_days() {
    let server = Server::start().await;
    let cron = Schedule::Cron { expression: "0 3 * * *".to_owned() };
    server
        .register("daily", Patch { schedules: Some(vec![cron]).into(), ..Patch::default() })
        .await;
    let mut judge = server.services.judge().await.unwrap();
    judge.look().await.unwrap();
    server.clock.advance(95 * 24 * 60 * MINUTE);
    server.wait(&mut judge, 20 * MINUTE).await;
    let request = PageRequest { size: 500, token: String::new() };
    let kept = server.services.slots(&server.admin, &id("daily"), request).await.unwrap();

    let oldest = kept.items.last().expect("slots").slot;
    let age = server.clock.now().since(oldest);
    assert!((89..=90).contains(&kept.items.len()), "{}", kept.items.len());
    assert!(age <= KEPT, "{age:?}");
}
