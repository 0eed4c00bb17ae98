//! What changes of settings do.

use super::findings;
use super::{Answer, Context, Refusal, refusal, slots};
use crate::incident::{Reason, Resolution};
use crate::key::Role;
use crate::scheduler::Case;
use crate::settings::{Patch, Settings};

/// A job says what its code has of settings. What people have set stays.
pub(super) fn registered(
    case: &mut Case,
    patch: Patch,
    by: Role,
    context: &Context<'_>,
) -> Result<Answer, Refusal> {
    let (next, warnings) = case.scheduler.settings.registered(patch, by).map_err(refusal)?;
    put(case, next, context);
    Ok(Answer { warnings, ..Answer::default() })
}

/// A person says what settings are to be.
pub(super) fn changed(
    case: &mut Case,
    mut patch: Patch,
    by: Role,
    context: &Context<'_>,
) -> Result<Answer, Refusal> {
    let names = patch.names();
    let mut next = case.scheduler.settings.patched(patch, by).map_err(refusal)?;
    next.hold(names);
    put(case, next, context);
    Ok(Answer::default())
}

/// A person gives settings back to the job.
pub(super) fn released(
    case: &mut Case,
    names: &[String],
    context: &Context<'_>,
) -> Result<Answer, Refusal> {
    let mut next = case.scheduler.settings.clone();
    next.release(names).map_err(Refusal::Invalid)?;
    put(case, next, context);
    Ok(Answer::default())
}

fn put(case: &mut Case, next: Settings, context: &Context<'_>) {
    let before = &case.scheduler.settings;
    if next == *before {
        return;
    }
    let reschedules = next.is_rescheduled_from(before);
    let reopens = next.early_tolerance != before.early_tolerance;
    case.changes.any = true;
    case.changes.settings = true;
    case.scheduler.settings = next;
    case.scheduler.updated_at = context.now;
    if reschedules {
        case.scheduler.state.strays.clear();
        case.scheduler.state.passed_slots.clear();
        slots::await_after(case, context.now);
    } else if reopens {
        slots::reopen(case);
    }
    withdraw_unbounded(case, context);
}

/// Ends what was found by limits that are no more.
fn withdraw_unbounded(case: &mut Case, context: &Context<'_>) {
    let settings = &case.scheduler.settings;
    let gone = [
        (settings.schedules.is_empty(), Reason::Missed),
        (settings.schedules.is_empty(), Reason::NeverStarted),
        (settings.max_runtime.is_none(), Reason::Overran),
        (settings.finish_by.is_none(), Reason::FinishedLate),
        (settings.min_runtime.is_none(), Reason::TooQuick),
    ];
    if settings.progress_timeout.is_none() {
        for run in case.scheduler.state.runs.iter_mut().filter(|run| run.is_stuck) {
            run.is_stuck = false;
            case.changes.runs.insert(run.id.clone());
        }
        findings::nothing_is_still(case, Resolution::Withdrawn, context);
    }
    for (_, reason) in gone.into_iter().filter(|(is_gone, _)| *is_gone) {
        findings::close_if(case, reason, Resolution::Withdrawn, context, |_, _| true);
    }
}
