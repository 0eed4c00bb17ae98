//! Notifications on their way out.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use nightbell_domain::breaker::Breaker;
use nightbell_domain::notify::{ChannelId, FAILING_AFTER, NotificationKey};
use nightbell_domain::time::Timestamp;
use tokio::task::{Id, JoinError, JoinSet};

use super::digests::Place;
use super::{Services, unstored};
use crate::channel::{self, Outcome};
use crate::error::ServiceError;
use crate::store::{Attempt, Claim, Copied, Fate, Settlement, StoredChannel, Whose};
use crate::telemetry::Kind;

/// How long a sender holds a notification. Longer than any attempt may take.
const LEASE: Duration = Duration::from_mins(1);

/// Notifications under way at once.
const IN_FLIGHT_MAX: usize = 256;

/// Notifications of one channel under way at once. One claim may take as many more.
const SHARE: usize = 8;

/// How long a notification is tried, and how often at least: it may have been held for
/// long, or this server down, before it was tried first.
const TRIED_FOR: Duration = Duration::from_hours(72);
const TRIED_TIMES: u32 = 8;

/// The waits between the first attempts; later ones wait for the last.
const WAITS: [Duration; 8] = [
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(30),
    Duration::from_mins(1),
    Duration::from_mins(2),
    Duration::from_mins(5),
    Duration::from_mins(20),
    Duration::from_hours(1),
];

/// Sends notifications, several at once. A slow receiver delays no other: each
/// attempt is a task of its own, further ones begin while it goes on, and no channel has
/// more than its share of them.
pub struct Deliveries {
    services: Services,
    under_way: JoinSet<()>,
    /// The channel of each attempt under way, by its task.
    channels: HashMap<Id, i64>,
}

impl Deliveries {
    /// Begins to send what is due, as far as there is room; how many attempts that is.
    pub async fn begin(&mut self) -> Result<usize, ServiceError> {
        while let Some(ended) = self.under_way.try_join_next_with_id() {
            self.give_back(ended);
        }
        let mut begun = 0;
        loop {
            let room = SHARE.min(IN_FLIGHT_MAX - self.under_way.len());
            let count = self.begin_some(room).await?;
            begun += count;
            if count < room || room == 0 {
                return Ok(begun);
            }
        }
    }

    async fn begin_some(&mut self, room: usize) -> Result<usize, ServiceError> {
        let now = self.services.now();
        let limit = i64::try_from(room).unwrap_or(0);
        let full = Whose::AllBut(self.full_channels());
        let claims = self.services.store().outbox_claim(now, now.plus(LEASE), limit, full).await;
        let claims = claims.map_err(unstored)?;
        self.services.inner.progress.delivered(now);
        let count = claims.len();
        for claim in claims {
            let recipient = claim.recipient.0;
            let services = self.services.clone();
            let task = self.under_way.spawn(async move { services.deliver(claim).await });
            self.channels.insert(task.id(), recipient);
        }
        Ok(count)
    }

    /// Makes room for another attempt at a channel. One that panicked does so, too.
    fn give_back(&mut self, ended: Result<(Id, ()), JoinError>) {
        let task = ended.map_or_else(|failed| failed.id(), |(task, ())| task);
        self.channels.remove(&task);
    }

    /// The channels that have their share.
    fn full_channels(&self) -> Vec<i64> {
        let mut counts: HashMap<i64, usize> = HashMap::new();
        for channel in self.channels.values() {
            *counts.entry(*channel).or_default() += 1;
        }
        counts
            .into_iter()
            .filter(|(_, count)| *count >= SHARE)
            .map(|(channel, _)| channel)
            .collect()
    }

    /// Waits until there may be more to send: an attempt ended, a notification was
    /// written, or `at_most` has passed.
    pub async fn pause(&mut self, at_most: Duration) {
        tokio::select! {
            Some(ended) = self.under_way.join_next_with_id() => self.give_back(ended),
            () = self.services.outbox_rings(at_most) => {}
        }
    }

    /// Waits for the attempts under way.
    pub async fn finish(mut self) {
        while self.under_way.join_next().await.is_some() {}
    }
}

impl Services {
    /// A sender with nothing under way.
    pub fn deliveries(&self) -> Deliveries {
        Deliveries { services: self.clone(), under_way: JoinSet::new(), channels: HashMap::new() }
    }

