//! Who is told: channels, owners, routes and silences as they are stored.

use std::time::Duration;

use nightbell_domain::key::ProjectId;
use nightbell_domain::time::Timestamp;

/// A channel as it is stored.
#[derive(Debug, Clone)]
pub struct StoredChannel {
    /// Its number.
    pub id: i64,
    /// Its project.
    pub project: ProjectId,
    /// Its name for people.
    pub name: String,
    /// Whether it is used.
    pub is_enabled: bool,
    /// Why the server turned it off; empty: it did not.
    pub disabled_reason: String,
    /// Its settings, sealed, since they hold secrets.
    pub sealed_settings: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether it hears of every incident that no route keeps from it.
    pub is_default: bool,
    /// The channel that is told in its place when it fails.
    pub fallback_id: Option<i64>,
    /// Since when every attempt at it has failed; `None`: the last one did not.
    pub failing_since: Option<Timestamp>,
    /// What the last attempt met, while it is failing.
    pub failing_result: String,
}

/// Whether an address may be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// Who reads it has said so.
    Confirmed,
    /// It is to be asked now; that is noted.
    ToAsk,
    /// It was asked, and has not answered.
    Asked,
    /// It is not to be asked: too many were of late.
    TooMany,
}

/// When an address is asked.
#[derive(Debug, Clone, Copy)]
pub struct Asking {
    /// Not more often than this.
    pub every: Duration,
    /// Not more addresses than this in a day.
    pub daily_max: i64,
    /// The time it is.
    pub now: Timestamp,
}

/// What kind of thing a policy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyKind {
    /// A route.
    Route,
    /// A silence.
    Silence,
}

/// What a project sets about its notifications: a route or a silence, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPolicy {
    /// Its number.
    pub id: i64,
    /// Its project.
    pub project: ProjectId,
    /// What it is.
    pub kind: PolicyKind,
    /// The route or silence, in JSON.
    pub text: String,
    /// The name of the key that made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
}
