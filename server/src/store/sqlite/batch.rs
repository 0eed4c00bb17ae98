//! A batch in one transaction: load, decide, save.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel::sqlite::Sqlite;
use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::ProjectId;
use nightbell_domain::notify::notifications;
use nightbell_domain::scheduler::{Case, Need, Scheduler};
use nightbell_domain::time::Timestamp;
use nightbell_domain::transition::Input;

use super::super::batch::{
    Batch, Changed, Command, Committed, Entry, Found, Intent, Loaded, Setting, Target,
};
use super::super::rows::scheduler::{
    Row, columns, health_number, of_row, settings_text, state_text, stored_id,
};
use super::super::schema::{projects, scheduler_labels, scheduler_states, schedulers};
use super::super::{SchedulerKey, StoreError};
use super::{incident, outbox, policy, presence, run, slot};

pub(super) fn transact(
    connection: &mut SqliteConnection,
    batch: Batch,
) -> Result<Committed, StoreError> {
    let Batch { commands, setting, decide } = batch;
    let mut loaded = load(connection, &commands)?;
    let answered = decide(&mut loaded, &commands, &setting);
    let mut changed = Vec::new();
    let mut events = Vec::new();
    let mut has_notifications = false;
    for entry in loaded.entries {
        let Entry { key, project, case: Some(case) } = entry else { continue };
        if !case.changes.any {
            continue;
        }
        has_notifications |= save(connection, key, project, &case, &setting)?;
        let unknown_slots = case.changes.unknown_slots().collect();
        events.extend(case.changes.events);
        changed.push(Changed { project, scheduler: Arc::new(case.scheduler), unknown_slots });
    }
    Ok(Committed { answered, changed, events, has_notifications })
}

fn load(connection: &mut SqliteConnection, commands: &[Command]) -> Result<Loaded, StoreError> {
    let mut loaded = Loaded::default();
    let mut by_key = HashMap::new();
    let epoch = presence::epoch(connection)?;
    for command in commands {
        if command.judgement.is_some_and(|judgement| Some(judgement.epoch) != epoch) {
            loaded.found.push(Found::Superseded);
            continue;
        }
        let found = find(connection, &mut loaded, &mut by_key, command)?;
        if let (Found::Entry(place), Intent::Apply(Input::Report(report), _)) =
            (&found, &*command.intent)
            && let Entry { key: Some(key), case: Some(case), .. } = &mut loaded.entries[*place]
        {
            match case.need(report) {
                Need::Nothing => {}
                Need::Run(id) => case.supply(run::by_id(connection, *key, &id)?),
                Need::Neighbours(at) => case.supply(run::neighbours(connection, *key, at)?),
            }
        }
        if let (
            Found::Entry(place),
            Intent::Apply(Input::StreamOpened { run_id: Some(id), .. } | Input::CancelRun(id), _),
        ) = (&found, &*command.intent)
            && let Entry { key: Some(key), case: Some(case), .. } = &mut loaded.entries[*place]
            && case.run(id).is_none()
        {
            case.supply(run::by_id(connection, *key, id)?);
        }
        loaded.found.push(found);
    }
    Ok(loaded)
}

/// Finds the scheduler of a command among those loaded, or loads it.
fn find(
    connection: &mut SqliteConnection,
    loaded: &mut Loaded,
    by_key: &mut HashMap<i64, usize>,
    command: &Command,
) -> Result<Found, StoreError> {
    let row = match &command.target {
        Target::Id(project, id) => {
            if let Some(place) = loaded.by_id.get(&(*project, id.clone())) {
                return Ok(Found::Entry(*place));
            }
            row_by_id(connection, *project, id)?
        }
        Target::Key(key) => match by_key.get(&key.0) {
            Some(place) => return Ok(Found::Entry(*place)),
            None => row_by_key(connection, *key)?,
        },
        Target::Incident(project, incident) => {
            match incident::scheduler_of(connection, *project, *incident)? {
                Some(key) if by_key.contains_key(&key.0) => {
                    return Ok(Found::Entry(by_key[&key.0]));
                }
                Some(key) => row_by_key(connection, key)?,
                None => None,
            }
        }
    };
    let Some(row) = row else { return nothing(connection, loaded, command) };
    let (key, project, scheduler) = of_row(row)?;
    let place = loaded.entries.len();
    by_key.insert(key.0, place);
    loaded.by_id.insert((project, scheduler.id.clone()), place);
    let case = Some(Case::new(scheduler));
    loaded.entries.push(Entry { key: Some(key), project, case });
    Ok(Found::Entry(place))
}

/// A scheduler that is not there. If the command may make it, what decides whether
/// it can be made is loaded.
fn nothing(
    connection: &mut SqliteConnection,
    loaded: &mut Loaded,
    command: &Command,
) -> Result<Found, StoreError> {
    let (Target::Id(project, id), Intent::Register(_) | Intent::Apply(_, Some(_))) =
        (&command.target, &*command.intent)
    else {
        return Ok(Found::Nothing);
    };
    if !loaded.schedulers.contains_key(project) {
        let count: i64 =
            projects::table.find(project.0).select(projects::schedulers).first(connection)?;
        loaded.schedulers.insert(*project, u64::try_from(count).unwrap_or(0));
    }
    let taken: Option<String> = schedulers::table
        .filter(schedulers::project_id.eq(project.0))
        .filter(schedulers::folded_id.eq(id.as_str().to_ascii_lowercase()))
        .select(schedulers::scheduler_id)
        .first(connection)
        .optional()?;
    match taken {
        Some(taken) => Ok(Found::IdTakenByCase(stored_id(&taken)?)),
        None => Ok(Found::Nothing),
    }
}

