//! What a report does.

mod heartbeat;
mod named;
pub(super) mod stream;
mod unnamed;

use std::time::Duration;

use super::findings::{self, Finding};
use super::{Answer, Context, Refusal, slots};
use crate::evidence::telling_line;
use crate::id::RunId;
use crate::incident::{Incident, Reason, Resolution};
use crate::outcome::{Origin, Outcome, Threshold};
use crate::report::{Content, Report, Status};
use crate::run::{Folded, Mark, Run};
use crate::scheduler::{Case, Scheduler};
use crate::settings::Warning;

/// How old a failure may be when it is learned of and still page.
const FAILURE_AGE_MAX: Duration = Duration::from_hours(24);

pub(super) fn report(
    case: &mut Case,
    report: Report,
    context: &Context<'_>,
) -> Result<Answer, Refusal> {
    let Report { run_id, sequence, timing, is_live, content } = report;
    let live_at = is_live.then_some(timing.received_at);
    if live_at.is_some() {
        let heard_at = &mut case.scheduler.state.last_report_at;
        *heard_at = (*heard_at).max(live_at);
        case.changes.any = true;
    }
    let said = match content {
        Content::Status(said) => said,
        Content::Heartbeat(said) => {
            let sequence = sequence.filter(|_| run_id.is_some());
            let told = heartbeat::Told { live_at, sequence, reported_at: timing.reported_at };
            return Ok(heartbeat::take(case, run_id.as_ref(), said, &told, context));
        }
    };
    let mark = Mark {
        status: said.status,
        timing,
        is_live,
        // Unnamed runs are told apart by order; a number within one means nothing.
        sequence: sequence.filter(|_| run_id.is_some()),
        scheduled_for: said.scheduled_for,
        execution_time_ms: said.execution_time_ms,
        error_message: said.error_message,
        metadata: said.metadata,
    };
    match run_id {
        Some(id) => named::take(case, &id, mark, context),
        None if mark.status == Status::Pending => Ok(unnamed::announce(case, mark, context)),
        None => Ok(unnamed::take(case, mark, context)),
    }
}

/// Draws the conclusions from a status report that was added to `id`.
fn follow_up(
    case: &mut Case,
    id: &RunId,
    status: Status,
    folded: Folded,
    warnings: &mut Vec<Warning>,
    context: &Context<'_>,
) {
    case.changes.any = true;
    findings::heard_of(case, id, context);
    if matches!(folded, Folded::Repeated | Folded::Redundant) || status == Status::Pending {
        return;
    }
    if status.is_end() && case.run(id).is_some_and(|run| run.start.is_none()) {
        warnings.push(Warning::new("NO_START", "status", "no start of this run is known"));
    }
    warnings.extend(began(case, id, context));
    if status.is_end() {
        has_ended(case, id, folded, context);
    }
}

fn began(case: &mut Case, id: &RunId, context: &Context<'_>) -> Option<Warning> {
    findings::began(case, id, context);
    let mark = case.run(id).and_then(|run| run.start.as_ref().or(run.end()))?;
    let began_at = mark.judged_at();
    let state = &mut case.scheduler.state;
    state.has_run = true;
    // It does more than beat.
    state.beat = None;
    findings::heard_of_scheduler(case, context);
    let warning = slots::bind(case, id, began_at);
    measure(case, id, context);
    warning
}

/// Holds the length of an ended run against what it may take and must take. The start
/// may be learned of after the end.
fn measure(case: &mut Case, id: &RunId, context: &Context<'_>) {
    let settings = &case.scheduler.settings;
    let min_runtime = settings.min_runtime;
    let Some(run) = case.run(id) else { return };
    let Some(end) = run.end().cloned() else { return };
    let took = run.start.as_ref().map(|start| end.judged_at().since(start.judged_at()));
    let overran = run.overran || run.max_runtime(settings).is_some_and(|most| took > Some(most));
    // As the reports have it, whatever was found while nothing was heard.
    let finished_late = run.finish_by(settings).is_some_and(|by| end.judged_at() >= by);
    let too_quick = min_runtime.is_some_and(|least| run.ended_within(least));
    let was_too_quick = run.too_quick;
    let Some(run) = case.run_mut(id) else { return };
    (run.overran, run.finished_late, run.too_quick) = (overran, finished_late, too_quick);
    let run = run.clone();
    match (was_too_quick, too_quick, min_runtime) {
        (false, true, Some(least)) => quick(case, &run, &end, least, context),
        (true, false, _) => {
            let is_mine = |_: &Case, it: &Incident| it.runs() == [id.clone()];
            let how = Resolution::ReportedLate;
            findings::close_if(case, Reason::TooQuick, how, context, is_mine);
            if end.status == Status::Completed {
                well(case, &run, &end, context);
            }
        }
        _ => {}
    }
}

