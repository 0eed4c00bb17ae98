//! A scheduler as it stands.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::history;
use crate::id::{IncidentId, RunId, SchedulerId};
use crate::incident::{Event, Incident};
use crate::ledger::{Ending, SlotEntry};
use crate::outcome::Outcomes;
use crate::report::{Content, Report, Status, Timing};
use crate::run::{Run, RunStatus};
use crate::schedule::mismatch::Stray;
use crate::settings::Settings;
use crate::time::{Timestamp, as_millis};

/// The most runs of one scheduler that may be open.
pub const OPEN_RUNS_MAX: usize = 1_000;

/// How many later slots may have their run before the one that is expected next.
pub const TAKEN_SLOTS_MAX: usize = 64;

/// How many slots that passed without a run still wait for it.
pub const PASSED_SLOTS_MAX: usize = 16;

/// The lateness of how many starts is remembered.
pub const OFFSETS_MAX: usize = 10;

/// How a scheduler fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Registered, and nothing heard of it yet.
    New,
    /// No open incident.
    Up,
    /// At least one open incident.
    Down,
    /// Not judged at present.
    Paused,
}

/// That a scheduler is not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub since: Timestamp,
    /// Until when; unset: until somebody resumes it.
    pub until: Option<Timestamp>,
}

/// The life of a job that only beats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// When its last heartbeat arrived.
    pub at: Timestamp,
    /// The interval that it declared itself.
    #[serde(with = "as_millis", default)]
    pub interval: Option<Duration>,
    /// It is silent for longer than it may be.
    pub is_stalled: bool,
}

/// What is remembered of a scheduler from one decision to the next.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// That it is not judged.
    pub paused: Option<Pause>,
    /// Silence before this instant counts for nothing: it was paused until then.
    pub judged_from: Option<Timestamp>,
    /// When its last live report arrived.
    pub last_report_at: Option<Timestamp>,
    /// When a run of it last ended well.
    pub last_success_at: Option<Timestamp>,
    /// How long that run took, if it is known.
    #[serde(with = "as_millis")]
    pub last_success_took: Option<Duration>,
    /// When a run of it last ended badly.
    pub last_failure_at: Option<Timestamp>,
    /// When a run of it last ended well too soon to be believed.
    pub last_quick_at: Option<Timestamp>,
    /// Whether it ever had a run.
    pub has_run: bool,
    /// When its next run is expected.
    pub slot: Option<Timestamp>,
    /// Since when that run may begin; unset means since the slot itself.
    pub slot_opens_at: Option<Timestamp>,
    /// Later slots that have their run already, in order.
    pub taken_slots: Vec<Timestamp>,
    /// The last slots that passed without a run, in order: one may still come, or be
    /// heard of late.
    pub passed_slots: Vec<Timestamp>,
    /// How late its last runs began after their slots, in milliseconds.
    pub offsets_ms: Vec<u64>,
    /// Its last runs, as far as none of them met a slot.
    pub strays: Vec<Stray>,
    /// How its last runs and slots went, as far as thresholds ask.
    pub outcomes: Outcomes,
    /// Its life, if it only beats.
    pub beat: Option<Beat>,
    /// Its open runs and the latest of its unnamed runs.
    pub runs: Vec<Run>,
    /// Its open incidents.
    pub incidents: Vec<Incident>,
    /// Incidents that ended a moment ago, one of each reason at most: their causes may
    /// come back.
    pub ended: Vec<Incident>,
    /// When it must be looked at again, at the latest. May be earlier than the next
    /// deadline: heartbeats do not move it.
    pub due_at: Option<Timestamp>,
}

/// A registered job and how it fares.
#[derive(Debug, Clone, PartialEq)]
pub struct Scheduler {
    /// Its id within the project.
    pub id: SchedulerId,
    /// What was set.
    pub settings: Settings,
    /// When it was first registered.
    pub created_at: Timestamp,
    /// When its settings last changed.
    pub updated_at: Timestamp,
    /// What is remembered of it.
    pub state: State,
}

impl Scheduler {
    /// How it fares.
    pub fn health(&self) -> Health {
        let state = &self.state;
        if state.paused.is_some() {
            Health::Paused
        } else if !state.incidents.is_empty() {
            Health::Down
        } else if state.last_report_at.is_none() && !state.has_run {
            Health::New
        } else {
            Health::Up
        }
    }

