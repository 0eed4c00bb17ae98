//! Streams.

use std::time::Duration;

use super::{answer, heartbeat, named};
use crate::id::RunId;
use crate::scheduler::Case;
use crate::time::Timestamp;
use crate::transition::{Answer, Context, Refusal, findings};

pub(in crate::transition) fn opened(
    case: &mut Case,
    run_id: Option<&RunId>,
    interval: Duration,
    received_at: Timestamp,
    context: &Context<'_>,
) -> Result<Answer, Refusal> {
    let state = &mut case.scheduler.state;
    state.last_report_at = state.last_report_at.max(Some(received_at));
    case.changes.any = true;
    if let Some(id) = run_id.filter(|id| case.run(id).is_none()) {
        named::make(case, id, received_at, false)?;
    }
    let Some(id) = heartbeat::target(case, run_id) else {
        let live_at = Some(received_at);
        return Ok(heartbeat::ownerless(case, run_id, Some(interval), live_at, context));
    };
    let Some(run) = case.run_mut(&id) else { return Err(Refusal::UnknownRun) };
    run.show_life(received_at);
    run.is_streaming = true;
    run.heartbeat_interval = Some(interval);
    case.changes.runs.insert(id.clone());
    findings::heard_of(case, &id, context);
    Ok(answer(case, Some(&id), Vec::new()))
}

pub(in crate::transition) fn ended(
    case: &mut Case,
    run_id: Option<&RunId>,
    is_clean: bool,
    context: &Context<'_>,
) -> Answer {
    let id = heartbeat::target(case, run_id);
    let run = id.as_ref().and_then(|id| case.run_mut(id));
    let Some(run) = run.filter(|run| run.is_open() && run.is_streaming) else {
        return Answer::default();
    };
    run.is_streaming = false;
    if !is_clean {
        run.suspect_since = Some(context.now);
    }
    case.changes.any = true;
    case.changes.runs.extend(id.clone());
    answer(case, id.as_ref(), Vec::new())
}
