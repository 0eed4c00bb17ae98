//! Runs.

use nightbell_domain::id::{RunId, SchedulerId};
use nightbell_domain::ledger::{Ending, SlotEntry};
use nightbell_domain::report::{Progress, Status};
use nightbell_domain::run::{Mark, Run, RunStatus};
use nightbell_proto::v1;

use super::{IntoRefusal, invalid, metadata, time};
use crate::error::ServiceError;

/// A run as the caller reads it.
pub fn shown(scheduler_id: &SchedulerId, run: &Run) -> v1::Run {
    v1::Run {
        run_id: run.id.to_string(),
        scheduler_id: scheduler_id.to_string(),
        named: run.is_named,
        status: status(run.status()).into(),
        started_at: run.started_at().map(time::timestamp),
        ended_at: run.ended_at().map(time::timestamp),
        execution_time_ms: run.execution_time_ms(),
        error_message: run.error_message().map(str::to_owned),
        metadata: run.metadata().map(metadata::shown),
        last_heartbeat_at: run.last_heartbeat_at.map(time::timestamp),
        progress: run.progress.as_ref().map(progress),
        stalled: run.is_stalled,
        overran: run.overran,
        suspect: run.suspect_since.is_some(),
        cancel_requested: run.cancel_requested,
        other_ends: run.ends.iter().skip(1).map(end).collect(),
        first_received_at: Some(time::timestamp(run.first_received_at)),
        stuck: run.is_stuck,
        too_quick: run.too_quick,
        slot_at: run.slot.map(time::timestamp),
        finished_late: run.finished_late,
        extended_by: Some(run.extended_by()).filter(|by| !by.is_zero()).map(time::duration),
    }
}

/// Where a run stands.
pub fn status(status: RunStatus) -> v1::RunStatus {
    match status {
        RunStatus::Pending => v1::RunStatus::Pending,
        RunStatus::Running => v1::RunStatus::Running,
        RunStatus::Completed => v1::RunStatus::Completed,
        RunStatus::Failed => v1::RunStatus::Failed,
        RunStatus::Cancelled => v1::RunStatus::Cancelled,
        RunStatus::Lost => v1::RunStatus::Lost,
    }
}

