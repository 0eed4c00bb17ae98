//! Reports that were refused.

use nightbell_domain::key::ProjectId;

use super::bench::scheduler_id;
use super::{Bench, NOW, later};
use crate::store::RejectedReport;

pub(in crate::store) async fn refused_reports_are_listed_the_newest_first(bench: &dyn Bench) {
    let (one, two) = (bench.project("one").await, bench.project("two").await);
    refuse(bench, one, "a", 1).await;
    refuse(bench, one, "a", 3).await;
    refuse(bench, one, "a", 2).await;
    refuse(bench, one, "b", 4).await;
    refuse(bench, two, "a", 5).await;

    let all = list(bench, one, 0, 10).await;
    assert_eq!(all, [3, 2, 1].map(later));
    assert_eq!(list(bench, one, 2, 10).await, [3, 2].map(later), "since is the first that counts");
    assert_eq!(list(bench, one, 0, 1).await, [later(3)]);
    let kept = bench.store().rejected(two, &scheduler_id("a"), NOW, 1).await.unwrap().remove(0);
    assert_eq!(
        (kept.reason.as_str(), kept.message.as_str(), kept.raw.as_str()),
        ("BAD_STATUS", "must be a status", "{\"status\": \"\u{1f514}\"}"),
    );
}

pub(in crate::store) async fn refused_reports_are_forgotten_by_age_in_portions(bench: &dyn Bench) {
    let one = bench.project("one").await;
    for age in [5, 1, 2, 3, 4] {
        refuse(bench, one, "a", age).await;
    }
    let store = bench.store();

    assert_eq!(store.rejected_prune(later(4), 2).await.unwrap(), 2);
    assert_eq!(list(bench, one, 0, 10).await, [5, 4, 3].map(later), "the oldest go first");
    assert_eq!(store.rejected_prune(later(4), 2).await.unwrap(), 1);
    assert_eq!(store.rejected_prune(later(4), 2).await.unwrap(), 0);
    assert_eq!(list(bench, one, 0, 10).await, [5, 4].map(later));
}

/// What was refused may well hold what no text holds.
pub(in crate::store) async fn a_refused_report_may_hold_a_nul(bench: &dyn Bench) {
    let one = bench.project("one").await;
    let raw = "{\"status\": \"\0\"}".to_owned();
    let report =
        RejectedReport { received_at: NOW, reason: "BAD".to_owned(), message: raw.clone(), raw };

    bench.store().rejected_insert(one, &scheduler_id("a"), report).await.unwrap();

    assert_eq!(list(bench, one, 0, 10).await, [NOW]);
}

async fn refuse(bench: &dyn Bench, project: ProjectId, scheduler: &str, seconds: u64) {
    let report = RejectedReport {
        received_at: later(seconds),
        reason: "BAD_STATUS".to_owned(),
        message: "must be a status".to_owned(),
        raw: "{\"status\": \"\u{1f514}\"}".to_owned(),
    };
    bench.store().rejected_insert(project, &scheduler_id(scheduler), report).await.unwrap();
}

/// When those of the scheduler `a` arrived.
async fn list(
    bench: &dyn Bench,
    project: ProjectId,
    since: u64,
    limit: i64,
) -> Vec<nightbell_domain::time::Timestamp> {
    let id = scheduler_id("a");
    let reports = bench.store().rejected(project, &id, later(since), limit).await.unwrap();
    reports.into_iter().map(|report| report.received_at).collect()
}