    /// Waits until a notification was written, or `at_most` has passed.
    async fn outbox_rings(&self, at_most: Duration) {
        let bell = Arc::clone(&self.inner.outbox_bell);
        // The time running out is the other way to wake.
        let _ = tokio::time::timeout(at_most, bell.notified()).await;
    }

    async fn deliver(&self, mut claim: Claim) {
        if let Some(settlement) = self.unreleased(&mut claim).await {
            return self.settled(&claim, settlement).await;
        }
        match self.place(claim) {
            Place::Alone(claim) => {
                let settlement = self.attempt(&claim).await;
                self.settled(&claim, settlement).await;
            }
            Place::First(claim, gatherer) => self.tell_together(claim, gatherer).await,
            Place::Waits(claim, settlement) => self.settled(&claim, settlement).await,
            Place::Joined => {}
        }
    }

    /// Records how a claim ended.
    pub(super) async fn settled(&self, claim: &Claim, settlement: Settlement) {
        if let Fate::Retry(_) | Fate::Abandoned = settlement.fate {
            tracing::warn!(
                incident.id = %claim.about.incident.id,
                channel.id = claim.recipient.0,
                attempts = claim.attempts + 1,
                result = settlement.result,
                "a notification was not delivered"
            );
        }
        match self.store().outbox_settle(claim, settlement, self.now()).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!(key = claim.key, "a lease ended during its attempt"),
            Err(error) => tracing::error!(%error, "the end of an attempt could not be recorded"),
        }
    }

    /// Makes one attempt, unless its channel rests or takes nothing.
    pub(super) async fn attempt(&self, claim: &Claim) -> Settlement {
        if claim.recipient == ChannelId::OWNER {
            return self.attempt_owner(claim).await;
        }
        let Some(channel) = &claim.channel else {
            return Settlement::new(Fate::Abandoned, "the channel is gone");
        };
        if !channel.is_enabled {
            if !channel.disabled_reason.is_empty() {
                self.fall_back(claim, channel).await;
            }
            return Settlement::new(Fate::Abandoned, "the channel is turned off");
        }
        let settings = match self.unseal(channel) {
            Ok(settings) => settings,
            Err(error) => {
                tracing::error!(%error, channel.id, "a channel cannot be read");
                self.fall_back(claim, channel).await;
                return Settlement::new(Fate::Abandoned, "the channel cannot be read");
            }
        };
        let now = self.now();
        if let Err(until) = self.breaker(channel.id, |breaker| breaker.admit(now)) {
            return self.rest(claim, channel, until).await;
        }
        let mut notification = self.notification(claim);
        notification.thread = self.thread(channel, claim).await;
        let ways_out = &self.inner.parts.ways_out;
        let started = tokio::time::Instant::now();
        let outcome = channel::send(ways_out, &settings, &notification, now).await;
        let attempt = Attempt { began_at: now, took: started.elapsed() };
        let kind = Kind { kind: settings.kind(), outcome: outcome.word() };
        self.metrics().deliveries.get_or_create(&kind).inc();
        self.heard(channel, &outcome, now);
        let settlement = self.settle(claim, Some(channel), outcome).await;
        Settlement { attempt: Some(attempt), ..settlement }
    }

    /// What becomes of a claim whose channel rests.
    pub(super) async fn rest(
        &self,
        claim: &Claim,
        channel: &StoredChannel,
        until: Timestamp,
    ) -> Settlement {
        if is_given_up(claim, Some(channel), self.now()) {
            self.fall_back(claim, channel).await;
            return Settlement::new(Fate::Abandoned, given_up(&channel.failing_result));
        }
        let result = format!("waits for its channel, which fails: {}", channel.failing_result);
        let until = self.wake_for_fallback(claim, channel, until).await;
        Settlement::new(Fate::Rest(until), result)
    }

    /// Notes how an attempt at a channel went, for those that come after it.
    pub(super) fn heard(&self, channel: &StoredChannel, outcome: &Outcome, now: Timestamp) {
        self.breaker(channel.id, |breaker| match outcome {
            Outcome::Delivered { .. } => breaker.succeeded(),
            Outcome::Retry { retry_after, .. } => breaker.failed(now, *retry_after),
            Outcome::Blocked { .. } => breaker.failed(now, None),
            // There is no other attempt.
            Outcome::Disable { .. } => {}
        });
    }

    /// What the outcome of an attempt leads to; without a channel, of one at an owner.
    pub(super) async fn settle(
        &self,
        claim: &Claim,
        channel: Option<&StoredChannel>,
        outcome: Outcome,
    ) -> Settlement {
        let now = self.now();
        let result = outcome.result();
        let retry_after = match outcome {
            Outcome::Delivered { thread, .. } => {
                if let (Some(channel), Some(reference)) = (channel, thread) {
                    self.keep_thread(channel, claim, &reference).await;
                }
                let again = again(claim, now);
                return Settlement { again, ..Settlement::new(Fate::Delivered, result) };
            }
            Outcome::Disable { .. } => {
                if let Some(channel) = channel {
                    self.turn_off(channel, &result).await;
                    self.fall_back(claim, channel).await;
                }
                return Settlement::new(Fate::Abandoned, result);
            }
            Outcome::Retry { retry_after, .. } => retry_after,
            Outcome::Blocked { .. } => None,
        };
        if is_given_up(claim, channel, now) {
            if let Some(channel) = channel {
                self.fall_back(claim, channel).await;
            }
            return Settlement::new(Fate::Abandoned, given_up(&result));
        }
        let attempts = usize::try_from(claim.attempts).unwrap_or(usize::MAX);
        let planned = WAITS[attempts.min(WAITS.len() - 1)];
        // Jitter spreads those that failed together; never earlier than was asked for.
        let spread = planned.mul_f64(1.0 + rand::random::<f64>() / 5.0);
        let at = now.plus(retry_after.unwrap_or_default().max(spread));
        let at = match channel {
            Some(channel) => self.wake_for_fallback(claim, channel, at).await,
            None => at,
        };
        Settlement::new(Fate::Retry(at), result)
    }

    async fn turn_off(&self, channel: &StoredChannel, reason: &str) {
        let mut turned_off = channel.clone();
        turned_off.is_enabled = false;
        reason.clone_into(&mut turned_off.disabled_reason);
        if let Err(error) = self.store().channel_update(turned_off).await {
            tracing::error!(%error, channel.id, "a channel could not be turned off");
        }
    }

    /// Tells another channel if this one has failed for long enough. If it has not, when
    /// to look again: `at`, or sooner.
    async fn wake_for_fallback(
        &self,
        claim: &Claim,
        channel: &StoredChannel,
        at: Timestamp,
    ) -> Timestamp {
        if channel.fallback_id.is_none() {
            return at;
        }
        let now = self.now();
        let failing_at = channel.failing_since.unwrap_or(now).plus(FAILING_AFTER);
        if now < failing_at {
            return at.min(failing_at);
        }
        self.fall_back(claim, channel).await;
        at
    }

    /// Tells the channel that takes the place of this one.
    async fn fall_back(&self, claim: &Claim, channel: &StoredChannel) {
        let Some(fallback) = channel.fallback_id.filter(|id| *id != channel.id) else { return };
        let key = key(claim, ChannelId(fallback), claim.repeat);
        let now = self.now();
        if let Err(error) = self.store().outbox_copy(claim, Copied { key, at: now }, now).await {
            tracing::error!(%error, channel.id, fallback, "a fallback could not be told");
        }
        self.inner.outbox_bell.notify_one();
    }

    pub(super) fn breaker<T>(&self, channel: i64, act: impl FnOnce(&mut Breaker) -> T) -> T {
        let mut breakers = self.inner.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        act(breakers.entry(channel).or_default())
    }
}

/// Whether a notification has been tried for long enough, or its channel has.
fn is_given_up(claim: &Claim, channel: Option<&StoredChannel>, now: Timestamp) -> bool {
    let failing_since = channel.and_then(|channel| channel.failing_since);
    let is_failing = failing_since.is_some_and(|since| now.since(since) >= TRIED_FOR);
    now.since(claim.created_at) >= TRIED_FOR && (claim.attempts >= TRIED_TIMES || is_failing)
}

fn given_up(result: &str) -> String {
    format!("given up after 72 hours: {result}")
}

/// What is told again later, if a route says so and it asks somebody to act.
fn again(claim: &Claim, now: Timestamp) -> Option<Copied> {
    let every = claim.repeat_every.filter(|_| claim.event.is_alarm())?;
    Some(Copied { key: key(claim, claim.recipient, claim.repeat + 1), at: now.plus(every) })
}

/// The key of what a claim tells, told to `channel` for the time that `repeat` says.
fn key(claim: &Claim, channel: ChannelId, repeat: u32) -> NotificationKey {
    let incident = &claim.about.incident;
    NotificationKey { incident: incident.id, event: claim.event_number, repeat, channel }
}
