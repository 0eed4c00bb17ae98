//! Policies: what a project sets about its notifications.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use nightbell_domain::key::ProjectId;
use nightbell_domain::route::Directory;

use crate::store::rows::policy::{Row, kind_number, listener_of, route_of};
use crate::store::schema::{channels, policies};
use crate::store::{PolicyKind, StoreError, StoredPolicy};

/// Adds `policy` under a fresh number, unless its project has `most` of its kind.
pub(super) fn insert(
    c: &mut SqliteConnection,
    policy: &StoredPolicy,
    most: i64,
) -> Result<Option<i64>, StoreError> {
    let kind = kind_number(policy.kind);
    let count: i64 = policies::table
        .filter(policies::project_id.eq(policy.project.0))
        .filter(policies::kind.eq(kind))
        .count()
        .get_result(c)?;
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
        .get_result(c)?;
    Ok(Some(id))
}

/// The project's policies of a kind, the oldest first.
pub(super) fn list(
    c: &mut SqliteConnection,
    project: ProjectId,
    kind: PolicyKind,
) -> Result<Vec<StoredPolicy>, StoreError> {
    let rows: Vec<Row> = policies::table
        .filter(policies::project_id.eq(project.0))
        .filter(policies::kind.eq(kind_number(kind)))
        .order(policies::id)
        .load(c)?;
    rows.into_iter().map(StoredPolicy::try_from).collect()
}

/// Replaces the text of a policy. Whether there was one.
pub(super) fn update(c: &mut SqliteConnection, policy: &StoredPolicy) -> Result<bool, StoreError> {
    let theirs = policies::table
        .find(policy.id)
        .filter(policies::project_id.eq(policy.project.0))
        .filter(policies::kind.eq(kind_number(policy.kind)));
    Ok(diesel::update(theirs).set(policies::policy.eq(&policy.text)).execute(c)? == 1)
}

/// Forgets a policy. Whether there was one.
pub(super) fn delete(
    c: &mut SqliteConnection,
    project: ProjectId,
    kind: PolicyKind,
    id: i64,
) -> Result<bool, StoreError> {
    let theirs = policies::table
        .find(id)
        .filter(policies::project_id.eq(project.0))
        .filter(policies::kind.eq(kind_number(kind)));
    Ok(diesel::delete(theirs).execute(c)? == 1)
}

/// Who there is to be told in a project. A channel that the server turned off is there
/// for its fallback.
pub(super) fn directory(
    c: &mut SqliteConnection,
    project: ProjectId,
    mails_owners: bool,
) -> Result<Directory, StoreError> {
    let is_used = channels::is_enabled
        .or(channels::disabled_reason.ne("").and(channels::fallback_id.is_not_null()));
    let listeners: Vec<(i64, bool)> = channels::table
        .filter(channels::project_id.eq(project.0))
        .filter(is_used)
        .order(channels::id)
        .select((channels::id, channels::is_default))
        .load(c)?;
    let routes = list(c, project, PolicyKind::Route)?;
    Ok(Directory {
        listeners: listeners.into_iter().map(listener_of).collect(),
        routes: routes.iter().filter_map(|route| route_of(&route.text)).collect(),
        mails_owners,
    })
}
