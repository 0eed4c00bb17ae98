//! A batch of things that happen to schedulers, on its way through one transaction.
//!
//! The store loads what the commands are about, the services decide on it without
//! touching the database, and the store saves what changed. A scheduler that
//! several commands concern is loaded and saved once.

use std::collections::HashMap;
use std::sync::Arc;

use nightbell_domain::blind::BlindWindow;
use nightbell_domain::id::{IncidentId, SchedulerId};
use nightbell_domain::incident::Event;
use nightbell_domain::key::{Principal, ProjectId};
use nightbell_domain::scheduler::{Case, Scheduler};
use nightbell_domain::settings::Patch;
use nightbell_domain::time::Timestamp;
use nightbell_domain::transition::{Answer, Input, Refusal};
use uuid::Uuid;

use super::SchedulerKey;

/// What is to happen, and to which scheduler.
#[derive(Debug, Clone)]
pub struct Command {
    /// The scheduler.
    pub target: Target,
    /// Who asks; `None`: the server itself.
    pub speaker: Option<Arc<Principal>>,
    /// What is to happen. Boxed, since a command is moved through several queues.
    pub intent: Box<Intent>,
    /// A fresh random id for what this makes.
    pub fresh: Uuid,
    /// Whether the answer is to carry the scheduler as it stands afterwards.
    pub wants_scheduler: bool,
    /// For what only the judge may do.
    pub judgement: Option<Judgement>,
}

/// A look at a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// The epoch of the judge's lease. It is done only while that is in force.
    pub epoch: i64,
    /// The time that is judged: all reports of any server until then are stored.
    pub until: Timestamp,
}

/// Which scheduler.
#[derive(Debug, Clone)]
pub enum Target {
    /// The one of this id.
    Id(ProjectId, SchedulerId),
    /// The one of this number.
    Key(SchedulerKey),
    /// The one that this incident is about.
    Incident(ProjectId, IncidentId),
}

/// What is to happen.
#[derive(Debug, Clone)]
pub enum Intent {
    /// It is registered, or its settings change.
    Register(Patch),
    /// Anything else, to a scheduler that is registered. With a patch, one that is
    /// not is registered first.
    Apply(Input, Option<Box<Patch>>),
}

/// What decisions on a batch depend on besides what is loaded.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The time it is.
    pub now: Timestamp,
    /// The windows in which nothing could be seen, in order.
    pub blind: Arc<[BlindWindow]>,
    /// How many schedulers a project may have.
    pub schedulers_max: u64,
    /// Whether owners are told by mail.
    pub mails_owners: bool,
}

/// Commands for one transaction, and how to decide on them.
#[derive(Clone)]
pub struct Batch {
    /// What is to happen, in order. Shared, so that they can be tried again.
    pub commands: Arc<[Command]>,
    /// What decisions depend on besides.
    pub setting: Setting,
    /// Decides. Pure; one answer per command, in order.
    pub decide: fn(&mut Loaded, &[Command], &Setting) -> Vec<Answered>,
}

/// What a store loaded for a batch.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The schedulers. Decisions change them in place and add new ones.
    pub entries: Vec<Entry>,
    /// For each command what was found.
    pub found: Vec<Found>,
    /// Where in `entries` a scheduler of this id stands.
    pub by_id: HashMap<(ProjectId, SchedulerId), usize>,
    /// How many schedulers the projects have for which a command may make one.
    pub schedulers: HashMap<ProjectId, u64>,
}

/// What was found for one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Its scheduler, at this place in the entries.
    Entry(usize),
    /// None.
    Nothing,
    /// None, and one whose id differs only by case.
    IdTakenByCase(SchedulerId),
    /// Not looked for: another server judges by now.
    Superseded,
}

/// One scheduler of a batch.
#[derive(Debug)]
pub struct Entry {
    /// Its number; `None`: it is new.
    pub key: Option<SchedulerKey>,
    /// Its project.
    pub project: ProjectId,
    /// The scheduler. `None` only while it is being decided on.
    pub case: Option<Case>,
}

/// Why a command was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotDone {
    /// The decision refused it.
    Refused(Refusal),
    /// Its scheduler is not registered, or not in the speaker's project.
    NotRegistered,
    /// The speaker's key is bound to other schedulers.
    NotYours(SchedulerId),
    /// A scheduler of this id exists, which differs only by case.
    IdTakenByCase(SchedulerId),
    /// The project has as many schedulers as it may have: this many.
    SchedulersFull(u64),
    /// Another server judges by now.
    Superseded,
}

/// What became of one command.
#[derive(Debug)]
pub struct Answered {
    /// What to answer.
    pub answer: Result<Answer, NotDone>,
    /// The scheduler afterwards, if that was wanted.
    pub scheduler: Option<Box<Scheduler>>,
    /// Whether it was made by this command.
    pub is_new: bool,
}

/// A change of a scheduler that watchers may be told of.
#[derive(Debug, Clone)]
pub struct Changed {
    /// Its project.
    pub project: ProjectId,
    /// The scheduler as it stands now.
    pub scheduler: Arc<Scheduler>,
    /// Slots of it that ended unknown because nothing could be seen.
    pub unknown_slots: Vec<Timestamp>,
}

/// What a batch came to, once it is on disk.
#[derive(Debug)]
pub struct Committed {
    /// One per command, in order.
    pub answered: Vec<Answered>,
    /// The schedulers that changed.
    pub changed: Vec<Changed>,
    /// What happened to incidents.
    pub events: Vec<Event>,
    /// Whether there are new notifications.
    pub has_notifications: bool,
}
