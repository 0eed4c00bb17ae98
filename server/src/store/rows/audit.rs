//! Entries of the audit log.

use diesel::prelude::*;
use nightbell_domain::audit::Entry;
use nightbell_domain::key::ProjectId;
use nightbell_domain::time::Timestamp;

use super::super::schema::audit;

/// One row of `audit`, as it is read.
#[derive(Queryable)]
pub(in crate::store) struct Row {
    id: i64,
    _project_id: i64,
    at_ms: i64,
    by_name: String,
    key_id: String,
    action: String,
    target: String,
    note: String,
}

/// One row of `audit`, as it is written.
#[derive(Insertable)]
#[diesel(table_name = audit)]
pub(in crate::store) struct NewRow<'a> {
    project_id: i64,
    at_ms: i64,
    by_name: &'a str,
    key_id: &'a str,
    action: &'a str,
    target: &'a str,
    note: &'a str,
}

impl<'a> NewRow<'a> {
    pub(in crate::store) fn of(project: ProjectId, entry: &'a Entry) -> Self {
        Self {
            project_id: project.0,
            at_ms: entry.at.as_millis(),
            by_name: &entry.by,
            key_id: &entry.key_id,
            action: &entry.action,
            target: &entry.target,
            note: &entry.note,
        }
    }
}

impl From<Row> for (i64, Entry) {
    fn from(row: Row) -> Self {
        let entry = Entry {
            at: Timestamp::from_millis(row.at_ms),
            by: row.by_name,
            key_id: row.key_id,
            action: row.action,
            target: row.target,
            note: row.note,
        };
        (row.id, entry)
    }
}
