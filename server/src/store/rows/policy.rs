//! Policies.

use diesel::prelude::*;
use nightbell_domain::key::ProjectId;
use nightbell_domain::notify::ChannelId;
use nightbell_domain::route::{Listener, Route};
use nightbell_domain::time::Timestamp;

use super::super::{PolicyKind, StoreError, StoredPolicy};

/// One row of `policies`.
#[derive(Queryable)]
pub(in crate::store) struct Row {
    id: i64,
    project_id: i64,
    kind: i32,
    text: String,
    created_by: String,
    created_at_ms: i64,
}

/// A kind, as it is stored.
pub(in crate::store) const fn kind_number(kind: PolicyKind) -> i32 {
    match kind {
        PolicyKind::Route => 1,
        PolicyKind::Silence => 2,
    }
}

impl TryFrom<Row> for StoredPolicy {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let kinds = [PolicyKind::Route, PolicyKind::Silence];
        let kind = kinds.into_iter().find(|kind| kind_number(*kind) == row.kind);
        Ok(Self {
            id: row.id,
            project: ProjectId(row.project_id),
            kind: kind.ok_or_else(|| StoreError::unreadable("kind of policy", &row.kind))?,
            text: row.text,
            created_by: row.created_by,
            created_at: Timestamp::from_millis(row.created_at_ms),
        })
    }
}

/// The route of a stored text. One that cannot be read leads nowhere, and keeps nobody
/// else from being told.
pub(in crate::store) fn route_of(text: &str) -> Option<Route> {
    serde_json::from_str(text)
        .inspect_err(|error| tracing::error!(%error, "a route cannot be read"))
        .ok()
}

/// A channel's number, and whether it hears of every incident.
pub(in crate::store) const fn listener_of((id, is_default): (i64, bool)) -> Listener {
    Listener { channel: ChannelId(id), is_default }
}
