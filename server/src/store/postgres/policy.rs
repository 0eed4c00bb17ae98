//! Policies: what a project sets about its notifications.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use nightbell_domain::key::ProjectId;
use nightbell_domain::route::Directory;

use super::key;
use crate::store::rows::policy::{Row, kind_number, listener_of, route_of};
use crate::store::schema::{channels, policies};
use crate::store::{PolicyKind, StoreError, StoredPolicy};

/// Adds `policy` under a fresh number, unless its project has `most` of its kind.
pub(super) async fn insert(
    c: &mut AsyncPgConnection,
    policy: &StoredPolicy,
    most: i64,
) -> Result<Option<i64>, StoreError> {
    key::project_lock(c, policy.project).await?;
    let kind = kind_number(policy.kind);
    let count: i64 = policies::table
        .filter(policies::project_id.eq(policy.project.0))
        .filter(policies::kind.eq(kind))
        .count()
        .get_result(c)
        .await?;
    if count >= most {
        return Ok(None);
    }
    let id = diesel::insert_into(policies::table)
        .values((
            policies::project_id.eq(policy.project.0),
            policies::kind.eq(kind),
            policies::policy.eq(&policy.text),
            policies::created_by.eq(&policy.created_by),
            policies::created_at_ms.eq(policy.created_at.as_millis()),
        ))
        .returning(policies::id)
        .get_result(c)
        .await?;
    Ok(Some(id))
}

/// The project's policies of a kind, the oldest first.
pub(super) async fn list(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    kind: PolicyKind,
) -> Result<Vec<StoredPolicy>, StoreError> {
    let rows: Vec<Row> = policies::table
        .filter(policies::project_id.eq(project.0))
        .filter(policies::kind.eq(kind_number(kind)))
        .order(policies::id)
        .load(c)
        .await?;
    rows.into_iter().map(StoredPolicy::try_from).collect()
}

/// Replaces the text of a policy. Whether there was one.
pub(super) async fn update(
    c: &mut AsyncPgConnection,
    policy: &StoredPolicy,
) -> Result<bool, StoreError> {
    let theirs = policies::table
        .find(policy.id)
        .filter(policies::project_id.eq(policy.project.0))
        .filter(policies::kind.eq(kind_number(policy.kind)));
    Ok(diesel::update(theirs).set(policies::policy.eq(&policy.text)).execute(c).await? == 1)
}

/// Forgets a policy. Whether there was one.
pub(super) async fn delete(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    kind: PolicyKind,
    id: i64,
) -> Result<bool, StoreError> {
    let theirs = policies::table
        .find(id)
        .filter(policies::project_id.eq(project.0))
        .filter(policies::kind.eq(kind_number(kind)));
    Ok(diesel::delete(theirs).execute(c).await? == 1)
}

/// Who there is to be told in these projects. A channel that the server turned off is
/// there for its fallback.
pub(super) async fn directories(
    c: &mut AsyncPgConnection,
    projects: Vec<i64>,
    mails_owners: bool,
) -> Result<HashMap<i64, Directory>, StoreError> {
    let is_used = channels::is_enabled
        .or(channels::disabled_reason.ne("").and(channels::fallback_id.is_not_null()));
    let listeners: Vec<(i64, (i64, bool))> = channels::table
        .filter(channels::project_id.eq_any(&projects))
        .filter(is_used)
        .order((channels::project_id, channels::id))
        .select((channels::project_id, (channels::id, channels::is_default)))
        .load(c)
        .await?;
    let routes: Vec<(i64, String)> = policies::table
        .filter(policies::project_id.eq_any(&projects))
        .filter(policies::kind.eq(kind_number(PolicyKind::Route)))
        .order(policies::id)
        .select((policies::project_id, policies::policy))
        .load(c)
        .await?;
    let nobody = Directory { mails_owners, ..Directory::default() };
    let mut directories: HashMap<i64, Directory> =
        projects.into_iter().map(|project| (project, nobody.clone())).collect();
    for (project, listener) in listeners {
        directories.entry(project).or_default().listeners.push(listener_of(listener));
    }
    for (project, text) in routes {
        directories.entry(project).or_default().routes.extend(route_of(&text));
    }
    Ok(directories)
}
