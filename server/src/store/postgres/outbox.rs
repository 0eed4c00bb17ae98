//! Notifications on their way out.
//!
//! As in SQLite: a row stays pending until its channel took it or it was given up;
//! senders take rows by moving `not_before_ms` to the end of a lease, and a claim and its
//! end both move the lease token on. What one channel is told of one incident waits
//! together: its pending rows share one `not_before_ms`, and of them only the first
//! can be taken.
//!
//! Here several servers do this at once. Whoever adds a row to those that wait first
//! locks them, so that nobody moves them in between; a sender passes by what is locked.

use std::collections::{BTreeMap, HashMap};

use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use nightbell_domain::id::IncidentId;
use nightbell_domain::incident::Event;
use nightbell_domain::key::ProjectId;
use nightbell_domain::notify::{ChannelId, Notification, NotificationKey};
use nightbell_domain::time::Timestamp;

use super::channel;
use super::statement::statement;
use crate::store::rows::channel::ChannelRow;
use crate::store::rows::incident;
use crate::store::rows::outbox::{
    ABANDONED, ClaimRow, DeliveryRow, Ended, IsPending, PENDING, ReceiptRow, SUPERSEDED, claim_of,
    event_code, event_kind, millis,
};
use crate::store::schema::{
    channels, delivery_attempts, outbox, projects, scheduler_states, schedulers,
};
use crate::store::{
    Attempt, Claim, Copied, Delivery, Fate, Receipt, SchedulerKey, Settlement, StoreError,
    StoredChannel, Whose,
};

// The state of a pending row, 0, is written out: a partial index is taken only if it can
// be seen that it holds all that is asked for. `state + 0` keeps it from being taken where
// those that wait together are looked for: its statistics are always those of a quieter
// time, and in a storm it would be searched whole for each row.
statement! {
    /// Holds the rows that wait together with these.
    HoldLines { incidents: Vec<String>, channels: Vec<i64> }
    { "SELECT o.id FROM outbox o JOIN unnest(" (incidents as Array<Text>)
      ", " (channels as Array<BigInt>)
      ") AS u(incident_id, channel_id) \
       ON o.incident_id = u.incident_id AND o.channel_id = u.channel_id \
       WHERE o.state + 0 = 0 ORDER BY o.id FOR NO KEY UPDATE OF o" }
}

statement! {
    /// Adds rows, each to wait with those that wait already.
    Insert {
        keys: Vec<String>,
        projects: Vec<i64>,
        schedulers: Vec<i64>,
        channels: Vec<i64>,
        incidents: Vec<String>,
        numbers: Vec<i64>,
        events: Vec<i32>,
        texts: Vec<String>,
        repeat_everys: Vec<Option<i64>>,
        delays: Vec<i64>,
        now_ms: i64,
    }
    { "INSERT INTO outbox (notification_key, project_id, scheduler_key, channel_id, incident_id, \
       event_number, event, incident, repeat_every_ms, delay_ms, state, attempts, not_before_ms, \
       lease_token, last_result, created_at_ms) SELECT u.*, 0, 0, \
       coalesce((SELECT min(o.not_before_ms) FROM outbox o WHERE o.incident_id = u.incident_id \
       AND o.channel_id = u.channel_id AND o.state + 0 = 0), u.delay_ms + " (now_ms as BigInt)
      "), 0, '', " (now_ms as BigInt)
      " FROM unnest(" (keys as Array<Text>)
      ", " (projects as Array<BigInt>)
      ", " (schedulers as Array<BigInt>)
      ", " (channels as Array<BigInt>)
      ", " (incidents as Array<Text>)
      ", " (numbers as Array<BigInt>)
      ", " (events as Array<Integer>)
      ", " (texts as Array<Text>)
      ", " (repeat_everys as Array<Nullable<BigInt>>)
      ", " (delays as Array<BigInt>)
      ") AS u(notification_key, project_id, scheduler_key, channel_id, incident_id, \
       event_number, event, incident, repeat_every_ms, delay_ms)" }
}

statement! {
    /// Gives up what was to be told again on these lines: something newer is about to be
    /// told. One that a sender is at work on is no longer to be called back.
    Supersede { incidents: Vec<String>, channels: Vec<i64>, result: String, now_ms: i64 }
    { "UPDATE outbox o SET state = 3, last_result = " (result as Text)
      ", settled_at_ms = " (now_ms as BigInt)
      " FROM unnest(" (incidents as Array<Text>)
      ", " (channels as Array<BigInt>)
      ") AS u(incident_id, channel_id) WHERE o.incident_id = u.incident_id \
       AND o.channel_id = u.channel_id AND o.state + 0 = 0 AND o.repeat_number > 0 \
       AND o.lease_token % 2 = 0" }
}

