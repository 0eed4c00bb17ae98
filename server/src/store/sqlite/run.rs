//! Runs.

use diesel::prelude::*;
use nightbell_domain::id::{RunId, SchedulerId};
use nightbell_domain::key::ProjectId;
use nightbell_domain::run::{Run, RunStatus};
use nightbell_domain::time::Timestamp;

use super::super::rows::run::{of_text, status_number, text_of};
use super::super::schema::runs;
use super::super::{RunQuery, SchedulerKey, StoreError};
use super::scheduler;

pub(super) fn one(
    connection: &mut SqliteConnection,
    project: ProjectId,
    scheduler: &SchedulerId,
    id: &RunId,
) -> Result<Option<Run>, StoreError> {
    let Some(key) = scheduler::key_of(connection, project, scheduler)? else { return Ok(None) };
    by_id(connection, key, id)
}

/// The run `id` of a scheduler.
pub(super) fn by_id(
    connection: &mut SqliteConnection,
    scheduler: SchedulerKey,
    id: &RunId,
) -> Result<Option<Run>, StoreError> {
    let text: Option<String> = runs::table
        .filter(runs::scheduler_key.eq(scheduler.0))
        .filter(runs::run_id.eq(id.as_str()))
        .select(runs::run)
        .get_result(connection)
        .optional()?;
    text.as_deref().map(of_text).transpose()
}

/// The unnamed runs that began, queued ones left out, from the last first mark
/// before `at` to the first one after it, those at the same instants included.
pub(super) fn neighbours(
    connection: &mut SqliteConnection,
    scheduler: SchedulerKey,
    at: Timestamp,
) -> Result<Vec<Run>, StoreError> {
    let at_ms = at.as_millis();
    let unnamed = runs::table
        .filter(runs::scheduler_key.eq(scheduler.0))
        .filter(runs::is_named.eq(false))
        .filter(runs::status.ne(status_number(RunStatus::Pending)));
    let before: Option<i64> = unnamed
        .filter(runs::first_mark_at_ms.lt(at_ms))
        .order(runs::first_mark_at_ms.desc())
        .select(runs::first_mark_at_ms)
        .first(connection)
        .optional()?;
    let after: Option<i64> = unnamed
        .filter(runs::first_mark_at_ms.gt(at_ms))
        .order(runs::first_mark_at_ms)
        .select(runs::first_mark_at_ms)
        .first(connection)
        .optional()?;
    let texts: Vec<String> = unnamed
        .filter(runs::first_mark_at_ms.ge(before.unwrap_or(at_ms)))
        .filter(runs::first_mark_at_ms.le(after.unwrap_or(at_ms)))
        .select(runs::run)
        .load(connection)?;
    texts.iter().map(|text| of_text(text)).collect()
}

pub(super) fn list(
    connection: &mut SqliteConnection,
    project: ProjectId,
    scheduler: &SchedulerId,
    query: RunQuery,
) -> Result<Vec<Run>, StoreError> {
    let Some(key) = scheduler::key_of(connection, project, scheduler)? else {
        return Ok(Vec::new());
    };
    let mut listed = runs::table
        .filter(runs::scheduler_key.eq(key.0))
        .order((runs::first_mark_at_ms.desc(), runs::run_id.desc()))
        .limit(query.limit)
        .select(runs::run)
        .into_boxed();
    if let Some(status) = query.status {
        listed = listed.filter(runs::status.eq(status_number(status)));
    }
    if let Some((at, id)) = query.after {
        let at_ms = at.as_millis();
        listed = listed.filter(
            runs::first_mark_at_ms
                .lt(at_ms)
                .or(runs::first_mark_at_ms.eq(at_ms).and(runs::run_id.lt(id))),
        );
    }
    let texts: Vec<String> = listed.load(connection)?;
    texts.iter().map(|text| of_text(text)).collect()
}

/// Stores a run as it stands.
pub(super) fn save(
    connection: &mut SqliteConnection,
    scheduler: SchedulerKey,
    run: &Run,
) -> Result<(), StoreError> {
    let text = text_of(run)?;
    diesel::replace_into(runs::table)
        .values((
            runs::scheduler_key.eq(scheduler.0),
            runs::run_id.eq(run.id.as_str()),
            runs::is_named.eq(run.is_named),
            runs::status.eq(status_number(run.status())),
            runs::first_mark_at_ms.eq(run.first_mark_at().as_millis()),
            runs::run.eq(text),
        ))
        .execute(connection)?;
    Ok(())
}

/// Forgets a run.
pub(super) fn forget(
    connection: &mut SqliteConnection,
    scheduler: SchedulerKey,
    id: &RunId,
) -> Result<(), StoreError> {
    diesel::delete(
        runs::table
            .filter(runs::scheduler_key.eq(scheduler.0))
            .filter(runs::run_id.eq(id.as_str())),
    )
    .execute(connection)?;
    Ok(())
}
