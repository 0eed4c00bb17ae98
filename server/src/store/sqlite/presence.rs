//! The one server on this file, told in the words of many.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use nightbell_domain::presence::{Lease, ServerId};

use super::counter;
use crate::store::rows::presence::{JUDGE, LeaseRow, SignRow, lease_of, sign_of};
use crate::store::schema::{leases, servers};
use crate::store::{Attendance, Presence, StoreError};

/// Forgets every server: this one owns the file now.
pub(super) fn forget_all(c: &mut SqliteConnection) -> Result<(), StoreError> {
    diesel::delete(servers::table).execute(c)?;
    let freed = diesel::update(leases::table).set(leases::holder.eq(""));
    freed.execute(c)?;
    Ok(())
}

/// Says that a server lives; what stands there.
pub(super) fn attend(
    c: &mut SqliteConnection,
    presence: &Presence,
) -> Result<Attendance, StoreError> {
    let id = presence.server.0.to_string();
    let stored_until_ms = presence.stored_until.as_millis();
    diesel::insert_into(servers::table)
        .values((
            servers::server_id.eq(&id),
            servers::count.eq(1),
            servers::stored_until_ms.eq(stored_until_ms),
        ))
        .on_conflict(servers::server_id)
        .do_update()
        .set((servers::count.eq(servers::count + 1), servers::stored_until_ms.eq(stored_until_ms)))
        .execute(c)?;
    for dead in &presence.dead {
        diesel::delete(servers::table.find(dead.0.to_string())).execute(c)?;
    }
    if let Some(epoch) = presence.epoch {
        let mine = leases::table.find(JUDGE).filter(leases::epoch.eq(epoch));
        diesel::update(mine).set(leases::count.eq(leases::count + 1)).execute(c)?;
    }
    let seen_until = counter::seen(c, presence.now, presence.gap_max)?;
    let signs: Vec<SignRow> = servers::table.load(c)?;
    let signs = signs.into_iter().map(sign_of).collect::<Result<_, _>>()?;
    Ok(Attendance { signs, lease: lease(c)?, seen_until })
}

/// The judge's lease.
fn lease(c: &mut SqliteConnection) -> Result<Option<Lease>, StoreError> {
    let row: Option<LeaseRow> = leases::table
        .find(JUDGE)
        .select((leases::holder, leases::epoch, leases::count))
        .first(c)
        .optional()?;
    row.map_or(Ok(None), lease_of)
}

/// The epoch in force.
pub(super) fn epoch(c: &mut SqliteConnection) -> QueryResult<Option<i64>> {
    leases::table.find(JUDGE).select(leases::epoch).first(c).optional()
}

/// Gives the lease to a server, if it still stands as that server saw it.
pub(super) fn lease_take(
    c: &mut SqliteConnection,
    server: ServerId,
    seen: Option<Lease>,
) -> Result<bool, StoreError> {
    if lease(c)? != seen {
        return Ok(false);
    }
    let next = epoch(c)?.unwrap_or(0) + 1;
    diesel::replace_into(leases::table)
        .values((
            leases::name.eq(JUDGE),
            leases::holder.eq(server.0.to_string()),
            leases::epoch.eq(next),
            leases::count.eq(0),
        ))
        .execute(c)?;
    Ok(true)
}

/// Forgets a server, and ends its lease.
pub(super) fn leave(c: &mut SqliteConnection, server: ServerId) -> Result<(), StoreError> {
    let id = server.0.to_string();
    let theirs = leases::table.filter(leases::holder.eq(&id));
    diesel::update(theirs)
        .set((leases::holder.eq(""), leases::epoch.eq(leases::epoch + 1)))
        .execute(c)?;
    diesel::delete(servers::table.find(&id)).execute(c)?;
    Ok(())
}
