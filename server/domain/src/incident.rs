//! What is or was wrong with one scheduler.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::{IncidentId, RunId};
use crate::settings::Severity;
use crate::time::{Span, Timestamp};

/// The most runs that one incident names.
pub const INCIDENT_RUNS_MAX: usize = 20;

/// The most entries in the history of one incident: the first and the last ones.
pub const HISTORY_MAX: usize = 50;

/// A cause that returns within this time of the end of its incident reopens it.
pub const REOPENED_WITHIN: Duration = Duration::from_mins(5);

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A run reported that it failed.
    Failed,
    /// An expected run did not start within its grace.
    Missed,
    /// As missed, and the job never ran.
    NeverStarted,
    /// A run, or a job that only beats, was silent for longer than it may be.
    Stalled,
    /// A run is gone without an end.
    Lost,
    /// A run took longer than it may.
    Overran,
    /// A run had not ended when it had to.
    FinishedLate,
    /// A run ended well sooner than it can have done its work.
    TooQuick,
}

impl Reason {
    /// Every reason there is.
    pub const ALL: [Self; 8] = [
        Self::Failed,
        Self::Missed,
        Self::NeverStarted,
        Self::Stalled,
        Self::Lost,
        Self::Overran,
        Self::FinishedLate,
        Self::TooQuick,
    ];

    /// The word used in every text and table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Missed => "missed",
            Self::NeverStarted => "never_started",
            Self::Stalled => "stalled",
            Self::Lost => "lost",
            Self::Overran => "overran",
            Self::FinishedLate => "finished_late",
            Self::TooQuick => "too_quick",
        }
    }
}

/// How an incident ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// The job showed that it is well again.
    Recovered,
    /// A report came late and showed that what was inferred was not so.
    ReportedLate,
    /// Somebody ended it.
    Manual,
    /// What it was judged by is gone.
    Withdrawn,
}

impl Resolution {
    /// The word used in every text and table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::ReportedLate => "reported_late",
            Self::Manual => "manual",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Who has an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Their name.
    pub by: String,
    /// What they said.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

/// Something wrong with one scheduler, from its onset to its end. A scheduler has
/// at most one open incident of each reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// What was found.
    pub reason: Reason,
    /// How much its scheduler mattered when it was found.
    #[serde(default)]
    pub severity: Severity,
    /// When it went wrong: the deadline that was breached, or the failure.
    pub onset_at: Timestamp,
    /// When it was found.
    pub opened_at: Timestamp,
    /// When and how it ended.
    pub resolved: Option<(Timestamp, Resolution)>,
    /// What was found, in one sentence.
    pub summary: String,
    /// The lines of the job's own error that say what went wrong.
    pub error_message: Option<String>,
    /// The runs concerned, the newest last.
    pub run_ids: Vec<RunId>,
    /// How many slots passed without a run while it lasted.
    pub missed_slots: u32,
    /// Who has it.
    pub acknowledgement: Option<Acknowledgement>,
    /// How many of its events there have been; numbers its notifications.
    pub events: u32,
    /// That it ended, and its cause came back: the last time.
    #[serde(default)]
    pub recurrence: Option<Recurrence>,
    /// What happened to it, in order; at most [`HISTORY_MAX`].
    #[serde(default)]
    pub history: Vec<HistoryEntry>,
}

/// That the cause of an incident came back soon after its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurrence {
    /// When it went wrong again.
    pub onset_at: Timestamp,
    /// When that was found.
    pub found_at: Timestamp,
    /// How often it has come back.
    pub count: u32,
    /// How many of the runs concerned are those from before.
    pub runs_before: usize,
}

/// Who did something to an incident, and what they said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Signature {
    /// Their name.
    pub by: String,
    /// What they said; may be empty.
    pub note: String,
}

/// One thing that happened to an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The number of the event.
    pub number: u32,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
    /// Who did it; `None`: Nightbell found it.
    #[serde(default)]
    pub signature: Option<Signature>,
    /// How it ended, if it did.
    #[serde(default)]
    pub resolution: Option<Resolution>,
}

