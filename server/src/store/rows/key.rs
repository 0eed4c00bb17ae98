//! Keys.

use std::num::NonZeroU32;
use std::time::Duration;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use nightbell_domain::key::{Binding, Key, ProjectId, Role};
use nightbell_domain::time::Timestamp;

use super::super::StoreError;
use super::super::schema::keys;

/// How exactly a key's last use is kept.
const USE_GRAIN: Duration = Duration::from_mins(1);

/// How long a session is kept after its end.
const SESSION_KEPT: Duration = Duration::from_hours(1);

/// One row of `keys`.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = keys, check_for_backend(Pg, Sqlite))]
pub(in crate::store) struct KeyRow {
    key_id: String,
    project_id: i64,
    name: String,
    role: i32,
    service_name: Option<String>,
    scheduler_id_prefix: Option<String>,
    requests_per_second: Option<i64>,
    secret_hash: Vec<u8>,
    created_at_ms: i64,
    expires_at_ms: Option<i64>,
    revoked_at_ms: Option<i64>,
    last_used_at_ms: Option<i64>,
}

impl From<&Key> for KeyRow {
    fn from(key: &Key) -> Self {
        Self {
            key_id: key.key_id.clone(),
            project_id: key.project.0,
            name: key.name.clone(),
            role: key.role.rank(),
            service_name: key.binding.service_name.clone(),
            scheduler_id_prefix: key.binding.scheduler_id_prefix.clone(),
            requests_per_second: key.requests_per_second.map(|rate| rate.get().into()),
            secret_hash: key.secret_hash.to_vec(),
            created_at_ms: key.created_at.as_millis(),
            expires_at_ms: key.expires_at.map(Timestamp::as_millis),
            revoked_at_ms: key.revoked_at.map(Timestamp::as_millis),
            last_used_at_ms: key.last_used_at.map(Timestamp::as_millis),
        }
    }
}

impl TryFrom<KeyRow> for Key {
    type Error = StoreError;

    fn try_from(row: KeyRow) -> Result<Self, StoreError> {
        let unreadable = |what: &str| StoreError::unreadable("key", &what);
        let rate = |rate: i64| u32::try_from(rate).ok().and_then(NonZeroU32::new);
        let requests_per_second = match row.requests_per_second {
            Some(stored) => Some(rate(stored).ok_or_else(|| unreadable("its rate"))?),
            None => None,
        };
        Ok(Self {
            key_id: row.key_id,
            project: ProjectId(row.project_id),
            name: row.name,
            role: Role::from_rank(row.role).ok_or_else(|| unreadable("its role"))?,
            binding: Binding {
                service_name: row.service_name,
                scheduler_id_prefix: row.scheduler_id_prefix,
            },
            requests_per_second,
            secret_hash: row.secret_hash.try_into().map_err(|_| unreadable("its hash"))?,
            created_at: Timestamp::from_millis(row.created_at_ms),
            expires_at: row.expires_at_ms.map(Timestamp::from_millis),
            revoked_at: row.revoked_at_ms.map(Timestamp::from_millis),
            last_used_at: row.last_used_at_ms.map(Timestamp::from_millis),
        })
    }
}

/// A use that is noted after this instant makes one at `at` no news.
pub(in crate::store) fn noted_until(at: Timestamp) -> i64 {
    at.minus(USE_GRAIN).as_millis()
}

/// Sessions that ended by this instant are forgotten by the time of `at`. Until then
/// their ids stay taken, so that no attempt to sign in can be used twice.
pub(in crate::store) fn session_over_by(at: Timestamp) -> i64 {
    at.minus(SESSION_KEPT).as_millis()
}
