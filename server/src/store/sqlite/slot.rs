//! What became of slots.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::ProjectId;
use nightbell_domain::ledger::{KEPT, SlotEntry};
use nightbell_domain::time::Timestamp;

use super::scheduler;
use crate::store::rows::slot::{Row, ending_number, of_row};
use crate::store::schema::slots;
use crate::store::{SchedulerKey, SlotQuery, StoreError};

/// A scheduler's slots, the newest first.
pub(super) fn list(
    c: &mut SqliteConnection,
    project: ProjectId,
    scheduler: &SchedulerId,
    query: SlotQuery,
) -> Result<Vec<SlotEntry>, StoreError> {
    let Some(key) = scheduler::key_of(c, project, scheduler)? else { return Ok(Vec::new()) };
    let before_ms = query.before.map_or(i64::MAX, Timestamp::as_millis);
    let rows: Vec<Row> = slots::table
        .filter(slots::scheduler_key.eq(key.0))
        .filter(slots::slot_ms.lt(before_ms))
        .order(slots::slot_ms.desc())
        .limit(query.limit)
        .select((slots::slot_ms, slots::ending, slots::run_id))
        .load(c)?;
    rows.into_iter().map(of_row).collect()
}

/// Writes what became of slots, and forgets those of long ago.
pub(super) fn save<'a>(
    c: &mut SqliteConnection,
    scheduler: SchedulerKey,
    entries: impl Iterator<Item = &'a SlotEntry>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut has_any = false;
    for entry in entries {
        has_any = true;
        diesel::replace_into(slots::table)
            .values((
                slots::scheduler_key.eq(scheduler.0),
                slots::slot_ms.eq(entry.slot.as_millis()),
                slots::ending.eq(ending_number(entry.ending)),
                slots::run_id.eq(entry.run_id.as_ref().map(ToString::to_string)),
            ))
            .execute(c)?;
    }
    if has_any {
        let old = slots::table
            .filter(slots::scheduler_key.eq(scheduler.0))
            .filter(slots::slot_ms.lt(now.minus(KEPT).as_millis()));
        diesel::delete(old).execute(c)?;
    }
    Ok(())
}
