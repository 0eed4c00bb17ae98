//! What the decisions of a batch changed.

use std::collections::{BTreeMap, HashMap};

use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use nightbell_domain::key::ProjectId;
use nightbell_domain::notify::notifications;
use nightbell_domain::route::Directory;
use nightbell_domain::scheduler::Case;
use nightbell_domain::time::Timestamp;

use super::super::super::batch::{Entry, Setting};
use super::super::super::rows::scheduler::{health_number, settings_text, state_text};
use super::super::super::{SchedulerKey, StoreError};
use super::super::statement::statement;
use super::super::{incident, outbox, policy, run, slot};

statement! {
    /// Adds schedulers.
    Insert {
        projects: Vec<i64>,
        ids: Vec<String>,
        folded_ids: Vec<String>,
        services: Vec<String>,
        settings: Vec<String>,
        created: Vec<i64>,
        updated: Vec<i64>,
    } -> (BigInt, BigInt, Text)
    { "INSERT INTO schedulers (project_id, scheduler_id, folded_id, service_name, settings, \
       created_at_ms, updated_at_ms) SELECT * FROM unnest(" (projects as Array<BigInt>)
      ", " (ids as Array<Text>)
      ", " (folded_ids as Array<Text>)
      ", " (services as Array<Text>)
      ", " (settings as Array<Text>)
      ", " (created as Array<BigInt>)
      ", " (updated as Array<BigInt>)
      ") RETURNING id, project_id, scheduler_id" }
}

statement! {
    /// Counts the schedulers that projects have more.
    CountUp { projects: Vec<i64>, counts: Vec<i64> }
    { "UPDATE projects p SET schedulers = p.schedulers + u.more FROM unnest("
      (projects as Array<BigInt>)
      ", " (counts as Array<BigInt>)
      ") AS u(id, more) WHERE p.id = u.id" }
}

statement! {
    /// Changes settings.
    UpdateSettings {
        keys: Vec<i64>,
        services: Vec<String>,
        settings: Vec<String>,
        updated: Vec<i64>,
    }
    { "UPDATE schedulers s SET service_name = u.service_name, settings = u.settings, \
       updated_at_ms = u.updated_at_ms FROM unnest(" (keys as Array<BigInt>)
      ", " (services as Array<Text>)
      ", " (settings as Array<Text>)
      ", " (updated as Array<BigInt>)
      ") AS u(id, service_name, settings, updated_at_ms) WHERE s.id = u.id" }
}

statement! {
    /// Forgets the labels of schedulers.
    ForgetLabels { keys: Vec<i64> }
    { "DELETE FROM scheduler_labels WHERE scheduler_key = ANY(" (keys as Array<BigInt>)
      ")" }
}

statement! {
    /// Adds labels.
    InsertLabels { keys: Vec<i64>, names: Vec<String>, values: Vec<String> }
    { "INSERT INTO scheduler_labels (scheduler_key, name, value) SELECT * FROM unnest("
      (keys as Array<BigInt>)
      ", " (names as Array<Text>)
      ", " (values as Array<Text>)
      ")" }
}

statement! {
    /// Adds the states of new schedulers.
    InsertStates {
        keys: Vec<i64>,
        healths: Vec<i32>,
        due: Vec<Option<i64>>,
        states: Vec<String>,
    }
    { "INSERT INTO scheduler_states (scheduler_key, health, due_at_ms, state) \
       SELECT * FROM unnest(" (keys as Array<BigInt>)
      ", " (healths as Array<Integer>)
      ", " (due as Array<Nullable<BigInt>>)
      ", " (states as Array<Text>)
      ")" }
}

statement! {
    /// The write of every report.
    UpdateStates {
        keys: Vec<i64>,
        healths: Vec<i32>,
        due: Vec<Option<i64>>,
        states: Vec<String>,
    }
    { "UPDATE scheduler_states st SET health = u.health, due_at_ms = u.due_at_ms, \
       state = u.state FROM unnest(" (keys as Array<BigInt>)
      ", " (healths as Array<Integer>)
      ", " (due as Array<Nullable<BigInt>>)
      ", " (states as Array<Text>)
      ") AS u(scheduler_key, health, due_at_ms, state) \
       WHERE st.scheduler_key = u.scheduler_key" }
}

