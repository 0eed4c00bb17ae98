//! What channels call their first messages about incidents.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use nightbell_domain::id::IncidentId;
use nightbell_domain::key::ProjectId;
use nightbell_domain::time::Timestamp;

use crate::store::schema::{channels, threads};
use crate::store::{StoreError, Thread};

/// What a channel calls its first message about an incident.
pub(super) fn one(
    c: &mut SqliteConnection,
    project: ProjectId,
    channel: i64,
    incident: IncidentId,
) -> Result<Option<String>, StoreError> {
    let reference = threads::table
        .find((channel, incident.to_string()))
        .filter(threads::project_id.eq(project.0))
        .select(threads::reference)
        .first(c)
        .optional()?;
    Ok(reference)
}

/// Remembers a thread unless one is known, and forgets those older than `forgotten`.
pub(super) fn keep(
    c: &mut SqliteConnection,
    thread: &Thread,
    forgotten: Timestamp,
) -> Result<(), StoreError> {
    let old = threads::table.filter(threads::created_at_ms.lt(forgotten.as_millis()));
    diesel::delete(old).execute(c)?;
    // The channel may be gone by now.
    let theirs = channels::table
        .find(thread.channel)
        .filter(channels::project_id.eq(thread.project.0))
        .count();
    if theirs.get_result::<i64>(c)? == 0 {
        return Ok(());
    }
    diesel::insert_into(threads::table)
        .values((
            threads::channel_id.eq(thread.channel),
            threads::incident_id.eq(thread.incident.to_string()),
            threads::project_id.eq(thread.project.0),
            threads::reference.eq(&thread.reference),
            threads::created_at_ms.eq(thread.created_at.as_millis()),
        ))
        .on_conflict_do_nothing()
        .execute(c)?;
    Ok(())
}
