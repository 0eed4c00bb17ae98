//! What the commands of a batch are about.

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use nightbell_domain::id::{IncidentId, RunId, SchedulerId};
use nightbell_domain::key::ProjectId;
use nightbell_domain::scheduler::{Case, Need};
use nightbell_domain::time::Timestamp;
use nightbell_domain::transition::Input;

use super::super::super::batch::{Command, Entry, Found, Intent, Loaded, Target};
use super::super::super::rows::scheduler::{Row, of_row, stored_id};
use super::super::super::schema::projects;
use super::super::super::{SchedulerKey, StoreError};
use super::super::statement::statement;
use super::super::{incident, presence, run};

statement! {
    /// Locks the states of schedulers, named by id or by number, in the order of their
    /// numbers.
    Lock { projects: Vec<i64>, ids: Vec<String>, keys: Vec<i64> } -> BigInt
    { "WITH wanted AS MATERIALIZED (SELECT s.id FROM unnest(" (projects as Array<BigInt>)
      ", " (ids as Array<Text>)
      ") AS u(project_id, scheduler_id) JOIN schedulers s USING (project_id, scheduler_id) \
       UNION SELECT k FROM unnest(" (keys as Array<BigInt>)
      ") AS k) SELECT st.scheduler_key FROM scheduler_states st \
       WHERE st.scheduler_key IN (SELECT id FROM wanted) \
       ORDER BY st.scheduler_key FOR NO KEY UPDATE" }
}

statement! {
    /// Reads schedulers that are locked. A statement of its own: only one that begins
    /// after the lock sees what others did before it.
    Read { keys: Vec<i64> } -> (BigInt, BigInt, Text, Text, BigInt, BigInt, Text)
    { "SELECT s.id, s.project_id, s.scheduler_id, s.settings, s.created_at_ms, \
       s.updated_at_ms, st.state FROM schedulers s \
       JOIN scheduler_states st ON st.scheduler_key = s.id WHERE s.id = ANY("
      (keys as Array<BigInt>)
      ")" }
}

statement! {
    /// The schedulers of these ids, whatever their case.
    Folded { projects: Vec<i64>, ids: Vec<String> } -> (BigInt, Text)
    { "SELECT s.project_id, s.scheduler_id FROM unnest(" (projects as Array<BigInt>)
      ", " (ids as Array<Text>)
      ") AS u(project_id, folded_id) JOIN schedulers s USING (project_id, folded_id)" }
}

pub(super) async fn load(
    c: &mut AsyncPgConnection,
    commands: &[Command],
) -> Result<Loaded, StoreError> {
    let is_judged = commands.iter().any(|command| command.judgement.is_some());
    let epoch = if is_judged { presence::epoch_held(c).await? } else { None };
    let incidents = incidents(c, commands).await?;
    let mut loaded = Loaded::default();
    let places = entries(c, &mut loaded, commands, &incidents).await?;
    for command in commands {
        if command.judgement.is_some_and(|judgement| Some(judgement.epoch) != epoch) {
            loaded.found.push(Found::Superseded);
            continue;
        }
        let place = match &command.target {
            Target::Id(project, id) => loaded.by_id.get(&(*project, id.clone())).copied(),
            Target::Key(key) => places.get(&key.0).copied(),
            Target::Incident(project, id) => {
                incidents.get(&(*project, *id)).and_then(|key| places.get(&key.0).copied())
            }
        };
        loaded.found.push(place.map_or(Found::Nothing, Found::Entry));
    }
    what_may_be_made(c, &mut loaded, commands).await?;
    ended_runs(c, &mut loaded, commands, &places).await?;
    Ok(loaded)
}

/// The schedulers that the incidents of commands are about.
async fn incidents(
    c: &mut AsyncPgConnection,
    commands: &[Command],
) -> Result<HashMap<(ProjectId, IncidentId), SchedulerKey>, StoreError> {
    let wanted = commands.iter().filter_map(|command| match &command.target {
        Target::Incident(project, id) => Some((*project, *id)),
        Target::Id(..) | Target::Key(_) => None,
    });
    let wanted: Vec<(ProjectId, IncidentId)> = wanted.collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let mut found = HashMap::new();
    for (project, id, key) in incident::schedulers_of(c, &wanted).await? {
        let its = |it: &&(ProjectId, IncidentId)| it.0 == project && it.1.to_string() == id;
        if let Some(it) = wanted.iter().find(its) {
            found.insert(*it, key);
        }
    }
    Ok(found)
}