fn row_by_id(
    connection: &mut SqliteConnection,
    project: ProjectId,
    id: &SchedulerId,
) -> QueryResult<Option<Row>> {
    schedulers::table
        .inner_join(scheduler_states::table)
        .filter(schedulers::project_id.eq(project.0))
        .filter(schedulers::scheduler_id.eq(id.as_str()))
        .select(columns())
        .get_result(connection)
        .optional()
}

fn row_by_key(connection: &mut SqliteConnection, key: SchedulerKey) -> QueryResult<Option<Row>> {
    schedulers::table
        .inner_join(scheduler_states::table)
        .filter(schedulers::id.eq(key.0))
        .select(columns())
        .get_result(connection)
        .optional()
}

/// Saves what changed of one scheduler; whether there is anything to tell.
fn save(
    connection: &mut SqliteConnection,
    key: Option<SchedulerKey>,
    project: ProjectId,
    case: &Case,
    setting: &Setting,
) -> Result<bool, StoreError> {
    let now = setting.now;
    let Case { scheduler, changes } = case;
    let state = state_text(case)?;
    let health = health_number(scheduler.health());
    let due_at_ms = scheduler.state.due_at.map(Timestamp::as_millis);
    let key = match key {
        None => {
            let key = insert(connection, project, scheduler)?;
            diesel::insert_into(scheduler_states::table)
                .values((
                    scheduler_states::scheduler_key.eq(key.0),
                    scheduler_states::health.eq(health),
                    scheduler_states::due_at_ms.eq(due_at_ms),
                    scheduler_states::state.eq(state),
                ))
                .execute(connection)?;
            key
        }
        Some(key) => {
            if changes.settings {
                update_settings(connection, key, scheduler)?;
            }
            StateUpdate { key: key.0, health, due_at_ms, state }.execute(connection)?;
            key
        }
    };
    for id in &changes.forgotten_runs {
        run::forget(connection, key, id)?;
    }
    for id in &changes.runs {
        if let Some(stored) = case.run(id) {
            run::save(connection, key, stored)?;
        }
    }
    slot::save(connection, key, changes.slots.values(), now)?;
    for stored in changes.incidents.values() {
        incident::save(connection, project, key, stored)?;
    }
    if changes.events.is_empty() {
        return Ok(false);
    }
    let directory = policy::directory(connection, project, setting.mails_owners)?;
    let told_before = outbox::told_before(connection, &changes.events)?;
    let told = notifications(&changes.events, scheduler, &directory, &told_before);
    outbox::insert(connection, project, key, &told, now)?;
    Ok(!told.is_empty())
}

fn insert(
    connection: &mut SqliteConnection,
    project: ProjectId,
    scheduler: &Scheduler,
) -> Result<SchedulerKey, StoreError> {
    let key: i64 = diesel::insert_into(schedulers::table)
        .values((
            schedulers::project_id.eq(project.0),
            schedulers::scheduler_id.eq(scheduler.id.as_str()),
            schedulers::folded_id.eq(scheduler.id.as_str().to_ascii_lowercase()),
            schedulers::service_name.eq(&scheduler.settings.service_name),
            schedulers::settings.eq(settings_text(scheduler)?),
            schedulers::created_at_ms.eq(scheduler.created_at.as_millis()),
            schedulers::updated_at_ms.eq(scheduler.updated_at.as_millis()),
        ))
        .returning(schedulers::id)
        .get_result(connection)?;
    insert_labels(connection, key, scheduler)?;
    diesel::update(projects::table.find(project.0))
        .set(projects::schedulers.eq(projects::schedulers + 1))
        .execute(connection)?;
    Ok(SchedulerKey(key))
}

fn update_settings(
    connection: &mut SqliteConnection,
    key: SchedulerKey,
    scheduler: &Scheduler,
) -> Result<(), StoreError> {
    diesel::update(schedulers::table.find(key.0))
        .set((
            schedulers::service_name.eq(&scheduler.settings.service_name),
            schedulers::settings.eq(settings_text(scheduler)?),
            schedulers::updated_at_ms.eq(scheduler.updated_at.as_millis()),
        ))
        .execute(connection)?;
    diesel::delete(scheduler_labels::table.filter(scheduler_labels::scheduler_key.eq(key.0)))
        .execute(connection)?;
    insert_labels(connection, key.0, scheduler)
}

fn insert_labels(
    connection: &mut SqliteConnection,
    key: i64,
    scheduler: &Scheduler,
) -> Result<(), StoreError> {
    for (name, value) in &scheduler.settings.labels {
        diesel::insert_into(scheduler_labels::table)
            .values((
                scheduler_labels::scheduler_key.eq(key),
                scheduler_labels::name.eq(name),
                scheduler_labels::value.eq(value),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// The write of every report. diesel prepares its own UPDATE anew each time, which
/// costs more than the write; a fragment with a static id stays prepared.
struct StateUpdate {
    key: i64,
    health: i32,
    due_at_ms: Option<i64>,
    state: String,
}

impl QueryId for StateUpdate {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C> RunQueryDsl<C> for StateUpdate {}

impl QueryFragment<Sqlite> for StateUpdate {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        pass.push_sql("UPDATE scheduler_states SET health = ");
        pass.push_bind_param::<Integer, _>(&self.health)?;
        pass.push_sql(", due_at_ms = ");
        pass.push_bind_param::<Nullable<BigInt>, _>(&self.due_at_ms)?;
        pass.push_sql(", state = ");
        pass.push_bind_param::<Text, _>(&self.state)?;
        pass.push_sql(" WHERE scheduler_key = ");
        pass.push_bind_param::<BigInt, _>(&self.key)
    }
}
