//! The audit log.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use nightbell_domain::audit::Entry;
use nightbell_domain::key::ProjectId;
use nightbell_domain::time::Timestamp;

use crate::store::rows::audit::{NewRow, Row};
use crate::store::schema::audit;
use crate::store::{AuditQuery, StoreError};

/// Adds an entry.
pub(super) fn insert(
    c: &mut SqliteConnection,
    project: ProjectId,
    entry: &Entry,
) -> Result<(), StoreError> {
    diesel::insert_into(audit::table).values(NewRow::of(project, entry)).execute(c)?;
    Ok(())
}

/// Entries with their numbers, the newest first.
pub(super) fn list(
    c: &mut SqliteConnection,
    project: ProjectId,
    query: AuditQuery,
) -> Result<Vec<(i64, Entry)>, StoreError> {
    let mut rows = audit::table.filter(audit::project_id.eq(project.0)).into_boxed();
    if let Some(target) = query.target {
        rows = rows.filter(audit::target.eq(target));
    }
    if let Some(before) = query.before {
        rows = rows.filter(audit::id.lt(before));
    }
    let rows: Vec<Row> = rows.order(audit::id.desc()).limit(query.limit).load(c)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Forgets up to `limit` entries of any project that are older than `before`; how many.
pub(super) fn prune(
    c: &mut SqliteConnection,
    before: Timestamp,
    limit: i64,
) -> Result<usize, StoreError> {
    let old = audit::table
        .filter(audit::at_ms.lt(before.as_millis()))
        .order(audit::at_ms)
        .limit(limit)
        .select(audit::id)
        .load::<i64>(c)?;
    Ok(diesel::delete(audit::table.filter(audit::id.eq_any(old))).execute(c)?)
}