/// Locks and reads the schedulers; where each number stands in the entries.
async fn entries(
    c: &mut AsyncPgConnection,
    loaded: &mut Loaded,
    commands: &[Command],
    incidents: &HashMap<(ProjectId, IncidentId), SchedulerKey>,
) -> Result<HashMap<i64, usize>, StoreError> {
    let mut by_id: HashSet<(i64, &str)> = HashSet::new();
    let mut by_key: BTreeSet<i64> = incidents.values().map(|key| key.0).collect();
    for command in commands {
        match &command.target {
            Target::Id(project, id) => {
                by_id.insert((project.0, id.as_str()));
            }
            Target::Key(key) => {
                by_key.insert(key.0);
            }
            Target::Incident(..) => {}
        }
    }
    let (projects, ids) = by_id.into_iter().map(|(project, id)| (project, id.to_owned())).unzip();
    let lock = Lock { projects, ids, keys: by_key.into_iter().collect() };
    let keys: Vec<i64> = lock.load(c).await?;
    let mut places = HashMap::new();
    if keys.is_empty() {
        return Ok(places);
    }
    let rows: Vec<Row> = Read { keys }.load(c).await?;
    for row in rows {
        let (key, project, scheduler) = of_row(row)?;
        let place = loaded.entries.len();
        places.insert(key.0, place);
        loaded.by_id.insert((project, scheduler.id.clone()), place);
        let case = Some(Case::new(scheduler));
        loaded.entries.push(Entry { key: Some(key), project, case });
    }
    Ok(places)
}

/// For the commands that may make a scheduler what decides whether it can be made: how
/// many their projects have, and ids that differ only by case.
///
/// The projects are locked, so servers that make schedulers at the same time take turns.
async fn what_may_be_made(
    c: &mut AsyncPgConnection,
    loaded: &mut Loaded,
    commands: &[Command],
) -> Result<(), StoreError> {
    let new: Vec<(usize, &ProjectId, &SchedulerId)> = commands
        .iter()
        .enumerate()
        .filter(|(place, _)| loaded.found[*place] == Found::Nothing)
        .filter_map(|(place, command)| match (&command.target, &*command.intent) {
            (Target::Id(project, id), Intent::Register(_) | Intent::Apply(_, Some(_))) => {
                Some((place, project, id))
            }
            _ => None,
        })
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    let wanted: BTreeSet<i64> = new.iter().map(|(_, project, _)| project.0).collect();
    let counts: Vec<(i64, i64)> = projects::table
        .filter(projects::id.eq_any(wanted.into_iter().collect::<Vec<_>>()))
        .order(projects::id)
        .select((projects::id, projects::schedulers))
        .for_no_key_update()
        .load(c)
        .await?;
    let counts = counts.into_iter();
    loaded
        .schedulers
        .extend(counts.map(|(id, count)| (ProjectId(id), u64::try_from(count).unwrap_or(0))));
    let folded = |id: &SchedulerId| id.as_str().to_ascii_lowercase();
    let (projects, ids) = new.iter().map(|(_, project, id)| (project.0, folded(id))).unzip();
    let rows: Vec<(i64, String)> = Folded { projects, ids }.load(c).await?;
    let mut taken: HashMap<(i64, String), SchedulerId> = HashMap::new();
    for (project, id) in rows {
        taken.insert((project, id.to_ascii_lowercase()), stored_id(&id)?);
    }
    for (place, project, id) in new {
        match taken.get(&(project.0, folded(id))) {
            // Made by another server since this batch looked; the next try finds it.
            Some(other) if other == id => {
                return Err(StoreError::Contended(format!("{id} has just been registered")));
            }
            Some(other) => loaded.found[place] = Found::IdTakenByCase(other.clone()),
            None => {}
        }
    }
    Ok(())
}

/// The ended runs that decisions depend on.
async fn ended_runs(
    c: &mut AsyncPgConnection,
    loaded: &mut Loaded,
    commands: &[Command],
    places: &HashMap<i64, usize>,
) -> Result<(), StoreError> {
    let mut by_id: BTreeSet<(i64, RunId)> = BTreeSet::new();
    let mut around: BTreeSet<(i64, Timestamp)> = BTreeSet::new();
    for (command, found) in commands.iter().zip(&loaded.found) {
        let Found::Entry(place) = found else { continue };
        let Entry { key: Some(key), case: Some(case), .. } = &loaded.entries[*place] else {
            continue;
        };
        match &*command.intent {
            Intent::Apply(Input::Report(report), _) => match case.need(report) {
                Need::Nothing => {}
                Need::Run(id) => drop(by_id.insert((key.0, id))),
                Need::Neighbours(at) => drop(around.insert((key.0, at))),
            },
            Intent::Apply(
                Input::StreamOpened { run_id: Some(id), .. } | Input::CancelRun(id),
                _,
            ) if case.run(id).is_none() => drop(by_id.insert((key.0, id.clone()))),
            _ => {}
        }
    }
    let mut found = Vec::new();
    if !by_id.is_empty() {
        let wanted = by_id.into_iter().map(|(key, id)| (SchedulerKey(key), id)).collect();
        found.extend(run::by_ids(c, wanted).await?);
    }
    if !around.is_empty() {
        let wanted = around.into_iter().map(|(key, at)| (SchedulerKey(key), at)).collect();
        found.extend(run::neighbours(c, wanted).await?);
    }
    for (key, run) in found {
        if let Some(case) = loaded.entries[places[&key.0]].case.as_mut() {
            case.supply([run]);
        }
    }
    Ok(())
}
