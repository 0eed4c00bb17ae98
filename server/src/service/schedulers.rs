//! The jobs that are watched.

use std::sync::Arc;
use std::time::Duration;

use nightbell_domain::audit::Action;
use nightbell_domain::explain::{Explanation, explain};
use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::{Principal, ProjectId};
use nightbell_domain::run::Run;
use nightbell_domain::schedule::preview::Preview;
use nightbell_domain::schedule::{CronProfile, Schedule, Timetable};
use nightbell_domain::scheduler::{Health, Scheduler};
use nightbell_domain::settings::{Patch, Warning};
use nightbell_domain::time::Timestamp;
use nightbell_domain::transition::Input;
use tokio::sync::{broadcast, mpsc};
use tokio::time::timeout;

use super::record::{RETRY_AFTER, refused};
use super::silences::SilenceView;
use super::{Page, PageRequest, Services, by_id, fault, unstored};
use crate::error::ServiceError;
use crate::store::batch::Intent;
use crate::store::{Delivery, IncidentView, RejectedReport, SchedulerQuery};

/// How often a quiet watcher is sent a frame that only keeps its stream alive:
/// proxies take a stream for dead after some 30 seconds.
const WATCH_IDLE: Duration = Duration::from_secs(14);

/// Changes that wait for a slow watcher.
const WATCH_WAITING_MAX: usize = 256;

/// How many refused reports a scheduler shows.
const REJECTED_SHOWN_MAX: i64 = 20;

/// How many of the last runs an explanation shows.
const EXPLAINED_RUNS: i64 = 5;

/// How long a refused report is kept.
pub(super) const REJECTED_KEPT: Duration = Duration::from_hours(24);

/// Which schedulers a list shows.
#[derive(Debug, Clone, Default)]
pub struct SchedulerFilter {
    /// Only those of this service.
    pub service_name: Option<String>,
    /// Only those that fare so.
    pub health: Option<Health>,
    /// Only those with this label: name and value.
    pub label: Option<(String, String)>,
}

/// Schedules to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The schedules.
    pub schedules: Vec<Schedule>,
    /// The time zone of cron expressions.
    pub timezone: Option<String>,
    /// Which scheduler would run the job.
    pub cron_profile: CronProfile,
    /// How many occurrences to tell.
    pub count: usize,
    /// Only those after this instant; unset: after now.
    pub after: Option<Timestamp>,
}

/// What a registration did.
#[derive(Debug, Clone, PartialEq)]
pub struct Registered {
    /// The scheduler as it now stands.
    pub scheduler: Scheduler,
    /// Whether this made it.
    pub is_new: bool,
    /// What was left as it was, and why.
    pub warnings: Vec<Warning>,
}

/// Why a scheduler alerts, or why it does not.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The scheduler.
    pub scheduler: Scheduler,
    /// How it is judged.
    pub explanation: Explanation,
    /// Its open incidents, with what became of their notifications.
    pub open_incidents: Vec<(IncidentView, Vec<Delivery>)>,
    /// Its last runs, the newest first.
    pub last_runs: Vec<Run>,
    /// The silences that cover it and are not over.
    pub silences: Vec<SilenceView>,
}

/// What happened to one scheduler, as the server tells itself.
#[derive(Debug, Clone)]
pub(super) enum Change {
    /// It stands so now.
    Stands { project: ProjectId, scheduler: Arc<Scheduler> },
    /// It is gone.
    Gone { project: ProjectId, id: SchedulerId },
}

/// What a watcher is told.
#[derive(Debug, Clone)]
pub enum SchedulerChange {
    /// A scheduler stands so now.
    Now(Arc<Scheduler>),
    /// A scheduler is gone.
    Deleted(SchedulerId),
    /// Every scheduler has been sent once, or nothing happened for a while.
    Idle,
}

impl Services {
    /// Registers a scheduler, or updates the one of this id.
    pub async fn register(
        &self,
        principal: &Principal,
        id: SchedulerId,
        patch: Patch,
    ) -> Result<Registered, ServiceError> {
        let target = by_id(principal.project, &id);
        let command = self.command(principal, target.clone(), Intent::Register(patch));
        let answered = self.submit(command).await?;
        let answer = answered.answer.map_err(|not_done| refused(not_done, &target))?;
        let scheduler = answered.scheduler.ok_or_else(|| fault("a scheduler was wanted"))?;
        let is_new = answered.is_new;
        Ok(Registered { scheduler: *scheduler, is_new, warnings: answer.warnings })
    }

