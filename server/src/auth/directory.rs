//! Where keys are looked up, and what is remembered of them.
//!
//! Keys are read on every request and change once a month. So they are kept in
//! memory, and the store counts its changes of keys in one number, the epoch:
//! when it moves, everything is forgotten. Whoever revokes a key on one server
//! is obeyed by all of them within a second. When the epoch cannot be read for
//! [`TRUST_MAX`], nothing that is remembered counts: better no answer than that
//! of a key that may have been revoked.

use nightbell_domain::key::{Key, Principal};
use nightbell_domain::time::Timestamp;
use std::collections::HashMap;
use std::error::Error;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

/// How many keys are remembered.
pub const CACHED_KEYS_MAX: usize = 10_000;

/// How many keys are looked up at once; further callers wait their turn.
pub const LOOKUPS_MAX: usize = 16;

/// How long a caller waits for a look-up, its turn included.
pub const LOOKUP_WAIT_MAX: Duration = Duration::from_secs(2);

/// How often the epoch is read.
pub const EPOCH_POLL: Duration = Duration::from_millis(250);

/// How long what is remembered counts after the epoch was last read.
pub const TRUST_MAX: Duration = Duration::from_secs(5);

/// How long reading the epoch may take.
const EPOCH_READ_MAX: Duration = Duration::from_secs(1);

/// How exactly a key's last use is known.
const USE_GRAIN: Duration = Duration::from_mins(1);

/// The directory cannot be read or written at the moment.
#[derive(Debug, thiserror::Error)]
#[error("the key directory cannot be reached")]
pub struct DirectoryError(#[source] pub Box<dyn Error + Send + Sync>);

/// Where keys are kept. The store implements it.
#[async_trait::async_trait]
pub trait KeyDirectory: Send + Sync + 'static {
    /// The key of this id, whatever its standing.
    async fn key(&self, key_id: &str) -> Result<Option<Key>, DirectoryError>;

    /// A number that grows, in the same transaction, with every change of keys
    /// but their last use.
    async fn key_epoch(&self) -> Result<i64, DirectoryError>;

    /// Notes that a key was used. An earlier time than the one noted changes
    /// nothing.
    async fn key_used(&self, key_id: &str, at: Timestamp) -> Result<(), DirectoryError>;
}

/// It cannot be said now what a key is worth. The cause is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("keys cannot be looked up at the moment")]
pub struct Unavailable;

/// A key as it is remembered.
#[derive(Debug)]
pub struct CachedKey {
    /// The key.
    pub key: Key,
    /// Who a caller with it is, ready to be handed out.
    pub principal: Arc<Principal>,
    used_noted_ms: AtomicI64,
}

impl CachedKey {
    fn new(key: Key) -> Self {
        let principal = Arc::new(key.principal());
        let noted = key.last_used_at.map_or(i64::MIN, Timestamp::as_millis);
        Self { key, principal, used_noted_ms: AtomicI64::new(noted) }
    }
}

/// The keys that are remembered, and what says that they still count.
#[derive(Default)]
struct Memory {
    keys: HashMap<String, Arc<CachedKey>>,
    epoch: Option<i64>,
    /// Grows when `keys` is emptied; keeps out what was read before that.
    generation: u64,
    /// When the epoch was last asked for and answered. Elapsed time and not
    /// time of day, so that no step of the wall clock prolongs trust.
    epoch_read_at: Option<Instant>,
}

impl Memory {
    fn is_trusted(&self) -> bool {
        self.epoch_read_at.is_some_and(|read_at| read_at.elapsed() < TRUST_MAX)
    }
}

/// A [`KeyDirectory`] with a memory.
pub struct KeyCache {
    directory: Arc<dyn KeyDirectory>,
    memory: RwLock<Memory>,
    lookups: Semaphore,
    /// Uses to be noted, one per key at most. No more than the keys remembered.
    uses: Mutex<HashMap<String, Timestamp>>,
}

impl KeyCache {
    /// A memory that trusts nothing until [`KeyCache::refresh`] or
    /// [`KeyCache::run`] has read the epoch.
    pub fn new(directory: Arc<dyn KeyDirectory>) -> Self {
        Self {
            directory,
            memory: RwLock::default(),
            lookups: Semaphore::new(LOOKUPS_MAX),
            uses: Mutex::default(),
        }
    }

