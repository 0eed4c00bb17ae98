//! Single numbers, and the windows in which nothing could be seen.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use nightbell_domain::blind::{self, BlindWindow};
use nightbell_domain::time::Timestamp;

use crate::store::StoreError;
use crate::store::schema::{blind_windows, counters};

const KEY_EPOCH: &str = "key_epoch";
const SEEN_UNTIL_MS: &str = "seen_until_ms";
const SECRET_MARK: &str = "secret_mark";

/// How often the keys have changed.
pub(super) fn key_epoch(c: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(value(c, KEY_EPOCH)?.unwrap_or(0))
}

/// Counts a change of the keys. Belongs in the transaction of the change.
pub(super) fn bump_key_epoch(c: &mut SqliteConnection) -> Result<(), StoreError> {
    let epoch = key_epoch(c)? + 1;
    set(c, KEY_EPOCH, epoch)
}

/// The mark of the secret that the database belongs to, from here on if it is new.
pub(super) fn secret_mark(c: &mut SqliteConnection, mark: i64) -> Result<i64, StoreError> {
    let known = value(c, SECRET_MARK)?;
    if known.is_none() {
        set(c, SECRET_MARK, mark)?;
    }
    Ok(known.unwrap_or(mark))
}

/// Records that something could be seen until `now`, and the window before it in which
/// nothing could, if the gap is longer than `gap_max`. Until when something could be
/// seen before.
pub(super) fn seen(
    c: &mut SqliteConnection,
    now: Timestamp,
    gap_max: Duration,
) -> Result<Option<Timestamp>, StoreError> {
    let seen_until = value(c, SEEN_UNTIL_MS)?.map(Timestamp::from_millis);
    if seen_until.is_none_or(|known| known < now) {
        set(c, SEEN_UNTIL_MS, now.as_millis())?;
    }
    let window = seen_until.and_then(|seen_until| blind::window(seen_until, now, gap_max));
    if let Some(BlindWindow { from, to }) = window {
        diesel::replace_into(blind_windows::table)
            .values((
                blind_windows::from_ms.eq(from.as_millis()),
                blind_windows::to_ms.eq(to.as_millis()),
            ))
            .execute(c)?;
    }
    Ok(seen_until)
}

/// The windows that ended after `since`, in order.
pub(super) fn blind_windows(
    c: &mut SqliteConnection,
    since: Timestamp,
) -> Result<Vec<BlindWindow>, StoreError> {
    let rows = blind_windows::table
        .filter(blind_windows::to_ms.gt(since.as_millis()))
        .order(blind_windows::from_ms)
        .load::<(i64, i64)>(c)?;
    let window = |(from, to)| BlindWindow {
        from: Timestamp::from_millis(from),
        to: Timestamp::from_millis(to),
    };
    Ok(rows.into_iter().map(window).collect())
}

fn value(c: &mut SqliteConnection, name: &str) -> Result<Option<i64>, StoreError> {
    Ok(counters::table.find(name).select(counters::value).first(c).optional()?)
}

fn set(c: &mut SqliteConnection, name: &str, value: i64) -> Result<(), StoreError> {
    diesel::replace_into(counters::table)
        .values((counters::name.eq(name), counters::value.eq(value)))
        .execute(c)?;
    Ok(())
}
