//! The one way in which anything about a scheduler is stored.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use nightbell_domain::blind::BlindWindow;
use nightbell_domain::time::Timestamp;
use nightbell_domain::transition::Refusal;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::decide::decide;
use super::schedulers::Change;
use crate::clock::Clock;
use crate::error::ServiceError;
use crate::ingest::BatchWriter;
use crate::store::batch::{Answered, Batch, Command, Committed, NotDone, Setting, Target};
use crate::store::{Store, StoreError};
use crate::telemetry::{IncidentLabels, Metrics};

/// When to come back after the store could not be used.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The windows in which nothing could be seen, as far as they still matter.
#[derive(Clone, Default)]
pub(super) struct Sight {
    windows: Arc<RwLock<Arc<[BlindWindow]>>>,
}

impl Sight {
    pub(super) fn windows(&self) -> Arc<[BlindWindow]> {
        Arc::clone(&self.windows.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set(&self, windows: Vec<BlindWindow>) {
        *self.windows.write().unwrap_or_else(PoisonError::into_inner) = windows.into();
    }
}

/// Writes batches of commands.
pub(super) struct Recorder {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) metrics: Metrics,
    pub(super) broken: CancellationToken,
    pub(super) sight: Sight,
    pub(super) changes: broadcast::Sender<Change>,
    pub(super) outbox_bell: Arc<Notify>,
    pub(super) schedulers_max: u64,
    pub(super) mails_owners: bool,
}

impl BatchWriter for Recorder {
    type Item = Command;
    type Outcome = Result<Answered, StoreError>;

    async fn write(&mut self, commands: Vec<Command>) -> Vec<Result<Answered, StoreError>> {
        let count = commands.len();
        self.metrics.ingest_batch_size.observe(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
        let commands: Arc<[Command]> = commands.into();
        match self.transact(Arc::clone(&commands)).await {
            Ok(answered) => answered.into_iter().map(Ok).collect(),
            Err(StoreError::Fault(error)) if count > 1 => {
                // One command that cannot be stored must not take the others along.
                tracing::error!(%error, commands = count, "a batch failed; each is tried alone");
                let mut outcomes = Vec::with_capacity(count);
                for command in commands.iter() {
                    let alone = self.transact([command.clone()].into()).await;
                    outcomes.push(alone.and_then(|mut answered| {
                        answered.pop().ok_or_else(|| StoreError::Fault("no answer".to_owned()))
                    }));
                }
                outcomes
            }
            Err(error) => std::iter::repeat_with(|| Err(error.clone())).take(count).collect(),
        }
    }
}

impl Recorder {
    async fn transact(&self, commands: Arc<[Command]>) -> Result<Vec<Answered>, StoreError> {
        let setting = Setting {
            now: self.clock.now(),
            blind: self.sight.windows(),
            schedulers_max: self.schedulers_max,
            mails_owners: self.mails_owners,
        };
        let started = tokio::time::Instant::now();
        let outcome = self.store.transact(Batch { commands, setting, decide }).await;
        self.metrics.commit_seconds.observe(started.elapsed().as_secs_f64());
        match outcome {
            Ok(committed) => Ok(self.publish(committed)),
            Err(error) => {
                tracing::error!(%error, "a batch could not be stored");
                if let StoreError::Broken(_) = error {
                    self.broken.cancel();
                }
                Err(error)
            }
        }
    }

    /// Tells those who wait for changes; only what is on disk is told.
    fn publish(&self, committed: Committed) -> Vec<Answered> {
        if committed.has_notifications {
            self.outbox_bell.notify_one();
        }
        for event in &committed.events {
            let labels =
                IncidentLabels { reason: event.incident.reason.word(), event: event.kind.word() };
            self.metrics.incidents.get_or_create(&labels).inc();
        }
        for changed in committed.changed.iter().filter(|it| !it.unknown_slots.is_empty()) {
            tracing::warn!(
                scheduler.id = %changed.scheduler.id,
                slots = changed.unknown_slots.len(),
                "whether a run started could not be seen; it is counted neither as met nor missed"
            );
        }
        if self.changes.receiver_count() > 0 {
            for changed in committed.changed {
                // Nobody listening any more is no fault.
                let _ = self.changes.send(Change::Stands {
                    project: changed.project,
                    scheduler: changed.scheduler,
                });
            }
        }
        committed.answered
    }
}

/// A random id that sorts by time (version 7, RFC 9562).
pub(super) fn fresh_id(now: Timestamp) -> Uuid {
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid()
}

/// Why a command was not done, in the caller's words.
pub(super) fn refused(not_done: NotDone, target: &Target) -> ServiceError {
    match not_done {
        NotDone::NotRegistered => match target {
            Target::Id(_, id) => ServiceError::UnknownScheduler(id.clone()),
            Target::Incident(..) => ServiceError::NotFound { kind: "incident" },
            Target::Key(_) => ServiceError::NotFound { kind: "scheduler" },
        },
        NotDone::NotYours(id) => ServiceError::NotYours(id),
        NotDone::IdTakenByCase(id) => ServiceError::IdTakenByCase(id),
        NotDone::Superseded => ServiceError::Precondition("another server judges by now"),
        NotDone::SchedulersFull(max) => ServiceError::Quota { what: "schedulers", max },
        NotDone::Refused(refusal) => match refusal {
            Refusal::Invalid(violations) => ServiceError::Invalid(violations),
            Refusal::OwnerHeld(role) => ServiceError::OwnerHeld(role),
            Refusal::SequenceReused => ServiceError::SequenceReused,
            Refusal::TerminalConflict(status) => ServiceError::TerminalConflict { status },
            Refusal::OpenRunsFull => ServiceError::Quota {
                what: "open runs of one scheduler",
                max: nightbell_domain::scheduler::OPEN_RUNS_MAX as u64,
            },
            Refusal::UnknownRun => ServiceError::NotFound { kind: "run" },
            Refusal::RunEnded => ServiceError::Precondition("the run has ended"),
            Refusal::IncidentNotOpen => ServiceError::Precondition("the incident is resolved"),
        },
    }
}
