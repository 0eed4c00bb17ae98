//! The servers on this database, and which of them judges.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use nightbell_domain::presence::{Lease, ServerId, Sign};
use nightbell_domain::time::Timestamp;

use super::statement::statement;
use crate::store::rows::presence::{JUDGE, LeaseRow, SignRow, lease_of, sign_of};
use crate::store::schema::{leases, servers};
use crate::store::{Presence, StoreError};

const SEEN_UNTIL_MS: &str = "seen_until_ms";

// One statement, so that it is one transaction without a server in its middle. The number
// is held before it is moved on: of those who come after a gap the first records it.
statement! {
    /// A sign of life; until when something could be seen before.
    Attend {
        server: String,
        stored_until_ms: i64,
        dead: Vec<String>,
        judge: &'static str,
        epoch: Option<i64>,
        name: &'static str,
        now_ms: i64,
        gap_max_ms: i64,
    } -> Nullable<BigInt>
    { "WITH me AS (INSERT INTO servers AS s (server_id, count, stored_until_ms) VALUES ("
      (server as Text)
      ", 1, " (stored_until_ms as BigInt)
      ") ON CONFLICT (server_id) DO UPDATE SET count = s.count + 1, \
         stored_until_ms = excluded.stored_until_ms), \
       gone AS (DELETE FROM servers WHERE server_id = ANY(" (dead as Array<Text>)
      ")), renewed AS (UPDATE leases SET count = count + 1 WHERE name = " (judge as Text)
      " AND epoch = " (epoch as Nullable<BigInt>)
      "), seen AS (SELECT value FROM counters WHERE name = " (name as Text)
      " FOR UPDATE), moved AS (UPDATE counters c SET value = greatest(seen.value, "
      (now_ms as BigInt)
      ") FROM seen WHERE c.name = " (name as Text)
      "), blind AS (INSERT INTO blind_windows AS w (from_ms, to_ms) SELECT seen.value, "
      (now_ms as BigInt)
      " FROM seen WHERE " (now_ms as BigInt)
      " - seen.value > " (gap_max_ms as BigInt)
      " ON CONFLICT (from_ms) DO UPDATE SET to_ms = greatest(w.to_ms, excluded.to_ms)) \
       SELECT (SELECT value FROM seen)" }
}

statement! {
    /// Makes the number that says until when something could be seen; whether there was
    /// none.
    Begin { name: &'static str, now_ms: i64 }
    { "INSERT INTO counters (name, value) VALUES (" (name as Text)
      ", " (now_ms as BigInt)
      ") ON CONFLICT DO NOTHING" }
}

/// Says that a server lives; until when something could be seen before.
pub(super) async fn attend(
    c: &mut AsyncPgConnection,
    presence: &Presence,
) -> Result<Option<Timestamp>, StoreError> {
    let now_ms = presence.now.as_millis();
    let begun = async |c: &mut AsyncPgConnection| {
        let gap_max_ms = i64::try_from(presence.gap_max.as_millis()).unwrap_or(i64::MAX);
        let attend = Attend {
            server: presence.server.0.to_string(),
            stored_until_ms: presence.stored_until.as_millis(),
            dead: presence.dead.iter().map(|dead| dead.0.to_string()).collect(),
            judge: JUDGE,
            epoch: presence.epoch,
            name: SEEN_UNTIL_MS,
            now_ms,
            gap_max_ms,
        };
        attend.get_result::<Option<i64>>(c).await
    };
    if let Some(seen_until_ms) = begun(c).await? {
        return Ok(Some(Timestamp::from_millis(seen_until_ms)));
    }
    // The first sign of life in a new database.
    Begin { name: SEEN_UNTIL_MS, now_ms }.execute(c).await?;
    Ok(None)
}

/// The signs of life of all servers, and the judge's lease.
pub(super) async fn read(
    c: &mut AsyncPgConnection,
) -> Result<(Vec<Sign>, Option<Lease>), StoreError> {
    let signs: Vec<SignRow> = servers::table.load(c).await?;
    let signs = signs.into_iter().map(sign_of).collect::<Result<_, _>>()?;
    let row: Option<LeaseRow> = leases::table
        .find(JUDGE)
        .select((leases::holder, leases::epoch, leases::count))
        .get_result(c)
        .await
        .optional()?;
    Ok((signs, row.map_or(Ok(None), lease_of)?))
}

/// The epoch in force, which stays so until the transaction ends: whoever takes the
/// lease waits for it. Renewing it does not.
pub(super) async fn epoch_held(c: &mut AsyncPgConnection) -> Result<Option<i64>, StoreError> {
    let held = leases::table.find(JUDGE).select(leases::epoch).for_key_share();
    Ok(held.get_result(c).await.optional()?)
}

/// Gives the lease to a server, if it still stands as that server saw it.
pub(super) async fn lease_take(
    c: &mut AsyncPgConnection,
    server: ServerId,
    seen: Option<Lease>,
) -> Result<bool, StoreError> {
    let id = server.0.to_string();
    let row: Option<LeaseRow> = leases::table
        .find(JUDGE)
        .select((leases::holder, leases::epoch, leases::count))
        .for_update()
        .get_result(c)
        .await
        .optional()?;
    let Some((holder, epoch, count)) = row else {
        let made = diesel::insert_into(leases::table)
            .values((
                leases::name.eq(JUDGE),
                leases::holder.eq(&id),
                leases::epoch.eq(1),
                leases::count.eq(0),
            ))
            .on_conflict_do_nothing()
            .execute(c)
            .await?;
        return Ok(seen.is_none() && made == 1);
    };
    if lease_of((holder, epoch, count))? != seen {
        return Ok(false);
    }
    diesel::update(leases::table.find(JUDGE))
        .set((leases::holder.eq(&id), leases::epoch.eq(epoch + 1), leases::count.eq(0)))
        .execute(c)
        .await?;
    Ok(true)
}

/// Forgets a server, and ends its lease.
pub(super) async fn leave(c: &mut AsyncPgConnection, server: ServerId) -> Result<(), StoreError> {
    let id = server.0.to_string();
    let theirs = leases::table.find(JUDGE).filter(leases::holder.eq(&id));
    let held: Option<i64> =
        theirs.select(leases::epoch).for_update().get_result(c).await.optional()?;
    if let Some(epoch) = held {
        diesel::update(leases::table.find(JUDGE))
            .set((leases::holder.eq(""), leases::epoch.eq(epoch + 1)))
            .execute(c)
            .await?;
    }
    diesel::delete(servers::table.find(&id)).execute(c).await?;
    Ok(())
}