/// States as columns.
#[derive(Default)]
struct States {
    keys: Vec<i64>,
    healths: Vec<i32>,
    due: Vec<Option<i64>>,
    texts: Vec<String>,
}

impl States {
    fn push(&mut self, key: SchedulerKey, case: &Case) -> Result<(), StoreError> {
        self.keys.push(key.0);
        self.healths.push(health_number(case.scheduler.health()));
        self.due.push(case.scheduler.state.due_at.map(Timestamp::as_millis));
        self.texts.push(state_text(case)?);
        Ok(())
    }
}

/// A changed scheduler under its number.
struct Stored<'a> {
    key: SchedulerKey,
    project: ProjectId,
    case: &'a Case,
}

/// Saves what changed; whether there is anything to tell.
pub(super) async fn save(
    c: &mut AsyncPgConnection,
    changed: &[Entry],
    setting: &Setting,
) -> Result<bool, StoreError> {
    let cases = changed.iter().filter_map(|entry| Some((entry, entry.case.as_ref()?)));
    let (new, old): (Vec<_>, Vec<_>) = cases.partition(|(entry, _)| entry.key.is_none());
    let new: Vec<(ProjectId, &Case)> =
        new.into_iter().map(|(entry, case)| (entry.project, case)).collect();
    let old = old
        .into_iter()
        .filter_map(|(entry, case)| Some(Stored { key: entry.key?, project: entry.project, case }));
    let old: Vec<Stored<'_>> = old.collect();
    let new = insert(c, &new).await?;
    update(c, &old).await?;
    let all: Vec<&Stored<'_>> = new.iter().chain(&old).collect();
    labels(c, &all).await?;
    history(c, &all, setting.now).await?;
    tell(c, &all, setting).await
}

/// Adds new schedulers with their states.
async fn insert<'a>(
    c: &mut AsyncPgConnection,
    new: &[(ProjectId, &'a Case)],
) -> Result<Vec<Stored<'a>>, StoreError> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let rows = insert_rows(new)?.load::<(i64, i64, String)>(c).await?;
    let keys: HashMap<(i64, String), i64> =
        rows.into_iter().map(|(key, project, id)| ((project, id), key)).collect();
    let mut stored = Vec::with_capacity(new.len());
    let mut states = States::default();
    let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
    for (project, case) in new {
        let key = keys.get(&(project.0, case.scheduler.id.to_string())).copied();
        let key = key.ok_or_else(|| StoreError::Fault("a new row has no number".to_owned()))?;
        states.push(SchedulerKey(key), case)?;
        *counts.entry(project.0).or_default() += 1;
        stored.push(Stored { key: SchedulerKey(key), project: *project, case });
    }
    let States { keys, healths, due, texts: states } = states;
    InsertStates { keys, healths, due, states }.execute(c).await?;
    let (projects, counts) = counts.into_iter().unzip();
    CountUp { projects, counts }.execute(c).await?;
    Ok(stored)
}

fn insert_rows(new: &[(ProjectId, &Case)]) -> Result<Insert, StoreError> {
    let mut rows = Insert {
        projects: Vec::new(),
        ids: Vec::new(),
        folded_ids: Vec::new(),
        services: Vec::new(),
        settings: Vec::new(),
        created: Vec::new(),
        updated: Vec::new(),
    };
    for (project, Case { scheduler, .. }) in new {
        rows.projects.push(project.0);
        rows.ids.push(scheduler.id.to_string());
        rows.folded_ids.push(scheduler.id.as_str().to_ascii_lowercase());
        rows.services.push(scheduler.settings.service_name.clone());
        rows.settings.push(settings_text(scheduler)?);
        rows.created.push(scheduler.created_at.as_millis());
        rows.updated.push(scheduler.updated_at.as_millis());
    }
    Ok(rows)
}

