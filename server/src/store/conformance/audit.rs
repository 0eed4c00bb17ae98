//! The audit log.

use nightbell_domain::audit::Entry;
use nightbell_domain::key::ProjectId;

use super::{Bench, later};
use crate::store::AuditQuery;

pub(in crate::store) async fn entries_come_back_as_they_went_in_the_newest_first(
    bench: &dyn Bench,
) {
    let (one, two) = (bench.project("one").await, bench.project("two").await);
    let store = bench.store();
    for (project, target, second) in [(one, "a", 1), (one, "b", 2), (two, "a", 3), (one, "a", 4)] {
        store.audit_insert(project, entry(target, second)).await.unwrap();
    }
    let all = list(bench, one, AuditQuery::default()).await;
    assert_eq!(all, [entry("a", 4), entry("b", 2), entry("a", 1)], "and none of another project");
    let of_one = AuditQuery { target: Some("a".to_owned()), ..AuditQuery::default() };
    assert_eq!(list(bench, one, of_one).await, [entry("a", 4), entry("a", 1)]);
}

pub(in crate::store) async fn pages_of_entries_cover_them_once(bench: &dyn Bench) {
    let one = bench.project("one").await;
    for second in 0..5 {
        bench.store().audit_insert(one, entry("a", second)).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let query = AuditQuery { target: None, before, limit: 2 };
        let page = bench.store().audit(one, query).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        before = Some(*last);
        seen.extend(page.into_iter().map(|(_, entry)| entry.at));
    }
    assert_eq!(seen, [4, 3, 2, 1, 0].map(later));
}

pub(in crate::store) async fn old_entries_are_forgotten_a_few_at_a_time(bench: &dyn Bench) {
    let one = bench.project("one").await;
    for second in 1..6 {
        bench.store().audit_insert(one, entry("a", second)).await.unwrap();
    }
    let left = async || -> Vec<Entry> { list(bench, one, AuditQuery::default()).await };
    assert_eq!(bench.store().audit_prune(later(4), 2).await.unwrap(), 2);
    assert_eq!(left().await.len(), 3, "the oldest go first");
    assert_eq!(bench.store().audit_prune(later(4), 2).await.unwrap(), 1);
    assert_eq!(bench.store().audit_prune(later(4), 2).await.unwrap(), 0);
    assert_eq!(left().await, [entry("a", 5), entry("a", 4)]);
}

async fn list(bench: &dyn Bench, project: ProjectId, query: AuditQuery) -> Vec<Entry> {
    let query = AuditQuery { limit: 10, ..query };
    let found = bench.store().audit(project, query).await.unwrap();
    found.into_iter().map(|(_, entry)| entry).collect()
}

fn entry(target: &str, second: u64) -> Entry {
    Entry {
        at: later(second),
        by: "ops \u{1f514}".to_owned(),
        key_id: "k".to_owned(),
        action: "key.created".to_owned(),
        target: target.to_owned(),
        note: "viewer".to_owned(),
    }
}
