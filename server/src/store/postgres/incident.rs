//! Incidents.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use nightbell_domain::id::IncidentId;
use nightbell_domain::incident::Incident;
use nightbell_domain::key::ProjectId;

use super::super::rows::incident::{Row, state_number, text_of, view};
use super::super::schema::{incidents, schedulers};
use super::super::{IncidentQuery, IncidentState, IncidentView, SchedulerKey, StoreError};
use super::statement::statement;

statement! {
    /// Stores incidents as they stand.
    Save {
        ids: Vec<String>,
        projects: Vec<i64>,
        keys: Vec<i64>,
        states: Vec<i32>,
        opened: Vec<i64>,
        texts: Vec<String>,
    }
    { "INSERT INTO incidents (id, project_id, scheduler_key, state, opened_at_ms, incident) \
       SELECT * FROM unnest(" (ids as Array<Text>)
      ", " (projects as Array<BigInt>)
      ", " (keys as Array<BigInt>)
      ", " (states as Array<Integer>)
      ", " (opened as Array<BigInt>)
      ", " (texts as Array<Text>)
      ") ON CONFLICT (id) DO UPDATE SET state = excluded.state, incident = excluded.incident" }
}

pub(super) async fn one(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    id: IncidentId,
) -> Result<Option<IncidentView>, StoreError> {
    let row: Option<Row> = incidents::table
        .inner_join(schedulers::table)
        .filter(incidents::project_id.eq(project.0))
        .filter(incidents::id.eq(id.to_string()))
        .select((incidents::incident, schedulers::scheduler_id, schedulers::settings))
        .get_result(c)
        .await
        .optional()?;
    row.map(|(incident, id, settings)| view(&incident, &id, &settings)).transpose()
}

/// The schedulers that these incidents are about, each with its incident's id as text.
pub(super) async fn schedulers_of(
    c: &mut AsyncPgConnection,
    wanted: &[(ProjectId, IncidentId)],
) -> Result<Vec<(ProjectId, String, SchedulerKey)>, StoreError> {
    let ids = wanted.iter().map(|(_, id)| id.to_string());
    let rows: Vec<(i64, String, i64)> = incidents::table
        .filter(incidents::id.eq_any(ids.collect::<Vec<_>>()))
        .select((incidents::project_id, incidents::id, incidents::scheduler_key))
        .load(c)
        .await?;
    let found =
        rows.into_iter().map(|(project, id, key)| (ProjectId(project), id, SchedulerKey(key)));
    Ok(found.collect())
}

pub(super) async fn list(
    c: &mut AsyncPgConnection,
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
        let Some(key) = super::scheduler::key_of(c, project, &scheduler).await? else {
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
    let rows: Vec<Row> = listed.load(c).await?;
    rows.iter().map(|(incident, id, settings)| view(incident, id, settings)).collect()
}

/// Stores incidents as they stand, each at most once.
pub(super) async fn save(
    c: &mut AsyncPgConnection,
    changed: &[(ProjectId, SchedulerKey, &Incident)],
) -> Result<(), StoreError> {
    if changed.is_empty() {
        return Ok(());
    }
    let mut save = Save {
        ids: Vec::new(),
        projects: Vec::new(),
        keys: Vec::new(),
        states: Vec::new(),
        opened: Vec::new(),
        texts: Vec::new(),
    };
    for (project, key, incident) in changed {
        save.ids.push(incident.id.to_string());
        save.projects.push(project.0);
        save.keys.push(key.0);
        save.states.push(state_number(IncidentState::of(incident)));
        save.opened.push(incident.opened_at.as_millis());
        save.texts.push(text_of(incident)?);
    }
    save.execute(c).await?;
    Ok(())
}