/// Changes the states, and the settings where they changed.
async fn update(c: &mut AsyncPgConnection, old: &[Stored<'_>]) -> Result<(), StoreError> {
    if old.is_empty() {
        return Ok(());
    }
    let mut states = States::default();
    let mut settings = UpdateSettings {
        keys: Vec::new(),
        services: Vec::new(),
        settings: Vec::new(),
        updated: Vec::new(),
    };
    for Stored { key, case, .. } in old {
        states.push(*key, case)?;
        if case.changes.settings {
            settings.keys.push(key.0);
            settings.services.push(case.scheduler.settings.service_name.clone());
            settings.settings.push(settings_text(&case.scheduler)?);
            settings.updated.push(case.scheduler.updated_at.as_millis());
        }
    }
    let States { keys, healths, due, texts: states } = states;
    UpdateStates { keys, healths, due, states }.execute(c).await?;
    if !settings.keys.is_empty() {
        ForgetLabels { keys: settings.keys.clone() }.execute(c).await?;
        settings.execute(c).await?;
    }
    Ok(())
}

/// Adds the labels of those that are new or whose settings changed.
async fn labels(c: &mut AsyncPgConnection, all: &[&Stored<'_>]) -> Result<(), StoreError> {
    let mut rows = InsertLabels { keys: Vec::new(), names: Vec::new(), values: Vec::new() };
    for Stored { key, case, .. } in all.iter().filter(|it| it.case.changes.settings) {
        for (name, value) in &case.scheduler.settings.labels {
            rows.keys.push(key.0);
            rows.names.push(name.clone());
            rows.values.push(value.clone());
        }
    }
    if !rows.keys.is_empty() {
        rows.execute(c).await?;
    }
    Ok(())
}

/// Saves runs and incidents.
async fn history(
    c: &mut AsyncPgConnection,
    all: &[&Stored<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    let (mut forgotten, mut runs, mut incidents) = (Vec::new(), Vec::new(), Vec::new());
    let mut slots = Vec::new();
    for Stored { key, project, case } in all {
        forgotten.extend(case.changes.forgotten_runs.iter().map(|id| (*key, id.clone())));
        runs.extend(case.changes.runs.iter().filter_map(|id| Some((*key, case.run(id)?))));
        slots.extend(case.changes.slots.values().map(|entry| (*key, entry)));
        incidents.extend(case.changes.incidents.values().map(|it| (*project, *key, it)));
    }
    run::forget(c, forgotten).await?;
    run::save(c, &runs).await?;
    slot::save(c, &slots, now).await?;
    incident::save(c, &incidents).await
}

/// Writes what is to be told; whether there is anything.
async fn tell(
    c: &mut AsyncPgConnection,
    all: &[&Stored<'_>],
    setting: &Setting,
) -> Result<bool, StoreError> {
    let eventful = all.iter().filter(|stored| !stored.case.changes.events.is_empty());
    let eventful: Vec<&&Stored<'_>> = eventful.collect();
    if eventful.is_empty() {
        return Ok(false);
    }
    let projects = eventful.iter().map(|stored| stored.project.0).collect();
    let directories = policy::directories(c, projects, setting.mails_owners).await?;
    let events = eventful.iter().flat_map(|stored| &stored.case.changes.events);
    let told_before = outbox::told_before(c, events).await?;
    let nobody = Directory::default();
    let mut added = Vec::new();
    for Stored { key, project, case } in eventful {
        let directory = directories.get(&project.0).unwrap_or(&nobody);
        let told = notifications(&case.changes.events, &case.scheduler, directory, &told_before);
        added.extend(told.into_iter().map(|notification| outbox::New {
            project: *project,
            scheduler: *key,
            notification,
        }));
    }
    outbox::insert(c, &added, setting.now).await?;
    Ok(!added.is_empty())
}