statement! {
    /// Writes the notification of a row once more, unless that was done before.
    Copy { key: String, channel: i64, repeat: i64, at_ms: i64, now_ms: i64, id: i64 }
    { "INSERT INTO outbox (notification_key, project_id, scheduler_key, channel_id, incident_id, \
       event_number, event, incident, repeat_number, repeat_every_ms, delay_ms, state, attempts, \
       not_before_ms, lease_token, last_result, created_at_ms) \
       SELECT " (key as Text)
      ", r.project_id, r.scheduler_key, n.channel_id, r.incident_id, r.event_number, r.event, \
       r.incident, " (repeat as BigInt)
      ", CASE WHEN r.channel_id = n.channel_id THEN r.repeat_every_ms END, 0, 0, 0, \
       coalesce((SELECT min(o.not_before_ms) FROM outbox o WHERE o.incident_id = r.incident_id \
       AND o.channel_id = n.channel_id AND o.state + 0 = 0), " (at_ms as BigInt)
      "), 0, '', " (now_ms as BigInt)
      " FROM outbox r, (SELECT " (channel as BigInt)
      " AS channel_id) n WHERE r.id = " (id as BigInt)
      " ON CONFLICT (notification_key) DO NOTHING" }
}

statement! {
    /// The rows to be taken now, which are held from here on.
    Due { now_ms: i64, passed_by: Vec<i64>, limit: i64 } -> (BigInt, Text, BigInt)
    { "SELECT o.id, o.incident_id, o.channel_id FROM outbox o \
       WHERE o.state = 0 AND o.not_before_ms <= " (now_ms as BigInt)
      " AND o.channel_id + 0 <> ALL(" (passed_by as Array<BigInt>)
      ") AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.state + 0 = 0 \
       AND e.incident_id = o.incident_id AND e.channel_id = o.channel_id \
       AND e.event_number < o.event_number) \
       ORDER BY o.not_before_ms, o.id LIMIT " (limit as BigInt)
      " FOR NO KEY UPDATE OF o SKIP LOCKED" }
}

statement! {
    /// The same of one recipient only.
    DueOf { now_ms: i64, recipient: i64, limit: i64 } -> (BigInt, Text, BigInt)
    { "SELECT o.id, o.incident_id, o.channel_id FROM outbox o \
       WHERE o.state = 0 AND o.not_before_ms <= " (now_ms as BigInt)
      " AND o.channel_id + 0 = " (recipient as BigInt)
      " AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.state + 0 = 0 \
       AND e.incident_id = o.incident_id AND e.channel_id = o.channel_id \
       AND e.event_number < o.event_number) \
       ORDER BY o.not_before_ms, o.id LIMIT " (limit as BigInt)
      " FOR NO KEY UPDATE OF o SKIP LOCKED" }
}

statement! {
    /// Leases rows.
    Lease { ids: Vec<i64> }
    { "UPDATE outbox SET lease_token = (lease_token + 1) | 1, attempts = attempts + 1 \
       WHERE id = ANY(" (ids as Array<BigInt>)
      ")" }
}

statement! {
    /// Lets those that wait together wait until an instant.
    MoveLines { incidents: Vec<String>, channels: Vec<i64>, at_ms: i64 }
    { "UPDATE outbox o SET not_before_ms = " (at_ms as BigInt)
      " FROM unnest(" (incidents as Array<Text>)
      ", " (channels as Array<BigInt>)
      ") AS u(incident_id, channel_id) WHERE o.incident_id = u.incident_id \
       AND o.channel_id = u.channel_id AND o.state + 0 = 0" }
}

/// A notification of an incident that is stored already, and whose it is.
pub(super) struct New {
    pub(super) project: ProjectId,
    pub(super) scheduler: SchedulerKey,
    pub(super) notification: Notification,
}

/// Writes notifications.
pub(super) async fn insert(
    c: &mut AsyncPgConnection,
    added: &[New],
    now: Timestamp,
) -> Result<(), StoreError> {
    if added.is_empty() {
        return Ok(());
    }
    let mut insert = Insert {
        keys: Vec::new(),
        projects: Vec::new(),
        schedulers: Vec::new(),
        channels: Vec::new(),
        incidents: Vec::new(),
        numbers: Vec::new(),
        events: Vec::new(),
        texts: Vec::new(),
        repeat_everys: Vec::new(),
        delays: Vec::new(),
        now_ms: now.as_millis(),
    };
    for New { project, scheduler, notification: Notification { key, event, manner } } in added {
        insert.keys.push(key.to_string());
        insert.projects.push(project.0);
        insert.schedulers.push(scheduler.0);
        insert.channels.push(key.channel.0);
        insert.incidents.push(key.incident.to_string());
        insert.numbers.push(i64::from(key.event));
        insert.events.push(event_code(event.kind));
        insert.texts.push(incident::text_of(&event.incident)?);
        insert.repeat_everys.push(manner.repeat_every.map(millis));
        insert.delays.push(millis(manner.delay));
    }
    let mut lines: Vec<_> = insert.incidents.iter().cloned().zip(insert.channels.clone()).collect();
    lines.sort_unstable();
    lines.dedup();
    let (incidents, channels): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
    let held = HoldLines { incidents: incidents.clone(), channels: channels.clone() };
    // Where nothing waits there is nothing to be superseded.
    if held.execute(c).await? > 0 {
        let (result, now_ms) = (SUPERSEDED.to_owned(), now.as_millis());
        Supersede { incidents, channels, result, now_ms }.execute(c).await?;
    }
    insert.execute(c).await?;
    Ok(())
}

