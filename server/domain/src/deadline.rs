//! When which limit is breached.

use std::time::Duration;

use crate::blind::{BlindWindow, CATCH_UP_MIN, catch_up, rearmed};
use crate::id::RunId;
use crate::run::{Run, RunStatus};
use crate::scheduler::{Scheduler, State};
use crate::settings::{HEARTBEATS_PER_TIMEOUT, Settings};
use crate::time::Timestamp;

/// How long after its slot a start is likely, however punctual the job was so far.
const LIKELY_START_FLOOR: Duration = Duration::from_secs(30);

/// A limit that runs at present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limit {
    /// The pause ends.
    Pause,
    /// The heartbeat timeout of a run.
    Silence(RunId),
    /// The heartbeat timeout of a job that only beats.
    Beat,
    /// The longest time that a run may take.
    MaxRuntime(RunId),
    /// The time by which a run must have ended.
    FinishBy(RunId),
    /// The longest time that the progress of a run may stand still.
    Progress(RunId),
    /// The start grace of the slot that is expected next.
    StartGrace,
}

/// The instant at which one limit is breached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Which limit.
    pub limit: Limit,
    /// When it is breached by itself.
    pub at: Timestamp,
    /// When that may be judged: later than `at` if Nightbell could not see.
    pub judged_at: Timestamp,
    /// Whether evidence may have been lost.
    pub is_blurred: bool,
}

/// Every deadline of `scheduler`, in no order.
///
/// `blind` are the windows in which Nightbell could not see, in order.
pub fn deadlines(scheduler: &Scheduler, blind: &[BlindWindow]) -> Vec<Deadline> {
    let Scheduler { settings, state, .. } = scheduler;
    if let Some(pause) = state.paused {
        return pause
            .until
            .map(|until| Deadline {
                limit: Limit::Pause,
                at: until,
                judged_at: until,
                is_blurred: false,
            })
            .into_iter()
            .collect();
    }
    let open = state.runs.iter().filter(|run| run.is_open());
    open.flat_map(|run| {
        let silence = silence(run, scheduler, blind);
        let lengths = [max_runtime(run, settings, blind), finish_by(run, settings, blind)];
        [silence, progress(run, scheduler, blind)].into_iter().chain(lengths)
    })
    .chain([beat(scheduler, blind), start_grace(settings, state, blind)])
    .flatten()
    .collect()
}

/// The first instant at which a deadline of `scheduler` may be judged.
pub fn next_due(scheduler: &Scheduler, blind: &[BlindWindow]) -> Option<Timestamp> {
    deadlines(scheduler, blind).into_iter().map(|deadline| deadline.judged_at).min()
}

fn silence(run: &Run, scheduler: &Scheduler, blind: &[BlindWindow]) -> Option<Deadline> {
    let is_queued = run.status() == RunStatus::Pending && !run.is_streaming;
    if (run.is_stalled || is_queued) && run.suspect_since.is_none() {
        return None;
    }
    let timeout = run.heartbeat_timeout(&scheduler.settings)?;
    // One that was silent before its stream broke gets its timeout once more.
    let broke_at = run.suspect_since.filter(|_| run.is_stalled);
    let heard_at = broke_at.or(run.alive_at).unwrap_or(run.first_received_at);
    let from = scheduler.state.judged_from.map_or(heard_at, |from| from.max(heard_at));
    let interval = run.heartbeat_interval.or(scheduler.settings.heartbeat_interval);
    let catch_up = catch_up(interval, timeout);
    Some(deadline(Limit::Silence(run.id.clone()), from, timeout, catch_up, blind))
}

fn max_runtime(run: &Run, settings: &Settings, blind: &[BlindWindow]) -> Option<Deadline> {
    if run.overran {
        return None;
    }
    let from = run.start.as_ref()?.judged_at();
    let limit = Limit::MaxRuntime(run.id.clone());
    Some(deadline(limit, from, run.max_runtime(settings)?, CATCH_UP_MIN, blind))
}

fn finish_by(run: &Run, settings: &Settings, blind: &[BlindWindow]) -> Option<Deadline> {
    if run.finished_late {
        return None;
    }
    run.finish_by(settings)?;
    let limit = Limit::FinishBy(run.id.clone());
    Some(deadline(limit, run.slot?, settings.finish_by?, CATCH_UP_MIN, blind))
}

fn progress(run: &Run, scheduler: &Scheduler, blind: &[BlindWindow]) -> Option<Deadline> {
    let Scheduler { settings, state, .. } = scheduler;
    let timeout = settings.progress_timeout?;
    let changed_at = run.progress_at.filter(|_| !run.is_stuck)?;
    let from = state.judged_from.map_or(changed_at, |from| from.max(changed_at));
    let catch_up = catch_up(run.heartbeat_interval.or(settings.heartbeat_interval), timeout);
    Some(deadline(Limit::Progress(run.id.clone()), from, timeout, catch_up, blind))
}

fn beat(scheduler: &Scheduler, blind: &[BlindWindow]) -> Option<Deadline> {
    let Scheduler { settings, state, .. } = scheduler;
    let beat = state.beat.as_ref().filter(|beat| !beat.is_stalled)?;
    let timeout = beat_timeout(settings, beat.interval)?;
    let from = state.judged_from.map_or(beat.at, |from| from.max(beat.at));
    let catch_up = catch_up(beat.interval.or(settings.heartbeat_interval), timeout);
    Some(deadline(Limit::Beat, from, timeout, catch_up, blind))
}

/// How long a job that only beats may be silent; `None` if nothing says so, or if it
/// has a schedule, and so does more than beat.
pub(crate) fn beat_timeout(settings: &Settings, declared: Option<Duration>) -> Option<Duration> {
    let interval = declared.or(settings.heartbeat_interval);
    settings
        .heartbeat_timeout
        .or(interval.map(|interval| interval * HEARTBEATS_PER_TIMEOUT))
        .filter(|_| settings.schedules.is_empty())
}

/// The deadline of the slot that is expected next.
pub(crate) fn start_grace(
    settings: &Settings,
    state: &State,
    blind: &[BlindWindow],
) -> Option<Deadline> {
    let slot = state.slot?;
    let at = slot.plus(settings.start_grace());
    let opens_at = state.slot_opens_at.unwrap_or(slot);
    let waited = rearmed(at, opens_at, CATCH_UP_MIN, blind);
    // Only blindness at the time when a start is likely can have hidden one.
    let likely_until = state.offsets_ms.iter().max().map_or(at, |late| {
        slot.plus(Duration::from_millis(late + late / 2) + LIKELY_START_FLOOR).min(at)
    });
    let is_blurred = blind.iter().any(|window| window.from <= likely_until && window.to > opens_at);
    Some(Deadline { limit: Limit::StartGrace, at, judged_at: waited.at, is_blurred })
}

fn deadline(
    limit: Limit,
    from: Timestamp,
    allowed: Duration,
    catch_up: Duration,
    blind: &[BlindWindow],
) -> Deadline {
    let at = from.plus(allowed);
    let rearmed = rearmed(at, from, catch_up, blind);
    Deadline { limit, at, judged_at: rearmed.at, is_blurred: rearmed.is_blurred }
}
