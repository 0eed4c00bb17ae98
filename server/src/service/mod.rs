//! What the system does, one file per entity. Knows no transport.

pub mod audit;
pub mod badges;
pub mod channels;
mod decide;
pub mod deliveries;
mod digests;
pub mod incidents;
mod judge;
pub mod keys;
mod measure;
pub mod owners;
pub mod page;
pub mod policies;
mod progress;
pub mod provider;
mod record;
mod release;
pub mod reports;
pub mod routes;
pub mod runs;
pub mod schedulers;
pub mod sign_in;
pub mod silences;
pub mod slack;
mod telling;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use nightbell_domain::breaker::Breaker;
use nightbell_domain::key::{Principal, ProjectId};
use nightbell_domain::presence::ServerId;
use nightbell_domain::scheduler::Scheduler;
use nightbell_domain::settings::Patch;
use nightbell_domain::time::Timestamp;
use nightbell_domain::transition::{Answer, Input};
use tokio::sync::{Notify, Semaphore, broadcast};
use tokio_util::sync::CancellationToken;

use crate::auth::Authenticator;
use crate::channel::WaysOut;
use crate::clock::Clock;
use crate::error::ServiceError;
use crate::ingest::{Closed, Ingest};
use crate::store::batch::{Answered, Command, Intent, Target};
use crate::store::{Store, StoreError};
use crate::telemetry::Metrics;
use digests::Paces;
use progress::Progress;
use record::{Recorder, Sight, fresh_id};
use schedulers::Change;

pub use deliveries::Deliveries;
pub use judge::Judge;
pub use page::{Page, PageRequest};

/// Changes that a watcher may lag behind before it is told to come again.
const WATCH_LAG_MAX: usize = 4_096;

/// What the services stand on.
pub struct Parts {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who may come in, and the server's secret.
    pub auth: Arc<Authenticator>,
    /// The ways out to receivers.
    pub ways_out: WaysOut,
    /// The provider that people sign in with, if there is one.
    pub sign_in: Option<provider::Client>,
    /// What is counted.
    pub metrics: Metrics,
    /// Cancelled when the server is to stop.
    pub stopping: CancellationToken,
    /// Cancelled, with the reason logged, when going on would break a promise.
    pub broken: CancellationToken,
    /// The rules that an operator sets.
    pub rules: Rules,
    /// This life of this server.
    pub server: ServerId,
}

/// The rules that an operator sets.
#[derive(Debug, Clone)]
pub struct Rules {
    /// How many schedulers a project may have.
    pub schedulers_max: u64,
    /// Whether an unknown scheduler is registered when it first reports.
    pub registers_on_first_report: bool,
    /// How many schedulers are measured one by one.
    pub metrics_schedulers_max: usize,
    /// Where people reach the server, for links.
    pub address: String,
}

/// Everything the server does. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    ingest: Ingest<Command, Result<Answered, StoreError>>,
    sight: Sight,
    progress: Progress,
    changes: broadcast::Sender<Change>,
    outbox_bell: Arc<Notify>,
    /// Which channels rest, by their numbers.
    breakers: Mutex<HashMap<i64, Breaker>>,
    paces: Paces,
    badges: Semaphore,
}

impl Services {
    /// The services, and the task that writes what they record. The task ends once
    /// every handle is gone and all is written.
    pub fn new(parts: Parts) -> (Self, impl Future<Output = ()> + Send) {
        let sight = Sight::default();
        let (changes, _) = broadcast::channel(WATCH_LAG_MAX);
        let outbox_bell = Arc::new(Notify::new());
        let recorder = Recorder {
            store: Arc::clone(&parts.store),
            clock: Arc::clone(&parts.clock),
            metrics: parts.metrics.clone(),
            broken: parts.broken.clone(),
            sight: sight.clone(),
            changes: changes.clone(),
            outbox_bell: Arc::clone(&outbox_bell),
            schedulers_max: parts.rules.schedulers_max,
            mails_owners: parts.ways_out.mail.is_some(),
        };
        let (ingest, writing) = Ingest::new(recorder);
        let progress = Progress::from(parts.clock.now());
        let breakers = Mutex::default();
        let paces = Paces::default();
        let badges = badges::turnstile();
        let inner =
            Inner { parts, ingest, sight, progress, changes, outbox_bell, breakers, paces, badges };
        (Self { inner: Arc::new(inner) }, writing)
    }

    /// The time it is.
    pub fn now(&self) -> Timestamp {
        self.inner.parts.clock.now()
    }

    /// What is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.parts.metrics
    }

    /// What has made no progress for a minute, if anything.
    pub fn standstill(&self) -> Option<&'static str> {
        self.inner.progress.standstill(self.now())
    }

    fn store(&self) -> &dyn Store {
        self.inner.parts.store.as_ref()
    }

    /// A command of `principal` for the scheduler `id`.
    fn command(&self, principal: &Principal, target: Target, intent: Intent) -> Command {
        Command {
            target,
            speaker: Some(Arc::new(principal.clone())),
            intent: Box::new(intent),
            fresh: fresh_id(self.now()),
            wants_scheduler: true,
            judgement: None,
        }
    }

    /// Has a command decided and stored.
    async fn submit(&self, command: Command) -> Result<Answered, ServiceError> {
        let answered = self.inner.ingest.submit(command).await.map_err(closed)?;
        answered.map_err(unstored)
    }

    /// Applies what a person does to a scheduler; the scheduler afterwards.
    async fn operate(
        &self,
        principal: &Principal,
        target: Target,
        input: Input,
    ) -> Result<(Answer, Scheduler), ServiceError> {
        let lookup = target.clone();
        let command = self.command(principal, target, Intent::Apply(input, None));
        let answered = self.submit(command).await?;
        let answer = answered.answer.map_err(|not_done| record::refused(not_done, &lookup))?;
        let scheduler = answered.scheduler.ok_or_else(|| fault("a scheduler was wanted"))?;
        Ok((answer, *scheduler))
    }

    /// What registers a scheduler that reports before it was registered, if the
    /// server does that.
    fn first_report_patch(&self, service: Option<String>, job: Option<String>) -> Option<Patch> {
        self.inner.parts.rules.registers_on_first_report.then(|| {
            let named = |name: Option<String>| {
                name.filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
            };
            Patch {
                service_name: Some(named(service)).into(),
                job_name: Some(named(job)).into(),
                ..Patch::default()
            }
        })
    }
}

fn closed(_: Closed) -> ServiceError {
    ServiceError::Unavailable { retry_after: record::RETRY_AFTER }
}

/// What a failure of the store is to a caller.
fn unstored(error: StoreError) -> ServiceError {
    match error {
        StoreError::Unavailable(_)
        | StoreError::Contended(_)
        | StoreError::Full(_)
        | StoreError::Broken(_) => ServiceError::Unavailable { retry_after: record::RETRY_AFTER },
        StoreError::Fault(_) => ServiceError::Internal(Box::new(error)),
    }
}

fn fault(what: &'static str) -> ServiceError {
    ServiceError::Internal(what.into())
}

/// The scheduler `id` of the project.
fn by_id(project: ProjectId, id: &nightbell_domain::id::SchedulerId) -> Target {
    Target::Id(project, id.clone())
}