/// A slot as the caller reads it.
pub fn slot(entry: &SlotEntry) -> v1::Slot {
    let ending = match entry.ending {
        Ending::Open => v1::SlotEnding::Open,
        Ending::Met => v1::SlotEnding::Met,
        Ending::MetLate => v1::SlotEnding::MetLate,
        Ending::Failed => v1::SlotEnding::Failed,
        Ending::Missed => v1::SlotEnding::Missed,
        Ending::Unknown => v1::SlotEnding::Unseen,
        Ending::Paused => v1::SlotEnding::SkippedPaused,
        Ending::Cancelled => v1::SlotEnding::SkippedCancelled,
    };
    v1::Slot {
        slot_at: Some(time::timestamp(entry.slot)),
        ending: ending.into(),
        run_id: entry.run_id.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}

/// The status that a list is narrowed to; `None`: it is not.
///
/// # Errors
///
/// A number that is no status.
pub fn status_filter(number: i32) -> Result<Option<RunStatus>, ServiceError> {
    let Ok(status) = v1::RunStatus::try_from(number) else {
        let rule = "must be one of pending, running, completed, failed, cancelled, lost";
        return Err(invalid("status", "BAD_STATUS", rule));
    };
    Ok(match status {
        v1::RunStatus::Unspecified => None,
        v1::RunStatus::Pending => Some(RunStatus::Pending),
        v1::RunStatus::Running => Some(RunStatus::Running),
        v1::RunStatus::Completed => Some(RunStatus::Completed),
        v1::RunStatus::Failed => Some(RunStatus::Failed),
        v1::RunStatus::Cancelled => Some(RunStatus::Cancelled),
        v1::RunStatus::Lost => Some(RunStatus::Lost),
    })
}

/// The run that a request names.
///
/// # Errors
///
/// An id that breaks its rule.
pub fn id(text: &str) -> Result<RunId, ServiceError> {
    RunId::parse(text).map_err(IntoRefusal::into_refusal)
}

/// The scheduler that a request names.
///
/// # Errors
///
/// An id that breaks its rule.
pub fn scheduler_id(text: &str) -> Result<SchedulerId, ServiceError> {
    SchedulerId::parse(text).map_err(IntoRefusal::into_refusal)
}

fn reported(status: Status) -> v1::RunStatus {
    match status {
        Status::Pending => v1::RunStatus::Pending,
        Status::Running => v1::RunStatus::Running,
        Status::Completed => v1::RunStatus::Completed,
        Status::Failed => v1::RunStatus::Failed,
        Status::Cancelled => v1::RunStatus::Cancelled,
    }
}

fn end(mark: &Mark) -> v1::RunEnd {
    v1::RunEnd {
        status: reported(mark.status).into(),
        effective_at: Some(time::timestamp(mark.timing.effective_at)),
        received_at: Some(time::timestamp(mark.timing.received_at)),
        error_message: mark.error_message.clone(),
    }
}

fn progress(progress: &Progress) -> v1::Progress {
    v1::Progress { done: progress.done, total: progress.total, message: progress.message.clone() }
}

#[cfg(test)]
mod tests {
    use nightbell_domain::report::Timing;
    use nightbell_domain::run::Extension;
    use nightbell_domain::time::Timestamp;
    use serde_json::json;

    use super::*;

    fn mark(status: Status, at_ms: i64) -> Mark {
        let at = Timestamp::from_millis(at_ms);
        let metadata = json!({ "rows": at_ms });
        Mark {
            status,
            timing: Timing { received_at: at, reported_at: Some(at), effective_at: at },
            is_live: true,
            sequence: None,
            scheduled_for: None,
            execution_time_ms: None,
            error_message: status.is_end().then(|| format!("{status:?}")),
            metadata: metadata.as_object().cloned(),
        }
    }

    fn ended_twice() -> Run {
        Run {
            id: RunId::parse("r1").unwrap(),
            is_named: true,
            pending: None,
            start: Some(mark(Status::Running, 1_000)),
            ends: vec![mark(Status::Failed, 3_000), mark(Status::Completed, 4_000)],
            slot: None,
            lost_at: None,
            first_received_at: Timestamp::from_millis(1_000),
            alive_at: None,
            last_heartbeat_at: None,
            heartbeat_interval: None,
            progress: Some(Progress { done: 1, total: Some(2), message: None }),
            progress_at: None,
            extensions: vec![Extension { sequence: None, reported_at: None, by_ms: 90_000 }],
            suspect_since: Some(Timestamp::from_millis(2_000)),
            is_streaming: false,
            is_stalled: false,
            is_stuck: true,
            overran: false,
            finished_late: false,
            too_quick: false,
            cancel_requested: false,
        }
    }

    #[test]
    fn a_run_is_shown_with_the_end_that_decides_and_the_others_beside_it() {
        let shown = shown(&SchedulerId::parse("nightly").unwrap(), &ended_twice());
        assert_eq!(shown.status(), v1::RunStatus::Failed);
        assert_eq!(shown.execution_time_ms, Some(2_000));
        assert_eq!(shown.error_message.as_deref(), Some("Failed"));
        assert_eq!(shown.other_ends.len(), 1);
        assert_eq!(shown.other_ends[0].status(), v1::RunStatus::Completed);
        assert!(shown.suspect && shown.named && shown.stuck);
        assert_eq!(shown.extended_by.map(|by| by.seconds), Some(90));
        assert!(shown.metadata.is_some_and(|metadata| metadata.fields.contains_key("rows")));
    }

    #[test]
    fn every_status_can_be_shown_and_filtered_by() {
        for status_shown in [
            RunStatus::Pending,
            RunStatus::Running,
            RunStatus::Completed,
            RunStatus::Failed,
            RunStatus::Cancelled,
            RunStatus::Lost,
        ] {
            let number = status(status_shown).into();
            assert_eq!(status_filter(number).unwrap(), Some(status_shown));
        }
        assert_eq!(status_filter(0).unwrap(), None);
        assert!(
            matches!(status_filter(7), Err(ServiceError::Invalid(v)) if v[0].field == "status")
        );
    }

    #[test]
    fn ids_are_refused_by_their_field() {
        assert!(matches!(id(""), Err(ServiceError::Invalid(v)) if v[0].field == "run_id"));
        assert!(
            matches!(scheduler_id("a/b"), Err(ServiceError::Invalid(v)) if v[0].field == "scheduler_id")
        );
    }
}
