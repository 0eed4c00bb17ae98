//! Schedulers and what is remembered of them.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::ProjectId;
use nightbell_domain::scheduler::Scheduler;
use nightbell_domain::time::Timestamp;

use super::super::rows::scheduler::{Row, columns, health_number, of_row};
use super::super::schema::{projects, runs, scheduler_labels, scheduler_states, schedulers};
use super::super::{SchedulerKey, SchedulerQuery, StoreError};

pub(super) async fn due(
    c: &mut AsyncPgConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<SchedulerKey>, StoreError> {
    let keys: Vec<i64> = scheduler_states::table
        .filter(scheduler_states::due_at_ms.le(now.as_millis()))
        .order(scheduler_states::due_at_ms)
        .limit(limit)
        .select(scheduler_states::scheduler_key)
        .load(c)
        .await?;
    Ok(keys.into_iter().map(SchedulerKey).collect())
}

pub(super) async fn one(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    id: &SchedulerId,
) -> Result<Option<Scheduler>, StoreError> {
    let row: Option<Row> = schedulers::table
        .inner_join(scheduler_states::table)
        .filter(schedulers::project_id.eq(project.0))
        .filter(schedulers::scheduler_id.eq(id.as_str()))
        .select(columns())
        .get_result(c)
        .await
        .optional()?;
    row.map(|row| of_row(row).map(|(_, _, scheduler)| scheduler)).transpose()
}

pub(super) async fn list(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    query: SchedulerQuery,
) -> Result<Vec<Scheduler>, StoreError> {
    let mut listed = schedulers::table
        .inner_join(scheduler_states::table)
        .filter(schedulers::project_id.eq(project.0))
        .order(schedulers::scheduler_id)
        .limit(query.limit)
        .select(columns())
        .into_boxed();
    if let Some(service_name) = query.service_name {
        listed = listed.filter(schedulers::service_name.eq(service_name));
    }
    if let Some(health) = query.health {
        listed = listed.filter(scheduler_states::health.eq(health_number(health)));
    }
    if let Some((name, value)) = query.label {
        let labelled = scheduler_labels::table
            .filter(scheduler_labels::name.eq(name))
            .filter(scheduler_labels::value.eq(value))
            .select(scheduler_labels::scheduler_key);
        listed = listed.filter(schedulers::id.eq_any(labelled));
    }
    if let Some(after) = query.after {
        listed = listed.filter(schedulers::scheduler_id.gt(after));
    }
    let rows: Vec<Row> = listed.load(c).await?;
    rows.into_iter().map(|row| of_row(row).map(|(_, _, scheduler)| scheduler)).collect()
}

/// The number of the scheduler of this id.
pub(super) async fn key_of(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    id: &SchedulerId,
) -> Result<Option<SchedulerKey>, StoreError> {
    let key: Option<i64> = schedulers::table
        .filter(schedulers::project_id.eq(project.0))
        .filter(schedulers::scheduler_id.eq(id.as_str()))
        .select(schedulers::id)
        .get_result(c)
        .await
        .optional()?;
    Ok(key.map(SchedulerKey))
}

pub(super) async fn delete(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    id: &SchedulerId,
) -> Result<bool, StoreError> {
    let Some(SchedulerKey(key)) = key_of(c, project, id).await? else { return Ok(false) };
    // First of all, as a batch does: whoever holds the state writes all the rest.
    let state: Option<i64> = scheduler_states::table
        .find(key)
        .select(scheduler_states::scheduler_key)
        .for_update()
        .get_result(c)
        .await
        .optional()?;
    if state.is_none() {
        return Ok(false);
    }
    diesel::delete(runs::table.filter(runs::scheduler_key.eq(key))).execute(c).await?;
    diesel::delete(schedulers::table.find(key)).execute(c).await?;
    diesel::update(projects::table.find(project.0))
        .set(projects::schedulers.eq(projects::schedulers - 1))
        .execute(c)
        .await?;
    Ok(true)
}
