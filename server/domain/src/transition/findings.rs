//! Opening and ending incidents.

use super::Context;
use crate::evidence::telling_lines;
use crate::id::{IncidentId, RunId};
use crate::incident::{Event, EventKind, Incident, Reason, Recurrence, Resolution, Signature};
use crate::outcome::{Origin, Outcome, Threshold};
use crate::run::{Mark, Run};
use crate::scheduler::{Case, Scheduler, State};
use crate::time::Timestamp;

/// Something that was found.
pub(super) struct Finding {
    pub(super) reason: Reason,
    pub(super) onset_at: Timestamp,
    pub(super) run: Option<RunId>,
    /// Runs that went badly before, up to the threshold.
    pub(super) runs_before: Vec<RunId>,
    pub(super) summary: String,
    pub(super) error_message: Option<String>,
    pub(super) missed_slots: u32,
}

impl Finding {
    pub(super) fn new(reason: Reason, onset_at: Timestamp, summary: String) -> Self {
        let runs_before = Vec::new();
        let (run, error_message) = (None, None);
        Self { reason, onset_at, run, runs_before, summary, error_message, missed_slots: 0 }
    }

    pub(super) fn of_run(reason: Reason, onset_at: Timestamp, run: &Run, summary: &str) -> Self {
        let error_message = run.error_message().map(telling_lines).filter(|text| !text.is_empty());
        let run = Some(run.id.clone());
        Self { run, error_message, ..Self::new(reason, onset_at, summary.to_owned()) }
    }
}

/// Opens an incident, or adds to the open one of the same reason; one that ended a
/// moment ago is reopened. A scheduler that is paused is not judged.
pub(super) fn open(case: &mut Case, finding: Finding, context: &Context<'_>) {
    let state = &mut case.scheduler.state;
    if state.paused.is_some() {
        return;
    }
    case.changes.any = true;
    let known = state.incidents.iter_mut().find(|incident| incident.reason == finding.reason);
    if let Some(incident) = known {
        incident.missed_slots = incident.missed_slots.saturating_add(finding.missed_slots);
        if let Some(run) = &finding.run {
            incident.concern(run);
        }
        case.changes.incidents.insert(incident.id, incident.clone());
        return;
    }
    let ended = state.ended.iter().position(|ended| ended.reason == finding.reason);
    let returns = ended.map(|place| state.ended.remove(place));
    if let Some(incident) = returns.filter(|ended| ended.may_return(context.now)) {
        return reopen(case, incident, finding, context);
    }
    let mut incident = Incident {
        id: context.incident_id(case.changes.events.len()),
        reason: finding.reason,
        severity: case.scheduler.settings.severity(),
        onset_at: finding.onset_at,
        opened_at: context.now,
        resolved: None,
        summary: finding.summary,
        error_message: finding.error_message,
        run_ids: Vec::new(),
        missed_slots: finding.missed_slots,
        acknowledgement: None,
        events: 0,
        recurrence: None,
        history: Vec::new(),
    };
    for run in finding.runs_before.iter().chain(&finding.run) {
        incident.concern(run);
    }
    let id = incident.id;
    state.incidents.push(incident);
    tell(case, id, EventKind::Opened, None, context);
}

/// Takes up an incident again whose cause came back. Whoever had it may sleep by now,
/// so nobody has it.
fn reopen(case: &mut Case, mut incident: Incident, finding: Finding, context: &Context<'_>) {
    let count = incident.recurrence.as_ref().map_or(0, |it| it.count);
    incident.recurrence = Some(Recurrence {
        onset_at: finding.onset_at,
        found_at: context.now,
        count: count.saturating_add(1),
        runs_before: incident.run_ids.len(),
    });
    incident.resolved = None;
    incident.acknowledgement = None;
    incident.severity = case.scheduler.settings.severity();
    incident.summary = finding.summary;
    incident.error_message = finding.error_message.or(incident.error_message);
    incident.missed_slots = incident.missed_slots.saturating_add(finding.missed_slots);
    for run in finding.runs_before.iter().chain(&finding.run) {
        incident.concern(run);
    }
    let id = incident.id;
    case.scheduler.state.incidents.push(incident);
    tell(case, id, EventKind::Reopened, None, context);
}

