//! Projects and their keys.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use nightbell_domain::key::{Key, ProjectId, SESSION_ID_PREFIX};
use nightbell_domain::time::Timestamp;

use super::counter;
use crate::store::StoreError;
use crate::store::rows::key::{KeyRow, noted_until, session_over_by};
use crate::store::schema::{keys, projects};

/// The project of this name, made if there is none.
pub(super) fn project_ensure(
    c: &mut SqliteConnection,
    name: &str,
    now: Timestamp,
) -> Result<ProjectId, StoreError> {
    if let Some(known) = project_named(c, name)? {
        return Ok(known);
    }
    let id = diesel::insert_into(projects::table)
        .values((projects::name.eq(name), projects::created_at_ms.eq(now.as_millis())))
        .returning(projects::id)
        .get_result(c)?;
    Ok(ProjectId(id))
}

/// The project of this name.
pub(super) fn project_named(
    c: &mut SqliteConnection,
    name: &str,
) -> Result<Option<ProjectId>, StoreError> {
    let id: Option<i64> =
        projects::table.filter(projects::name.eq(name)).select(projects::id).first(c).optional()?;
    Ok(id.map(ProjectId))
}

pub(super) fn project_name(
    c: &mut SqliteConnection,
    project: ProjectId,
) -> Result<Option<String>, StoreError> {
    Ok(projects::table.find(project.0).select(projects::name).first(c).optional()?)
}

/// Adds a key, unless its project has `most` of its kind that are not revoked. Whether it
/// was added. Forgets the sessions of people that are long over.
pub(super) fn insert(c: &mut SqliteConnection, key: &Key, most: i64) -> Result<bool, StoreError> {
    let of_project = keys::project_id.eq(key.project.0);
    let sessions = format!("{SESSION_ID_PREFIX}%");
    let over_by = session_over_by(key.created_at);
    let is_over = keys::expires_at_ms.le(over_by).or(keys::revoked_at_ms.le(over_by));
    let theirs = keys::table.filter(of_project).filter(keys::key_id.like(&sessions));
    diesel::delete(theirs.filter(is_over)).execute(c)?;
    let live = keys::table.filter(of_project).filter(keys::revoked_at_ms.is_null()).count();
    let count: i64 = if key.is_session() {
        live.filter(keys::key_id.like(&sessions)).get_result(c)?
    } else {
        live.filter(keys::key_id.not_like(&sessions)).get_result(c)?
    };
    if count >= most {
        return Ok(false);
    }
    diesel::insert_into(keys::table).values(KeyRow::from(key)).execute(c)?;
    counter::bump_key_epoch(c)?;
    Ok(true)
}

/// The key of this id, of any project.
pub(super) fn one(c: &mut SqliteConnection, key_id: &str) -> Result<Option<Key>, StoreError> {
    let row = keys::table.find(key_id).select(KeyRow::as_select()).first(c).optional()?;
    row.map(Key::try_from).transpose()
}

/// The keys of a project, or of all, the oldest first.
pub(super) fn list(
    c: &mut SqliteConnection,
    project: Option<ProjectId>,
) -> Result<Vec<Key>, StoreError> {
    let mut query = keys::table.into_boxed();
    if let Some(project) = project {
        query = query.filter(keys::project_id.eq(project.0));
    }
    let rows =
        query.order((keys::created_at_ms, keys::key_id)).select(KeyRow::as_select()).load(c)?;
    rows.into_iter().map(Key::try_from).collect()
}

/// Ends a key. The key as it stands now; one revoked before stays as it was.
pub(super) fn revoke(
    c: &mut SqliteConnection,
    project: Option<ProjectId>,
    key_id: &str,
    now: Timestamp,
) -> Result<Option<Key>, StoreError> {
    let theirs = |key: &Key| project.is_none_or(|project| project == key.project);
    let Some(mut key) = one(c, key_id)?.filter(theirs) else {
        return Ok(None);
    };
    if key.revoked_at.is_none() {
        diesel::update(keys::table.find(key_id))
            .set(keys::revoked_at_ms.eq(now.as_millis()))
            .execute(c)?;
        counter::bump_key_epoch(c)?;
        key.revoked_at = Some(now);
    }
    Ok(Some(key))
}

/// Notes that a key was used, unless a use less than a minute before `at`, or after
/// it, is noted. Changes nothing that a key allows, so the epoch stays.
pub(super) fn used(
    c: &mut SqliteConnection,
    key_id: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let is_news = keys::last_used_at_ms.is_null().or(keys::last_used_at_ms.le(noted_until(at)));
    diesel::update(keys::table.find(key_id).filter(is_news))
        .set(keys::last_used_at_ms.eq(at.as_millis()))
        .execute(c)?;
    Ok(())
}
