//! Notifications on their way out, and what became of them.

use std::time::Duration;

use nightbell_domain::id::IncidentId;
use nightbell_domain::incident::EventKind;
use nightbell_domain::key::ProjectId;
use nightbell_domain::notify::{ChannelId, NotificationKey};
use nightbell_domain::settings::Settings;
use nightbell_domain::time::Timestamp;

use super::{IncidentView, StoredChannel};

/// How far a notification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Waiting for its next attempt.
    Pending,
    /// The channel took it.
    Delivered,
    /// Given up.
    Abandoned,
    /// Not told: nobody had to know any more.
    Withheld,
}

/// What became of one notification.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The stable key that the channel sees with every attempt.
    pub key: String,
    /// The channel.
    pub channel_id: i64,
    /// What it tells.
    pub event: EventKind,
    /// How far it has come.
    pub state: DeliveryState,
    /// How many attempts were made.
    pub attempts: u32,
    /// What the last attempt met.
    pub last_result: String,
    /// When the next attempt is due.
    pub next_attempt_at: Option<Timestamp>,
    /// When the channel took it.
    pub delivered_at: Option<Timestamp>,
    /// Which time it is that this is told again; 0: the first time.
    pub repeat: u32,
}

/// One try at sending a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The key of the notification.
    pub key: String,
    /// When it began.
    pub attempted_at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// Whether the channel took it.
    pub is_delivered: bool,
    /// What it met.
    pub result: String,
}

/// A notification that one sender holds until its lease ends.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Its number.
    pub id: i64,
    /// The project.
    pub project: ProjectId,
    /// Whom it is for.
    pub recipient: ChannelId,
    /// Proves to [`Store::outbox_settle`] that the lease is still this one.
    pub lease_token: i64,
    /// The stable key that the channel sees.
    pub key: String,
    /// The attempts made before this one.
    pub attempts: u32,
    /// When it was written.
    pub created_at: Timestamp,
    /// What it tells.
    pub event: EventKind,
    /// The number of the event within the incident.
    pub event_number: u32,
    /// The incident as it stood then, with the names of what it is about.
    pub about: IncidentView,
    /// The project's name.
    pub project_name: String,
    /// What is set of the scheduler.
    pub settings: Settings,
    /// When a run of the scheduler last ended well.
    pub last_success_at: Option<Timestamp>,
    /// The channel; `None` if it is gone, or the owner is told.
    pub channel: Option<StoredChannel>,
    /// Which time it is that this is told again; 0: the first time.
    pub repeat: u32,
    /// How often it is told again while nobody has the incident; `None`: not again.
    pub repeat_every: Option<Duration>,
    /// Whether it waited because a route says so.
    pub is_delayed: bool,
    /// Whether a rule has held it.
    pub was_held: bool,
}

/// What a channel calls its first message about an incident.
#[derive(Debug, Clone)]
pub struct Thread {
    /// The project.
    pub project: ProjectId,
    /// The channel.
    pub channel: i64,
    /// The incident.
    pub incident: IncidentId,
    /// The channel's own name for the message.
    pub reference: String,
    /// When the message was sent.
    pub created_at: Timestamp,
}

/// Whose notifications are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Those of every recipient but these.
    AllBut(Vec<i64>),
    /// Those of this one.
    Only(i64),
}

/// How a claim ended.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// What becomes of the notification.
    pub fate: Fate,
    /// Why, for an operator.
    pub result: String,
    /// The attempt that was made; `None`: none was.
    pub attempt: Option<Attempt>,
    /// What is told again later, once this is delivered.
    pub again: Option<Copied>,
}

/// What becomes of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The channel took it.
    Delivered,
    /// It is tried again at this instant.
    Retry(Timestamp),
    /// No attempt was made: a rule holds it, until this instant at least.
    Hold(Timestamp),
    /// No attempt was made: its channel rests, until this instant at least.
    Rest(Timestamp),
    /// It is given up.
    Abandoned,
    /// Nobody has to know any more.
    Withheld,
}

/// When an attempt was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub began_at: Timestamp,
    /// How long it took.
    pub took: Duration,
}

/// The same notification once more: to another channel, or again later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its key.
    pub key: NotificationKey,
    /// When it is due.
    pub at: Timestamp,
}

impl Settlement {
    /// A claim that ended so without an attempt.
    pub fn new(fate: Fate, result: impl Into<String>) -> Self {
        Self { fate, result: result.into(), attempt: None, again: None }
    }
}
