//! Channels.

use nightbell_domain::incident::EventKind;

use super::bench::{channel_of, incident_id};
use super::{Bench, NOW, later};
use crate::store::{DeliveryState, Fate, Settlement, StoredChannel};

pub(in crate::store) async fn a_channel_comes_back_as_it_went_in(bench: &dyn Bench) {
    let project = bench.project("one").await;
    let mut channel = channel_of(project);
    channel.is_enabled = false;
    channel.disabled_reason = "it answered 410 Gone".to_owned();

    let id = bench.store().channel_insert(channel.clone(), 10).await.unwrap().unwrap();

    let stored = bench.store().channel(project, id).await.unwrap().unwrap();
    assert_same(&stored, &StoredChannel { id, ..channel });
}

pub(in crate::store) async fn a_project_has_no_more_channels_than_it_may(bench: &dyn Bench) {
    let (one, two) = (bench.project("one").await, bench.project("two").await);
    let store = bench.store();
    let first = store.channel_insert(channel_of(one), 1).await.unwrap().unwrap();

    assert_eq!(store.channel_insert(channel_of(one), 1).await.unwrap(), None);
    assert!(store.channel_insert(channel_of(two), 1).await.unwrap().is_some());
    store.channel_delete(one, first, NOW).await.unwrap();
    assert!(store.channel_insert(channel_of(one), 1).await.unwrap().is_some());
}

pub(in crate::store) async fn a_channel_of_another_project_does_not_exist(bench: &dyn Bench) {
    let (one, two) = (bench.project("one").await, bench.project("two").await);
    let store = bench.store();
    let id = bench.channel(one).await;

    assert!(store.channel(two, id).await.unwrap().is_none());
    assert!(store.channels(two).await.unwrap().is_empty());
    assert_eq!(store.channel_project(id).await.unwrap(), Some(one));
    assert_eq!(store.channel_project(id + 1).await.unwrap(), None);
    let renamed = StoredChannel { id, name: "mine".to_owned(), ..channel_of(two) };
    assert!(!store.channel_update(renamed).await.unwrap());
    assert!(!store.channel_delete(two, id, NOW).await.unwrap());

    let untouched = store.channel(one, id).await.unwrap().unwrap();
    assert_same(&untouched, &StoredChannel { id, ..channel_of(one) });
}

pub(in crate::store) async fn an_update_replaces_all_but_when_it_was_made(bench: &dyn Bench) {
    let project = bench.project("one").await;
    let (first, second) = (bench.channel(project).await, bench.channel(project).await);
    let update = StoredChannel {
        id: first,
        project,
        name: "night shift".to_owned(),
        is_enabled: false,
        disabled_reason: "by hand".to_owned(),
        sealed_settings: Vec::new(),
        created_at: later(60),
        is_default: false,
        fallback_id: Some(second),
        failing_since: None,
        failing_result: String::new(),
    };

    assert!(bench.store().channel_update(update.clone()).await.unwrap());

    let stored = bench.store().channels(project).await.unwrap();
    assert_same(&stored[0], &StoredChannel { created_at: NOW, ..update.clone() });
    assert_same(&stored[1], &StoredChannel { id: second, ..channel_of(project) });
    let unknown = StoredChannel { id: second + 1, ..update };
    assert!(!bench.store().channel_update(unknown).await.unwrap());
}

/// What waits for it in another server's memory must not reach its successor.
pub(in crate::store) async fn the_number_of_a_deleted_channel_is_not_used_again(bench: &dyn Bench) {
    let project = bench.project("one").await;
    let first = bench.channel(project).await;
    assert!(bench.store().channel_delete(project, first, NOW).await.unwrap());
    assert!(!bench.store().channel_delete(project, first, NOW).await.unwrap());

    assert_ne!(bench.channel(project).await, first);
}

pub(in crate::store) async fn a_deleted_channel_is_told_nothing_more(bench: &dyn Bench) {
    let project = bench.project("one").await;
    let (gone, kept) = (bench.channel(project).await, bench.channel(project).await);
    let incident = incident_id(1);
    bench.tell(project, incident, EventKind::Opened, gone, NOW).await;
    let claim = bench.claim(NOW).await.remove(0);
    let delivered = Settlement::new(Fate::Delivered, "200");
    bench.store().outbox_settle(&claim, delivered.clone(), NOW).await.unwrap();
    bench.tell(project, incident, EventKind::Acknowledged, gone, NOW).await;
    bench.tell(project, incident, EventKind::Resolved, gone, NOW).await;
    bench.tell(project, incident, EventKind::Opened, kept, NOW).await;
    let in_flight = bench.claim(NOW).await;

    assert!(bench.store().channel_delete(project, gone, later(1)).await.unwrap());

    let states: Vec<_> = deliveries(bench, project, gone).await;
    let abandoned = DeliveryState::Abandoned;
    assert_eq!(states, [DeliveryState::Delivered, abandoned, abandoned]);
    assert_eq!(deliveries(bench, project, kept).await, [DeliveryState::Pending]);
    assert_eq!(bench.store().outbox_pending().await.unwrap().0, 1);
    let late = in_flight.iter().find(|claim| claim.key.ends_with(&format!(":{gone}"))).unwrap();
    assert!(!bench.store().outbox_settle(late, delivered, later(2)).await.unwrap());
}

async fn deliveries(
    bench: &dyn Bench,
    project: nightbell_domain::key::ProjectId,
    channel: i64,
) -> Vec<DeliveryState> {
    let deliveries = bench.store().deliveries(project, incident_id(1)).await.unwrap();
    let theirs = deliveries.iter().filter(|delivery| delivery.channel_id == channel);
    theirs.map(|delivery| delivery.state).collect()
}

fn assert_same(left: &StoredChannel, right: &StoredChannel) {
    assert_eq!(format!("{left:?}"), format!("{right:?}"));
}