    /// The scheduler of this id.
    pub async fn scheduler(
        &self,
        principal: &Principal,
        id: &SchedulerId,
    ) -> Result<Scheduler, ServiceError> {
        let found = self.store().scheduler(principal.project, id).await.map_err(unstored)?;
        found.ok_or_else(|| ServiceError::UnknownScheduler(id.clone()))
    }

    /// Why a scheduler alerts, or why it does not.
    pub async fn explain(
        &self,
        principal: &Principal,
        id: &SchedulerId,
    ) -> Result<Explained, ServiceError> {
        let scheduler = self.scheduler(principal, id).await?;
        let explanation = explain(&scheduler, &self.inner.sight.windows(), self.now());
        let mut open_incidents = Vec::new();
        for incident in &scheduler.state.incidents {
            let deliveries = self.store().deliveries(principal.project, incident.id).await;
            let view = IncidentView {
                incident: incident.clone(),
                scheduler_id: id.clone(),
                service_name: scheduler.settings.service_name.clone(),
                job_name: scheduler.settings.job_name.clone(),
            };
            open_incidents.push((view, deliveries.map_err(unstored)?));
        }
        let last_runs = self.last_runs(principal, &scheduler, EXPLAINED_RUNS).await?;
        let silences = self.silences_of(principal.project, id, &scheduler.settings).await?;
        Ok(Explained { scheduler, explanation, open_incidents, last_runs, silences })
    }

    /// Reports for a scheduler that were refused in the last 24 hours, the newest
    /// first.
    pub async fn rejected_reports(
        &self,
        principal: &Principal,
        id: &SchedulerId,
    ) -> Result<Vec<RejectedReport>, ServiceError> {
        let since = self.now().minus(REJECTED_KEPT);
        let kept = self.store().rejected(principal.project, id, since, REJECTED_SHOWN_MAX).await;
        kept.map_err(unstored)
    }

    /// A page of schedulers, by id.
    pub async fn schedulers(
        &self,
        principal: &Principal,
        filter: SchedulerFilter,
        page: PageRequest,
    ) -> Result<Page<Scheduler>, ServiceError> {
        let limit = page.limit();
        let query = SchedulerQuery {
            service_name: filter.service_name,
            health: filter.health,
            label: filter.label,
            after: page.after("schedulers")?,
            limit: limit + 1,
        };
        let found = self.store().schedulers(principal.project, query).await.map_err(unstored)?;
        Ok(Page::of(found, limit, "schedulers", |last| last.id.to_string()))
    }

    /// Changes settings; what a job registers leaves them alone from now on.
    pub async fn update_scheduler(
        &self,
        principal: &Principal,
        id: SchedulerId,
        mut patch: Patch,
    ) -> Result<Scheduler, ServiceError> {
        let names = patch.names().join(", ");
        let input = Input::Settings { patch, by: principal.role };
        let (_, changed) = self.operate(principal, by_id(principal.project, &id), input).await?;
        self.note(principal, Action::SchedulerUpdated, id, &names).await;
        Ok(changed)
    }

    /// Gives settings back to what the job registers; without names, all of them.
    pub async fn release_settings(
        &self,
        principal: &Principal,
        id: SchedulerId,
        names: Vec<String>,
    ) -> Result<Scheduler, ServiceError> {
        let note = names.join(", ");
        let input = Input::Release { names };
        let (_, changed) = self.operate(principal, by_id(principal.project, &id), input).await?;
        self.note(principal, Action::SchedulerReleased, id, &note).await;
        Ok(changed)
    }

    /// Forgets a scheduler.
    pub async fn delete_scheduler(
        &self,
        principal: &Principal,
        id: SchedulerId,
    ) -> Result<(), ServiceError> {
        let project = principal.project;
        if !self.store().scheduler_delete(project, &id).await.map_err(unstored)? {
            return Err(ServiceError::UnknownScheduler(id));
        }
        self.note(principal, Action::SchedulerDeleted, &id, "").await;
        // Nobody listening is no fault.
        let _ = self.inner.changes.send(Change::Gone { project, id });
        Ok(())
    }

