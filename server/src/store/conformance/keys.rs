//! Projects and their keys.

use std::num::NonZeroU32;

use nightbell_domain::key::{Binding, Key, Role};
use nightbell_domain::time::Timestamp;

use super::bench::key_of;
use super::{Bench, NOW, later};

pub(in crate::store) async fn a_project_is_made_once(bench: &dyn Bench) {
    let one = bench.project("one").await;

    assert_ne!(bench.project("two").await, one);
    assert_eq!(bench.project("one").await, one);
}

pub(in crate::store) async fn a_key_comes_back_as_it_went_in(bench: &dyn Bench) {
    let project = bench.project("one").await;
    let plain = key_of(project, "plain");
    let mut full = key_of(project, "full");
    full.role = Role::Admin;
    full.binding = Binding {
        service_name: Some("billing".to_owned()),
        scheduler_id_prefix: Some("svc-".to_owned()),
    };
    full.requests_per_second = NonZeroU32::new(u32::MAX);
    full.secret_hash = std::array::from_fn(|index| u8::try_from(index * 8).unwrap());
    full.expires_at = Some(later(60));
    full.last_used_at = Some(NOW);

    for key in [plain, full] {
        assert!(bench.store().key_insert(key.clone(), 10).await.unwrap());
        assert_eq!(bench.store().key(&key.key_id).await.unwrap(), Some(key));
    }
    assert_eq!(bench.store().key("unknown").await.unwrap(), None);
}

pub(in crate::store) async fn a_project_has_no_more_keys_than_it_may(bench: &dyn Bench) {
    let (one, two) = (bench.project("one").await, bench.project("two").await);
    let store = bench.store();
    assert!(store.key_insert(key_of(one, "a"), 2).await.unwrap());
    assert!(store.key_insert(key_of(one, "b"), 2).await.unwrap());

    assert!(!store.key_insert(key_of(one, "c"), 2).await.unwrap());
    assert_eq!(store.key("c").await.unwrap(), None);
    assert!(store.key_insert(key_of(two, "d"), 2).await.unwrap(), "another project has its own");

    store.key_revoke(Some(one), "a", NOW).await.unwrap();
    assert!(store.key_insert(key_of(one, "c"), 2).await.unwrap(), "a revoked key does not count");
}

pub(in crate::store) async fn sessions_of_people_take_no_place_of_keys_and_are_forgotten(
    bench: &dyn Bench,
) {
    let (one, two) = (bench.project("one").await, bench.project("two").await);
    let store = bench.store();
    let session = |project, key_id, at, ends| {
        let key = key_of(project, key_id);
        Key { created_at: later(at), expires_at: Some(later(ends)), ..key }
    };
    assert!(store.key_insert(session(two, "person-z", 0, 60), 1).await.unwrap());
    assert!(store.key_insert(session(one, "person-a", 0, 60), 1).await.unwrap());
    assert!(store.key_insert(key_of(one, "a"), 1).await.unwrap());
    assert!(!store.key_insert(key_of(one, "b"), 1).await.unwrap());
    assert!(!store.key_insert(session(one, "person-b", 1, 60), 1).await.unwrap());
    let again = store.key_insert(session(one, "person-a", 61, 99), 9).await;
    assert!(again.is_err(), "an id stays taken for a while");

    assert!(store.key_insert(session(one, "person-b", 3_661, 3_700), 1).await.unwrap());
    assert_eq!(store.key("person-a").await.unwrap(), None);
    assert!(store.key("a").await.unwrap().is_some(), "a key is no session");
    assert!(store.key("person-z").await.unwrap().is_some(), "another project's");
}

pub(in crate::store) async fn keys_are_listed_the_oldest_first(bench: &dyn Bench) {
    let (one, two) = (bench.project("one").await, bench.project("two").await);
    for (project, key_id, age) in [(one, "b", 2), (one, "c", 0), (two, "d", 1), (one, "a", 2)] {
        let mut key = key_of(project, key_id);
        key.created_at = later(age);
        bench.store().key_insert(key, 10).await.unwrap();
    }

    let ids = async |project| {
        let keys = bench.store().keys(project).await.unwrap();
        keys.into_iter().map(|key| key.key_id).collect::<Vec<_>>()
    };
    assert_eq!(ids(Some(one)).await, ["c", "a", "b"]);
    assert_eq!(ids(Some(two)).await, ["d"]);
    assert_eq!(ids(None).await, ["c", "d", "a", "b"]);
}

pub(in crate::store) async fn a_key_of_another_project_cannot_be_revoked(bench: &dyn Bench) {
    let (one, two) = (bench.project("one").await, bench.project("two").await);
    let store = bench.store();
    store.key_insert(key_of(one, "a"), 10).await.unwrap();
    let epoch = store.key_epoch().await.unwrap();

    assert_eq!(store.key_revoke(Some(two), "a", NOW).await.unwrap(), None);
    assert_eq!(store.key("a").await.unwrap().unwrap().revoked_at, None);
    assert_eq!(store.key_epoch().await.unwrap(), epoch);

    let revoked = store.key_revoke(None, "a", NOW).await.unwrap();
    assert_eq!(revoked.unwrap().revoked_at, Some(NOW), "the command line may revoke any");
}

pub(in crate::store) async fn a_revoked_key_keeps_the_time_of_its_end(bench: &dyn Bench) {
    let project = bench.project("one").await;
    let store = bench.store();
    store.key_insert(key_of(project, "a"), 10).await.unwrap();
    let first = store.key_revoke(Some(project), "a", NOW).await.unwrap();
    let epoch = store.key_epoch().await.unwrap();

    let second = store.key_revoke(Some(project), "a", later(60)).await.unwrap();

    assert_eq!(second, first);
    assert_eq!(store.key("a").await.unwrap(), first);
    assert_eq!(store.key_epoch().await.unwrap(), epoch, "nothing has changed");
}

pub(in crate::store) async fn every_change_of_a_key_moves_the_epoch(bench: &dyn Bench) {
    let project = bench.project("one").await;
    let store = bench.store();
    let at_first = store.key_epoch().await.unwrap();

    store.key_insert(key_of(project, "a"), 1).await.unwrap();
    let inserted = store.key_epoch().await.unwrap();
    assert!(inserted > at_first);

    store.key_insert(key_of(project, "b"), 1).await.unwrap();
    store.key_used("a", later(600)).await.unwrap();
    assert_eq!(store.key_epoch().await.unwrap(), inserted, "neither changes what a key may");

    store.key_revoke(Some(project), "a", NOW).await.unwrap();
    assert!(store.key_epoch().await.unwrap() > inserted);
}

pub(in crate::store) async fn the_last_use_moves_by_minutes_and_never_back(bench: &dyn Bench) {
    let project = bench.project("one").await;
    let store = bench.store();
    store.key_insert(key_of(project, "a"), 10).await.unwrap();
    let noted_after = async |at: Timestamp| {
        store.key_used("a", at).await.unwrap();
        store.key("a").await.unwrap().unwrap().last_used_at
    };

    assert_eq!(noted_after(later(100)).await, Some(later(100)));
    assert_eq!(noted_after(later(159)).await, Some(later(100)), "less than a minute newer");
    assert_eq!(noted_after(NOW).await, Some(later(100)), "older");
    assert_eq!(noted_after(later(160)).await, Some(later(160)));
    store.key_used("unknown", NOW).await.unwrap();
}
