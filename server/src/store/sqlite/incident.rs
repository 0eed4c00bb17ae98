//! Incidents.

use diesel::prelude::*;
use nightbell_domain::id::IncidentId;
use nightbell_domain::incident::Incident;
use nightbell_domain::key::ProjectId;

use super::super::rows::incident::{Row, state_number, text_of, view};
use super::super::schema::{incidents, schedulers};
use super::super::{IncidentQuery, IncidentState, IncidentView, SchedulerKey, StoreError};

pub(super) fn one(
    connection: &mut SqliteConnection,
    project: ProjectId,
    id: IncidentId,
) -> Result<Option<IncidentView>, StoreError> {
    let row: Option<Row> = incidents::table
        .inner_join(schedulers::table)
        .filter(incidents::project_id.eq(project.0))
        .filter(incidents::id.eq(id.to_string()))
        .select((incidents::incident, schedulers::scheduler_id, schedulers::settings))
        .first(connection)
        .optional()?;
    row.map(|(incident, id, settings)| view(&incident, &id, &settings)).transpose()
}

/// The scheduler that the incident `id` is about.
pub(super) fn scheduler_of(
    connection: &mut SqliteConnection,
    project: ProjectId,
    id: IncidentId,
) -> Result<Option<SchedulerKey>, StoreError> {
    let key: Option<i64> = incidents::table
        .filter(incidents::project_id.eq(project.0))
        .filter(incidents::id.eq(id.to_string()))
        .select(incidents::scheduler_key)
        .first(connection)
        .optional()?;
    Ok(key.map(SchedulerKey))
}

pub(super) fn list(
    connection: &mut SqliteConnection,
    project: ProjectId,
    query: IncidentQuery,
) -> Result<Vec<IncidentView>, StoreError> {
    let mut listed = incidents::table
        .inner_join(schedulers::table)
        .filter(incidents::project_id.eq(project.0))
        .order((incidents::opened_at_ms.desc(), incidents::id.desc()))
        .limit(query.limit)
        .select((incidents::incident, schedulers::scheduler_id, schedulers::settings))
        .into_boxed();
    if let Some(scheduler) = query.scheduler_id {
        let Some(key) = super::scheduler::key_of(connection, project, &scheduler)? else {
            return Ok(Vec::new());
        };
        listed = listed.filter(incidents::scheduler_key.eq(key.0));
    }
    if let Some(state) = query.state {
        listed = listed.filter(incidents::state.eq(state_number(state)));
    }
    if let Some((at, id)) = query.after {
        let at_ms = at.as_millis();
        listed = listed.filter(
            incidents::opened_at_ms
                .lt(at_ms)
                .or(incidents::opened_at_ms.eq(at_ms).and(incidents::id.lt(id))),
        );
    }
    let rows: Vec<Row> = listed.load(connection)?;
    rows.iter().map(|(incident, id, settings)| view(incident, id, settings)).collect()
}

/// Stores an incident as it stands.
pub(super) fn save(
    connection: &mut SqliteConnection,
    project: ProjectId,
    scheduler: SchedulerKey,
    incident: &Incident,
) -> Result<(), StoreError> {
    let text = text_of(incident)?;
    let state = state_number(IncidentState::of(incident));
    // No REPLACE: it would delete the row first, and its notifications with it.
    diesel::insert_into(incidents::table)
        .values((
            incidents::id.eq(incident.id.to_string()),
            incidents::project_id.eq(project.0),
            incidents::scheduler_key.eq(scheduler.0),
            incidents::state.eq(state),
            incidents::opened_at_ms.eq(incident.opened_at.as_millis()),
            incidents::incident.eq(&text),
        ))
        .on_conflict(incidents::id)
        .do_update()
        .set((incidents::state.eq(state), incidents::incident.eq(&text)))
        .execute(connection)?;
    Ok(())
}