    /// The open incident `id`.
    pub fn incident(&self, id: IncidentId) -> Option<&Incident> {
        self.state.incidents.iter().find(|incident| incident.id == id)
    }
}

/// Which ended runs a decision about a report depends on, beyond the scheduler
/// itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// None.
    Nothing,
    /// The run of this id, if there is one.
    Run(RunId),
    /// The unnamed runs around this instant, those still queued left out: from the
    /// last [`Run::first_mark_at`] before it to the first after it, with all that
    /// share one of these two or lie between.
    Neighbours(Timestamp),
}

/// One scheduler with everything that a decision about it may depend on, and what
/// the decisions so far have changed.
#[derive(Debug, Clone)]
pub struct Case {
    /// The scheduler. Its `state.runs` also holds what was loaded for a [`Need`].
    pub scheduler: Scheduler,
    /// What has to be stored.
    pub changes: Changes,
}

/// What decisions have changed and is to be stored.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Anything at all; nothing need be stored otherwise.
    pub any: bool,
    /// The scheduler's settings.
    pub settings: bool,
    /// Runs to be stored.
    pub runs: BTreeSet<RunId>,
    /// Runs to be forgotten.
    pub forgotten_runs: BTreeSet<RunId>,
    /// Incidents to be stored, as they stand.
    pub incidents: BTreeMap<IncidentId, Incident>,
    /// Events to be told, in order.
    pub events: Vec<Event>,
    /// Slots of which something became, by their time.
    pub slots: BTreeMap<Timestamp, SlotEntry>,
    /// Why no slot can be told any more: a schedule that was stored cannot be read.
    pub parked: Option<String>,
}

impl Changes {
    /// Slots that ended unknown because Nightbell could not see, in order.
    pub fn unknown_slots(&self) -> impl Iterator<Item = Timestamp> {
        let unknown = self.slots.values().filter(|it| it.ending == Ending::Unknown);
        unknown.map(|entry| entry.slot)
    }
}

impl Case {
    /// A case in which nothing has changed yet.
    pub fn new(scheduler: Scheduler) -> Self {
        Self { scheduler, changes: Changes::default() }
    }

    /// What must be loaded before `report` is decided. Several reports may be asked
    /// about before the first is decided.
    pub fn need(&self, report: &Report) -> Need {
        match (&report.run_id, &report.content) {
            (Some(id), _) if self.run(id).is_some() => Need::Nothing,
            (Some(id), _) => Need::Run(id.clone()),
            (None, Content::Heartbeat(_)) => Need::Nothing,
            (None, Content::Status(said)) if said.status == Status::Pending => Need::Nothing,
            (None, Content::Status(said)) => {
                let Timing { effective_at, reported_at, .. } = report.timing;
                let place = Some((effective_at, reported_at, said.status, None));
                let latest = self.latest_unnamed().and_then(history::place_of);
                if place < latest { Need::Neighbours(effective_at) } else { Need::Nothing }
            }
        }
    }

    /// Adds runs loaded for a [`Need`]. Those already at hand stay as they are.
    pub fn supply(&mut self, runs: impl IntoIterator<Item = Run>) {
        for run in runs {
            if self.run(&run.id).is_none() {
                self.scheduler.state.runs.push(run);
            }
        }
    }

    /// The run `id`, if it is at hand.
    pub fn run(&self, id: &RunId) -> Option<&Run> {
        self.scheduler.state.runs.iter().find(|run| run.id == *id)
    }

    pub(crate) fn run_mut(&mut self, id: &RunId) -> Option<&mut Run> {
        self.scheduler.state.runs.iter_mut().find(|run| run.id == *id)
    }

    /// The unnamed run that began or ended last.
    pub fn latest_unnamed(&self) -> Option<&Run> {
        self.scheduler
            .state
            .runs
            .iter()
            .filter(|run| !run.is_named && run.status() != RunStatus::Pending)
            .max_by_key(|run| history::place_of(run))
    }

    /// The state to remember: of the runs at hand only those that later decisions
    /// will need.
    pub fn remembered(&self) -> State {
        let latest = self.latest_unnamed().map(|run| run.id.clone());
        let mut state = self.scheduler.state.clone();
        let State { runs, incidents, .. } = &mut state;
        runs.retain(|run| {
            let is_missed = || incidents.iter().any(|incident| incident.runs().contains(&run.id));
            run.is_open()
                || Some(&run.id) == latest.as_ref()
                || (run.ends.is_empty() && is_missed())
        });
        state
    }
}
