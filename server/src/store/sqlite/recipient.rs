//! Owners' addresses: which may be written to.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use nightbell_domain::key::ProjectId;
use nightbell_domain::time::Timestamp;

use super::outbox;
use crate::store::rows::recipient::{DAY, known};
use crate::store::schema::recipients;
use crate::store::{Asking, Recipient, StoreError};

/// Whether `address` may be written to. If it is to be asked, that is noted.
pub(super) fn ask(
    c: &mut SqliteConnection,
    project: ProjectId,
    address: &str,
    asking: Asking,
) -> Result<Recipient, StoreError> {
    let row: Option<(i64, Option<i64>)> = recipients::table
        .find((project.0, address))
        .select((recipients::asked_at_ms, recipients::confirmed_at_ms))
        .first(c)
        .optional()?;
    if let Some(known) = known(row, asking) {
        return Ok(known);
    }
    let asked: i64 = recipients::table
        .filter(recipients::project_id.eq(project.0))
        .filter(recipients::asked_at_ms.gt(asking.now.minus(DAY).as_millis()))
        .count()
        .get_result(c)?;
    if asked >= asking.daily_max {
        return Ok(Recipient::TooMany);
    }
    diesel::replace_into(recipients::table)
        .values((
            recipients::project_id.eq(project.0),
            recipients::address.eq(address),
            recipients::asked_at_ms.eq(asking.now.as_millis()),
        ))
        .execute(c)?;
    Ok(Recipient::ToAsk)
}

/// Notes that `address` may be written to. Whether it was ever asked.
pub(super) fn confirm(
    c: &mut SqliteConnection,
    project: ProjectId,
    address: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let confirmed = diesel::update(recipients::table.find((project.0, address)))
        .set(recipients::confirmed_at_ms.eq(now.as_millis()))
        .execute(c)?;
    outbox::wake_owners(c, project, now)?;
    Ok(confirmed == 1)
}
