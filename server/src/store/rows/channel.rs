//! Channels.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use nightbell_domain::key::ProjectId;
use nightbell_domain::time::Timestamp;

use super::super::StoredChannel;
use super::super::schema::channels;

/// One row of `channels`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = channels, check_for_backend(Pg, Sqlite))]
pub(in crate::store) struct ChannelRow {
    id: i64,
    project_id: i64,
    name: String,
    is_enabled: bool,
    disabled_reason: String,
    sealed_settings: Vec<u8>,
    created_at_ms: i64,
    is_default: bool,
    fallback_id: Option<i64>,
    failing_since_ms: Option<i64>,
    failing_result: String,
}

impl From<ChannelRow> for StoredChannel {
    fn from(row: ChannelRow) -> Self {
        Self {
            id: row.id,
            project: ProjectId(row.project_id),
            name: row.name,
            is_enabled: row.is_enabled,
            disabled_reason: row.disabled_reason,
            sealed_settings: row.sealed_settings,
            created_at: Timestamp::from_millis(row.created_at_ms),
            is_default: row.is_default,
            fallback_id: row.fallback_id,
            failing_since: row.failing_since_ms.map(Timestamp::from_millis),
            failing_result: row.failing_result,
        }
    }
}
