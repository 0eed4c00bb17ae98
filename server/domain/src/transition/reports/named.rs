//! Status reports of runs that their job named.

use super::{answer, follow_up};
use crate::id::RunId;
use crate::run::{Folded, Mark, Run};
use crate::scheduler::{Case, OPEN_RUNS_MAX};
use crate::settings::Warning;
use crate::time::Timestamp;
use crate::transition::{Answer, Context, Refusal};

pub(super) fn take(
    case: &mut Case,
    id: &RunId,
    mark: Mark,
    context: &Context<'_>,
) -> Result<Answer, Refusal> {
    if case.run(id).is_none() {
        make(case, id, mark.timing.received_at, mark.status.is_end())?;
    }
    let Some(run) = case.run_mut(id) else { return Err(Refusal::UnknownRun) };
    let status = mark.status;
    let is_after_end = run.end().is_some_and(|end| end.order() < mark.order());
    let alive_at = mark.is_live.then_some(mark.timing.received_at);
    let folded = run.fold(mark);
    if folded == Folded::SequenceReused {
        return Err(Refusal::SequenceReused);
    }
    if let Some(alive_at) = alive_at {
        run.show_life(alive_at);
    }
    let decides = run.end().map(|end| end.status);
    let mut warnings = Vec::new();
    if folded == Folded::Redundant || (is_after_end && !status.is_end()) {
        warnings.push(Warning::new("REDUNDANT", "status", "the run was there before"));
    }
    if folded == Folded::Displaced {
        warnings.push(Warning::new("END_REPLACED", "status", "this end came first and decides"));
    }
    case.changes.runs.insert(id.clone());
    follow_up(case, id, status, folded, &mut warnings, context);
    match decides {
        // A retry of such a report is told so again.
        Some(decides) if status.is_end() && status != decides => {
            Err(Refusal::TerminalConflict(decides))
        }
        _ => Ok(answer(case, Some(id), warnings)),
    }
}

/// Makes the run `id`.
pub(super) fn make(
    case: &mut Case,
    id: &RunId,
    received_at: Timestamp,
    is_end: bool,
) -> Result<(), Refusal> {
    let open = case.scheduler.state.runs.iter().filter(|run| run.is_open()).count();
    // An end is evidence and leaves nothing open.
    if open >= OPEN_RUNS_MAX && !is_end {
        return Err(Refusal::OpenRunsFull);
    }
    case.scheduler.state.runs.push(Run::new(id.clone(), true, received_at));
    case.changes.any = true;
    Ok(())
}
