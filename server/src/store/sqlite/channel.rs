//! Channels: whom incidents are told to.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use diesel::sqlite::SqliteConnection;
use nightbell_domain::key::ProjectId;
use nightbell_domain::time::Timestamp;

use super::outbox;
use crate::store::rows::channel::ChannelRow;
use crate::store::schema::channels;
use crate::store::{StoreError, StoredChannel};

/// Adds `channel` under a fresh number, unless its project has `most`.
pub(super) fn insert(
    c: &mut SqliteConnection,
    channel: &StoredChannel,
    most: i64,
) -> Result<Option<i64>, StoreError> {
    let count: i64 =
        channels::table.filter(channels::project_id.eq(channel.project.0)).count().get_result(c)?;
    if count >= most {
        return Ok(None);
    }
    let id = diesel::insert_into(channels::table)
        .values((
            channels::project_id.eq(channel.project.0),
            channels::name.eq(&channel.name),
            channels::is_enabled.eq(channel.is_enabled),
            channels::disabled_reason.eq(&channel.disabled_reason),
            channels::sealed_settings.eq(&channel.sealed_settings),
            channels::created_at_ms.eq(channel.created_at.as_millis()),
            channels::is_default.eq(channel.is_default),
            channels::fallback_id.eq(channel.fallback_id),
            channels::failing_result.eq(""),
        ))
        .returning(channels::id)
        .get_result(c)?;
    Ok(Some(id))
}

/// The channel of this number.
pub(super) fn one(
    c: &mut SqliteConnection,
    project: ProjectId,
    id: i64,
) -> Result<Option<StoredChannel>, StoreError> {
    let row = channels::table
        .find(id)
        .filter(channels::project_id.eq(project.0))
        .select(ChannelRow::as_select())
        .first(c)
        .optional()?;
    Ok(row.map(StoredChannel::from))
}

/// Whose channel this is.
pub(super) fn project(c: &mut SqliteConnection, id: i64) -> Result<Option<ProjectId>, StoreError> {
    let found = channels::table.find(id).select(channels::project_id).first(c).optional()?;
    Ok(found.map(ProjectId))
}

/// The project's channels, the oldest first.
pub(super) fn list(
    c: &mut SqliteConnection,
    project: ProjectId,
) -> Result<Vec<StoredChannel>, StoreError> {
    let rows = channels::table
        .filter(channels::project_id.eq(project.0))
        .order(channels::id)
        .select(ChannelRow::as_select())
        .load(c)?;
    Ok(rows.into_iter().map(StoredChannel::from).collect())
}

/// Replaces all of a channel but when it was made and whether it is failing. Whether
/// there was one.
pub(super) fn update(
    c: &mut SqliteConnection,
    channel: &StoredChannel,
) -> Result<bool, StoreError> {
    let theirs =
        channels::table.find(channel.id).filter(channels::project_id.eq(channel.project.0));
    let updated = diesel::update(theirs)
        .set((
            channels::name.eq(&channel.name),
            channels::is_enabled.eq(channel.is_enabled),
            channels::disabled_reason.eq(&channel.disabled_reason),
            channels::sealed_settings.eq(&channel.sealed_settings),
            channels::is_default.eq(channel.is_default),
            channels::fallback_id.eq(channel.fallback_id),
        ))
        .execute(c)?;
    Ok(updated == 1)
}

/// Forgets a channel and abandons what it was still to be told. Whether there was one.
pub(super) fn delete(
    c: &mut SqliteConnection,
    project: ProjectId,
    id: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let theirs = channels::table.find(id).filter(channels::project_id.eq(project.0));
    if diesel::delete(theirs).execute(c)? == 0 {
        return Ok(false);
    }
    outbox::abandon_channel(c, id, now)?;
    Ok(true)
}

/// Notes how an attempt at a channel ended: since when all have failed, and by what.
pub(super) fn attempted(
    c: &mut SqliteConnection,
    id: i64,
    failure: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let channel = channels::table.find(id);
    match failure {
        Some(result) => {
            let since = coalesce(channels::failing_since_ms, now.as_millis());
            diesel::update(channel)
                .set((channels::failing_since_ms.eq(since), channels::failing_result.eq(result)))
                .execute(c)?
        }
        None => diesel::update(channel.filter(channels::failing_since_ms.is_not_null()))
            .set((channels::failing_since_ms.eq(None::<i64>), channels::failing_result.eq("")))
            .execute(c)?,
    };
    Ok(())
}

diesel::define_sql_function! {
    /// The first that is not null.
    fn coalesce(first: Nullable<BigInt>, second: BigInt) -> Nullable<BigInt>;
}
