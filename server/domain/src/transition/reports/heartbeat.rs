//! Heartbeats.

use std::time::Duration;

use super::answer;
use crate::id::RunId;
use crate::report::{HeartbeatContent, Progress};
use crate::run::{EXTENSIONS_MAX, Extension, Mark, Run};
use crate::scheduler::{Beat, Case};
use crate::settings::Warning;
use crate::time::Timestamp;
use crate::transition::{Answer, Context, findings};

/// A heartbeat apart from what it says.
pub(super) struct Told {
    /// When it arrived, if it was sent as it happened.
    pub(super) live_at: Option<Timestamp>,
    /// Its number within a named run.
    pub(super) sequence: Option<u32>,
    /// When it was sent, by the sender's clock.
    pub(super) reported_at: Option<Timestamp>,
}

pub(super) fn take(
    case: &mut Case,
    run_id: Option<&RunId>,
    said: HeartbeatContent,
    told: &Told,
    context: &Context<'_>,
) -> Answer {
    let HeartbeatContent { progress, interval, extend } = said;
    let live_at = told.live_at;
    let Some(id) = target(case, run_id) else {
        return ownerless(case, run_id, interval, live_at, context);
    };
    let Some(run) = case.run_mut(&id) else { return Answer::default() };
    let was_shown = (run.is_still(), run.lost_at, run.suspect_since);
    if let Some(received_at) = live_at {
        run.show_life(received_at);
        run.last_heartbeat_at = run.last_heartbeat_at.max(Some(received_at));
        run.heartbeat_interval = interval.or(run.heartbeat_interval);
    }
    if let Some(progress) = progress {
        note_progress(run, progress, live_at);
    }
    case.changes.any = true;
    if was_shown != (false, None, None) {
        case.changes.runs.insert(id.clone());
        findings::heard_of(case, &id, context);
    }
    let has_room = extend.is_none_or(|by| extend_run(case, &id, by, told, context));
    let warning = (!has_room).then(|| {
        let said = format!("the run has asked {EXTENSIONS_MAX} times; no time was added");
        Warning::new("FIELD_DROPPED", "extend", said)
    });
    answer(case, Some(&id), warning.into_iter().collect())
}

fn note_progress(run: &mut Run, progress: Progress, live_at: Option<Timestamp>) {
    let has_changed = run.progress_at.is_none() || run.progress.as_ref() != Some(&progress);
    if live_at.is_some() && has_changed {
        run.progress_at = run.progress_at.max(live_at);
        run.is_stuck = false;
    }
    // Progress that is replayed is older than any that was live.
    if live_at.is_some() || run.last_heartbeat_at.is_none() {
        run.progress = Some(progress);
    }
}

/// Gives the run `id` more time; whether there was room for it.
fn extend_run(
    case: &mut Case,
    id: &RunId,
    by: Duration,
    told: &Told,
    context: &Context<'_>,
) -> bool {
    let most = case.scheduler.settings.max_runtime;
    let Some(run) = case.run_mut(id) else { return true };
    let by_ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
    let Told { sequence, reported_at, .. } = *told;
    if !run.extend(Extension { sequence, reported_at, by_ms }) {
        return false;
    }
    let began_at = run.start.as_ref().map(Mark::judged_at);
    let until = began_at.zip(most).map(|(at, most)| at.plus(most).plus(run.extended_by()));
    if run.overran && until > Some(context.now) {
        run.overran = false;
        findings::ended(case, context);
    }
    case.changes.runs.insert(id.clone());
    true
}

/// The run that a heartbeat or a stream is for, unless it has ended.
pub(super) fn target(case: &Case, run_id: Option<&RunId>) -> Option<RunId> {
    let run = match run_id {
        Some(id) => case.run(id),
        None => case.latest_unnamed(),
    };
    run.filter(|run| run.ends.is_empty()).map(|run| run.id.clone())
}

/// A heartbeat for no open run: the life of the scheduler itself.
pub(super) fn ownerless(
    case: &mut Case,
    run_id: Option<&RunId>,
    interval: Option<Duration>,
    live_at: Option<Timestamp>,
    context: &Context<'_>,
) -> Answer {
    if let Some(id) = run_id {
        let what = if case.run(id).is_some() { "has ended" } else { "is not known" };
        let warning = Warning::new("NO_OPEN_RUN", "run_id", format!("the run {what}"));
        return Answer { warnings: vec![warning], ..Answer::default() };
    }
    let state = &mut case.scheduler.state;
    if state.has_run {
        // A straggler after the end of a run must not make a daemon of its job.
        let warning = Warning::new("NO_OPEN_RUN", "", "no unnamed run is open");
        return Answer { warnings: vec![warning], ..Answer::default() };
    }
    if let Some(received_at) = live_at {
        let interval = interval.or(state.beat.as_ref().and_then(|beat| beat.interval));
        state.beat = Some(Beat { at: received_at, interval, is_stalled: false });
        case.changes.any = true;
        findings::heard_of_scheduler(case, context);
    }
    Answer::default()
}
