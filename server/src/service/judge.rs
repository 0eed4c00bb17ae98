//! The passing of time.

use std::time::Duration;

use nightbell_domain::presence::{Duty, ServerId, Watch};
use nightbell_domain::time::Timestamp;
use nightbell_domain::transition::Input;
use uuid::Uuid;

use super::record::fresh_id;
use super::{Services, closed, unstored};
use crate::error::ServiceError;
use crate::store::batch::{Command, Intent, Judgement, NotDone, Target};
use crate::store::{Kept, Presence, SchedulerKey, StoreError};

/// Schedulers that are looked at in one go.
const DUE_MAX: i64 = 1_000;

/// A pause between two signs of life that is longer counts as blindness.
const GAP_MAX: Duration = Duration::from_secs(5);

/// The same when a server begins: if others live, they gave a sign a moment ago.
const GAP_MAX_AT_START: Duration = Duration::from_secs(1);

/// How often a server says that it lives, alone and among others.
const ATTEND_ALONE: Duration = Duration::from_secs(1);
const ATTEND_SHARED: Duration = Duration::from_millis(200);

/// A report may take so long from being read to the queue, which is where waiting
/// reports are counted.
const READING_MAX: Duration = Duration::from_millis(200);

/// For how long blindness is remembered: no deadline of interest lies further back.
const BLINDNESS_KEPT: Duration = Duration::from_hours(48);

/// Runs, the least number of them, entries of the audit log, incidents and notifications
/// are kept so long.
const RUNS_KEPT: Duration = Duration::from_hours(90 * 24);
const RUNS_LEAST: i64 = 100;
const AUDIT_KEPT: Duration = Duration::from_hours(400 * 24);
const INCIDENTS_KEPT: Duration = Duration::from_hours(400 * 24);
const NOTIFICATIONS_KEPT: Duration = Duration::from_hours(30 * 24);

/// How many schedulers are looked through in one go for what is too old.
const PRUNED_SCHEDULERS: i64 = 200;

/// How many refused reports or entries of the audit log are forgotten in one go.
const PRUNED_MAX: i64 = 1_000;

/// Looks at whatever is due, if it is this server's turn. Made once, at the start: what
/// happened before is a time in which nothing could be seen, unless others saw it.
pub struct Judge {
    services: Services,
    me: ServerId,
    watch: Watch,
    /// The last sign of life, and until when something could be seen before it.
    attended_at: Timestamp,
    pruned_at: Timestamp,
    /// The last scheduler that was looked through for what is too old.
    pruned_after: SchedulerKey,
}

impl Services {
    /// Opens the eyes: from the time at which something could last be seen until now
    /// nothing could.
    pub async fn judge(&self) -> Result<Judge, ServiceError> {
        let now = self.now();
        let me = self.inner.parts.server;
        let mut judge = Judge {
            services: self.clone(),
            me,
            watch: Watch::new(me),
            attended_at: now,
            pruned_at: now,
            pruned_after: SchedulerKey(0),
        };
        let gap_max = if self.store().is_shared() { GAP_MAX_AT_START } else { Duration::ZERO };
        judge.attend(now, gap_max).await?;
        judge.see(now).await?;
        Ok(judge)
    }

    /// A server that nobody has seen before.
    pub fn new_server() -> ServerId {
        ServerId(Uuid::from_bytes(rand::random()))
    }
}

impl Judge {
    /// Says that this server lives. If it is the one that judges, looks at every
    /// scheduler that is due at present; how many were.
    ///
    /// What is due is decided behind every report that was read before, since it goes
    /// the same way, and not before what other servers have read is stored: a report
    /// that waits to be stored is never overlooked.
    pub async fn look(&mut self) -> Result<usize, ServiceError> {
        let now = self.services.now();
        let is_shared = self.services.store().is_shared();
        let every = if is_shared { ATTEND_SHARED } else { ATTEND_ALONE };
        if now.since(self.attended_at) >= every {
            self.attend(now, GAP_MAX).await?;
        }
        let mut count = 0;
        let mut until = now;
        if let Duty::Judge(epoch) = self.watch.duty(now) {
            until = self.watch.stored_until(now);
            count = self.judge(Judgement { epoch, until }).await?;
            self.prune(now).await?;
        }
        let metrics = self.services.metrics();
        metrics.evaluations.inc_by(count as u64);
        metrics.evaluation_lag_seconds.set(self.services.now().since(until).as_secs_f64());
        self.services.inner.progress.judged(now);
        Ok(count)
    }

    /// Makes way: another server may judge at once.
    pub async fn leave(self) -> Result<(), ServiceError> {
        self.services.store().leave(self.me).await.map_err(unstored)
    }