impl Incident {
    /// Counts `run` among the runs concerned, as the newest.
    pub(crate) fn concern(&mut self, run: &RunId) {
        if self.runs().contains(run) {
            return;
        }
        let known = self.run_ids.iter().position(|known| known == run);
        let is_full = self.run_ids.len() == INCIDENT_RUNS_MAX;
        if let Some(place) = known.or(is_full.then_some(0)) {
            self.run_ids.remove(place);
            if let Some(recurrence) = &mut self.recurrence {
                recurrence.runs_before = recurrence.runs_before.saturating_sub(1);
            }
        }
        self.run_ids.push(run.clone());
    }

    /// The runs concerned since it went wrong last.
    pub fn runs(&self) -> &[RunId] {
        let before = self.recurrence.as_ref().map_or(0, |it| it.runs_before);
        self.run_ids.get(before..).unwrap_or_default()
    }

    /// When it went wrong last: what is to end it must be newer.
    pub fn last_onset_at(&self) -> Timestamp {
        self.recurrence.as_ref().map_or(self.onset_at, |it| it.onset_at)
    }

    /// When it was last found.
    pub fn last_found_at(&self) -> Timestamp {
        self.recurrence.as_ref().map_or(self.opened_at, |it| it.found_at)
    }

    /// How long it lasted, from its first onset to its end; `None` while it is open.
    pub fn lasted(&self) -> Option<Duration> {
        self.resolved.map(|(at, _)| at.since(self.onset_at))
    }

    /// Whether it is reopened if its cause is found at `now`. What never was so, or is
    /// judged by no limit any more, does not return.
    pub(crate) fn may_return(&self, now: Timestamp) -> bool {
        self.resolved.is_some_and(|(at, how)| {
            matches!(how, Resolution::Recovered | Resolution::Manual)
                && now.since(at) <= REOPENED_WITHIN
        })
    }

    /// Notes in the history what happened last.
    pub(crate) fn remember(
        &mut self,
        kind: EventKind,
        at: Timestamp,
        signature: Option<Signature>,
    ) {
        if self.history.len() == HISTORY_MAX {
            // How it began stays known.
            self.history.remove(1);
        }
        let resolution = self.resolved.map(|(_, how)| how);
        self.history.push(HistoryEntry { number: self.events, kind, at, signature, resolution });
    }

    /// What happened last, in one sentence for whoever is told of it.
    pub fn notice(&self, kind: EventKind) -> String {
        let summary = &self.summary;
        match (kind, self.resolved) {
            (EventKind::Reopened, _) => format!("Wrong again: {summary}"),
            (EventKind::Resolved, Some((at, how))) => {
                let lasted = Span(at.since(self.onset_at));
                let missed = match self.missed_slots {
                    0 => String::new(),
                    1 => ", 1 slot missed".to_owned(),
                    slots => format!(", {slots} slots missed"),
                };
                let ended = match how {
                    Resolution::Recovered => "Recovered",
                    Resolution::ReportedLate => "Ended by a late report",
                    Resolution::Manual => "Ended by hand",
                    Resolution::Withdrawn => "Withdrawn",
                };
                format!("{ended} after {lasted}{missed}: {summary}")
            }
            _ => summary.clone(),
        }
    }
}

/// What happened to an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// It was found.
    Opened,
    /// Somebody has it.
    Acknowledged,
    /// It is over.
    Resolved,
    /// It was over, and its cause came back soon after.
    Reopened,
}

impl EventKind {
    /// Whether it asks somebody to act.
    pub const fn is_alarm(self) -> bool {
        matches!(self, Self::Opened | Self::Reopened)
    }

    /// The word used in every text and table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::Reopened => "reopened",
        }
    }
}

/// One event of an incident, with the incident as it stood then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// The incident just after; its `events` is this event's number.
    pub incident: Incident,
}
