//! Notifications on their way out.
//!
//! A row is written in the transaction that changed the incident, and stays pending
//! until its channel took it or it was given up. Senders take rows by moving
//! `not_before_ms` to the end of a lease; there is no other lock. A claim and its end
//! both move the lease token on: it is odd while a sender is at work on the row.
//!
//! What one channel is told of one incident is told in order. So the pending rows of
//! one incident and channel wait together: they share one `not_before_ms`, and of
//! them only the first can be taken. That keeps those that wait for another out of
//! the scan for what is due, and out of what [`pending`] says is due first.

use std::collections::BTreeMap;

use diesel::dsl::{count_star, exists, min, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel::sqlite::SqliteConnection;
use nightbell_domain::id::IncidentId;
use nightbell_domain::incident::Event;
use nightbell_domain::key::ProjectId;
use nightbell_domain::notify::{ChannelId, Notification, NotificationKey};
use nightbell_domain::time::Timestamp;

use super::channel;
use crate::store::rows::channel::ChannelRow;
use crate::store::rows::incident;
use crate::store::rows::outbox::{
    ABANDONED, ClaimRow, DeliveryRow, Ended, IsPending, PENDING, ReceiptRow, SUPERSEDED, WITHHELD,
    claim_of, event_code, event_kind, millis,
};
use crate::store::schema::{
    channels, delivery_attempts, outbox, projects, scheduler_states, schedulers,
};
use crate::store::{
    Attempt, Claim, Copied, Delivery, Fate, Receipt, SchedulerKey, Settlement, StoreError,
    StoredChannel, Whose,
};

/// Which pending rows wait together.
struct Line {
    incident_id: String,
    channel_id: i64,
}

/// Writes notifications of incidents that are stored already.
pub(super) fn insert(
    c: &mut SqliteConnection,
    project: ProjectId,
    scheduler: SchedulerKey,
    notifications: &[Notification],
    now: Timestamp,
) -> Result<(), StoreError> {
    for Notification { key, event, manner } in notifications {
        let line = Line { incident_id: key.incident.to_string(), channel_id: key.channel.0 };
        let incident = incident::text_of(&event.incident)?;
        supersede(c, &line, now)?;
        let due_at = now.plus(manner.delay);
        let not_before_ms = line_not_before(c, &line)?.unwrap_or(due_at.as_millis());
        diesel::insert_into(outbox::table)
            .values((
                outbox::notification_key.eq(key.to_string()),
                outbox::project_id.eq(project.0),
                outbox::scheduler_key.eq(scheduler.0),
                outbox::channel_id.eq(line.channel_id),
                outbox::incident_id.eq(line.incident_id),
                outbox::event_number.eq(i64::from(key.event)),
                outbox::event.eq(event_code(event.kind)),
                outbox::incident.eq(incident),
                outbox::state.eq(PENDING),
                outbox::attempts.eq(0),
                outbox::not_before_ms.eq(not_before_ms),
                outbox::lease_token.eq(0),
                outbox::last_result.eq(""),
                outbox::created_at_ms.eq(now.as_millis()),
                outbox::repeat_number.eq(i64::from(key.repeat)),
                outbox::repeat_every_ms.eq(manner.repeat_every.map(millis)),
                outbox::delay_ms.eq(millis(manner.delay)),
            ))
            .execute(c)?;
    }
    Ok(())
}

/// Gives up what was to be told again: something newer is about to be told.
fn supersede(c: &mut SqliteConnection, line: &Line, now: Timestamp) -> Result<(), StoreError> {
    let repeats: Vec<(i64, i64)> = outbox::table
        .filter(outbox::incident_id.eq(&line.incident_id))
        .filter(outbox::channel_id.eq(line.channel_id))
        .filter(outbox::state.eq(PENDING))
        .filter(outbox::repeat_number.gt(0))
        .select((outbox::id, outbox::lease_token))
        .load(c)?;
    // One that a sender is at work on is no longer to be called back.
    for (id, _) in repeats.into_iter().filter(|(_, token)| token % 2 == 0) {
        diesel::update(outbox::table.find(id))
            .set((
                outbox::state.eq(WITHHELD),
                outbox::last_result.eq(SUPERSEDED),
                outbox::settled_at_ms.eq(now.as_millis()),
            ))
            .execute(c)?;
    }
    Ok(())
}

/// The channels that were to be told of the incidents of `events` before.
pub(super) fn told_before(
    c: &mut SqliteConnection,
    events: &[Event],
) -> Result<BTreeMap<IncidentId, Vec<ChannelId>>, StoreError> {
    let mut told = BTreeMap::new();
    for event in events {
        let incident = event.incident.id;
        let channels: Vec<i64> = outbox::table
            .filter(outbox::incident_id.eq(incident.to_string()))
            .select(outbox::channel_id)
            .distinct()
            .load(c)?;
        told.insert(incident, channels.into_iter().map(ChannelId).collect());
    }
    Ok(told)
}

/// Writes the notification of row `id` once more, unless that was done before.
pub(super) fn copy(
    c: &mut SqliteConnection,
    id: i64,
    copy: &Copied,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (project_id, scheduler_key, incident_id, event_number, event, incident, channel_id, every) =
        outbox::table
            .find(id)
            .select((
                outbox::project_id,
                outbox::scheduler_key,
                outbox::incident_id,
                outbox::event_number,
                outbox::event,
                outbox::incident,
                outbox::channel_id,
                outbox::repeat_every_ms,
            ))
            .first::<(i64, i64, String, i64, i32, String, i64, Option<i64>)>(c)?;
    let line = Line { incident_id, channel_id: copy.key.channel.0 };
    let not_before_ms = line_not_before(c, &line)?.unwrap_or(copy.at.as_millis());
    diesel::insert_or_ignore_into(outbox::table)
        .values((
            outbox::notification_key.eq(copy.key.to_string()),
            outbox::project_id.eq(project_id),
            outbox::scheduler_key.eq(scheduler_key),
            outbox::channel_id.eq(line.channel_id),
            outbox::incident_id.eq(line.incident_id),
            outbox::event_number.eq(event_number),
            outbox::event.eq(event),
            outbox::incident.eq(incident),
            outbox::state.eq(PENDING),
            outbox::attempts.eq(0),
            outbox::not_before_ms.eq(not_before_ms),
            outbox::lease_token.eq(0),
            outbox::last_result.eq(""),
            outbox::created_at_ms.eq(now.as_millis()),
            outbox::repeat_number.eq(i64::from(copy.key.repeat)),
            outbox::repeat_every_ms.eq(every.filter(|_| channel_id == line.channel_id)),
            outbox::delay_ms.eq(0),
        ))
        .execute(c)?;
    Ok(())
}

/// Lets owners be told now of what waits and was not tried.
pub(super) fn wake_owners(
    c: &mut SqliteConnection,
    project: ProjectId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let waiting = outbox::table
        .filter(IsPending::new(outbox::state))
        .filter(outbox::channel_id.eq(ChannelId::OWNER.0))
        .filter(outbox::project_id.eq(project.0))
        .filter(outbox::attempts.eq(0));
    diesel::update(waiting).set(outbox::not_before_ms.eq(now.as_millis())).execute(c)?;
    Ok(())
}

/// Has a channel told again of an incident at `at`, unless that is so already, or it was
/// never told.
pub(super) fn remind(
    c: &mut SqliteConnection,
    (project, incident, channel): (ProjectId, IncidentId, ChannelId),
    at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let last: Option<(i64, i64, i64, i32, i32)> = outbox::table
        .filter(outbox::incident_id.eq(incident.to_string()))
        .filter(outbox::channel_id.eq(channel.0))
        .filter(outbox::project_id.eq(project.0))
        .order((outbox::event_number.desc(), outbox::repeat_number.desc()))
        .select((
            outbox::id,
            outbox::event_number,
            outbox::repeat_number,
            outbox::state,
            outbox::event,
        ))
        .first(c)
        .optional()?;
    let Some((id, number, repeat, state, event)) = last else { return Ok(()) };
    if state == PENDING || !event_kind(event)?.is_alarm() {
        return Ok(());
    }
    let narrow = |it: i64| u32::try_from(it).unwrap_or(u32::MAX);
    let (event, repeat) = (narrow(number), narrow(repeat).saturating_add(1));
    let key = NotificationKey { incident, event, repeat, channel };
    copy(c, id, &Copied { key, at }, now)
}

/// The last attempts at telling of an incident, the newest first.
pub(super) fn receipts(
    c: &mut SqliteConnection,
    project: ProjectId,
    id: IncidentId,
    limit: i64,
) -> Result<Vec<Receipt>, StoreError> {
    let rows: Vec<ReceiptRow> = delivery_attempts::table
        .inner_join(outbox::table)
        .filter(outbox::incident_id.eq(id.to_string()))
        .filter(outbox::project_id.eq(project.0))
        .order(delivery_attempts::id.desc())
        .limit(limit)
        .select((
            outbox::notification_key,
            delivery_attempts::attempted_at_ms,
            delivery_attempts::took_ms,
            delivery_attempts::is_delivered,
            delivery_attempts::result,
        ))
        .load(c)?;
    Ok(rows.into_iter().map(Receipt::from).collect())
}

/// Takes up to `limit` rows that are due, the longest due first, and leases them.
pub(super) fn claim(
    c: &mut SqliteConnection,
    now: Timestamp,
    lease_until: Timestamp,
    limit: i64,
    whose: Whose,
) -> Result<Vec<Claim>, StoreError> {
    let mut claims = Vec::new();
    for (id, lease_token, incident_id, channel_id) in due(c, now, limit, whose)? {
        diesel::update(outbox::table.find(id))
            .set((
                outbox::lease_token.eq((lease_token + 1) | 1),
                outbox::attempts.eq(outbox::attempts + 1),
            ))
            .execute(c)?;
        move_line(c, &Line { incident_id, channel_id }, lease_until)?;
        match claimed(c, id) {
            Ok(claim) => claims.push(claim),
            // One that cannot be read must not keep the others from being told.
            Err(error @ StoreError::Fault(_)) => {
                tracing::error!(notification.id = id, %error, "a notification cannot be sent");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(claims)
}

/// Records how an attempt ended, if the row is still leased under `lease_token`.
pub(super) fn settle(
    c: &mut SqliteConnection,
    id: i64,
    lease_token: i64,
    settlement: Settlement,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let leased = outbox::table
        .find(id)
        .filter(outbox::lease_token.eq(lease_token))
        .filter(IsPending::new(outbox::state))
        .select((outbox::incident_id, outbox::channel_id))
        .first(c)
        .optional()?;
    let Some((incident_id, channel_id)) = leased else {
        return Ok(false);
    };
    let Ended { state, next_at, settled_at_ms, untried, is_held } = Ended::of(&settlement, now);
    let Settlement { fate, result, attempt, again } = settlement;
    if let Some(Attempt { began_at, took }) = attempt {
        let is_delivered = fate == Fate::Delivered;
        diesel::insert_into(delivery_attempts::table)
            .values((
                delivery_attempts::outbox_id.eq(id),
                delivery_attempts::attempted_at_ms.eq(began_at.as_millis()),
                delivery_attempts::took_ms.eq(millis(took)),
                delivery_attempts::is_delivered.eq(is_delivered),
                delivery_attempts::result.eq(&result),
            ))
            .execute(c)?;
        channel::attempted(c, channel_id, (!is_delivered).then_some(&*result), now)?;
    }
    diesel::update(outbox::table.find(id))
        .set((
            outbox::state.eq(state),
            outbox::lease_token.eq(lease_token + 1),
            outbox::attempts.eq(outbox::attempts - untried),
            outbox::last_result.eq(result),
            outbox::settled_at_ms.eq(settled_at_ms),
            outbox::was_held.eq(outbox::was_held.or(is_held.into_sql::<Bool>())),
        ))
        .execute(c)?;
    let line = Line { incident_id, channel_id };
    move_line(c, &line, next_at)?;
    // What is newer is told instead.
    if let Some(again) = again
        && line_not_before(c, &line)?.is_none()
    {
        copy(c, id, &again, now)?;
    }
    Ok(true)
}

/// Ends every lease: those who held them are gone. What waits for another attempt
/// waits on.
pub(super) fn release(c: &mut SqliteConnection) -> Result<(), StoreError> {
    let pending: Vec<(i64, i64, String, i64, i64)> = outbox::table
        .filter(IsPending::new(outbox::state))
        .select((
            outbox::id,
            outbox::lease_token,
            outbox::incident_id,
            outbox::channel_id,
            outbox::created_at_ms,
        ))
        .load(c)?;
    for (id, lease_token, incident_id, channel_id, created_at_ms) in pending {
        if lease_token % 2 == 0 {
            continue;
        }
        let free = outbox::lease_token.eq(lease_token + 1);
        diesel::update(outbox::table.find(id)).set(free).execute(c)?;
        let at = Timestamp::from_millis(created_at_ms);
        move_line(c, &Line { incident_id, channel_id }, at)?;
    }
    Ok(())
}

/// Gives up all that a channel is still to be told.
pub(super) fn abandon_channel(
    c: &mut SqliteConnection,
    channel_id: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let theirs = outbox::table
        .filter(IsPending::new(outbox::state))
        .filter(outbox::channel_id.eq(channel_id));
    diesel::update(theirs)
        .set((
            outbox::state.eq(ABANDONED),
            outbox::last_result.eq("the channel was deleted"),
            outbox::settled_at_ms.eq(now.as_millis()),
        ))
        .execute(c)?;
    Ok(())
}

/// What became of the notifications of an incident, in order.
pub(super) fn deliveries(
    c: &mut SqliteConnection,
    project: ProjectId,
    id: IncidentId,
) -> Result<Vec<Delivery>, StoreError> {
    let rows: Vec<DeliveryRow> = outbox::table
        .filter(outbox::incident_id.eq(id.to_string()))
        .filter(outbox::project_id.eq(project.0))
        .order((outbox::event_number, outbox::channel_id, outbox::repeat_number))
        .select((
            outbox::notification_key,
            outbox::channel_id,
            outbox::event,
            outbox::state,
            outbox::attempts,
            outbox::last_result,
            outbox::not_before_ms,
            outbox::settled_at_ms,
            outbox::repeat_number,
        ))
        .load(c)?;
    rows.into_iter().map(Delivery::try_from).collect()
}

/// How many rows are pending, and when the first of them is due.
pub(super) fn pending(c: &mut SqliteConnection) -> Result<(i64, Option<Timestamp>), StoreError> {
    let (count, first_ms) = outbox::table
        .filter(IsPending::new(outbox::state))
        .select((count_star(), min(outbox::not_before_ms)))
        .first::<(i64, Option<i64>)>(c)?;
    Ok((count, first_ms.map(Timestamp::from_millis)))
}

/// The rows to be taken now, each with its lease token, incident and channel.
fn due(
    c: &mut SqliteConnection,
    now: Timestamp,
    limit: i64,
    whose: Whose,
) -> Result<Vec<(i64, i64, String, i64)>, StoreError> {
    let (only, passed_by) = match whose {
        Whose::AllBut(passed_by) => (None, passed_by),
        Whose::Only(recipient) => (Some(recipient), Vec::new()),
    };
    let is_any = only.is_none().into_sql::<Bool>();
    let earlier = diesel::alias!(outbox as earlier);
    let is_behind = exists(
        earlier
            .filter(IsPending::new(earlier.field(outbox::state)))
            .filter(earlier.field(outbox::incident_id).eq(outbox::incident_id))
            .filter(earlier.field(outbox::channel_id).eq(outbox::channel_id))
            .filter(earlier.field(outbox::event_number).lt(outbox::event_number)),
    );
    let rows = outbox::table
        .filter(IsPending::new(outbox::state))
        .filter(outbox::not_before_ms.le(now.as_millis()))
        .filter(outbox::channel_id.ne_all(passed_by))
        .filter(is_any.or(outbox::channel_id.eq(only.unwrap_or_default())))
        .filter(not(is_behind))
        .order((outbox::not_before_ms, outbox::id))
        .limit(limit)
        .select((outbox::id, outbox::lease_token, outbox::incident_id, outbox::channel_id))
        .load(c)?;
    Ok(rows)
}

/// The claim of a row that has just been leased.
fn claimed(c: &mut SqliteConnection, id: i64) -> Result<Claim, StoreError> {
    let (row, channel) = outbox::table
        .inner_join(schedulers::table.inner_join(scheduler_states::table))
        .inner_join(projects::table.on(projects::id.eq(outbox::project_id)))
        .left_join(channels::table.on(
            channels::id.eq(outbox::channel_id).and(channels::project_id.eq(outbox::project_id)),
        ))
        .filter(outbox::id.eq(id))
        .select((
            (
                outbox::id,
                outbox::lease_token,
                outbox::notification_key,
                outbox::attempts,
                outbox::created_at_ms,
                outbox::event,
                outbox::incident,
                schedulers::scheduler_id,
                schedulers::service_name,
                schedulers::settings,
                scheduler_states::state,
                projects::name,
                outbox::repeat_number,
                outbox::repeat_every_ms,
                outbox::delay_ms,
                outbox::project_id,
                outbox::channel_id,
                outbox::was_held,
            ),
            Option::<ChannelRow>::as_select(),
        ))
        .first::<(ClaimRow, Option<ChannelRow>)>(c)?;
    claim_of(row, channel.map(StoredChannel::from))
}

/// When the next attempt of those that wait together is due, if any do.
fn line_not_before(c: &mut SqliteConnection, line: &Line) -> Result<Option<i64>, StoreError> {
    let not_before_ms = outbox::table
        .filter(outbox::incident_id.eq(&line.incident_id))
        .filter(outbox::channel_id.eq(line.channel_id))
        .filter(outbox::state.eq(PENDING))
        .select(min(outbox::not_before_ms))
        .first(c)?;
    Ok(not_before_ms)
}

/// Lets those that wait together wait until `at`.
fn move_line(c: &mut SqliteConnection, line: &Line, at: Timestamp) -> Result<(), StoreError> {
    let waiting = outbox::table
        .filter(outbox::incident_id.eq(&line.incident_id))
        .filter(outbox::channel_id.eq(line.channel_id))
        .filter(outbox::state.eq(PENDING));
    diesel::update(waiting).set(outbox::not_before_ms.eq(at.as_millis())).execute(c)?;
    Ok(())
}
