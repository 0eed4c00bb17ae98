//! What routes and silences have in common: how they are kept.

use nightbell_domain::key::{Principal, ProjectId};
use nightbell_domain::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Services, fault, unstored};
use crate::error::ServiceError;
use crate::store::{PolicyKind, StoredPolicy};

/// A route or a silence that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<T> {
    /// Its number.
    pub id: i64,
    /// What was set.
    pub policy: T,
    /// The name of the key that made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What is kept as a policy.
pub(super) trait Policy: Serialize + DeserializeOwned + Clone {
    const KIND: PolicyKind;
    /// The most of a project.
    const MOST: i64;
    /// What many of them are called.
    const MANY: &'static str;
    /// What one is called.
    const ONE: &'static str;
}

impl Services {
    /// The project's policies, the oldest first. One that cannot be read is left out.
    pub(super) async fn kept<T: Policy>(
        &self,
        project: ProjectId,
    ) -> Result<Vec<Kept<T>>, ServiceError> {
        let stored = self.store().policies(project, T::KIND).await.map_err(unstored)?;
        Ok(stored.into_iter().filter_map(read).collect())
    }

    /// One policy of the project.
    pub(super) async fn kept_one<T: Policy>(
        &self,
        project: ProjectId,
        id: i64,
    ) -> Result<Kept<T>, ServiceError> {
        let kept = self.kept(project).await?;
        kept.into_iter().find(|it| it.id == id).ok_or_else(unknown::<T>)
    }

    /// Adds a policy.
    pub(super) async fn keep<T: Policy>(
        &self,
        principal: &Principal,
        policy: T,
    ) -> Result<Kept<T>, ServiceError> {
        let stored = StoredPolicy {
            id: 0,
            project: principal.project,
            kind: T::KIND,
            text: text(&policy)?,
            created_by: principal.key_name.clone(),
            created_at: self.now(),
        };
        let (created_by, created_at) = (stored.created_by.clone(), stored.created_at);
        let id = self.store().policy_insert(stored, T::MOST).await.map_err(unstored)?;
        let full = ServiceError::Quota { what: T::MANY, max: T::MOST.unsigned_abs() };
        Ok(Kept { id: id.ok_or(full)?, policy, created_by, created_at })
    }

    /// Replaces a policy.
    pub(super) async fn keep_changed<T: Policy>(
        &self,
        project: ProjectId,
        kept: Kept<T>,
    ) -> Result<Kept<T>, ServiceError> {
        let stored = StoredPolicy {
            id: kept.id,
            project,
            kind: T::KIND,
            text: text(&kept.policy)?,
            created_by: kept.created_by.clone(),
            created_at: kept.created_at,
        };
        let is_there = self.store().policy_update(stored).await.map_err(unstored)?;
        if is_there { Ok(kept) } else { Err(unknown::<T>()) }
    }

    /// Forgets a policy.
    pub(super) async fn forget<T: Policy>(
        &self,
        project: ProjectId,
        id: i64,
    ) -> Result<(), ServiceError> {
        let is_gone = self.store().policy_delete(project, T::KIND, id).await.map_err(unstored)?;
        if is_gone { Ok(()) } else { Err(unknown::<T>()) }
    }
}

fn read<T: Policy>(stored: StoredPolicy) -> Option<Kept<T>> {
    let StoredPolicy { id, text, created_by, created_at, .. } = stored;
    serde_json::from_str(&text)
        .inspect_err(|error| tracing::error!(%error, policy.id = id, "a policy cannot be read"))
        .map(|policy| Kept { id, policy, created_by, created_at })
        .ok()
}

fn text(policy: &impl Serialize) -> Result<String, ServiceError> {
    serde_json::to_string(policy).map_err(|_| fault("a policy cannot be written"))
}

fn unknown<T: Policy>() -> ServiceError {
    ServiceError::NotFound { kind: T::ONE }
}
