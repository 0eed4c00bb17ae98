//! What people do to a scheduler.

use super::findings::{self, tell};
use super::{Answer, Context, Refusal, slots};
use crate::id::{IncidentId, RunId};
use crate::incident::{Acknowledgement, EventKind, Resolution, Signature};
use crate::scheduler::{Case, Pause};
use crate::settings::Violation;
use crate::time::Timestamp;

pub(super) fn pause(
    case: &mut Case,
    until: Option<Timestamp>,
    context: &Context<'_>,
) -> Result<Answer, Refusal> {
    if until.is_some_and(|until| until <= context.now) {
        let violation = Violation::new("until", "OUT_OF_RANGE", "must be in the future");
        return Err(Refusal::Invalid(vec![violation]));
    }
    let paused = &mut case.scheduler.state.paused;
    let since = paused.map_or(context.now, |pause| pause.since);
    *paused = Some(Pause { since, until });
    case.changes.any = true;
    Ok(Answer::default())
}

/// Resumes a scheduler whose pause is over, before anything else is decided of it.
pub(super) fn end_pause(case: &mut Case, context: &Context<'_>) {
    let until = case.scheduler.state.paused.and_then(|pause| pause.until);
    if until.is_some_and(|until| until <= context.now) {
        resume(case, context);
    }
}

pub(super) fn resume(case: &mut Case, context: &Context<'_>) -> Answer {
    let state = &mut case.scheduler.state;
    if state.paused.take().is_none() {
        return Answer::default();
    }
    state.judged_from = Some(context.now);
    slots::skip_until(case, context.now);
    case.changes.any = true;
    Answer::default()
}

pub(super) fn cancel_run(case: &mut Case, id: &RunId) -> Result<Answer, Refusal> {
    let run = case.run_mut(id).ok_or(Refusal::UnknownRun)?;
    if !run.is_open() {
        return Err(Refusal::RunEnded);
    }
    run.cancel_requested = true;
    case.changes.any = true;
    case.changes.runs.insert(id.clone());
    Ok(Answer { run_id: Some(id.clone()), cancel_requested: true, ..Answer::default() })
}

pub(super) fn acknowledge(
    case: &mut Case,
    id: IncidentId,
    by: Signature,
    context: &Context<'_>,
) -> Result<Answer, Refusal> {
    let open = &mut case.scheduler.state.incidents;
    let incident =
        open.iter_mut().find(|incident| incident.id == id).ok_or(Refusal::IncidentNotOpen)?;
    let Signature { by: name, note } = by.clone();
    incident.acknowledgement = Some(Acknowledgement { by: name, note, at: context.now });
    tell(case, id, EventKind::Acknowledged, Some(by), context);
    Ok(Answer::default())
}

pub(super) fn resolve(
    case: &mut Case,
    id: IncidentId,
    by: Signature,
    context: &Context<'_>,
) -> Result<Answer, Refusal> {
    case.scheduler.incident(id).ok_or(Refusal::IncidentNotOpen)?;
    findings::close(case, id, Resolution::Manual, Some(by), context);
    Ok(Answer::default())
}
