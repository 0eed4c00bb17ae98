//! What channels call their first messages about incidents.

use nightbell_domain::key::ProjectId;

use super::bench::incident_id;
use super::{Bench, NOW, later};
use crate::store::Thread;

pub(in crate::store) async fn a_thread_is_remembered_as_it_was_first_named(bench: &dyn Bench) {
    let project = bench.project("one").await;
    let channel = bench.channel(project).await;
    let store = bench.store();
    assert_eq!(store.thread(project, channel, incident_id(1)).await.unwrap(), None);

    store.thread_keep(thread(project, channel, "C1:1"), NOW).await.unwrap();
    store.thread_keep(thread(project, channel, "C1:2"), NOW).await.unwrap();

    let known = store.thread(project, channel, incident_id(1)).await.unwrap();
    assert_eq!(known.as_deref(), Some("C1:1"));
    assert_eq!(store.thread(project, channel, incident_id(2)).await.unwrap(), None);
}

pub(in crate::store) async fn a_thread_of_another_project_does_not_exist(bench: &dyn Bench) {
    let (one, two) = (bench.project("one").await, bench.project("two").await);
    let channel = bench.channel(one).await;
    let store = bench.store();

    store.thread_keep(thread(two, channel, "theirs"), NOW).await.unwrap();
    assert_eq!(store.thread(two, channel, incident_id(1)).await.unwrap(), None);

    store.thread_keep(thread(one, channel, "ours"), NOW).await.unwrap();
    assert_eq!(store.thread(two, channel, incident_id(1)).await.unwrap(), None);
}

pub(in crate::store) async fn threads_go_with_their_channel_and_with_age(bench: &dyn Bench) {
    let project = bench.project("one").await;
    let (gone, kept) = (bench.channel(project).await, bench.channel(project).await);
    let store = bench.store();
    store.thread_keep(thread(project, gone, "a"), NOW).await.unwrap();
    store.thread_keep(thread(project, kept, "b"), NOW).await.unwrap();

    assert!(store.channel_delete(project, gone, NOW).await.unwrap());
    assert_eq!(store.thread(project, gone, incident_id(1)).await.unwrap(), None);
    store.thread_keep(thread(project, gone, "late"), NOW).await.unwrap();
    assert_eq!(store.thread(project, gone, incident_id(1)).await.unwrap(), None);

    let another = Thread { incident: incident_id(2), ..thread(project, kept, "c") };
    let another = Thread { created_at: later(60), ..another };
    store.thread_keep(another, later(1)).await.unwrap();
    assert_eq!(store.thread(project, kept, incident_id(1)).await.unwrap(), None);
    assert!(store.thread(project, kept, incident_id(2)).await.unwrap().is_some());
}

fn thread(project: ProjectId, channel: i64, reference: &str) -> Thread {
    Thread {
        project,
        channel,
        incident: incident_id(1),
        reference: reference.to_owned(),
        created_at: NOW,
    }
}
