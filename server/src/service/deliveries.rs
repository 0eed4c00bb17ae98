//! Notifications on their way out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use nightbell_domain::time::Timestamp;
use tokio::task::{Id, JoinError, JoinSet};

use super::{Services, unstored};
use crate::channel::{self, Outcome, Settings};
use crate::error::ServiceError;
use crate::store::{Claim, Settlement};
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
        let (limit, full) = (i64::try_from(room).unwrap_or(0), self.full_channels());
        let claims = self.services.store().outbox_claim(now, now.plus(LEASE), limit, full).await;
        let claims = claims.map_err(unstored)?;
        self.services.inner.progress.delivered(now);
        let count = claims.len();
        for claim in claims {
            let channel = claim.channel.as_ref().map(|channel| channel.id);
            let services = self.services.clone();
            let task = self.under_way.spawn(async move { services.deliver(claim).await });
            self.channels.extend(channel.map(|channel| (task.id(), channel)));
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

    async fn deliver(&self, claim: Claim) {
        if let Some(settlement) = self.unreleased(&claim).await {
            return self.settled(&claim, settlement).await;
        }
        let attempted = self.attempt(&claim).await;
        let now = self.now();
        let (kind, outcome) = match &attempted {
            Some((settings, outcome)) => (settings.kind(), outcome.word()),
            None => ("unknown", "abandoned"),
        };
        self.metrics().deliveries.get_or_create(&Kind { kind, outcome }).inc();
        let settlement = settle(&claim, attempted.map(|(_, outcome)| outcome), now);
        if let Settlement::Retry { result, .. } | Settlement::Abandoned { result } = &settlement {
            tracing::warn!(
                incident.id = %claim.about.incident.id,
                channel.id = claim.channel.as_ref().map(|channel| channel.id),
                attempts = claim.attempts + 1,
                result,
                "a notification was not delivered"
            );
        }
        self.settled(&claim, settlement).await;
    }

    async fn settled(&self, claim: &Claim, settlement: Settlement) {
        match self.store().outbox_settle(claim, settlement, self.now()).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!(key = claim.key, "a lease ended during its attempt"),
            Err(error) => tracing::error!(%error, "the end of an attempt could not be recorded"),
        }
    }

    /// Makes one attempt; `None` if the channel is gone, turned off or unreadable.
    async fn attempt(&self, claim: &Claim) -> Option<(Settings, Outcome)> {
        let stored = claim.channel.as_ref()?;
        let settings = match self.unseal(stored) {
            Ok(settings) => settings,
            Err(error) => {
                tracing::error!(%error, channel.id = stored.id, "a channel cannot be read");
                return None;
            }
        };
        let mut notification = self.notification(claim);
        notification.thread = self.thread(stored, claim).await;
        let ways_out = &self.inner.parts.ways_out;
        let outcome = channel::send(ways_out, &settings, &notification, self.now()).await;
        if let Outcome::Delivered { thread: Some(reference), .. } = &outcome {
            self.keep_thread(stored, claim, reference).await;
        }
        if let Outcome::Disable { result } = &outcome {
            let mut turned_off = stored.clone();
            turned_off.is_enabled = false;
            turned_off.disabled_reason.clone_from(result);
            if let Err(error) = self.store().channel_update(turned_off).await {
                tracing::error!(%error, channel.id = stored.id, "a channel could not be turned off");
            }
        }
        Some((settings, outcome))
    }
}

/// What the outcome of an attempt leads to; no outcome: the channel is gone.
fn settle(claim: &Claim, outcome: Option<Outcome>, now: Timestamp) -> Settlement {
    let (result, retry_after) = match outcome {
        None => return Settlement::Abandoned { result: "the channel is gone".to_owned() },
        Some(Outcome::Delivered { .. }) => {
            let result = outcome.map(|outcome| outcome.result()).unwrap_or_default();
            return Settlement::Delivered { result };
        }
        Some(Outcome::Disable { result }) => return Settlement::Abandoned { result },
        Some(Outcome::Retry { result, retry_after }) => (result, retry_after),
        Some(Outcome::Blocked { result }) => (result, None),
    };
    if now.since(claim.created_at) >= TRIED_FOR && claim.attempts >= TRIED_TIMES {
        let result = format!("given up after 72 hours: {result}");
        return Settlement::Abandoned { result };
    }
    let planned = WAITS[usize::try_from(claim.attempts).unwrap_or(usize::MAX).min(WAITS.len() - 1)];
    // Jitter spreads those that failed together; never earlier than was asked for.
    let spread = planned.mul_f64(1.0 + rand::random::<f64>() / 5.0);
    Settlement::Retry { result, at: now.plus(retry_after.unwrap_or_default().max(spread)) }
}
