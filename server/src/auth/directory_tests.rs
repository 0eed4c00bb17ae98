//! What is remembered, for how long, and what is not.

use super::super::fake_directory::{FakeDirectory, key};
use super::*;
use nightbell_domain::key::Role;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

async fn cache_of(keys: &[&str]) -> (Arc<FakeDirectory>, Arc<KeyCache>) {
    let directory = Arc::new(FakeDirectory::default());
    for key_id in keys {
        directory.put(key(key_id, Role::Reporter));
    }
    let cache = Arc::new(KeyCache::new(Arc::clone(&directory) as Arc<dyn KeyDirectory>));
    cache.refresh().await;
    (directory, cache)
}

fn age(cache: &KeyCache, by: Duration) {
    let mut memory = cache.memory.write().unwrap();
    memory.epoch_read_at = memory.epoch_read_at.and_then(|at| at.checked_sub(by));
}

#[tokio::test]
async fn a_key_is_looked_up_once() {
    let (directory, cache) = cache_of(&["a"]).await;
    for _ in 0..10 {
        assert!(cache.key("a").await.unwrap().is_some());
        cache.refresh().await;
    }
    assert_eq!(directory.lookups(), 1);
}

#[tokio::test]
async fn a_change_is_seen_when_the_epoch_moves() {
    let (directory, cache) = cache_of(&["a"]).await;
    cache.key("a").await.unwrap();
    directory.revoke("a", NOW);
    assert_eq!(cache.key("a").await.unwrap().unwrap().key.revoked_at, None);
    cache.refresh().await;
    assert_eq!(cache.key("a").await.unwrap().unwrap().key.revoked_at, Some(NOW));
}

/// A look-up reads the key, the key is revoked and everything forgotten, and
/// only then the look-up answers: its answer must not be remembered.
#[tokio::test]
async fn an_answer_from_before_a_change_is_not_remembered() {
    let (directory, cache) = cache_of(&["a"]).await;
    let held = directory.gate.acquire_many(1_000).await.unwrap();
    let looking = tokio::spawn({
        let cache = Arc::clone(&cache);
        async move { cache.key("a").await }
    });
    while directory.lookups() == 0 {
        tokio::task::yield_now().await;
    }
    directory.revoke("a", NOW);
    cache.refresh().await;
    drop(held);
    looking.await.unwrap().unwrap();
    assert_eq!(cache.key("a").await.unwrap().unwrap().key.revoked_at, Some(NOW));
}

#[tokio::test]
async fn unknown_ids_are_not_remembered() {
    let (directory, cache) = cache_of(&[]).await;
    assert!(cache.key("late").await.unwrap().is_none());
    directory.keys.lock().unwrap().insert("late".to_owned(), key("late", Role::Viewer));
    assert!(cache.key("late").await.unwrap().is_some(), "known at once, without a new epoch");
}

#[tokio::test]
async fn look_ups_at_once_are_bounded() {
    let (directory, cache) = cache_of(&[]).await;
    let held = directory.gate.acquire_many(1_000).await.unwrap();
    let flood: Vec<_> = (0..100)
        .map(|n| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move { cache.key(&format!("unknown{n}")).await })
        })
        .collect();
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(directory.lookups(), LOOKUPS_MAX);
    drop(held);
    for one in flood {
        assert!(one.await.unwrap().unwrap().is_none());
    }
    assert_eq!(directory.lookups(), 100);
}

#[tokio::test]
async fn memory_is_bounded() {
    let (_, cache) = cache_of(&[]).await;
    let generation = cache.memory.read().unwrap().generation;
    for n in 0..CACHED_KEYS_MAX + 100 {
        cache.remember(key(&n.to_string(), Role::Reporter), generation);
    }
    assert_eq!(cache.memory.read().unwrap().keys.len(), CACHED_KEYS_MAX);
}

#[tokio::test]
async fn nothing_counts_without_an_epoch() {
    let directory = Arc::new(FakeDirectory::default());
    directory.put(key("a", Role::Reporter));
    let cache = KeyCache::new(directory);
    assert_eq!(cache.key("a").await.unwrap_err(), Unavailable);
}

#[tokio::test]
async fn trust_ends_when_the_epoch_cannot_be_read() {
    let (directory, cache) = cache_of(&["a"]).await;
    cache.key("a").await.unwrap();
    directory.break_down(true);
    cache.refresh().await;
    assert!(cache.key("a").await.is_ok(), "a short failure is nobody's business");

    age(&cache, TRUST_MAX);
    cache.refresh().await;
    assert_eq!(cache.key("a").await.unwrap_err(), Unavailable);

    directory.break_down(false);
    cache.refresh().await;
    assert!(cache.key("a").await.unwrap().is_some());
}

#[tokio::test]
async fn a_failing_look_up_is_no_unknown_key() {
    let (directory, cache) = cache_of(&["a"]).await;
    directory.break_down(true);
    assert_eq!(cache.key("a").await.unwrap_err(), Unavailable);
}

#[tokio::test]
async fn uses_are_noted_by_the_minute_and_at_the_end() {
    let (directory, cache) = cache_of(&["a"]).await;
    let known = cache.key("a").await.unwrap().unwrap();
    for seconds in 0..=60 {
        cache.used(&known, NOW.plus(Duration::from_secs(seconds)));
        if seconds == 59 {
            cache.write_uses().await;
        }
    }
    let stop = CancellationToken::new();
    stop.cancel();
    cache.run(stop).await;
    let later = NOW.plus(Duration::from_mins(1));
    assert_eq!(*directory.uses.lock().unwrap(), [("a".to_owned(), NOW), ("a".to_owned(), later)]);
}

#[tokio::test]
async fn the_background_task_reads_the_epoch_and_stops() {
    let directory = Arc::new(FakeDirectory::default());
    directory.put(key("a", Role::Reporter));
    let cache = Arc::new(KeyCache::new(directory));
    let stop = CancellationToken::new();
    let task = tokio::spawn({
        let (cache, stop) = (Arc::clone(&cache), stop.clone());
        async move { cache.run(stop).await }
    });
    while cache.key("a").await.is_err() {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    task.await.unwrap();
}
