//! What jobs say of themselves, on its way in.
//!
//! Evidence first: only a fault in what identifies a report (its scheduler, run and
//! status, and for a replay its time) refuses it. All else is mended or left out
//! with a warning, since refusing *completed* would become a page at night.

use std::time::Duration;

use nightbell_domain::evidence::{
    ERROR_MESSAGE_BYTES_MAX, PROGRESS_MESSAGE_BYTES_MAX, believable_execution_time, cut_text,
};
use nightbell_domain::id::{RunId, SchedulerId};
use nightbell_domain::report::{
    ClaimedTime, Content, HeartbeatContent, Progress, Report, Status, StatusContent, Timing,
};
use nightbell_domain::settings::{EXTEND_RANGE, HEARTBEAT_INTERVAL_RANGE, Violation, Warning};
use nightbell_domain::time::Timestamp;
use nightbell_proto::{json, v1};
use serde::Serialize;

use super::text::{mended, unless_empty};
use super::{invalid, metadata, time, unless_violated};
use crate::error::ServiceError;

/// The time between heartbeats of a stream that declares none.
pub const STREAM_INTERVAL_DEFAULT: Duration = Duration::from_secs(5);

/// The most bytes of a name given along with a report: 200 characters in any script.
const NAME_BYTES_MAX: usize = 800;

/// The most bytes of a refused report that are kept.
const RAW_BYTES_MAX: usize = 2 * 1024;

/// How a report came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// As it happened.
    Live,
    /// Later, with a batch. It must say when it happened.
    Replayed,
}

/// A report that can be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The scheduler it is for.
    pub scheduler_id: SchedulerId,
    /// The service's name, if given along.
    pub service_name: Option<String>,
    /// The job's name, if given along.
    pub job_name: Option<String>,
    /// The report.
    pub report: Report,
    /// What was changed or left out of it.
    pub warnings: Vec<Warning>,
}

/// A report that cannot be recorded.
#[derive(Debug)]
pub struct Untaken {
    /// Why not.
    pub error: ServiceError,
    /// What may be shown to the scheduler's owner; `None` if it names no scheduler.
    pub rejected: Option<Rejected>,
}

/// A report as it came, for the owner of its scheduler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The scheduler it names. Whether the sender may speak for it is not known yet.
    pub scheduler_id: SchedulerId,
    /// The report as it came, cut to 2 KiB.
    pub raw: String,
}

impl Untaken {
    fn new<M: Serialize>(error: ServiceError, scheduler_id: &str, message: &M) -> Self {
        let rejected = SchedulerId::parse(scheduler_id)
            .ok()
            .map(|scheduler_id| Rejected { scheduler_id, raw: raw(&json::to_vec(message)) });
        Self { error, rejected }
    }
}

/// What may be shown of an item that was refused before all of it was read.
pub fn rejected_item(item: &v1::BatchItem) -> Option<Rejected> {
    let scheduler_id = match item.report.as_ref()? {
        v1::batch_item::Report::Status(sent) => &sent.scheduler_id,
        v1::batch_item::Report::Heartbeat(sent) => &sent.scheduler_id,
    };
    let scheduler_id = SchedulerId::parse(scheduler_id).ok()?;
    Some(Rejected { scheduler_id, raw: raw(&json::to_vec(item)) })
}

/// The head of a body as text.
pub fn raw(body: &[u8]) -> String {
    let head = &body[..body.len().min(RAW_BYTES_MAX)];
    let mut text = String::from_utf8_lossy(head).replace('\0', "\u{fffd}");
    text.truncate(text.floor_char_boundary(RAW_BYTES_MAX));
    text
}

/// That a run lives on a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// What it ties to the stream.
    pub tie: Tie,
    /// The time between heartbeats.
    pub interval: Duration,
}

/// A run, or the unnamed run, of a scheduler.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tie {
    /// The scheduler.
    pub scheduler_id: SchedulerId,
    /// The run; `None`: the unnamed one.
    pub run_id: Option<RunId>,
}

