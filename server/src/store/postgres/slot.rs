//! What became of slots.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::ProjectId;
use nightbell_domain::ledger::{KEPT, SlotEntry};
use nightbell_domain::time::Timestamp;

use super::scheduler;
use super::statement::statement;
use crate::store::rows::slot::{Row, ending_number, of_row};
use crate::store::schema::slots;
use crate::store::{SchedulerKey, SlotQuery, StoreError};

statement! {
    /// Writes what became of slots.
    Save { keys: Vec<i64>, slots: Vec<i64>, endings: Vec<i32>, runs: Vec<Option<String>> }
    { "INSERT INTO slots (scheduler_key, slot_ms, ending, run_id) SELECT * FROM unnest("
      (keys as Array<BigInt>)
      ", " (slots as Array<BigInt>)
      ", " (endings as Array<Integer>)
      ", " (runs as Array<Nullable<Text>>)
      ") ON CONFLICT (scheduler_key, slot_ms) DO UPDATE SET ending = excluded.ending, \
       run_id = excluded.run_id" }
}

statement! {
    /// Forgets the slots of long ago.
    Forget { keys: Vec<i64>, before_ms: i64 }
    { "DELETE FROM slots WHERE scheduler_key = ANY(" (keys as Array<BigInt>)
      ") AND slot_ms < " (before_ms as BigInt) }
}

/// A scheduler's slots, the newest first.
pub(super) async fn list(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    scheduler: &SchedulerId,
    query: SlotQuery,
) -> Result<Vec<SlotEntry>, StoreError> {
    let Some(key) = scheduler::key_of(c, project, scheduler).await? else {
        return Ok(Vec::new());
    };
    let before_ms = query.before.map_or(i64::MAX, Timestamp::as_millis);
    let rows: Vec<Row> = slots::table
        .filter(slots::scheduler_key.eq(key.0))
        .filter(slots::slot_ms.lt(before_ms))
        .order(slots::slot_ms.desc())
        .limit(query.limit)
        .select((slots::slot_ms, slots::ending, slots::run_id))
        .load(c)
        .await?;
    rows.into_iter().map(of_row).collect()
}

/// Writes what became of slots, each at most once, and forgets those of long ago.
pub(super) async fn save(
    c: &mut AsyncPgConnection,
    changed: &[(SchedulerKey, &SlotEntry)],
    now: Timestamp,
) -> Result<(), StoreError> {
    if changed.is_empty() {
        return Ok(());
    }
    let keys: Vec<i64> = changed.iter().map(|(key, _)| key.0).collect();
    let entries = || changed.iter().map(|(_, entry)| *entry);
    Save {
        keys: keys.clone(),
        slots: entries().map(|entry| entry.slot.as_millis()).collect(),
        endings: entries().map(|entry| ending_number(entry.ending)).collect(),
        runs: entries().map(|entry| entry.run_id.as_ref().map(ToString::to_string)).collect(),
    }
    .execute(c)
    .await?;
    Forget { keys, before_ms: now.minus(KEPT).as_millis() }.execute(c).await?;
    Ok(())
}
