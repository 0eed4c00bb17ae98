//! Status reports of runs that their job did not name.

use super::{answer, follow_up, gone};
use crate::history;
use crate::id::RunId;
use crate::run::{Mark, Run, RunStatus};
use crate::scheduler::Case;
use crate::settings::Warning;
use crate::transition::{Answer, Context};

/// Takes a *pending*.
///
/// It is shown while it is the job's last word, and no part of history: which run
/// it announced could not be told from reports that come in another order. A run
/// that follows it takes over its id.
pub(super) fn announce(case: &mut Case, mark: Mark, context: &Context<'_>) -> Answer {
    let latest = case.latest_unnamed();
    if latest.is_some_and(|run| run.history().any(|known| known.order() > mark.order())) {
        let said = "a later report of the unnamed run is known; nothing new";
        return answer(case, None, vec![Warning::new("REDUNDANT", "status", said)]);
    }
    let id = queued(case).unwrap_or_else(|| {
        let run = Run::new(context.run_id(), false, mark.timing.received_at);
        case.scheduler.state.runs.push(run);
        context.run_id()
    });
    if let Some(run) = case.run_mut(&id) {
        let is_later = run.pending.as_ref().is_none_or(|known| known.order() < mark.order());
        if is_later {
            run.pending = Some(mark);
        }
    }
    case.changes.any = true;
    case.changes.runs.insert(id.clone());
    answer(case, Some(&id), Vec::new())
}

/// The unnamed run that was announced and has not begun.
fn queued(case: &Case) -> Option<RunId> {
    let is_queued = |run: &&Run| !run.is_named && run.status() == RunStatus::Pending;
    case.scheduler.state.runs.iter().find(is_queued).map(|run| run.id.clone())
}

/// Takes a *running* or an end.
pub(super) fn take(case: &mut Case, mark: Mark, context: &Context<'_>) -> Answer {
    let status = mark.status;
    let alive_at = mark.is_live.then_some(mark.timing.received_at);
    let mut fresh = Run::new(context.run_id(), false, mark.timing.received_at);
    let announced = take_announced(case, &mark);
    if let Some(announced) = &announced {
        fresh.id = announced.id.clone();
        fresh.cancel_requested = announced.cancel_requested;
    }
    let is_placed = |run: &mut Run| !run.is_named && run.status() != RunStatus::Pending;
    let runs = &mut case.scheduler.state.runs;
    let mut unnamed: Vec<Run> = runs.extract_if(.., is_placed).collect();
    let placed = history::place(&mut unnamed, mark, fresh);
    runs.append(&mut unnamed);

    if let Some(announced) = announced.filter(|run| !placed.touched.contains(&run.id)) {
        case.changes.runs.remove(&announced.id);
        case.changes.forgotten_runs.insert(announced.id);
    }
    case.changes.runs.extend(placed.touched);
    // Only the latest can be alive: another one has followed all those before.
    let is_latest = case.latest_unnamed().is_some_and(|run| run.id == placed.run);
    if let Some(run) = case.run_mut(&placed.run).filter(|run| is_latest && run.ends.is_empty()) {
        if let Some(alive_at) = alive_at {
            run.show_life(alive_at);
        }
        case.changes.runs.insert(placed.run.clone());
    }
    if let Some(superseded) = placed.superseded {
        let is_news = case.run(&superseded).is_some_and(|run| {
            // While we were blind its end may have been reported in vain.
            let heard_at = run.alive_at.unwrap_or(run.first_received_at);
            !run.is_stalled && !context.was_blind_after(heard_at)
        });
        let why = "another run began before its end was reported";
        gone(case, &superseded, why, is_news, context);
    }
    let mut warnings = Vec::new();
    follow_up(case, &placed.run, status, placed.folded, &mut warnings, context);
    answer(case, Some(&placed.run), warnings)
}

/// Takes away the run that was announced before `mark`.
fn take_announced(case: &mut Case, mark: &Mark) -> Option<Run> {
    let id = queued(case)?;
    let is_followed = |run: &mut Run| {
        run.id == id && run.pending.as_ref().is_some_and(|known| known.order() < mark.order())
    };
    case.scheduler.state.runs.extract_if(.., is_followed).next()
}