    /// What a job with these schedules would be expected to do. Nothing is stored.
    pub fn preview(&self, trial: Trial) -> Result<Preview, ServiceError> {
        let Trial { schedules, timezone, cron_profile, count, after } = trial;
        let timetable = Timetable::checked(&schedules, timezone.as_deref(), cron_profile);
        let timetable = timetable.map_err(ServiceError::Invalid)?;
        Ok(timetable.preview(after.unwrap_or_else(|| self.now()), count))
    }

    /// Stops judging a scheduler.
    pub async fn pause(
        &self,
        principal: &Principal,
        id: SchedulerId,
        until: Option<Timestamp>,
    ) -> Result<Scheduler, ServiceError> {
        let target = by_id(principal.project, &id);
        let (_, changed) = self.operate(principal, target, Input::Pause { until }).await?;
        self.note(principal, Action::SchedulerPaused, id, "").await;
        Ok(changed)
    }

    /// Judges a scheduler again.
    pub async fn resume(
        &self,
        principal: &Principal,
        id: SchedulerId,
    ) -> Result<Scheduler, ServiceError> {
        let target = by_id(principal.project, &id);
        let (_, changed) = self.operate(principal, target, Input::Resume).await?;
        self.note(principal, Action::SchedulerResumed, id, "").await;
        Ok(changed)
    }

    /// Every scheduler once, then [`SchedulerChange::Idle`], then each again whenever
    /// it changes. Ends with an error when the reader is too slow.
    pub fn watch(
        &self,
        principal: Arc<Principal>,
        service_name: Option<String>,
    ) -> mpsc::Receiver<Result<SchedulerChange, ServiceError>> {
        let (told, watcher) = mpsc::channel(WATCH_WAITING_MAX);
        // Subscribed before the first round, so that no change falls between.
        let changes = self.inner.changes.subscribe();
        let services = self.clone();
        tokio::spawn(async move {
            let watching = Watching { services, principal, service_name, told };
            if let Err(error) = watching.run(changes).await {
                // A reader that has gone away has nothing left to learn.
                let _ = watching.told.try_send(Err(error));
            }
        });
        watcher
    }
}

/// One watcher.
struct Watching {
    services: Services,
    principal: Arc<Principal>,
    service_name: Option<String>,
    told: mpsc::Sender<Result<SchedulerChange, ServiceError>>,
}

impl Watching {
    async fn run(&self, mut changes: broadcast::Receiver<Change>) -> Result<(), ServiceError> {
        if !self.first_round().await? {
            return Ok(());
        }
        loop {
            let change = tokio::select! {
                // The reader has gone away.
                () = self.told.closed() => return Ok(()),
                change = timeout(WATCH_IDLE, changes.recv()) => match change {
                    Ok(change) => self.of_interest(change.map_err(|_| too_late())?),
                    Err(_) => Some(SchedulerChange::Idle),
                },
            };
            if let Some(change) = change
                && self.told.send(Ok(change)).await.is_err()
            {
                return Ok(());
            }
        }
    }

    /// Sends every scheduler once; whether anybody still listens.
    async fn first_round(&self) -> Result<bool, ServiceError> {
        let mut after = None;
        loop {
            let query = SchedulerQuery {
                service_name: self.service_name.clone(),
                after: after.take(),
                limit: 500,
                ..SchedulerQuery::default()
            };
            let store = self.services.store();
            let page = store.schedulers(self.principal.project, query).await.map_err(unstored)?;
            let is_last = page.len() < 500;
            after = page.last().map(|last| last.id.to_string());
            for scheduler in page {
                let change = SchedulerChange::Now(Arc::new(scheduler));
                if self.told.send(Ok(change)).await.is_err() {
                    return Ok(false);
                }
            }
            if is_last {
                return Ok(self.told.send(Ok(SchedulerChange::Idle)).await.is_ok());
            }
        }
    }

    fn of_interest(&self, change: Change) -> Option<SchedulerChange> {
        let is_ours = |project| project == self.principal.project;
        match change {
            Change::Stands { project, scheduler } if is_ours(project) => {
                let wanted = self.service_name.as_ref();
                let is_wanted = wanted.is_none_or(|it| *it == scheduler.settings.service_name);
                is_wanted.then_some(SchedulerChange::Now(scheduler))
            }
            Change::Gone { project, id } if is_ours(project) => Some(SchedulerChange::Deleted(id)),
            Change::Stands { .. } | Change::Gone { .. } => None,
        }
    }
}

fn too_late() -> ServiceError {
    ServiceError::Unavailable { retry_after: RETRY_AFTER }
}
