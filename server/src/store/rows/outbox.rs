//! Notifications.

use diesel::prelude::*;
use std::time::Duration;

use nightbell_domain::id::SchedulerId;
use nightbell_domain::incident::{EventKind, Incident};
use nightbell_domain::key::ProjectId;
use nightbell_domain::notify::ChannelId;
use nightbell_domain::settings::Settings;
use nightbell_domain::time::Timestamp;

use super::super::{
    Claim, Delivery, DeliveryState, Fate, IncidentView, Receipt, Settlement, StoreError,
    StoredChannel,
};

// The state of a pending row is written out in the statement: a database takes a partial
// index only if it can see while it prepares that the index holds all that is asked for.
diesel::postfix_operator!(IsPending, " = 0");

/// Waiting for its next attempt.
pub(in crate::store) const PENDING: i32 = 0;
/// The channel took it.
pub(in crate::store) const DELIVERED: i32 = 1;
/// Given up.
pub(in crate::store) const ABANDONED: i32 = 2;
/// Not told: nobody had to know any more.
pub(in crate::store) const WITHHELD: i32 = 3;

/// Why what was to be told again is not: something newer is.
pub(in crate::store) const SUPERSEDED: &str = "not told again: something newer is told";

/// What of a scheduler's state is told beside an incident.
#[derive(serde::Deserialize)]
struct Known {
    #[serde(default)]
    last_success_at: Option<Timestamp>,
}

/// What a claim is made of, apart from the channel.
#[derive(Queryable)]
pub(in crate::store) struct ClaimRow {
    pub(in crate::store) id: i64,
    pub(in crate::store) lease_token: i64,
    pub(in crate::store) key: String,
    pub(in crate::store) attempts: i64,
    pub(in crate::store) created_at_ms: i64,
    pub(in crate::store) event: i32,
    pub(in crate::store) incident: String,
    pub(in crate::store) scheduler_id: String,
    pub(in crate::store) service_name: String,
    pub(in crate::store) settings: String,
    pub(in crate::store) state: String,
    pub(in crate::store) project_name: String,
    pub(in crate::store) repeat: i64,
    pub(in crate::store) repeat_every_ms: Option<i64>,
    pub(in crate::store) delay_ms: i64,
    pub(in crate::store) project_id: i64,
    pub(in crate::store) channel_id: i64,
    pub(in crate::store) was_held: bool,
}

/// What a delivery is made of.
#[derive(Queryable)]
pub(in crate::store) struct DeliveryRow {
    pub(in crate::store) key: String,
    pub(in crate::store) channel_id: i64,
    pub(in crate::store) event: i32,
    pub(in crate::store) state: i32,
    pub(in crate::store) attempts: i64,
    pub(in crate::store) last_result: String,
    pub(in crate::store) not_before_ms: i64,
    pub(in crate::store) settled_at_ms: Option<i64>,
    pub(in crate::store) repeat: i64,
}

/// What a receipt is made of.
#[derive(Queryable)]
pub(in crate::store) struct ReceiptRow {
    pub(in crate::store) key: String,
    pub(in crate::store) attempted_at_ms: i64,
    pub(in crate::store) took_ms: i64,
    pub(in crate::store) is_delivered: bool,
    pub(in crate::store) result: String,
}

impl From<ReceiptRow> for Receipt {
    fn from(row: ReceiptRow) -> Self {
        Self {
            key: row.key,
            attempted_at: Timestamp::from_millis(row.attempted_at_ms),
            took: span(row.took_ms),
            is_delivered: row.is_delivered,
            result: row.result,
        }
    }
}

/// What of a notification is set to what when its claim has ended.
pub(in crate::store) struct Ended {
    pub(in crate::store) state: i32,
    pub(in crate::store) next_at: Timestamp,
    pub(in crate::store) settled_at_ms: Option<i64>,
    /// What the claim added to the attempts and is taken back: what was not tried.
    pub(in crate::store) untried: i64,
    /// Whether a rule holds it from here on.
    pub(in crate::store) is_held: bool,
}

