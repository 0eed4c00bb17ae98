//! The one way in which a scheduler changes.

mod evaluate;
mod findings;
mod operate;
mod reports;
mod settings;
mod slots;
#[cfg(test)]
mod tests;

use std::time::Duration;

use uuid::Uuid;

use crate::blind::BlindWindow;
use crate::deadline::next_due;
use crate::id::{IncidentId, RunId, SchedulerId};
use crate::incident::Signature;
use crate::key::Role;
use crate::ledger;
use crate::report::{Report, Status};
use crate::run::RunStatus;
use crate::scheduler::{Case, Scheduler, State};
use crate::settings::{Patch, PatchRefusal, Settings, Violation, Warning};
use crate::time::Timestamp;

/// What can happen to a scheduler.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Its job said something.
    Report(Report),
    /// A stream said that a run, or the unnamed one, lives on it. To be said again when
    /// the unnamed run began after it was said first.
    StreamOpened {
        /// The run.
        run_id: Option<RunId>,
        /// The time between heartbeats that it declared.
        interval: Duration,
        /// When that arrived.
        received_at: Timestamp,
    },
    /// A run is on its stream no more.
    StreamEnded {
        /// The run.
        run_id: Option<RunId>,
        /// Whether it said goodbye.
        is_clean: bool,
    },
    /// Its job registered again.
    Registration {
        /// What the job says of its settings.
        patch: Patch,
        /// The role of the key that asked.
        by: Role,
    },
    /// Somebody changes settings, which are theirs from now on.
    Settings {
        /// What is to change.
        patch: Patch,
        /// The role of the key that asked.
        by: Role,
    },
    /// Settings are the job's again.
    Release {
        /// Their names; none means all.
        names: Vec<String>,
    },
    /// It is not to be judged.
    Pause {
        /// Until when; unset: until somebody resumes it.
        until: Option<Timestamp>,
    },
    /// It is to be judged again.
    Resume,
    /// A run is to stop.
    CancelRun(RunId),
    /// Somebody has an incident.
    Acknowledge {
        /// The incident.
        incident: IncidentId,
        /// Their name.
        by: String,
        /// What they said.
        note: String,
    },
    /// Somebody ends an incident.
    Resolve {
        /// The incident.
        incident: IncidentId,
        /// Their name.
        by: String,
        /// What they said.
        note: String,
    },
    /// Time has passed. Asked whenever [`State::due_at`] is reached; at any other
    /// time it changes nothing.
    TimePassed,
}

/// What a decision depends on besides the scheduler and the input.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The time it is.
    pub now: Timestamp,
    /// A fresh random id; those of new runs and incidents come from it.
    pub fresh: Uuid,
    /// The windows in which Nightbell could not see, in order.
    pub blind: &'a [BlindWindow],
}

impl Context<'_> {
    /// Whether Nightbell was blind at any time after `at`.
    fn was_blind_after(&self, at: Timestamp) -> bool {
        self.blind.iter().any(|window| window.to > at)
    }

    fn run_id(&self) -> RunId {
        RunId::fresh(self.fresh)
    }

    /// The id of the `number`th incident that one decision opens.
    fn incident_id(&self, number: usize) -> IncidentId {
        IncidentId(Uuid::from_u128(self.fresh.as_u128().wrapping_add(1 + number as u128)))
    }
}

/// What is answered to the one who caused a decision.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The run concerned.
    pub run_id: Option<RunId>,
    /// Where that run stands now.
    pub run_status: Option<RunStatus>,
    /// Somebody asked for that run to stop.
    pub cancel_requested: bool,
    /// What was noticed and let pass.
    pub warnings: Vec<Warning>,
}

/// Why an input was refused. Unless it says otherwise nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Fields broke rules.
    Invalid(Vec<Violation>),
    /// The owner was set by a key of this, higher role.
    OwnerHeld(Role),
    /// The sequence was used for a report of this run that said something else.
    SequenceReused,
    /// The run has ended with this status. The report is kept beside that end.
    TerminalConflict(Status),
    /// The scheduler has as many open runs as it may have.
    OpenRunsFull,
    /// No such run.
    UnknownRun,
    /// The run has ended.
    RunEnded,
    /// No such incident is open.
    IncidentNotOpen,
}

