//! Single numbers, and the windows in which nothing could be seen.

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use nightbell_domain::blind::BlindWindow;
use nightbell_domain::time::Timestamp;

use super::statement::statement;
use crate::store::StoreError;
use crate::store::schema::{blind_windows, counters};

const KEY_EPOCH: &str = "key_epoch";
const SECRET_MARK: &str = "secret_mark";

statement! {
    /// Counts one more.
    CountUp { name: &'static str }
    { "INSERT INTO counters AS c (name, value) VALUES (" (name as Text)
      ", 1) ON CONFLICT (name) DO UPDATE SET value = c.value + 1" }
}

/// How often the keys have changed.
pub(super) async fn key_epoch(c: &mut AsyncPgConnection) -> Result<i64, StoreError> {
    Ok(value(c, KEY_EPOCH).await?.unwrap_or(0))
}

/// Counts a change of the keys. Belongs in the transaction of the change.
pub(super) async fn bump_key_epoch(c: &mut AsyncPgConnection) -> Result<(), StoreError> {
    CountUp { name: KEY_EPOCH }.execute(c).await?;
    Ok(())
}

/// The mark of the secret that the database belongs to, from here on if it is new.
pub(super) async fn secret_mark(c: &mut AsyncPgConnection, mark: i64) -> Result<i64, StoreError> {
    diesel::insert_into(counters::table)
        .values((counters::name.eq(SECRET_MARK), counters::value.eq(mark)))
        .on_conflict_do_nothing()
        .execute(c)
        .await?;
    Ok(value(c, SECRET_MARK).await?.unwrap_or(mark))
}

/// The windows that ended after `since`, in order.
pub(super) async fn blind_windows(
    c: &mut AsyncPgConnection,
    since: Timestamp,
) -> Result<Vec<BlindWindow>, StoreError> {
    let rows: Vec<(i64, i64)> = blind_windows::table
        .filter(blind_windows::to_ms.gt(since.as_millis()))
        .order(blind_windows::from_ms)
        .load(c)
        .await?;
    let window = |(from, to)| BlindWindow {
        from: Timestamp::from_millis(from),
        to: Timestamp::from_millis(to),
    };
    Ok(rows.into_iter().map(window).collect())
}

async fn value(c: &mut AsyncPgConnection, name: &str) -> Result<Option<i64>, StoreError> {
    Ok(counters::table.find(name).select(counters::value).get_result(c).await.optional()?)
}
