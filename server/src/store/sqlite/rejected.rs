//! Reports that were refused, kept for a day so that their sender can be told why.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::ProjectId;
use nightbell_domain::time::Timestamp;

use crate::store::schema::rejected_reports;
use crate::store::{RejectedReport, StoreError};

/// Keeps `report`. The scheduler need not be registered.
pub(super) fn insert(
    c: &mut SqliteConnection,
    project: ProjectId,
    scheduler: &SchedulerId,
    report: &RejectedReport,
) -> Result<(), StoreError> {
    diesel::insert_into(rejected_reports::table)
        .values((
            rejected_reports::project_id.eq(project.0),
            rejected_reports::scheduler_id.eq(scheduler.as_str()),
            rejected_reports::received_at_ms.eq(report.received_at.as_millis()),
            rejected_reports::reason.eq(&report.reason),
            rejected_reports::message.eq(&report.message),
            rejected_reports::raw.eq(&report.raw),
        ))
        .execute(c)?;
    Ok(())
}

/// Those of `scheduler` since `since`, the newest first.
pub(super) fn list(
    c: &mut SqliteConnection,
    project: ProjectId,
    scheduler: &SchedulerId,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<RejectedReport>, StoreError> {
    let rows = rejected_reports::table
        .filter(rejected_reports::project_id.eq(project.0))
        .filter(rejected_reports::scheduler_id.eq(scheduler.as_str()))
        .filter(rejected_reports::received_at_ms.ge(since.as_millis()))
        .order((rejected_reports::received_at_ms.desc(), rejected_reports::id.desc()))
        .limit(limit)
        .select((
            rejected_reports::received_at_ms,
            rejected_reports::reason,
            rejected_reports::message,
            rejected_reports::raw,
        ))
        .load::<(i64, String, String, String)>(c)?;
    let report = |(received_at_ms, reason, message, raw)| RejectedReport {
        received_at: Timestamp::from_millis(received_at_ms),
        reason,
        message,
        raw,
    };
    Ok(rows.into_iter().map(report).collect())
}

/// Forgets up to `limit` from before `before`, the oldest first; how many.
pub(super) fn prune(
    c: &mut SqliteConnection,
    before: Timestamp,
    limit: i64,
) -> Result<usize, StoreError> {
    let old = rejected_reports::table
        .filter(rejected_reports::received_at_ms.lt(before.as_millis()))
        .order(rejected_reports::received_at_ms)
        .limit(limit)
        .select(rejected_reports::id)
        .load::<i64>(c)?;
    let mut forgotten = 0;
    for id in old {
        forgotten += diesel::delete(rejected_reports::table.find(id)).execute(c)?;
    }
    Ok(forgotten)
}
