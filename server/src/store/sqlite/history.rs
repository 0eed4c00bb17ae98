//! What is too old to be kept.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use nightbell_domain::run::RunStatus;

use crate::store::rows::incident::state_number;
use crate::store::rows::outbox::PENDING;
use crate::store::rows::run::status_number;
use crate::store::schema::{incidents, outbox, runs, schedulers};
use crate::store::{IncidentState, Kept, SchedulerKey, StoreError};

/// Forgets what is too old of the next schedulers; the last of them.
pub(super) fn prune(
    c: &mut SqliteConnection,
    after: SchedulerKey,
    count: i64,
    kept: Kept,
) -> Result<Option<SchedulerKey>, StoreError> {
    let next: Vec<i64> = schedulers::table
        .filter(schedulers::id.gt(after.0))
        .order(schedulers::id)
        .limit(count)
        .select(schedulers::id)
        .load(c)?;
    for scheduler in &next {
        prune_runs(c, *scheduler, kept)?;
        let over = state_number(IncidentState::Resolved);
        let told_of = incidents::table
            .filter(incidents::scheduler_key.eq(scheduler))
            .filter(incidents::state.eq(over))
            .filter(incidents::opened_at_ms.lt(kept.notifications_since.as_millis()))
            .select(incidents::id);
        let told = outbox::table
            .filter(outbox::incident_id.eq_any(told_of))
            .filter(outbox::state.ne(PENDING))
            .filter(outbox::settled_at_ms.lt(kept.notifications_since.as_millis()));
        diesel::delete(told).execute(c)?;
        let old = incidents::table
            .filter(incidents::scheduler_key.eq(scheduler))
            .filter(incidents::state.eq(over))
            .filter(incidents::opened_at_ms.lt(kept.incidents_since.as_millis()));
        diesel::delete(old).execute(c)?;
    }
    Ok(next.last().copied().map(SchedulerKey))
}

fn prune_runs(c: &mut SqliteConnection, scheduler: i64, kept: Kept) -> Result<(), StoreError> {
    let of_scheduler = runs::table.filter(runs::scheduler_key.eq(scheduler));
    let beyond: Option<i64> = of_scheduler
        .order(runs::first_mark_at_ms.desc())
        .offset(kept.runs_least)
        .select(runs::first_mark_at_ms)
        .first(c)
        .optional()?;
    let Some(beyond) = beyond else { return Ok(()) };
    let old = of_scheduler
        .filter(runs::first_mark_at_ms.le(beyond))
        .filter(runs::first_mark_at_ms.lt(kept.runs_since.as_millis()))
        .filter(runs::status.ne(status_number(RunStatus::Pending)))
        .filter(runs::status.ne(status_number(RunStatus::Running)));
    diesel::delete(old).execute(c)?;
    Ok(())
}