/// What is so after an input.
#[derive(Debug)]
#[must_use = "a decision does nothing until it is stored"]
pub struct Decision {
    /// The scheduler as it stands now, with what has to be stored.
    pub case: Case,
    /// What to answer.
    pub answer: Result<Answer, Refusal>,
}

/// A scheduler registered now, watched from now on.
///
/// # Errors
///
/// [`Refusal::Invalid`] with every rule that `patch` breaks.
pub fn register(
    id: SchedulerId,
    patch: Patch,
    by: Role,
    context: &Context<'_>,
) -> Result<Case, Refusal> {
    let settings = Settings::default().patched(patch, by).map_err(refusal)?;
    let state = State::default();
    let scheduler =
        Scheduler { id, settings, created_at: context.now, updated_at: context.now, state };
    let mut case = Case::new(scheduler);
    slots::await_after(&mut case, context.now);
    case.changes.any = true;
    case.changes.settings = true;
    case.scheduler.state.due_at = next_due(&case.scheduler, context.blind);
    Ok(case)
}

/// Decides what `input` does to the scheduler of `case`.
///
/// What [`Case::need`] asks for must have been supplied, and for a stream that opens
/// or a run to be cancelled the run that it names. Changes add up over several
/// decisions on one case.
pub fn transition(mut case: Case, input: Input, context: &Context<'_>) -> Decision {
    let may_move_back = match input {
        // A heartbeat only ever moves deadlines back. Leaving the earlier instant
        // costs one look in vain per timeout; moving it, an index entry each time.
        Input::Report(_) | Input::StreamOpened { .. } => false,
        Input::TimePassed => case.scheduler.state.due_at.is_none_or(|due| due <= context.now),
        _ => true,
    };
    operate::end_pause(&mut case, context);
    let answer = match input {
        Input::Report(report) => reports::report(&mut case, report, context),
        Input::StreamOpened { run_id, interval, received_at } => {
            reports::stream::opened(&mut case, run_id.as_ref(), interval, received_at, context)
        }
        Input::StreamEnded { run_id, is_clean } => {
            Ok(reports::stream::ended(&mut case, run_id.as_ref(), is_clean, context))
        }
        Input::Registration { patch, by } => settings::registered(&mut case, patch, by, context),
        Input::Settings { patch, by } => settings::changed(&mut case, patch, by, context),
        Input::Release { names } => settings::released(&mut case, &names, context),
        Input::Pause { until } => operate::pause(&mut case, until, context),
        Input::Resume => Ok(operate::resume(&mut case, context)),
        Input::CancelRun(id) => operate::cancel_run(&mut case, &id),
        Input::Acknowledge { incident, by, note } => {
            operate::acknowledge(&mut case, incident, Signature { by, note }, context)
        }
        Input::Resolve { incident, by, note } => {
            operate::resolve(&mut case, incident, Signature { by, note }, context)
        }
        Input::TimePassed => Ok(evaluate::time_passed(&mut case, context)),
    };
    ledger::enter_runs(&mut case);
    let due_at = next_due(&case.scheduler, context.blind);
    let state = &mut case.scheduler.state;
    if case.changes.any {
        state.ended.retain(|incident| incident.may_return(context.now));
    }
    let is_later = state.due_at.is_some() && due_at.is_none_or(|due| state.due_at < Some(due));
    if state.due_at != due_at && (may_move_back || !is_later) {
        state.due_at = due_at;
        case.changes.any = true;
    }
    Decision { case, answer }
}

fn refusal(refusal: PatchRefusal) -> Refusal {
    match refusal {
        PatchRefusal::Invalid(violations) => Refusal::Invalid(violations),
        PatchRefusal::OwnerHeld(role) => Refusal::OwnerHeld(role),
    }
}
