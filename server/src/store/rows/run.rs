//! Runs.

use nightbell_domain::run::{Run, RunStatus};

use super::super::StoreError;

/// The status of a run, as it is stored.
pub(in crate::store) const fn status_number(status: RunStatus) -> i32 {
    match status {
        RunStatus::Pending => 1,
        RunStatus::Running => 2,
        RunStatus::Completed => 3,
        RunStatus::Failed => 4,
        RunStatus::Cancelled => 5,
        RunStatus::Lost => 6,
    }
}

/// A run of stored text.
pub(in crate::store) fn of_text(text: &str) -> Result<Run, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::unreadable("run", &error))
}

/// The stored form of a run.
pub(in crate::store) fn text_of(run: &Run) -> Result<String, StoreError> {
    serde_json::to_string(run).map_err(|error| StoreError::unreadable("run", &error))
}