/// Opens an incident once the failure threshold is reached. What was found must have
/// been noted.
pub(super) fn open_when_failing(case: &mut Case, mut finding: Finding, context: &Context<'_>) {
    let Scheduler { settings, state, .. } = &case.scheduler;
    let threshold = Threshold::of_failure(settings);
    let is_open = state.incidents.iter().any(|incident| incident.reason == finding.reason);
    if threshold.is_immediate() || is_open {
        return open(case, finding, context);
    }
    let bad: Vec<&Outcome> = state.outcomes.bad(threshold).collect();
    if bad.len() < threshold.count {
        return;
    }
    let (mut runs, mut slots) = (Vec::new(), 0);
    for outcome in bad {
        match &outcome.of {
            Origin::Run(run) => runs.push(run.clone()),
            Origin::Slot(_) => slots += 1,
        }
    }
    finding.missed_slots = finding.missed_slots.max(slots);
    finding.runs_before = runs;
    open(case, finding, context);
}

/// Notes how a run or a slot went.
pub(super) fn note(case: &mut Case, outcome: Outcome) {
    let Scheduler { settings, state, .. } = &mut case.scheduler;
    state.outcomes.note(outcome, settings);
    case.changes.any = true;
}

/// Ends the open incident `id`; `by`: who did, if somebody did.
pub(super) fn close(
    case: &mut Case,
    id: IncidentId,
    resolution: Resolution,
    by: Option<Signature>,
    context: &Context<'_>,
) {
    let state = &mut case.scheduler.state;
    let Some(incident) = state.incidents.iter_mut().find(|incident| incident.id == id) else {
        return;
    };
    incident.resolved = Some((context.now, resolution));
    tell(case, id, EventKind::Resolved, by, context);
    let State { incidents, ended, .. } = &mut case.scheduler.state;
    let Some(place) = incidents.iter().position(|incident| incident.id == id) else { return };
    let incident = incidents.remove(place);
    ended.retain(|other| other.reason != incident.reason);
    ended.push(incident);
}

/// Ends the open incident of `reason`, if there is one and `is_over` agrees.
pub(super) fn close_if(
    case: &mut Case,
    reason: Reason,
    resolution: Resolution,
    context: &Context<'_>,
    is_over: impl FnOnce(&Case, &Incident) -> bool,
) {
    let open = case.scheduler.state.incidents.iter().find(|incident| incident.reason == reason);
    if let Some(incident) = open
        && is_over(case, incident)
    {
        let id = incident.id;
        close(case, id, resolution, None, context);
    }
}

/// Records an event of the open incident `id`; `by`: whose doing it is, if anybody's.
pub(super) fn tell(
    case: &mut Case,
    id: IncidentId,
    kind: EventKind,
    by: Option<Signature>,
    context: &Context<'_>,
) {
    let state = &mut case.scheduler.state;
    let Some(incident) = state.incidents.iter_mut().find(|incident| incident.id == id) else {
        return;
    };
    incident.events += 1;
    incident.remember(kind, context.now, by);
    case.changes.any = true;
    case.changes.incidents.insert(id, incident.clone());
    case.changes.events.push(Event { kind, incident: incident.clone() });
}

/// A run was heard of, or its true end became known: what was inferred from its
/// silence is over.
pub(super) fn heard_of(case: &mut Case, run: &RunId, context: &Context<'_>) {
    if case.run(run).is_some_and(Run::is_open) {
        case.scheduler.state.outcomes.forget(&Origin::Run(run.clone()));
    }
    if case.scheduler.state.incidents.is_empty() {
        return;
    }
    close_if(case, Reason::Stalled, Resolution::Recovered, context, |case, incident| {
        incident.runs().contains(run) && !is_anything_silent(case, incident)
    });
    close_if(case, Reason::Lost, Resolution::ReportedLate, context, |case, incident| {
        incident.runs().contains(run)
            && !concerns_any(case, incident, |run| run.ends.is_empty() && run.lost_at.is_some())
    });
}

/// A job that only beats was heard of, or does more than that now.
pub(super) fn heard_of_scheduler(case: &mut Case, context: &Context<'_>) {
    nothing_is_still(case, Resolution::Recovered, context);
}