/// The channels that were to be told of the incidents of `events` before.
pub(super) async fn told_before(
    c: &mut AsyncPgConnection,
    events: impl Iterator<Item = &Event>,
) -> Result<BTreeMap<IncidentId, Vec<ChannelId>>, StoreError> {
    let ids: BTreeMap<String, IncidentId> =
        events.map(|event| (event.incident.id.to_string(), event.incident.id)).collect();
    let rows: Vec<(String, i64)> = outbox::table
        .filter(outbox::incident_id.eq_any(ids.keys()))
        .select((outbox::incident_id, outbox::channel_id))
        .distinct()
        .load(c)
        .await?;
    let mut told: BTreeMap<IncidentId, Vec<ChannelId>> = BTreeMap::new();
    for (id, channel) in rows {
        if let Some(incident) = ids.get(&id) {
            told.entry(*incident).or_default().push(ChannelId(channel));
        }
    }
    Ok(told)
}

/// Writes the notification of row `id` once more, unless that was done before.
pub(super) async fn copy(
    c: &mut AsyncPgConnection,
    id: i64,
    copy: &Copied,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Copied { key, at } = copy;
    let (incidents, channels) = (vec![key.incident.to_string()], vec![key.channel.0]);
    HoldLines { incidents, channels }.execute(c).await?;
    let copy = Copy {
        key: key.to_string(),
        channel: key.channel.0,
        repeat: i64::from(key.repeat),
        at_ms: at.as_millis(),
        now_ms: now.as_millis(),
        id,
    };
    copy.execute(c).await?;
    Ok(())
}

/// Lets owners be told now of what waits and was not tried.
pub(super) async fn wake_owners(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let waiting = outbox::table
        .filter(IsPending::new(outbox::state))
        .filter(outbox::channel_id.eq(ChannelId::OWNER.0))
        .filter(outbox::project_id.eq(project.0))
        .filter(outbox::attempts.eq(0));
    diesel::update(waiting).set(outbox::not_before_ms.eq(now.as_millis())).execute(c).await?;
    Ok(())
}

/// Has a channel told again of an incident at `at`, unless that is so already, or it was
/// never told.
pub(super) async fn remind(
    c: &mut AsyncPgConnection,
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
        .await
        .optional()?;
    let Some((id, number, repeat, state, event)) = last else { return Ok(()) };
    if state == PENDING || !event_kind(event)?.is_alarm() {
        return Ok(());
    }
    let narrow = |it: i64| u32::try_from(it).unwrap_or(u32::MAX);
    let (event, repeat) = (narrow(number), narrow(repeat).saturating_add(1));
    let key = NotificationKey { incident, event, repeat, channel };
    copy(c, id, &Copied { key, at }, now).await
}

/// The last attempts at telling of an incident, the newest first.
pub(super) async fn receipts(
    c: &mut AsyncPgConnection,
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
        .load(c)
        .await?;
    Ok(rows.into_iter().map(Receipt::from).collect())
}

/// Takes up to `limit` rows that are due, the longest due first, and leases them.
pub(super) async fn claim(
    c: &mut AsyncPgConnection,
    now: Timestamp,
    lease_until: Timestamp,
    limit: i64,
    whose: Whose,
) -> Result<Vec<Claim>, StoreError> {
    let now_ms = now.as_millis();
    let rows: Vec<(i64, String, i64)> = match whose {
        Whose::AllBut(passed_by) => Due { now_ms, passed_by, limit }.load(c).await?,
        Whose::Only(recipient) => DueOf { now_ms, recipient, limit }.load(c).await?,
    };
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = rows.iter().map(|(id, ..)| *id).collect();
    Lease { ids: ids.clone() }.execute(c).await?;
    let (incidents, channels) =
        rows.into_iter().map(|(_, incident, channel)| (incident, channel)).unzip();
    MoveLines { incidents, channels, at_ms: lease_until.as_millis() }.execute(c).await?;
    let mut leased = leased(c, &ids).await?;
    let mut claims = Vec::with_capacity(ids.len());
    for id in ids {
        let Some((row, channel)) = leased.remove(&id) else { continue };
        match claim_of(row, channel) {
            Ok(claim) => claims.push(claim),
            // One that cannot be read must not keep the others from being told.
            Err(error) => {
                tracing::error!(notification.id = id, %error, "a notification cannot be sent");
            }
        }
    }
    Ok(claims)
}

