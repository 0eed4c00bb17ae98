//! What lists show, and what they are of.

use nightbell_domain::id::SchedulerId;
use nightbell_domain::incident::Incident;
use nightbell_domain::run::RunStatus;
use nightbell_domain::scheduler::Health;
use nightbell_domain::time::Timestamp;

/// Which schedulers a list shows, by id, after `after`.
#[derive(Debug, Clone, Default)]
pub struct SchedulerQuery {
    /// Only those of this service.
    pub service_name: Option<String>,
    /// Only those that fare so.
    pub health: Option<Health>,
    /// Only those with this label.
    pub label: Option<(String, String)>,
    /// Only those whose id comes after this one.
    pub after: Option<String>,
    /// How many at the most.
    pub limit: i64,
}

/// Which runs a list shows, the newest first.
#[derive(Debug, Clone, Default)]
pub struct RunQuery {
    /// Only those of this status.
    pub status: Option<RunStatus>,
    /// Only those that come after this one: its first mark and its id.
    pub after: Option<(Timestamp, String)>,
    /// How many at the most.
    pub limit: i64,
}

/// Which slots a list shows, the newest first.
#[derive(Debug, Clone, Copy, Default)]
pub struct SlotQuery {
    /// Only those before this one.
    pub before: Option<Timestamp>,
    /// How many at the most.
    pub limit: i64,
}

/// Which entries of the audit log a list shows, the newest first.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// Only what was done to the thing of this id.
    pub target: Option<String>,
    /// Only those before the entry of this number.
    pub before: Option<i64>,
    /// How many at the most.
    pub limit: i64,
}

/// Which incidents a list shows, the newest first.
#[derive(Debug, Clone, Default)]
pub struct IncidentQuery {
    /// Only those of this scheduler.
    pub scheduler_id: Option<SchedulerId>,
    /// Only those in this state.
    pub state: Option<IncidentState>,
    /// Only those that come after this one: when it was opened and its id.
    pub after: Option<(Timestamp, String)>,
    /// How many at the most.
    pub limit: i64,
}

/// Whether anybody needs to act on an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentState {
    /// Nobody has it.
    Open,
    /// Somebody has it.
    Acknowledged,
    /// It is over.
    Resolved,
}

impl IncidentState {
    /// The state of `incident`.
    pub fn of(incident: &Incident) -> Self {
        if incident.resolved.is_some() {
            Self::Resolved
        } else if incident.acknowledgement.is_some() {
            Self::Acknowledged
        } else {
            Self::Open
        }
    }
}

/// An incident with the names of what it is about.
#[derive(Debug, Clone)]
pub struct IncidentView {
    /// The incident.
    pub incident: Incident,
    /// The scheduler it is about.
    pub scheduler_id: SchedulerId,
    /// That scheduler's service.
    pub service_name: String,
    /// That scheduler's job.
    pub job_name: String,
}