    /// The key of this id, from memory if it is there.
    ///
    /// Ids that no key has are not remembered: they would crowd out those that
    /// count. They cost a look-up each, of which only [`LOOKUPS_MAX`] run at once.
    pub async fn key(&self, key_id: &str) -> Result<Option<Arc<CachedKey>>, Unavailable> {
        let generation = {
            let memory = self.memory.read().unwrap_or_else(PoisonError::into_inner);
            if !memory.is_trusted() {
                return Err(Unavailable);
            }
            if let Some(known) = memory.keys.get(key_id) {
                return Ok(Some(Arc::clone(known)));
            }
            memory.generation
        };
        let found = timeout(LOOKUP_WAIT_MAX, self.look_up(key_id)).await.map_err(|_| {
            tracing::warn!("looking up an API key took too long");
            Unavailable
        })??;
        Ok(found.map(|key| self.remember(key, generation)))
    }

    async fn look_up(&self, key_id: &str) -> Result<Option<Key>, Unavailable> {
        let _turn = self.lookups.acquire().await.map_err(|_| Unavailable)?;
        self.directory.key(key_id).await.map_err(|error| {
            tracing::warn!(error = &error as &dyn Error, "cannot look up an API key");
            Unavailable
        })
    }

    fn remember(&self, key: Key, generation: u64) -> Arc<CachedKey> {
        let cached = Arc::new(CachedKey::new(key));
        let mut memory = self.memory.write().unwrap_or_else(PoisonError::into_inner);
        // What was read before the memory was emptied may be what it was
        // emptied for.
        if memory.generation == generation {
            if memory.keys.len() >= CACHED_KEYS_MAX
                && let Some(any) = memory.keys.keys().next().cloned()
            {
                memory.keys.remove(&any);
            }
            memory.keys.insert(cached.key.key_id.clone(), Arc::clone(&cached));
        }
        cached
    }

    /// Reads the epoch, and forgets everything if it moved. Call it once before
    /// the first request, and after changing a key, so that this server is the
    /// first to know.
    pub async fn refresh(&self) {
        let asked_at = Instant::now();
        let epoch = match timeout(EPOCH_READ_MAX, self.directory.key_epoch()).await {
            Ok(Ok(epoch)) => epoch,
            Ok(Err(error)) => {
                tracing::warn!(error = &error as &dyn Error, "cannot read the epoch of keys");
                return;
            }
            Err(_) => {
                tracing::warn!("reading the epoch of keys took too long");
                return;
            }
        };
        let mut memory = self.memory.write().unwrap_or_else(PoisonError::into_inner);
        if memory.epoch != Some(epoch) {
            memory.keys.clear();
            memory.generation += 1;
            memory.epoch = Some(epoch);
        }
        memory.epoch_read_at = Some(asked_at);
    }

    /// Remembers that a key was used, to be noted later; once a minute at most.
    pub fn used(&self, cached: &CachedKey, at: Timestamp) {
        let noted = cached.used_noted_ms.load(Ordering::Relaxed);
        if at.as_millis() < Timestamp::from_millis(noted).plus(USE_GRAIN).as_millis() {
            return;
        }
        cached.used_noted_ms.store(at.as_millis(), Ordering::Relaxed);
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        // A full list means a directory that cannot be written to; a use that
        // is not noted harms nobody.
        if uses.len() < CACHED_KEYS_MAX || uses.contains_key(&cached.key.key_id) {
            uses.insert(cached.key.key_id.clone(), at);
        }
    }

    /// Keeps the epoch read and uses noted until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        tokio::join!(self.poll_epoch(&stop), self.note_uses(&stop));
    }

    async fn poll_epoch(&self, stop: &CancellationToken) {
        let mut poll = interval(EPOCH_POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let poll_forever = async {
            loop {
                poll.tick().await;
                self.refresh().await;
            }
        };
        stop.run_until_cancelled(poll_forever).await;
    }

    /// Apart from the epoch: a directory that is slow to write must not make
    /// the keys lose their trust.
    async fn note_uses(&self, stop: &CancellationToken) {
        let mut turn = interval(USE_GRAIN / 12);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(turn.tick()).await.is_some() {
            self.write_uses().await;
        }
        self.write_uses().await;
    }

    async fn write_uses(&self) {
        let uses = std::mem::take(&mut *self.uses.lock().unwrap_or_else(PoisonError::into_inner));
        for (key_id, at) in uses {
            let written = timeout(EPOCH_READ_MAX, self.directory.key_used(&key_id, at)).await;
            if !matches!(written, Ok(Ok(()))) {
                // The rest would fare no better; the next use is noted again.
                tracing::warn!(key_id, "cannot note the last use of API keys");
                return;
            }
        }
    }
}

#[cfg(test)]
#[path = "directory_tests.rs"]
mod tests;