    /// Says that this server lives, hears the others, and takes the judge's lease if
    /// nobody has it.
    async fn attend(&mut self, now: Timestamp, gap_max: Duration) -> Result<(), ServiceError> {
        let services = self.services.clone();
        let store = services.store();
        let epoch = match self.watch.duty(now) {
            Duty::Judge(epoch) => Some(epoch),
            Duty::Take(_) | Duty::Wait => None,
        };
        let presence = Presence {
            server: self.me,
            stored_until: now.minus(services.inner.ingest.lag()).minus(READING_MAX),
            now,
            gap_max,
            epoch,
            dead: if epoch.is_some() { self.watch.dead(now) } else { Vec::new() },
        };
        let attendance = store.attend(presence.clone()).await.map_err(unstored)?;
        self.attended_at = now;
        self.watch.look(&attendance.signs, attendance.lease, now);
        let window = attendance
            .seen_until
            .and_then(|seen_until| nightbell_domain::blind::window(seen_until, now, gap_max));
        if let Some(window) = window {
            tracing::warn!(
                blind.seconds = window.to.since(window.from).as_secs_f64(),
                "nothing could be seen for a while; deadlines of that time are judged later"
            );
        }
        self.see(now).await?;
        if let Duty::Take(seen) = self.watch.duty(now)
            && self.take(seen).await?
        {
            let attendance = store.attend(Presence { gap_max: GAP_MAX, ..presence }).await;
            let attendance = attendance.map_err(unstored)?;
            self.watch.look(&attendance.signs, attendance.lease, now);
        }
        Ok(())
    }

    /// Takes the lease. That another server was first, or that the one before has not
    /// let go yet, is no failure: the next look comes soon.
    async fn take(
        &self,
        seen: Option<nightbell_domain::presence::Lease>,
    ) -> Result<bool, ServiceError> {
        match self.services.store().lease_take(self.me, seen).await {
            Ok(is_mine) => {
                if is_mine && self.services.store().is_shared() {
                    tracing::info!("this server judges from here on");
                }
                Ok(is_mine)
            }
            Err(StoreError::Contended(_)) => Ok(false),
            Err(error) => Err(unstored(error)),
        }
    }

    /// Reads the windows in which nothing could be seen, for every decision from here on.
    async fn see(&self, now: Timestamp) -> Result<(), ServiceError> {
        let since = now.minus(BLINDNESS_KEPT);
        let windows = self.services.store().blind_windows(since).await.map_err(unstored)?;
        self.services.inner.sight.set(windows);
        Ok(())
    }

    async fn judge(&mut self, judgement: Judgement) -> Result<usize, ServiceError> {
        let mut count = 0;
        loop {
            let due = self.services.store().due(judgement.until, DUE_MAX).await;
            let due = due.map_err(unstored)?;
            let is_all = i64::try_from(due.len()).unwrap_or(i64::MAX) < DUE_MAX;
            count += due.len();
            if !self.decide(due, judgement).await? || is_all {
                return Ok(count);
            }
        }
    }

    /// Has what is due decided; `false` if another server judges by now.
    async fn decide(
        &mut self,
        due: Vec<SchedulerKey>,
        judgement: Judgement,
    ) -> Result<bool, ServiceError> {
        let commands = due
            .into_iter()
            .map(|key| Command {
                target: Target::Key(key),
                speaker: None,
                intent: Box::new(Intent::Apply(Input::TimePassed, None)),
                fresh: fresh_id(judgement.until),
                wants_scheduler: false,
                judgement: Some(judgement),
            })
            .collect();
        for outcome in self.services.inner.ingest.submit_all(commands).await.map_err(closed)? {
            if let Err(NotDone::Superseded) = outcome.map_err(unstored)?.answer {
                tracing::warn!("another server judges by now; this one stops");
                // What it knew is old; it looks before it does anything else.
                self.watch = Watch::new(self.me);
                let now = self.services.now();
                self.attend(now, GAP_MAX).await?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn prune(&mut self, now: Timestamp) -> Result<(), ServiceError> {
        if now.since(self.pruned_at) >= Duration::from_mins(1) {
            self.pruned_at = now;
            let before = now.minus(super::schedulers::REJECTED_KEPT);
            let pruned = self.services.store().rejected_prune(before, PRUNED_MAX).await;
            pruned.map_err(unstored)?;
            let before = now.minus(AUDIT_KEPT);
            self.services.store().audit_prune(before, PRUNED_MAX).await.map_err(unstored)?;
            let kept = Kept {
                runs_since: now.minus(RUNS_KEPT),
                runs_least: RUNS_LEAST,
                incidents_since: now.minus(INCIDENTS_KEPT),
                notifications_since: now.minus(NOTIFICATIONS_KEPT),
            };
            let store = self.services.store();
            let last = store.history_prune(self.pruned_after, PRUNED_SCHEDULERS, kept).await;
            self.pruned_after = last.map_err(unstored)?.unwrap_or(SchedulerKey(0));
        }
        Ok(())
    }
}
