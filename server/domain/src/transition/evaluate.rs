//! What the passing of time does.

use super::findings::{self, Finding};
use super::{Answer, Context, reports, slots};
use crate::deadline::{Deadline, Limit, deadlines, start_grace};
use crate::id::RunId;
use crate::incident::Reason;
use crate::ledger::Ending;
use crate::outcome::{Origin, Outcome};
use crate::schedule::mismatch;
use crate::scheduler::{Case, Scheduler};
use crate::time::Timestamp;

pub(super) fn time_passed(case: &mut Case, context: &Context<'_>) -> Answer {
    let mut due = deadlines(&case.scheduler, context.blind);
    due.retain(|deadline| deadline.judged_at <= context.now);
    // What is given up in this very look was not to be told to overrun before.
    due.sort_by_key(|deadline| (!gives_up(case, &deadline.limit), deadline.at));
    for deadline in due {
        match &deadline.limit {
            // What is paused has no other limit, and a pause that is over has ended.
            Limit::Pause => {}
            Limit::Silence(run) => silent(case, run, deadline.at, context),
            Limit::Beat => beat_stopped(case, deadline.at, context),
            Limit::MaxRuntime(run) => overran(case, run, deadline.at, context),
            Limit::FinishBy(run) => not_finished(case, run, deadline.at, context),
            Limit::Progress(run) => stuck(case, run, deadline.at, context),
            Limit::StartGrace => not_started(case, context),
        }
    }
    Answer::default()
}

/// Whether its breach is the end of a run.
fn gives_up(case: &Case, limit: &Limit) -> bool {
    let Limit::Silence(id) = limit else { return false };
    case.run(id).is_some_and(|run| run.suspect_since.is_some())
}

fn silent(case: &mut Case, id: &RunId, at: Timestamp, context: &Context<'_>) {
    let Some(run) = case.run_mut(id) else { return };
    if run.suspect_since.is_some() {
        run.lost_at = Some(at);
        // That it is silent was told when it stalled.
        let is_news = !run.is_stalled;
        let why = "its stream broke and nothing was heard since";
        return reports::gone(case, id, why, is_news, context);
    }
    run.is_stalled = true;
    let run = run.clone();
    case.changes.any = true;
    case.changes.runs.insert(id.clone());
    let silence = at.since(run.alive_at.unwrap_or(run.first_received_at));
    let summary = format!("Run stalled: no sign of life for {} s", silence.as_secs());
    findings::open(case, Finding::of_run(Reason::Stalled, at, &run, &summary), context);
}

fn beat_stopped(case: &mut Case, at: Timestamp, context: &Context<'_>) {
    let Some(beat) = &mut case.scheduler.state.beat else { return };
    beat.is_stalled = true;
    case.changes.any = true;
    let summary = format!("No heartbeat for {} s", at.since(beat.at).as_secs());
    findings::open(case, Finding::new(Reason::Stalled, at, summary), context);
}

fn overran(case: &mut Case, id: &RunId, at: Timestamp, context: &Context<'_>) {
    // It may have been given up in this very look.
    let Some(run) = case.run_mut(id).filter(|run| run.is_open()) else { return };
    run.overran = true;
    let run = run.clone();
    case.changes.any = true;
    case.changes.runs.insert(id.clone());
    let allowed = run.start.as_ref().map(|start| at.since(start.judged_at()).as_secs());
    let summary = format!("Run takes longer than {} s", allowed.unwrap_or_default());
    findings::open(case, Finding::of_run(Reason::Overran, at, &run, &summary), context);
}

fn not_finished(case: &mut Case, id: &RunId, at: Timestamp, context: &Context<'_>) {
    // It may have been given up in this very look.
    let Some(run) = case.run_mut(id).filter(|run| run.is_open()) else { return };
    run.finished_late = true;
    let run = run.clone();
    case.changes.any = true;
    case.changes.runs.insert(id.clone());
    let allowed = run.slot.map(|slot| at.since(slot).as_secs()).unwrap_or_default();
    let summary = format!("Run has not ended within {allowed} s of its slot");
    findings::open(case, Finding::of_run(Reason::FinishedLate, at, &run, &summary), context);
}

fn stuck(case: &mut Case, id: &RunId, at: Timestamp, context: &Context<'_>) {
    // It may have been given up in this very look.
    let Some(run) = case.run_mut(id).filter(|run| run.is_open()) else { return };
    run.is_stuck = true;
    let run = run.clone();
    case.changes.any = true;
    case.changes.runs.insert(id.clone());
    let stood = run.progress_at.map(|changed_at| at.since(changed_at).as_secs());
    let summary = format!("Run stalled: no progress for {} s", stood.unwrap_or_default());
    findings::open(case, Finding::of_run(Reason::Stalled, at, &run, &summary), context);
}

fn not_started(case: &mut Case, context: &Context<'_>) {
    let Some(timetable) = slots::timetable(case) else { return };
    let mut first_missed_at = None;
    let mut missed_slots = 0;
    for _ in 0..slots::SLOTS_PER_LOOK_MAX {
        let Some((slot, deadline)) = due_slot(case, context) else { break };
        let mut from = slot;
        if deadline.is_blurred {
            slots::pass(case, slot, Ending::Unknown);
            // A start in the dark restarts the interval, at the latest as sight returned.
            let dark = context.blind.iter().filter(|it| it.from < deadline.at && it.to > slot);
            let sight = dark.map(|window| window.to).max().filter(|_| timetable.has_intervals());
            from = sight.filter(|to| timetable.next_after(slot) > Some(*to)).unwrap_or(slot);
        } else {
            first_missed_at.get_or_insert(deadline.at);
            missed_slots += 1;
            slots::pass(case, slot, Ending::Missed);
            let outcome = Outcome { at: deadline.at, of: Origin::Slot(slot), is_bad: true };
            findings::note(case, outcome);
        }
        slots::advance(&mut case.scheduler.state, &timetable, from);
        case.changes.any = true;
    }
    if due_slot(case, context).is_some() {
        slots::advance(&mut case.scheduler.state, &timetable, context.now);
    }
    let Some(onset_at) = first_missed_at else { return };
    let Scheduler { settings, state, .. } = &case.scheduler;
    let reason = if state.has_run { Reason::Missed } else { Reason::NeverStarted };
    let grace = settings.start_grace().as_secs();
    let why = mismatch::told(&state.strays, settings).map(|told| format!("; {told}"));
    let why = why.unwrap_or_default();
    let summary = format!("No run started within {grace} s of its slot{why}");
    let finding = Finding { missed_slots, ..Finding::new(reason, onset_at, summary) };
    findings::open_when_failing(case, finding, context);
}

/// The slot that is expected next, if its deadline may be judged by now.
fn due_slot(case: &Case, context: &Context<'_>) -> Option<(Timestamp, Deadline)> {
    let Scheduler { settings, state, .. } = &case.scheduler;
    let deadline = start_grace(settings, state, context.blind)?;
    (deadline.judged_at <= context.now).then_some((state.slot?, deadline))
}
