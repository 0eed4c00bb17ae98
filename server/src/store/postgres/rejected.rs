//! Reports that were refused, kept for a day so that their sender can be told why.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::ProjectId;
use nightbell_domain::time::Timestamp;

use super::statement::statement;
use crate::store::schema::rejected_reports;
use crate::store::{RejectedReport, StoreError};

statement! {
    /// Forgets some of the oldest. Rows that another server is about to forget are left
    /// to it.
    Prune { before_ms: i64, limit: i64 }
    { "DELETE FROM rejected_reports WHERE id IN (SELECT id FROM rejected_reports \
       WHERE received_at_ms < " (before_ms as BigInt)
      " ORDER BY received_at_ms LIMIT " (limit as BigInt)
      " FOR UPDATE SKIP LOCKED)" }
}

/// Keeps `report`. The scheduler need not be registered.
pub(super) async fn insert(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    scheduler: &SchedulerId,
    report: &RejectedReport,
) -> Result<(), StoreError> {
    // PostgreSQL keeps no NUL, which what was refused may well contain.
    let kept = |text: &str| text.replace('\0', "\u{fffd}");
    diesel::insert_into(rejected_reports::table)
        .values((
            rejected_reports::project_id.eq(project.0),
            rejected_reports::scheduler_id.eq(scheduler.as_str()),
            rejected_reports::received_at_ms.eq(report.received_at.as_millis()),
            rejected_reports::reason.eq(&report.reason),
            rejected_reports::message.eq(kept(&report.message)),
            rejected_reports::raw.eq(kept(&report.raw)),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// Those of `scheduler` since `since`, the newest first.
pub(super) async fn list(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    scheduler: &SchedulerId,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<RejectedReport>, StoreError> {
    let rows: Vec<(i64, String, String, String)> = rejected_reports::table
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
        .load(c)
        .await?;
    let report = |(received_at_ms, reason, message, raw)| RejectedReport {
        received_at: Timestamp::from_millis(received_at_ms),
        reason,
        message,
        raw,
    };
    Ok(rows.into_iter().map(report).collect())
}

/// Forgets up to `limit` from before `before`, the oldest first; how many.
pub(super) async fn prune(
    c: &mut AsyncPgConnection,
    before: Timestamp,
    limit: i64,
) -> Result<usize, StoreError> {
    Ok(Prune { before_ms: before.as_millis(), limit }.execute(c).await?)
}