/// Reads a status report that arrived at `received_at`.
///
/// # Errors
///
/// Every rule its identity breaks, or that it is replayed too late.
pub fn status(
    message: v1::UpdateStatusRequest,
    arrival: Arrival,
    received_at: Timestamp,
) -> Result<Taken, Untaken> {
    let mut violations = Vec::new();
    let tie = tie(&message.scheduler_id, message.run_id.as_deref(), &mut violations);
    let status = run_status(message.status, &mut violations);
    let (Some(tie), Some(status)) = (tie, status) else {
        let error = ServiceError::Invalid(violations);
        return Err(Untaken::new(error, &message.scheduler_id, &message));
    };
    let mut warnings = Vec::new();
    let claim = Claim { timestamp: message.timestamp, sent_at: message.sent_at };
    let timing = claim
        .timing(arrival, received_at, &mut warnings)
        .map_err(|error| Untaken::new(error, &message.scheduler_id, &message))?;
    let sequence = sequence(message.sequence, tie.run_id.as_ref(), &mut warnings);
    let given = |field: &str, name: Option<String>, warnings: &mut Vec<Warning>| {
        let name = mended(field, name.and_then(unless_empty)?, warnings);
        Some(cut_text(field, name, NAME_BYTES_MAX, warnings))
    };
    let content = StatusContent {
        status,
        scheduled_for: believed("scheduled_for", message.scheduled_for, &mut warnings),
        execution_time_ms: message
            .execution_time_ms
            .and_then(|took| believable_execution_time(took, &mut warnings)),
        error_message: message.error_message.and_then(unless_empty).map(|text| {
            let text = mended("error_message", text, &mut warnings);
            cut_text("error_message", text, ERROR_MESSAGE_BYTES_MAX, &mut warnings)
        }),
        metadata: message.metadata.and_then(|sent| metadata::kept(sent, &mut warnings)),
    };
    Ok(Taken {
        scheduler_id: tie.scheduler_id,
        service_name: given("service_name", message.service_name, &mut warnings),
        job_name: given("job_name", message.job_name, &mut warnings),
        report: Report {
            run_id: tie.run_id,
            sequence,
            timing,
            is_live: arrival == Arrival::Live,
            content: Content::Status(content),
        },
        warnings,
    })
}

/// Reads a heartbeat that arrived at `received_at`.
///
/// # Errors
///
/// As [`status()`].
pub fn heartbeat(
    message: v1::SendHeartbeatRequest,
    arrival: Arrival,
    received_at: Timestamp,
) -> Result<Taken, Untaken> {
    let untaken = |error| Untaken::new(error, &message.scheduler_id, &message);
    let tie = one_tie(&message.scheduler_id, message.run_id.as_deref()).map_err(untaken)?;
    let mut warnings = Vec::new();
    let claim = Claim { timestamp: message.timestamp, sent_at: message.sent_at };
    let timing = claim.timing(arrival, received_at, &mut warnings).map_err(untaken)?;
    let sequence = sequence(message.sequence, tie.run_id.as_ref(), &mut warnings);
    let content = HeartbeatContent {
        progress: message.progress.map(|sent| progress(sent, &mut warnings)),
        interval: message
            .interval
            .and_then(|sent| within("interval", sent, HEARTBEAT_INTERVAL_RANGE, &mut warnings)),
        extend: message.extend.and_then(|sent| within("extend", sent, EXTEND_RANGE, &mut warnings)),
    };
    Ok(Taken {
        scheduler_id: tie.scheduler_id,
        service_name: None,
        job_name: None,
        report: Report {
            run_id: tie.run_id,
            sequence,
            timing,
            is_live: arrival == Arrival::Live,
            content: Content::Heartbeat(content),
        },
        warnings,
    })
}

/// Reads one item of a replay. Paths are as seen from the item.
///
/// # Errors
///
/// As [`status()`], and that the item carries nothing.
pub fn batch_item(message: v1::BatchItem, received_at: Timestamp) -> Result<Taken, Untaken> {
    let (part, read) = match message.report {
        Some(v1::batch_item::Report::Status(sent)) => {
            ("status", status(sent, Arrival::Replayed, received_at))
        }
        Some(v1::batch_item::Report::Heartbeat(sent)) => {
            ("heartbeat", heartbeat(sent, Arrival::Replayed, received_at))
        }
        None => {
            let error = invalid("report", "REQUIRED", "must be a status or a heartbeat");
            return Err(Untaken { error, rejected: None });
        }
    };
    let below = |field: &mut String| field.insert_str(0, &format!("{part}."));
    match read {
        Ok(mut taken) => {
            for warning in &mut taken.warnings {
                below(&mut warning.field);
            }
            Ok(taken)
        }
        Err(mut untaken) => {
            if let ServiceError::Invalid(violations) = &mut untaken.error {
                for violation in violations {
                    below(&mut violation.field);
                }
            }
            Err(untaken)
        }
    }
}

/// Reads the tie of a run to a stream.
///
/// An interval outside its bounds counts as the nearest within: a stream has no way
/// to warn, and the default of a few seconds would be a false alarm for a job that
/// beats once in two days.
///
/// # Errors
///
/// Every rule an id breaks.
pub fn hello(message: &v1::StreamHello) -> Result<Hello, ServiceError> {
    let tie = one_tie(&message.scheduler_id, message.run_id.as_deref())?;
    let (shortest, longest) = HEARTBEAT_INTERVAL_RANGE;
    let declared = message.interval.and_then(time::span);
    let interval = declared.unwrap_or(STREAM_INTERVAL_DEFAULT).clamp(shortest, longest);
    Ok(Hello { tie, interval })
}

