//! What became of the slots of a scheduler: each has exactly one end.

use std::time::Duration;

use crate::id::RunId;
use crate::run::{Run, RunStatus};
use crate::scheduler::Case;
use crate::settings::Settings;
use crate::time::Timestamp;

/// How long it is kept what became of a slot.
pub const KEPT: Duration = Duration::from_hours(90 * 24);

/// What became of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Its run has begun and not ended.
    Open,
    /// Its run began in time and ended well.
    Met,
    /// Its run ended well, but began after the grace or ended after it had to.
    MetLate,
    /// Its run ended badly, or is gone.
    Failed,
    /// No run took it.
    Missed,
    /// Nothing could be seen when its run was to begin.
    Unknown,
    /// It passed while the scheduler was paused.
    Paused,
    /// Its run was stopped because somebody asked.
    Cancelled,
}

impl Ending {
    /// Every ending there is.
    pub const ALL: [Self; 8] = [
        Self::Open,
        Self::Met,
        Self::MetLate,
        Self::Failed,
        Self::Missed,
        Self::Unknown,
        Self::Paused,
        Self::Cancelled,
    ];
}

/// A slot and what became of it. Later evidence replaces what was known before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotEntry {
    /// When its run was to begin.
    pub slot: Timestamp,
    /// What became of it.
    pub ending: Ending,
    /// The run that took it.
    pub run_id: Option<RunId>,
}

/// Enters what changed of runs that took slots.
pub(crate) fn enter_runs(case: &mut Case) {
    let Case { scheduler, changes } = case;
    for run in scheduler.state.runs.iter().filter(|run| changes.runs.contains(&run.id)) {
        if let Some(slot) = run.slot {
            let ending = ending(run, slot, &scheduler.settings);
            let entry = SlotEntry { slot, ending, run_id: Some(run.id.clone()) };
            changes.slots.insert(slot, entry);
        }
    }
}

/// Enters a slot that no run took.
pub(crate) fn enter(case: &mut Case, slot: Timestamp, ending: Ending) {
    case.changes.any = true;
    case.changes.slots.insert(slot, SlotEntry { slot, ending, run_id: None });
}

/// What became of `slot`, which `run` took.
fn ending(run: &Run, slot: Timestamp, settings: &Settings) -> Ending {
    let is_late = run.finished_late || began_at(run) > Some(slot.plus(settings.start_grace()));
    match run.status() {
        RunStatus::Pending | RunStatus::Running => Ending::Open,
        RunStatus::Completed if run.too_quick => Ending::Failed,
        RunStatus::Completed if is_late => Ending::MetLate,
        RunStatus::Completed => Ending::Met,
        RunStatus::Failed | RunStatus::Lost => Ending::Failed,
        RunStatus::Cancelled => Ending::Cancelled,
    }
}

/// When `run` began, as far as that is known; else when it ended.
fn began_at(run: &Run) -> Option<Timestamp> {
    if let Some(start) = &run.start {
        return Some(start.judged_at());
    }
    let end = run.end()?;
    let took = end.execution_time_ms.and_then(|took| u64::try_from(took).ok());
    Some(end.judged_at().minus(Duration::from_millis(took.unwrap_or_default())))
}
