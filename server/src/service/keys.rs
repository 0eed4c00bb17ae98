//! API keys.

use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use nightbell_domain::audit::Action;
use nightbell_domain::key::{Binding, Key, Principal, ProjectId, Role};
use nightbell_domain::settings::Violation;
use nightbell_domain::time::Timestamp;

use super::{Services, unstored};
use crate::auth::{Admitted, DirectoryError, KeyDirectory, ServerSecret};
use crate::error::ServiceError;
use crate::store::{Store, StoreError};

/// The most keys of a project that are not revoked.
pub const KEYS_MAX: i64 = 1_000;

/// The most requests a second that a key may be given.
const REQUESTS_PER_SECOND_MAX: u32 = 100_000;

/// What is asked of a new key.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Its name for people.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whom it may speak for; only for reporters.
    pub binding: Binding,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// How many requests a second it may make.
    pub requests_per_second: Option<NonZeroU32>,
}

impl Services {
    /// Makes a key; also its text, which is not kept.
    pub async fn create_key(
        &self,
        principal: &Principal,
        new: NewKey,
    ) -> Result<(Key, String), ServiceError> {
        let secret = self.inner.parts.auth.secret();
        let made = make_key(self.store(), secret, principal.project, new, self.now()).await?;
        self.inner.parts.auth.keys().refresh().await;
        let note = format!("{}, {}", made.0.name, made.0.role.word());
        self.note(principal, Action::KeyCreated, &made.0.key_id, &note).await;
        Ok(made)
    }

    /// The project's keys, the oldest first.
    pub async fn keys(&self, principal: &Principal) -> Result<Vec<Key>, ServiceError> {
        self.store().keys(Some(principal.project)).await.map_err(unstored)
    }

    /// Ends a key.
    pub async fn revoke_key(
        &self,
        principal: &Principal,
        key_id: &str,
    ) -> Result<Key, ServiceError> {
        let revoked = self.store().key_revoke(Some(principal.project), key_id, self.now()).await;
        self.inner.parts.auth.keys().refresh().await;
        let revoked = revoked.map_err(unstored)?.ok_or(ServiceError::NotFound { kind: "key" })?;
        self.note(principal, Action::KeyRevoked, key_id, &revoked.name).await;
        Ok(revoked)
    }

    /// A token that stands for the key, and when it ends.
    pub fn exchange_key(&self, admitted: &Admitted) -> Result<(String, Timestamp), ServiceError> {
        let token = self.inner.parts.auth.exchange(admitted, self.now());
        token.map(|token| (token.text, token.expires_at)).map_err(|_| {
            ServiceError::Forbidden("a token is exchanged for a key, not for another token")
        })
    }
}

/// Makes a key in `project`; also its text, which is not kept.
///
/// # Errors
///
/// [`ServiceError::Invalid`] with every rule that `new` breaks, or
/// [`ServiceError::Quota`].
pub async fn make_key(
    store: &dyn Store,
    secret: &ServerSecret,
    project: ProjectId,
    new: NewKey,
    now: Timestamp,
) -> Result<(Key, String), ServiceError> {
    make_key_up_to(KEYS_MAX, store, secret, project, new, now).await
}

/// As [`make_key`], unless the project has `most` keys.
pub async fn make_key_up_to(
    most: i64,
    store: &dyn Store,
    secret: &ServerSecret,
    project: ProjectId,
    new: NewKey,
    now: Timestamp,
) -> Result<(Key, String), ServiceError> {
    check(&new, now)?;
    let made = secret.make_key(new.role);
    let key = Key {
        key_id: made.text.key_id().to_owned(),
        project,
        name: new.name,
        role: new.role,
        binding: new.binding,
        requests_per_second: new.requests_per_second,
        secret_hash: made.secret_hash,
        created_at: now,
        expires_at: new.expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    if !store.key_insert(key.clone(), most).await.map_err(unstored)? {
        return Err(ServiceError::Quota { what: "keys", max: most.unsigned_abs() });
    }
    Ok((key, made.text.text().to_owned()))
}

fn check(new: &NewKey, now: Timestamp) -> Result<(), ServiceError> {
    let mut found = Vec::new();
    if new.name.is_empty() || new.name.chars().count() > 100 {
        found.push(Violation::new("name", "BAD_NAME", "must be 1 to 100 characters"));
    }
    if new.expires_at.is_some_and(|at| at <= now) {
        found.push(Violation::new("expires_at", "OUT_OF_RANGE", "must be in the future"));
    }
    if new.binding != Binding::default() && new.role != Role::Reporter {
        let rule = "only a key of role reporter may be bound to a service or an id prefix";
        found.push(Violation::new("role", "CONTRADICTION", rule));
    }
    if new.requests_per_second.is_some_and(|rate| rate.get() > REQUESTS_PER_SECOND_MAX) {
        let rule = format!("must be at most {REQUESTS_PER_SECOND_MAX}");
        found.push(Violation::new("requests_per_second", "OUT_OF_RANGE", rule));
    }
    if found.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(found)) }
}

/// The keys of a store, as those who admit callers look them up.
pub struct StoredKeys(pub Arc<dyn Store>);

#[async_trait]
impl KeyDirectory for StoredKeys {
    async fn key(&self, key_id: &str) -> Result<Option<Key>, DirectoryError> {
        self.0.key(key_id).await.map_err(unread)
    }

    async fn key_epoch(&self) -> Result<i64, DirectoryError> {
        self.0.key_epoch().await.map_err(unread)
    }

    async fn key_used(&self, key_id: &str, at: Timestamp) -> Result<(), DirectoryError> {
        self.0.key_used(key_id, at).await.map_err(unread)
    }
}

fn unread(error: StoreError) -> DirectoryError {
    DirectoryError(Box::new(error))
}
