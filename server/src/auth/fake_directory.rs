//! A key directory in memory, for tests.

use super::directory::{DirectoryError, KeyDirectory};
use nightbell_domain::key::{Binding, Key, ProjectId, Role};
use nightbell_domain::time::Timestamp;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// Counts what it is asked and fails when told to.
pub(super) struct FakeDirectory {
    pub(super) keys: Mutex<HashMap<String, Key>>,
    pub(super) epoch: AtomicI64,
    pub(super) lookups: AtomicUsize,
    pub(super) is_broken: AtomicBool,
    pub(super) uses: Mutex<Vec<(String, Timestamp)>>,
    /// A look-up that has read its key waits here before it answers.
    pub(super) gate: Semaphore,
}

impl Default for FakeDirectory {
    fn default() -> Self {
        Self {
            keys: Mutex::default(),
            epoch: AtomicI64::new(1),
            lookups: AtomicUsize::new(0),
            is_broken: AtomicBool::new(false),
            uses: Mutex::default(),
            gate: Semaphore::new(1_000),
        }
    }
}

impl FakeDirectory {
    pub(super) fn put(&self, key: Key) {
        self.keys.lock().unwrap().insert(key.key_id.clone(), key);
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn revoke(&self, key_id: &str, at: Timestamp) {
        self.keys.lock().unwrap().get_mut(key_id).unwrap().revoked_at = Some(at);
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }

    pub(super) fn break_down(&self, broken: bool) {
        self.is_broken.store(broken, Ordering::SeqCst);
    }

    fn check(&self) -> Result<(), DirectoryError> {
        if self.is_broken.load(Ordering::SeqCst) {
            return Err(DirectoryError("broken".into()));
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl KeyDirectory for FakeDirectory {
    async fn key(&self, key_id: &str) -> Result<Option<Key>, DirectoryError> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        self.check()?;
        let found = self.keys.lock().unwrap().get(key_id).cloned();
        let _passed = self.gate.acquire().await;
        Ok(found)
    }

    async fn key_epoch(&self) -> Result<i64, DirectoryError> {
        self.check()?;
        Ok(self.epoch.load(Ordering::SeqCst))
    }

    async fn key_used(&self, key_id: &str, at: Timestamp) -> Result<(), DirectoryError> {
        self.check()?;
        self.uses.lock().unwrap().push((key_id.to_owned(), at));
        Ok(())
    }
}

/// A good key of project 1.
pub(super) fn key(key_id: &str, role: Role) -> Key {
    Key {
        key_id: key_id.to_owned(),
        project: ProjectId(1),
        name: "test".to_owned(),
        role,
        binding: Binding::default(),
        requests_per_second: None,
        secret_hash: [0; 32],
        created_at: Timestamp::from_millis(0),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    }
}