fn quick(case: &mut Case, run: &Run, end: &Mark, least: Duration, context: &Context<'_>) {
    let ended_at = end.timing.effective_at;
    let state = &mut case.scheduler.state;
    state.last_quick_at = state.last_quick_at.max(Some(ended_at));
    let summary = format!("Run ended well in less than {} s", least.as_secs());
    let finding = Finding::of_run(Reason::TooQuick, ended_at, run, &summary);
    tell_of_end(case, run, end, finding, context);
}

/// Opens an incident for what a bad end showed, unless it is no news.
fn tell_of_end(case: &mut Case, run: &Run, end: &Mark, finding: Finding, context: &Context<'_>) {
    findings::note(case, ending(run, end, true));
    if !is_over(case, run, end) && !is_too_old_to_tell(end) {
        findings::open_when_failing(case, finding, context);
    }
}

/// How `run` went that ended so.
fn ending(run: &Run, end: &Mark, is_bad: bool) -> Outcome {
    Outcome { at: end.timing.effective_at, of: Origin::Run(run.id.clone()), is_bad }
}

/// Whether a success is known that came after this end of `run`. Where several outcomes
/// decide, their order says so.
fn is_over(case: &Case, run: &Run, end: &Mark) -> bool {
    let Scheduler { settings, state, .. } = &case.scheduler;
    // A success of this very run that decides no more is none.
    let claimed = run.ends.iter().find(|end| end.status == Status::Completed);
    let claimed_at = claimed.map(|end| end.timing.effective_at);
    let success_at = state.last_success_at.filter(|at| Some(*at) != claimed_at);
    Threshold::of_failure(settings).is_immediate() && success_at > Some(end.timing.effective_at)
}

fn is_too_old_to_tell(end: &Mark) -> bool {
    end.timing.received_at.since(end.timing.effective_at) > FAILURE_AGE_MAX
}

fn has_ended(case: &mut Case, id: &RunId, folded: Folded, context: &Context<'_>) {
    let Some(run) = case.run_mut(id) else { return };
    run.is_stalled = false;
    run.is_stuck = false;
    run.is_streaming = false;
    run.suspect_since = None;
    let Some(end) = run.end().cloned() else { return };
    let run = run.clone();
    findings::heard_of(case, id, context);
    findings::ended(case, context);
    if folded == Folded::KeptAside {
        return;
    }
    if folded == Folded::Displaced && end.status != Status::Failed {
        findings::close_if(case, Reason::Failed, Resolution::ReportedLate, context, |_, it| {
            it.runs() == [id.clone()]
        });
    }
    match end.status {
        Status::Completed if run.too_quick => {}
        Status::Completed => well(case, &run, &end, context),
        Status::Failed => failed(case, &run, &end, context),
        Status::Cancelled | Status::Pending | Status::Running => {
            case.scheduler.state.outcomes.forget(&Origin::Run(id.clone()));
        }
    }
}

fn well(case: &mut Case, run: &Run, end: &Mark, context: &Context<'_>) {
    let state = &mut case.scheduler.state;
    if Some(end.timing.effective_at) >= state.last_success_at {
        state.last_success_at = Some(end.timing.effective_at);
        let took = run.execution_time_ms().and_then(|took| u64::try_from(took).ok());
        state.last_success_took = took.map(Duration::from_millis);
    }
    findings::note(case, ending(run, end, false));
    findings::succeeded(case, end, context);
}

fn failed(case: &mut Case, run: &Run, end: &Mark, context: &Context<'_>) {
    let ended_at = end.timing.effective_at;
    let state = &mut case.scheduler.state;
    state.last_failure_at = state.last_failure_at.max(Some(ended_at));
    let summary = match run.error_message().and_then(telling_line) {
        Some(line) => format!("Run failed: {line}"),
        None => "Run failed".to_owned(),
    };
    let summary = &summary[..summary.floor_char_boundary(200)];
    let finding = Finding::of_run(Reason::Failed, ended_at, run, summary);
    tell_of_end(case, run, end, finding, context);
}

/// An open run was given up, at its `lost_at`. `is_news` unless it is known already
/// or may be our own fault.
pub(super) fn gone(case: &mut Case, id: &RunId, why: &str, is_news: bool, context: &Context<'_>) {
    let Some(run) = case.run_mut(id) else { return };
    run.is_streaming = false;
    let run = run.clone();
    case.changes.any = true;
    case.changes.runs.insert(id.clone());
    let lost_at = run.lost_at.unwrap_or(context.now);
    let summary = format!("Run lost: {why}");
    let finding = Finding::of_run(Reason::Lost, lost_at, &run, &summary);
    findings::note(case, Outcome { at: lost_at, of: Origin::Run(id.clone()), is_bad: true });
    if is_news {
        findings::open_when_failing(case, finding, context);
    }
    findings::ended(case, context);
}

fn answer(case: &Case, id: Option<&RunId>, warnings: Vec<Warning>) -> Answer {
    let run = id.and_then(|id| case.run(id));
    Answer {
        run_id: id.cloned(),
        run_status: run.map(Run::status),
        cancel_requested: run.is_some_and(|run| run.cancel_requested && run.is_open()),
        warnings,
    }
}