impl Ended {
    /// What `settlement` at `now` comes to.
    pub(in crate::store) fn of(settlement: &Settlement, now: Timestamp) -> Self {
        let (state, next_at) = match settlement.fate {
            Fate::Delivered => (DELIVERED, now),
            Fate::Abandoned => (ABANDONED, now),
            Fate::Withheld => (WITHHELD, now),
            Fate::Retry(at) | Fate::Hold(at) | Fate::Rest(at) => (PENDING, at),
        };
        let settled_at_ms = (state != PENDING).then_some(now.as_millis());
        let untried = matches!(settlement.fate, Fate::Hold(_) | Fate::Rest(_) | Fate::Withheld);
        let is_held = matches!(settlement.fate, Fate::Hold(_));
        Self { state, next_at, settled_at_ms, untried: i64::from(untried), is_held }
    }
}

fn span(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// A span as it is stored.
pub(in crate::store) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// The claim of a row that has just been leased.
pub(in crate::store) fn claim_of(
    row: ClaimRow,
    channel: Option<StoredChannel>,
) -> Result<Claim, StoreError> {
    let settings: Settings = serde_json::from_str(&row.settings)
        .map_err(|error| StoreError::unreadable("settings", &error))?;
    let incident: Incident = serde_json::from_str(&row.incident)
        .map_err(|error| StoreError::unreadable("incident", &error))?;
    let event_number = incident.events;
    let about = IncidentView {
        incident,
        scheduler_id: SchedulerId::parse(&row.scheduler_id)
            .map_err(|error| StoreError::unreadable("scheduler id", &error.rule))?,
        service_name: row.service_name,
        job_name: settings.job_name.clone(),
    };
    let known: Known = serde_json::from_str(&row.state)
        .map_err(|error| StoreError::unreadable("state", &error))?;
    Ok(Claim {
        id: row.id,
        project: ProjectId(row.project_id),
        recipient: ChannelId(row.channel_id),
        lease_token: row.lease_token,
        key: row.key,
        attempts: attempts(row.attempts - 1)?,
        created_at: Timestamp::from_millis(row.created_at_ms),
        event: event_kind(row.event)?,
        event_number,
        about,
        project_name: row.project_name,
        settings,
        last_success_at: known.last_success_at,
        channel,
        repeat: attempts(row.repeat)?,
        repeat_every: row.repeat_every_ms.map(span),
        is_delayed: row.delay_ms > 0,
        was_held: row.was_held,
    })
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = StoreError;

    fn try_from(row: DeliveryRow) -> Result<Self, StoreError> {
        let state = match row.state {
            PENDING => DeliveryState::Pending,
            DELIVERED => DeliveryState::Delivered,
            ABANDONED => DeliveryState::Abandoned,
            WITHHELD => DeliveryState::Withheld,
            other => return Err(StoreError::unreadable("delivery state", &other)),
        };
        let next_attempt_ms = (state == DeliveryState::Pending).then_some(row.not_before_ms);
        let delivered_at_ms = row.settled_at_ms.filter(|_| state == DeliveryState::Delivered);
        Ok(Self {
            key: row.key,
            channel_id: row.channel_id,
            event: event_kind(row.event)?,
            state,
            attempts: attempts(row.attempts)?,
            last_result: row.last_result,
            next_attempt_at: next_attempt_ms.map(Timestamp::from_millis),
            delivered_at: delivered_at_ms.map(Timestamp::from_millis),
            repeat: attempts(row.repeat)?,
        })
    }
}

fn attempts(stored: i64) -> Result<u32, StoreError> {
    u32::try_from(stored).map_err(|error| StoreError::unreadable("number of attempts", &error))
}

/// The kind of an event, as it is stored.
pub(in crate::store) const fn event_code(event: EventKind) -> i32 {
    match event {
        EventKind::Opened => 1,
        EventKind::Acknowledged => 2,
        EventKind::Resolved => 3,
        EventKind::Reopened => 4,
    }
}

/// The event of a stored kind.
pub(in crate::store) fn event_kind(code: i32) -> Result<EventKind, StoreError> {
    match code {
        1 => Ok(EventKind::Opened),
        2 => Ok(EventKind::Acknowledged),
        3 => Ok(EventKind::Resolved),
        4 => Ok(EventKind::Reopened),
        other => Err(StoreError::unreadable("event", &other)),
    }
}
