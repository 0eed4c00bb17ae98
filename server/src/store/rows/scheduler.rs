//! Schedulers with their state.

use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::ProjectId;
use nightbell_domain::scheduler::{Case, Health, Scheduler};
use nightbell_domain::time::Timestamp;

use super::super::schema::{scheduler_states, schedulers};
use super::super::{SchedulerKey, StoreError};

/// A scheduler with its state, as selected by [`columns`].
pub(in crate::store) type Row = (i64, i64, String, String, i64, i64, String);

/// The columns of a [`Row`], of `schedulers` joined with `scheduler_states`.
pub(in crate::store) fn columns() -> (
    schedulers::id,
    schedulers::project_id,
    schedulers::scheduler_id,
    schedulers::settings,
    schedulers::created_at_ms,
    schedulers::updated_at_ms,
    scheduler_states::state,
) {
    (
        schedulers::id,
        schedulers::project_id,
        schedulers::scheduler_id,
        schedulers::settings,
        schedulers::created_at_ms,
        schedulers::updated_at_ms,
        scheduler_states::state,
    )
}

/// The scheduler of a row, with its number and project.
pub(in crate::store) fn of_row(
    row: Row,
) -> Result<(SchedulerKey, ProjectId, Scheduler), StoreError> {
    let (key, project, id, settings, created_at_ms, updated_at_ms, state) = row;
    let scheduler = Scheduler {
        id: stored_id(&id)?,
        settings: serde_json::from_str(&settings)
            .map_err(|error| StoreError::unreadable("settings", &error))?,
        created_at: Timestamp::from_millis(created_at_ms),
        updated_at: Timestamp::from_millis(updated_at_ms),
        state: serde_json::from_str(&state)
            .map_err(|error| StoreError::unreadable("state", &error))?,
    };
    Ok((SchedulerKey(key), ProjectId(project), scheduler))
}

/// The id of a stored scheduler.
pub(in crate::store) fn stored_id(id: &str) -> Result<SchedulerId, StoreError> {
    SchedulerId::parse(id).map_err(|violation| StoreError::unreadable("id", &violation.rule))
}

/// How a scheduler fares, as it is stored.
pub(in crate::store) const fn health_number(health: Health) -> i32 {
    match health {
        Health::New => 1,
        Health::Up => 2,
        Health::Down => 3,
        Health::Paused => 4,
    }
}

/// The stored form of settings.
pub(in crate::store) fn settings_text(scheduler: &Scheduler) -> Result<String, StoreError> {
    serde_json::to_string(&scheduler.settings)
        .map_err(|error| StoreError::unreadable("settings", &error))
}

/// The stored form of what is remembered.
pub(in crate::store) fn state_text(case: &Case) -> Result<String, StoreError> {
    serde_json::to_string(&case.remembered())
        .map_err(|error| StoreError::unreadable("state", &error))
}
