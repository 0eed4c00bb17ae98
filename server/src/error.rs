//! What a service can refuse with.

use std::time::Duration;

use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::Role;
use nightbell_domain::report::Status;
use nightbell_domain::settings::Violation;

/// What a service function can refuse with.
///
/// A variant is something a caller can act on; what only an operator can act on is
/// [`ServiceError::Internal`] or [`ServiceError::Unavailable`]. Sources are for the
/// log and never repeated in the text.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Fields broke rules; at least one.
    #[error("the request breaks a rule")]
    Invalid(Vec<Violation>),

    /// No such thing, or not the caller's: the two look alike from outside.
    #[error("{kind} not found")]
    NotFound {
        /// What was looked for, such as "incident".
        kind: &'static str,
    },

    /// The scheduler is not registered in the caller's project.
    #[error("scheduler `{0}` is not registered; register it first")]
    UnknownScheduler(SchedulerId),

    /// The caller's key is bound to other schedulers.
    #[error("this key may not speak for scheduler `{0}`")]
    NotYours(SchedulerId),

    /// The owner was set by a key of a higher role.
    #[error("owner_email was set by a key of role {} and may not be changed by this one", .0.word())]
    OwnerHeld(Role),

    /// Another scheduler's id differs only by case.
    #[error("scheduler `{0}` exists; ids may not differ only by case")]
    IdTakenByCase(SchedulerId),

    /// The sequence was used for another report of this run.
    #[error("this sequence was used for another report of the same run; the first is kept")]
    SequenceReused,

    /// The run has ended otherwise. The report is kept beside that end.
    #[error("the run has already ended as {}; this report is kept beside it", status.word())]
    TerminalConflict {
        /// How the run ended.
        status: Status,
    },

    /// What was asked is not possible as things stand.
    #[error("{0}")]
    Precondition(&'static str),

    /// The project has as many of something as it may have.
    #[error("the project has as many {what} as it may have ({max})")]
    Quota {
        /// What there are too many of.
        what: &'static str,
        /// How many there may be.
        max: u64,
    },

    /// A replayed report is too old.
    #[error("the report is more than 7 days old and is not taken")]
    ReplayTooOld,

    /// The caller's credential does not allow this.
    #[error("{0}")]
    Forbidden(&'static str),

    /// Not done, and worth another try.
    #[error("not done at present; send it again")]
    Unavailable {
        /// When to try again.
        retry_after: Duration,
    },

    /// Ours to mend. The source is logged and counted, never sent.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}
