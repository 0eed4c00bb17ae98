//! What of the past is kept, and for how long.

use nightbell_domain::report::Status;

use super::super::Judge;
use super::super::incidents::{IncidentFilter, IncidentState};
use super::*;

const DAY: Duration = Duration::from_hours(24);

impl Server {
    /// Days pass, and at their end the judge looks around for two minutes.
    async fn days_pass(&self, judge: &mut Judge, days: u32) {
        self.clock.advance(days * DAY);
        for _ in 0..2 {
            self.clock.advance(MINUTE);
            judge.look().await.unwrap();
        }
    }

    async fn run_count(&self, name: &str) -> usize {
        let page = PageRequest { size: 500, ..PageRequest::default() };
        let runs = self.services.runs(&self.admin, &id(name), None, page).await;
        runs.unwrap().items.len()
    }
}

#[tokio::test]
async fn runs_are_kept_for_90_days_and_the_last_hundred_for_ever() {
    let server = Server::start().await;
    let mut judge = server.services.judge().await.unwrap();
    for (name, count) in [("busy", 120), ("monthly", 3)] {
        server.register(name, Patch::default()).await;
        for _ in 0..count {
            server.report(name, None, Status::Running).await.unwrap();
            server.clock.advance(Duration::from_secs(10));
            server.report(name, None, Status::Completed).await.unwrap();
            server.clock.advance(Duration::from_secs(10));
        }
    }
    server.register("hangs", Patch::default()).await;
    server.report("hangs", None, Status::Running).await.unwrap();
    server.days_pass(&mut judge, 89).await;
    assert_eq!(server.run_count("busy").await, 120);

    server.days_pass(&mut judge, 2).await;
    assert_eq!(server.run_count("busy").await, 100);
    server.days_pass(&mut judge, 500).await;
    assert_eq!(server.run_count("monthly").await, 3);
    assert_eq!(server.run_count("hangs").await, 1);
}

#[tokio::test]
async fn incidents_are_kept_for_400_days_what_was_told_for_30_and_what_is_open_for_ever() {
    let server = Server::start().await;
    let mut judge = server.services.judge().await.unwrap();
    let _receiver = server.with_webhook().await;
    for name in ["over", "lasting"] {
        server.register(name, Patch::default()).await;
        server.report(name, None, Status::Failed).await.unwrap();
    }
    server.clock.advance(MINUTE);
    server.report("over", None, Status::Completed).await.unwrap();
    server.deliver_due().await;
    let told = async |state| {
        let filter = IncidentFilter { state: Some(state), ..IncidentFilter::default() };
        let found = server.services.incidents(&server.admin, filter, PageRequest::default()).await;
        let mut told = Vec::new();
        for view in found.unwrap().items {
            let id = view.incident.id;
            told.push(server.services.incident(&server.admin, id).await.unwrap().1.len());
        }
        told
    };
    let (over, open) = (IncidentState::Resolved, IncidentState::Open);
    server.days_pass(&mut judge, 29).await;
    assert_eq!((told(over).await, told(open).await), (vec![2], vec![1]));
    server.days_pass(&mut judge, 2).await;
    assert_eq!((told(over).await, told(open).await), (vec![0], vec![1]));
    server.days_pass(&mut judge, 400).await;
    assert_eq!((told(over).await, told(open).await), (vec![], vec![1]));
}
