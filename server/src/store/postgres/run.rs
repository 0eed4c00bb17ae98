//! Runs.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use nightbell_domain::id::{RunId, SchedulerId};
use nightbell_domain::key::ProjectId;
use nightbell_domain::run::Run;
use nightbell_domain::time::Timestamp;

use super::super::rows::run::{of_text, status_number, text_of};
use super::super::schema::runs;
use super::super::{RunQuery, SchedulerKey, StoreError};
use super::scheduler;
use super::statement::statement;

statement! {
    /// The runs of these ids.
    ByIds { keys: Vec<i64>, ids: Vec<String> } -> (BigInt, Text)
    { "SELECT r.scheduler_key, r.run FROM unnest(" (keys as Array<BigInt>)
      ", " (ids as Array<Text>)
      ") AS u(scheduler_key, run_id) JOIN runs r USING (scheduler_key, run_id)" }
}

// A status is written out: 1 is that of a queued run, which has not begun.
statement! {
    /// The unnamed runs around these instants, as [`neighbours`] says.
    Around { keys: Vec<i64>, at_ms: Vec<i64> } -> (BigInt, Text)
    { "SELECT u.scheduler_key, r.run FROM unnest(" (keys as Array<BigInt>)
      ", " (at_ms as Array<BigInt>)
      ") AS u(scheduler_key, at_ms) \
       CROSS JOIN LATERAL (SELECT \
         (SELECT b.first_mark_at_ms FROM runs b WHERE b.scheduler_key = u.scheduler_key \
          AND NOT b.is_named AND b.status <> 1 AND b.first_mark_at_ms < u.at_ms \
          ORDER BY b.first_mark_at_ms DESC LIMIT 1) AS before_ms, \
         (SELECT a.first_mark_at_ms FROM runs a WHERE a.scheduler_key = u.scheduler_key \
          AND NOT a.is_named AND a.status <> 1 AND a.first_mark_at_ms > u.at_ms \
          ORDER BY a.first_mark_at_ms LIMIT 1) AS after_ms) AS n \
       JOIN runs r ON r.scheduler_key = u.scheduler_key AND NOT r.is_named AND r.status <> 1 \
       AND r.first_mark_at_ms BETWEEN coalesce(n.before_ms, u.at_ms) \
       AND coalesce(n.after_ms, u.at_ms)" }
}

statement! {
    /// Stores runs as they stand.
    Save {
        keys: Vec<i64>,
        ids: Vec<String>,
        named: Vec<bool>,
        statuses: Vec<i32>,
        first_marks: Vec<i64>,
        texts: Vec<String>,
    }
    { "INSERT INTO runs (scheduler_key, run_id, is_named, status, first_mark_at_ms, run) \
       SELECT * FROM unnest(" (keys as Array<BigInt>)
      ", " (ids as Array<Text>)
      ", " (named as Array<Bool>)
      ", " (statuses as Array<Integer>)
      ", " (first_marks as Array<BigInt>)
      ", " (texts as Array<Text>)
      ") ON CONFLICT (scheduler_key, run_id) DO UPDATE SET is_named = excluded.is_named, \
       status = excluded.status, first_mark_at_ms = excluded.first_mark_at_ms, \
       run = excluded.run" }
}

statement! {
    /// Forgets runs.
    Forget { keys: Vec<i64>, ids: Vec<String> }
    { "DELETE FROM runs r USING unnest(" (keys as Array<BigInt>)
      ", " (ids as Array<Text>)
      ") AS u(scheduler_key, run_id) \
       WHERE r.scheduler_key = u.scheduler_key AND r.run_id = u.run_id" }
}

pub(super) async fn one(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    scheduler: &SchedulerId,
    id: &RunId,
) -> Result<Option<Run>, StoreError> {
    let Some(key) = scheduler::key_of(c, project, scheduler).await? else { return Ok(None) };
    let found = by_ids(c, vec![(key, id.clone())]).await?;
    Ok(found.into_iter().next().map(|(_, run)| run))
}

/// Those of these runs that there are.
pub(super) async fn by_ids(
    c: &mut AsyncPgConnection,
    wanted: Vec<(SchedulerKey, RunId)>,
) -> Result<Vec<(SchedulerKey, Run)>, StoreError> {
    let (keys, ids) = wanted.into_iter().map(|(key, id)| (key.0, id.to_string())).unzip();
    let rows: Vec<(i64, String)> = ByIds { keys, ids }.load(c).await?;
    rows.into_iter().map(|(key, text)| Ok((SchedulerKey(key), of_text(&text)?))).collect()
}

/// For each scheduler and instant the unnamed runs that began, queued ones left out,
/// from the last first mark before it to the first one after it, those at the same
/// instants included.
pub(super) async fn neighbours(
    c: &mut AsyncPgConnection,
    wanted: Vec<(SchedulerKey, Timestamp)>,
) -> Result<Vec<(SchedulerKey, Run)>, StoreError> {
    let (keys, at_ms) = wanted.into_iter().map(|(key, at)| (key.0, at.as_millis())).unzip();
    let rows: Vec<(i64, String)> = Around { keys, at_ms }.load(c).await?;
    rows.into_iter().map(|(key, text)| Ok((SchedulerKey(key), of_text(&text)?))).collect()
}

pub(super) async fn list(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    scheduler: &SchedulerId,
    query: RunQuery,
) -> Result<Vec<Run>, StoreError> {
    let Some(key) = scheduler::key_of(c, project, scheduler).await? else {
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
    let texts: Vec<String> = listed.load(c).await?;
    texts.iter().map(|text| of_text(text)).collect()
}

/// Stores runs as they stand, each at most once.
pub(super) async fn save(
    c: &mut AsyncPgConnection,
    changed: &[(SchedulerKey, &Run)],
) -> Result<(), StoreError> {
    if changed.is_empty() {
        return Ok(());
    }
    let mut save = Save {
        keys: Vec::new(),
        ids: Vec::new(),
        named: Vec::new(),
        statuses: Vec::new(),
        first_marks: Vec::new(),
        texts: Vec::new(),
    };
    for (key, run) in changed {
        save.keys.push(key.0);
        save.ids.push(run.id.to_string());
        save.named.push(run.is_named);
        save.statuses.push(status_number(run.status()));
        save.first_marks.push(run.first_mark_at().as_millis());
        save.texts.push(text_of(run)?);
    }
    save.execute(c).await?;
    Ok(())
}

/// Forgets runs.
pub(super) async fn forget(
    c: &mut AsyncPgConnection,
    forgotten: Vec<(SchedulerKey, RunId)>,
) -> Result<(), StoreError> {
    if forgotten.is_empty() {
        return Ok(());
    }
    let (keys, ids) = forgotten.into_iter().map(|(key, id)| (key.0, id.to_string())).unzip();
    Forget { keys, ids }.execute(c).await?;
    Ok(())
}
