//! Many notifications for one person, told together.
//!
//! The first of a minute go out one by one, and whatever is critical always does. The
//! others wait in the outbox; when the minute is over the first of them gathers the rest,
//! those that other tasks hold at that moment included, and tells of all in one message.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nightbell_domain::notify::ChannelId;
use nightbell_domain::pace::{Pace, Turn};
use nightbell_domain::settings::Severity;

use super::Services;
use super::record::fresh_id;
use crate::channel::notification::{Background, Event, Notification, Told};
use crate::channel::{self, Outcome, Settings};
use crate::store::{Attempt, Claim, Fate, Settlement, Whose};
use crate::telemetry::Kind;

/// The most notifications that are told in one message.
const TOGETHER_MAX: i64 = 500;

/// Longer than telling of all in one message takes.
const LEASE: Duration = Duration::from_mins(1);

/// So many people are remembered before those who hear nothing are forgotten.
const PACES_MAX: usize = 4_096;

/// How fast each person is told, by what they are told at.
#[derive(Default)]
pub(super) struct Paces {
    by_target: Mutex<HashMap<String, Gathering>>,
}

#[derive(Default)]
struct Gathering {
    pace: Pace,
    /// What other tasks hold, while it is gathered.
    joined: Option<Vec<Claim>>,
}

/// What becomes of a claim whose turn it is.
pub(super) enum Place {
    /// It is told by itself.
    Alone(Claim),
    /// It gathers others.
    First(Claim, Gatherer),
    /// It waits.
    Waits(Claim, Settlement),
    /// Another tells of it.
    Joined,
}

/// Whoever gathers what is told at one target. However that ends, the next may gather: what
/// had joined and was not told is claimed again when its lease ends.
pub(super) struct Gatherer {
    services: Services,
    target: String,
}

impl Gatherer {
    /// What has joined so far; from here on nothing joins.
    fn joined(&self) -> Vec<Claim> {
        let mut paces = self.services.inner.paces.lock();
        paces.get_mut(&self.target).and_then(|it| it.joined.take()).unwrap_or_default()
    }
}

impl Drop for Gatherer {
    fn drop(&mut self) {
        self.joined();
    }
}

impl Paces {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Gathering>> {
        self.by_target.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Services {
    /// Whether a claim is told by itself.
    pub(super) fn place(&self, claim: Claim) -> Place {
        let is_critical = claim.about.incident.severity == Severity::Critical;
        match self.person(&claim).filter(|_| !is_critical) {
            Some((target, _)) => self.place_at(target, claim),
            None => Place::Alone(claim),
        }
    }

    fn place_at(&self, target: String, claim: Claim) -> Place {
        let now = self.now();
        let mut paces = self.inner.paces.lock();
        if paces.len() >= PACES_MAX {
            paces.retain(|_, it| it.joined.is_some() || !it.pace.is_idle(now));
        }
        let gathering = paces.entry(target.clone()).or_default();
        if let Some(joined) = &mut gathering.joined {
            joined.push(claim);
            return Place::Joined;
        }
        match gathering.pace.turn(now) {
            Turn::Alone => Place::Alone(claim),
            Turn::Together => {
                gathering.joined = Some(Vec::new());
                Place::First(claim, Gatherer { services: self.clone(), target })
            }
            Turn::Wait(until) => {
                let why = "waits to be told together with others: there are many";
                Place::Waits(claim, Settlement::new(Fate::Rest(until), why))
            }
        }
    }

    /// Tells of a claim and of all that wait with it.
    pub(super) async fn tell_together(&self, first: Claim, gatherer: Gatherer) {
        let Some((target, settings)) = self.person(&first) else { return };
        let mut all = vec![first];
        for claim in self.waiting_with(&all[0]).await {
            match self.person(&claim) {
                Some((its, _)) if its == target => all.push(claim),
                _ => self.settled(&claim, Settlement::new(Fate::Rest(self.now()), "")).await,
            }
        }
        all.extend(gatherer.joined());
        if let [only] = all.as_slice() {
            let settlement = self.attempt(only).await;
            return self.settled(only, settlement).await;
        }
        for (claim, settlement) in all.iter().zip(self.attempt_together(&all, &settings).await) {
            self.settled(claim, settlement).await;
        }
    }

    /// What else is due where a claim is told, and may be told.
    async fn waiting_with(&self, first: &Claim) -> Vec<Claim> {
        let (now, whose) = (self.now(), Whose::Only(first.recipient.0));
        let claimed = self.store().outbox_claim(now, now.plus(LEASE), TOGETHER_MAX, whose).await;
        let claimed = claimed.unwrap_or_else(|error| {
            tracing::error!(%error, "what is to be told together could not be gathered");
            Vec::new()
        });
        let mut released = Vec::new();
        for mut claim in claimed {
            match self.unreleased(&mut claim).await {
                Some(settlement) => self.settled(&claim, settlement).await,
                None => released.push(claim),
            }
        }
        released
    }

    /// One attempt at telling of all; how each claim ends, in order.
    async fn attempt_together(&self, all: &[Claim], settings: &Settings) -> Vec<Settlement> {
        let (Some(first), now) = (all.first(), self.now()) else { return Vec::new() };
        let channel = first.channel.as_ref();
        if let Some(channel) = channel
            && let Err(until) = self.breaker(channel.id, |breaker| breaker.admit(now))
        {
            let mut settlements = Vec::with_capacity(all.len());
            for claim in all {
                settlements.push(self.rest(claim, channel, until).await);
            }
            return settlements;
        }
        let digest = Notification {
            key: format!("nb1:digest:{}:{}", fresh_id(now), first.recipient.0),
            event: Event::Digest,
            occurred_at: now,
            project: first.project_name.clone(),
            link_base: Some(self.inner.parts.rules.address.clone()),
            incident: None,
            background: Background::default(),
            mention: None,
            thread: None,
            digest: all.iter().filter_map(|claim| self.told(claim)).collect(),
        };
        let started = tokio::time::Instant::now();
        let outcome = channel::send(&self.inner.parts.ways_out, settings, &digest, now).await;
        let attempt = Some(Attempt { began_at: now, took: started.elapsed() });
        let kind = Kind { kind: settings.kind(), outcome: outcome.word() };
        self.metrics().deliveries.get_or_create(&kind).inc();
        // What follows goes beside no message that speaks of others, too.
        let outcome = match outcome {
            Outcome::Delivered { receipt, .. } => Outcome::delivered(receipt),
            other => other,
        };
        if let Some(channel) = channel {
            self.heard(channel, &outcome, now);
        }
        let mut settlements = Vec::with_capacity(all.len());
        for claim in all {
            let settlement = self.settle(claim, channel, outcome.clone()).await;
            settlements.push(Settlement { attempt, ..settlement });
        }
        settlements
    }

    fn told(&self, claim: &Claim) -> Option<Told> {
        let Notification { event, incident, .. } = self.notification(claim);
        Some(Told { event, incident: incident? })
    }

    /// Who is told of a claim, if it is a person and not a program, and how.
    fn person(&self, claim: &Claim) -> Option<(String, Settings)> {
        if claim.recipient == ChannelId::OWNER {
            let address = claim.settings.owner_email.as_deref()?;
            let target = format!("owner {} {}", claim.project.0, address.to_ascii_lowercase());
            return Some((target, super::owners::mail_to(address)));
        }
        let channel = claim.channel.as_ref().filter(|channel| channel.is_enabled)?;
        let settings = self.unseal(channel).ok().filter(Settings::is_for_people)?;
        Some((format!("channel {}", channel.id), settings))
    }
}
