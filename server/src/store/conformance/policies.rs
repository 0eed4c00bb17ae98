//! Policies: routes and silences, as text.

use nightbell_domain::key::ProjectId;

use super::{Bench, NOW};
use crate::store::{PolicyKind, StoredPolicy};

pub(in crate::store) async fn a_policy_comes_back_as_it_went_in(bench: &dyn Bench) {
    let project = bench.project("one").await;
    let store = bench.store();
    let first = policy(project, PolicyKind::Route, "{\"a\": 1}");
    let id = store.policy_insert(first.clone(), 10).await.unwrap().unwrap();
    let second = StoredPolicy { id: 0, text: "{}".to_owned(), ..first.clone() };
    let other = store.policy_insert(second.clone(), 10).await.unwrap().unwrap();
    assert_eq!(
        store.policies(project, PolicyKind::Route).await.unwrap(),
        [StoredPolicy { id, ..first.clone() }, StoredPolicy { id: other, ..second }]
    );

    let changed = StoredPolicy { id, text: "{\"a\": 2}".to_owned(), ..first };
    assert!(store.policy_update(changed.clone()).await.unwrap());
    assert_eq!(store.policies(project, PolicyKind::Route).await.unwrap()[0], changed);
    assert!(store.policy_delete(project, PolicyKind::Route, id).await.unwrap());
    assert!(!store.policy_delete(project, PolicyKind::Route, id).await.unwrap());
    assert!(!store.policy_update(changed).await.unwrap());
    assert_eq!(store.policies(project, PolicyKind::Route).await.unwrap().len(), 1);
}

pub(in crate::store) async fn a_project_has_no_more_policies_of_a_kind_than_it_may(
    bench: &dyn Bench,
) {
    let (one, two) = (bench.project("one").await, bench.project("two").await);
    let store = bench.store();
    for (project, kind, fits) in [
        (one, PolicyKind::Route, true),
        (one, PolicyKind::Route, false),
        (one, PolicyKind::Silence, true),
        (two, PolicyKind::Route, true),
    ] {
        let made = store.policy_insert(policy(project, kind, "{}"), 1).await.unwrap();
        assert_eq!(made.is_some(), fits, "{project:?} {kind:?}");
    }
}

pub(in crate::store) async fn a_policy_of_another_project_or_kind_does_not_exist(
    bench: &dyn Bench,
) {
    let (one, two) = (bench.project("one").await, bench.project("two").await);
    let store = bench.store();
    let kept = policy(one, PolicyKind::Route, "{}");
    let id = store.policy_insert(kept.clone(), 10).await.unwrap().unwrap();
    for (project, kind) in [(two, PolicyKind::Route), (one, PolicyKind::Silence)] {
        assert!(store.policies(project, kind).await.unwrap().is_empty());
        assert!(!store.policy_delete(project, kind, id).await.unwrap());
        let foreign = StoredPolicy { id, ..policy(project, kind, "mine") };
        assert!(!store.policy_update(foreign).await.unwrap());
    }
    let untouched = StoredPolicy { id, ..kept };
    assert_eq!(store.policies(one, PolicyKind::Route).await.unwrap(), [untouched]);
}

fn policy(project: ProjectId, kind: PolicyKind, text: &str) -> StoredPolicy {
    StoredPolicy {
        id: 0,
        project,
        kind,
        text: text.to_owned(),
        created_by: "Ann".to_owned(),
        created_at: NOW,
    }
}
