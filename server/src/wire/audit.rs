//! Entries of the audit log.

use nightbell_domain::audit::Entry;
use nightbell_proto::v1;

use super::text::{checked, unless_empty};
use super::{time, unless_violated};
use crate::error::ServiceError;

/// The most characters of an id.
const TARGET_CHARACTERS_MAX: usize = 300;

/// An entry as the caller reads it.
pub fn shown((id, entry): (i64, Entry)) -> v1::AuditEntry {
    v1::AuditEntry {
        entry_id: id.to_string(),
        at: Some(time::timestamp(entry.at)),
        by: entry.by,
        key_id: entry.key_id,
        action: entry.action,
        target: entry.target,
        note: entry.note,
    }
}

/// What the entries are to be about; `None`: anything.
///
/// # Errors
///
/// Text that no id can be.
pub fn target(text: String) -> Result<Option<String>, ServiceError> {
    let mut violations = Vec::new();
    let target = checked("target", text, TARGET_CHARACTERS_MAX, &mut violations);
    unless_violated(unless_empty(target), violations)
}
