//! Projects and their keys.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use nightbell_domain::key::{Key, ProjectId, SESSION_ID_PREFIX};
use nightbell_domain::time::Timestamp;

use super::counter;
use crate::store::StoreError;
use crate::store::rows::key::{KeyRow, noted_until, session_over_by};
use crate::store::schema::{keys, projects};

/// The project of this name, made if there is none.
pub(super) async fn project_ensure(
    c: &mut AsyncPgConnection,
    name: &str,
    now: Timestamp,
) -> Result<ProjectId, StoreError> {
    if let Some(known) = project_named(c, name).await? {
        return Ok(known);
    }
    diesel::insert_into(projects::table)
        .values((projects::name.eq(name), projects::created_at_ms.eq(now.as_millis())))
        .on_conflict_do_nothing()
        .execute(c)
        .await?;
    let made = project_named(c, name).await?;
    made.ok_or_else(|| StoreError::Fault("a project that was made is not there".to_owned()))
}

/// The project of this name.
pub(super) async fn project_named(
    c: &mut AsyncPgConnection,
    name: &str,
) -> Result<Option<ProjectId>, StoreError> {
    let id: Option<i64> = projects::table
        .filter(projects::name.eq(name))
        .select(projects::id)
        .get_result(c)
        .await
        .optional()?;
    Ok(id.map(ProjectId))
}

pub(super) async fn project_name(
    c: &mut AsyncPgConnection,
    project: ProjectId,
) -> Result<Option<String>, StoreError> {
    Ok(projects::table.find(project.0).select(projects::name).get_result(c).await.optional()?)
}

/// Holds a project, so that of two servers that count what it has only one goes on.
pub(super) async fn project_lock(
    c: &mut AsyncPgConnection,
    project: ProjectId,
) -> Result<(), StoreError> {
    let one = projects::table.find(project.0).select(projects::id).for_no_key_update();
    one.get_result::<i64>(c).await.optional()?;
    Ok(())
}

/// Adds a key, unless its project has `most` of its kind that are not revoked. Whether it
/// was added. Forgets the sessions of people that are long over.
pub(super) async fn insert(
    c: &mut AsyncPgConnection,
    key: &Key,
    most: i64,
) -> Result<bool, StoreError> {
    project_lock(c, key.project).await?;
    let of_project = keys::project_id.eq(key.project.0);
    let sessions = format!("{SESSION_ID_PREFIX}%");
    let over_by = session_over_by(key.created_at);
    let is_over = keys::expires_at_ms.le(over_by).or(keys::revoked_at_ms.le(over_by));
    let theirs = keys::table.filter(of_project).filter(keys::key_id.like(&sessions));
    diesel::delete(theirs.filter(is_over)).execute(c).await?;
    let live = keys::table.filter(of_project).filter(keys::revoked_at_ms.is_null()).count();
    let count: i64 = if key.is_session() {
        live.filter(keys::key_id.like(&sessions)).get_result(c).await?
    } else {
        live.filter(keys::key_id.not_like(&sessions)).get_result(c).await?
    };
    if count >= most {
        return Ok(false);
    }
    diesel::insert_into(keys::table).values(KeyRow::from(key)).execute(c).await?;
    counter::bump_key_epoch(c).await?;
    Ok(true)
}

/// The key of this id, of any project.
pub(super) async fn one(
    c: &mut AsyncPgConnection,
    key_id: &str,
) -> Result<Option<Key>, StoreError> {
    let row = keys::table.find(key_id).select(KeyRow::as_select()).get_result(c).await;
    row.optional()?.map(Key::try_from).transpose()
}

/// The keys of a project, or of all, the oldest first.
pub(super) async fn list(
    c: &mut AsyncPgConnection,
    project: Option<ProjectId>,
) -> Result<Vec<Key>, StoreError> {
    let mut query = keys::table.into_boxed();
    if let Some(project) = project {
        query = query.filter(keys::project_id.eq(project.0));
    }
    let ordered = query.order((keys::created_at_ms, keys::key_id)).select(KeyRow::as_select());
    let rows = ordered.load(c).await?;
    rows.into_iter().map(Key::try_from).collect()
}

/// Ends a key. The key as it stands now; one revoked before stays as it was.
pub(super) async fn revoke(
    c: &mut AsyncPgConnection,
    project: Option<ProjectId>,
    key_id: &str,
    now: Timestamp,
) -> Result<Option<Key>, StoreError> {
    match one(c, key_id).await? {
        Some(key) if project.is_none_or(|project| project == key.project) => {}
        _ => return Ok(None),
    }
    let revoked = diesel::update(keys::table.find(key_id).filter(keys::revoked_at_ms.is_null()))
        .set(keys::revoked_at_ms.eq(now.as_millis()))
        .execute(c)
        .await?;
    if revoked == 1 {
        counter::bump_key_epoch(c).await?;
    }
    one(c, key_id).await
}

/// Notes that a key was used, unless a use less than a minute before `at`, or after
/// it, is noted. Changes nothing that a key allows, so the epoch stays.
pub(super) async fn used(
    c: &mut AsyncPgConnection,
    key_id: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let is_news = keys::last_used_at_ms.is_null().or(keys::last_used_at_ms.le(noted_until(at)));
    diesel::update(keys::table.find(key_id).filter(is_news))
        .set(keys::last_used_at_ms.eq(at.as_millis()))
        .execute(c)
        .await?;
    Ok(())
}