/// The rows that have just been leased, with their channels, by number.
async fn leased(
    c: &mut AsyncPgConnection,
    ids: &[i64],
) -> Result<HashMap<i64, (ClaimRow, Option<StoredChannel>)>, StoreError> {
    let rows: Vec<(ClaimRow, Option<ChannelRow>)> = outbox::table
        .inner_join(schedulers::table.inner_join(scheduler_states::table))
        .inner_join(projects::table.on(projects::id.eq(outbox::project_id)))
        .left_join(channels::table.on(
            channels::id.eq(outbox::channel_id).and(channels::project_id.eq(outbox::project_id)),
        ))
        .filter(outbox::id.eq_any(ids))
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
        .load(c)
        .await?;
    let by_id = rows.into_iter().map(|(row, channel)| (row.id, (row, channel.map(Into::into))));
    Ok(by_id.collect())
}

/// Records how an attempt ended, if the row is still leased under `lease_token`.
pub(super) async fn settle(
    c: &mut AsyncPgConnection,
    id: i64,
    lease_token: i64,
    settlement: Settlement,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let leased: Option<(String, i64)> = outbox::table
        .find(id)
        .filter(outbox::lease_token.eq(lease_token))
        .filter(IsPending::new(outbox::state))
        .select((outbox::incident_id, outbox::channel_id))
        .for_no_key_update()
        .get_result(c)
        .await
        .optional()?;
    let Some((incident_id, channel_id)) = leased else {
        return Ok(false);
    };
    let Ended { state, next_at, settled_at_ms, untried, is_held } = Ended::of(&settlement, now);
    let Settlement { fate, result, attempt, again } = settlement;
    let result = result.replace('\0', "\u{fffd}");
    diesel::update(outbox::table.find(id))
        .set((
            outbox::state.eq(state),
            outbox::lease_token.eq(lease_token + 1),
            outbox::attempts.eq(outbox::attempts - untried),
            outbox::last_result.eq(&result),
            outbox::settled_at_ms.eq(settled_at_ms),
            outbox::was_held.eq(outbox::was_held.or(is_held.into_sql::<Bool>())),
        ))
        .execute(c)
        .await?;
    let (incidents, channels) = (vec![incident_id], vec![channel_id]);
    let waiting = MoveLines { incidents, channels, at_ms: next_at.as_millis() }.execute(c).await?;
    // What is newer is told instead.
    if let Some(again) = again
        && waiting == 0
    {
        copy(c, id, &again, now).await?;
    }
    if let Some(attempt) = attempt {
        let is_delivered = fate == Fate::Delivered;
        attempted(c, id, attempt, is_delivered, &result).await?;
        channel::attempted(c, channel_id, (!is_delivered).then_some(&*result), now).await?;
    }
    Ok(true)
}

/// Writes the receipt of an attempt.
async fn attempted(
    c: &mut AsyncPgConnection,
    id: i64,
    Attempt { began_at, took }: Attempt,
    is_delivered: bool,
    result: &str,
) -> Result<(), StoreError> {
    diesel::insert_into(delivery_attempts::table)
        .values((
            delivery_attempts::outbox_id.eq(id),
            delivery_attempts::attempted_at_ms.eq(began_at.as_millis()),
            delivery_attempts::took_ms.eq(millis(took)),
            delivery_attempts::is_delivered.eq(is_delivered),
            delivery_attempts::result.eq(result),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// Gives up all that a channel is still to be told.
pub(super) async fn abandon_channel(
    c: &mut AsyncPgConnection,
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
        .execute(c)
        .await?;
    Ok(())
}

/// What became of the notifications of an incident, in order.
pub(super) async fn deliveries(
    c: &mut AsyncPgConnection,
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
        .load(c)
        .await?;
    rows.into_iter().map(Delivery::try_from).collect()
}

/// How many rows are pending, and when the first of them is due.
pub(super) async fn pending(
    c: &mut AsyncPgConnection,
) -> Result<(i64, Option<Timestamp>), StoreError> {
    let (count, first_ms): (i64, Option<i64>) = outbox::table
        .filter(IsPending::new(outbox::state))
        .select((count_star(), min(outbox::not_before_ms)))
        .get_result(c)
        .await?;
    Ok((count, first_ms.map(Timestamp::from_millis)))
}