/// Ends a stall if by now nothing stands still any more.
pub(super) fn nothing_is_still(case: &mut Case, resolution: Resolution, context: &Context<'_>) {
    close_if(case, Reason::Stalled, resolution, context, |case, incident| {
        !is_anything_silent(case, incident)
    });
}

/// A run has ended, or was given up: it takes no longer.
pub(super) fn ended(case: &mut Case, context: &Context<'_>) {
    close_if(case, Reason::Overran, Resolution::Recovered, context, |case, incident| {
        !concerns_any(case, incident, |run| run.overran && run.is_open())
    });
    let open = case.scheduler.state.incidents.iter();
    let late = { open }.find(|incident| incident.reason == Reason::FinishedLate);
    let was_late = late.is_some_and(|it| concerns_any(case, it, |run| run.finished_late));
    let how = if was_late { Resolution::Recovered } else { Resolution::ReportedLate };
    close_if(case, Reason::FinishedLate, how, context, |case, incident| {
        !concerns_any(case, incident, |run| run.finished_late && run.is_open())
    });
}

/// A run ended well: what was wrong before is over, as far as no run still hangs.
pub(super) fn succeeded(case: &mut Case, end: &Mark, context: &Context<'_>) {
    let State { last_failure_at, last_quick_at, .. } = case.scheduler.state;
    for (reason, last_at) in [(Reason::Failed, last_failure_at), (Reason::TooQuick, last_quick_at)]
    {
        close_if(case, reason, Resolution::Recovered, context, |case, incident| {
            Some(end.timing.effective_at) > last_at.max(Some(incident.last_onset_at()))
                && is_well_since(case, incident)
        });
    }
    for reason in [Reason::Missed, Reason::NeverStarted] {
        close_if(case, reason, Resolution::Recovered, context, |case, incident| {
            end.judged_at() > incident.last_onset_at() && is_well_since(case, incident)
        });
    }
    // Silence is a matter of arrival, whatever the job's clock says.
    let at = end.judged_at();
    for reason in [Reason::Lost, Reason::Stalled] {
        close_if(case, reason, Resolution::Recovered, context, |case, incident| {
            at > incident.last_onset_at()
                && (reason == Reason::Stalled || is_well_since(case, incident))
                && !concerns_any(case, incident, |run| {
                    run.ends.is_empty() && run.lost_at.map_or(run.is_still(), |lost| lost >= at)
                })
        });
    }
}

/// A run began: the job runs again.
pub(super) fn began(case: &mut Case, run: &RunId, context: &Context<'_>) {
    let Some(start) = case.run(run).and_then(|run| run.start.as_ref().or(run.end())).cloned()
    else {
        return;
    };
    let began_at = case.run(run).and_then(Run::started_at).unwrap_or(start.timing.effective_at);
    let grace = case.scheduler.settings.start_grace();
    let is_enough = Threshold::of_recovery(&case.scheduler.settings).is_immediate();
    for reason in [Reason::Missed, Reason::NeverStarted] {
        let onset_at = case
            .scheduler
            .state
            .incidents
            .iter()
            .find(|incident| incident.reason == reason)
            .map(Incident::last_onset_at);
        let Some(onset_at) = onset_at else { continue };
        let was_in_time = began_at <= onset_at && began_at >= onset_at.minus(grace);
        let resolution = if was_in_time { Resolution::ReportedLate } else { Resolution::Recovered };
        close_if(case, reason, resolution, context, |_, _| {
            was_in_time || is_enough && start.judged_at() >= onset_at
        });
    }
}

/// Whether enough has gone well since `incident` began.
fn is_well_since(case: &Case, incident: &Incident) -> bool {
    let Scheduler { settings, state, .. } = &case.scheduler;
    let threshold = Threshold::of_recovery(settings);
    threshold.is_immediate()
        || state.outcomes.good_since(threshold, incident.last_onset_at()) >= threshold.count
}

fn is_anything_silent(case: &Case, incident: &Incident) -> bool {
    let is_scheduler_silent = case.scheduler.state.beat.as_ref().is_some_and(|it| it.is_stalled);
    is_scheduler_silent || concerns_any(case, incident, Run::is_still)
}

fn concerns_any(case: &Case, incident: &Incident, is_so: impl Fn(&Run) -> bool) -> bool {
    incident.runs().iter().filter_map(|id| case.run(id)).any(is_so)
}