/// Reads which run leaves its stream.
///
/// # Errors
///
/// Every rule an id breaks.
pub fn goodbye(message: &v1::StreamGoodbye) -> Result<Tie, ServiceError> {
    one_tie(&message.scheduler_id, message.run_id.as_deref())
}

fn one_tie(scheduler_id: &str, run_id: Option<&str>) -> Result<Tie, ServiceError> {
    let mut violations = Vec::new();
    match tie(scheduler_id, run_id, &mut violations) {
        Some(tie) => unless_violated(tie, violations),
        None => Err(ServiceError::Invalid(violations)),
    }
}

/// Both ids, if both keep their rules; all faults are told at once.
fn tie(scheduler_id: &str, run_id: Option<&str>, violations: &mut Vec<Violation>) -> Option<Tie> {
    let scheduler_id = SchedulerId::parse(scheduler_id);
    let run_id = run_id.map(RunId::parse).transpose();
    match (scheduler_id, run_id) {
        (Ok(scheduler_id), Ok(run_id)) => Some(Tie { scheduler_id, run_id }),
        (scheduler_id, run_id) => {
            violations.extend(scheduler_id.err());
            violations.extend(run_id.err());
            None
        }
    }
}

fn run_status(number: i32, violations: &mut Vec<Violation>) -> Option<Status> {
    let status = v1::RunStatus::try_from(number).ok().and_then(|status| match status {
        v1::RunStatus::Pending => Some(Status::Pending),
        v1::RunStatus::Running => Some(Status::Running),
        v1::RunStatus::Completed => Some(Status::Completed),
        v1::RunStatus::Failed => Some(Status::Failed),
        v1::RunStatus::Cancelled => Some(Status::Cancelled),
        v1::RunStatus::Unspecified | v1::RunStatus::Lost => None,
    });
    if status.is_none() {
        let words = "must be one of pending, running, completed, failed, cancelled";
        let rule = format!("{words}; the number {number} is none of them");
        violations.push(Violation::new("status", "BAD_STATUS", rule));
    }
    status
}

/// The times that a message claims.
struct Claim {
    timestamp: Option<prost_types::Timestamp>,
    sent_at: Option<prost_types::Timestamp>,
}

impl Claim {
    fn timing(
        self,
        arrival: Arrival,
        received_at: Timestamp,
        warnings: &mut Vec<Warning>,
    ) -> Result<Timing, ServiceError> {
        match arrival {
            Arrival::Live => {
                let claimed = ClaimedTime {
                    timestamp: believed("timestamp", self.timestamp, warnings),
                    sent_at: believed("sent_at", self.sent_at, warnings),
                };
                Ok(Timing::of_live(claimed, received_at, warnings))
            }
            Arrival::Replayed => {
                // The time of arrival cannot stand in: it would rewrite history.
                let Some(timestamp) = self.timestamp.and_then(time::instant) else {
                    let rule = "must say when it happened, within the years 1 to 9998";
                    return Err(invalid("timestamp", "BAD_TIMESTAMP", rule));
                };
                let sent_at = believed("sent_at", self.sent_at, warnings);
                let claimed = ClaimedTime { timestamp: Some(timestamp), sent_at };
                Timing::of_replay(claimed, received_at).ok_or(ServiceError::ReplayTooOld)
            }
        }
    }
}

fn believed(
    field: &str,
    sent: Option<prost_types::Timestamp>,
    warnings: &mut Vec<Warning>,
) -> Option<Timestamp> {
    let instant = time::instant(sent?);
    if instant.is_none() {
        warnings.push(Warning::new(
            "TIMESTAMP_IGNORED",
            field,
            "is no time within the years 1 to 9998 and was ignored",
        ));
    }
    instant
}

fn sequence(
    sequence: Option<u32>,
    run_id: Option<&RunId>,
    warnings: &mut Vec<Warning>,
) -> Option<u32> {
    if sequence.is_some() && run_id.is_none() {
        warnings.push(Warning::new(
            "FIELD_DROPPED",
            "sequence",
            "means something only with run_id and was ignored",
        ));
        return None;
    }
    sequence
}

fn progress(sent: v1::Progress, warnings: &mut Vec<Warning>) -> Progress {
    const FIELD: &str = "progress.message";
    let message = sent.message.and_then(unless_empty).map(|text| {
        let text = mended(FIELD, text, warnings);
        cut_text(FIELD, text, PROGRESS_MESSAGE_BYTES_MAX, warnings)
    });
    Progress { done: sent.done, total: sent.total, message }
}

fn within(
    field: &str,
    sent: prost_types::Duration,
    (shortest, longest): (Duration, Duration),
    warnings: &mut Vec<Warning>,
) -> Option<Duration> {
    let within = time::span(sent).filter(|span| (shortest..=longest).contains(span));
    if within.is_none() {
        warnings.push(Warning::new(
            "FIELD_DROPPED",
            field,
            format!("must be {} to {} seconds", shortest.as_secs(), longest.as_secs()),
        ));
    }
    within
}
