//! Runs of schedulers.

use nightbell_domain::audit::Action;
use nightbell_domain::id::{RunId, SchedulerId};
use nightbell_domain::key::Principal;
use nightbell_domain::ledger::SlotEntry;
use nightbell_domain::run::{Run, RunStatus};
use nightbell_domain::scheduler::Scheduler;
use nightbell_domain::transition::Input;

use super::{Page, PageRequest, Services, by_id, unstored};
use crate::error::ServiceError;
use crate::store::{RunQuery, SlotQuery};

impl Services {
    /// A page of a scheduler's runs, the newest first.
    pub async fn runs(
        &self,
        principal: &Principal,
        scheduler: &SchedulerId,
        status: Option<RunStatus>,
        page: PageRequest,
    ) -> Result<Page<Run>, ServiceError> {
        let limit = page.limit();
        let query = RunQuery { status, after: page.after_time("runs")?, limit: limit + 1 };
        let owner = self.scheduler(principal, scheduler).await?;
        let found = self.store().runs(principal.project, scheduler, query).await;
        let found: Vec<Run> = found.map_err(unstored)?;
        let found = found.into_iter().map(|run| at_present(&owner, run)).collect();
        Ok(Page::of(found, limit, "runs", |last: &Run| {
            format!("{} {}", last.first_mark_at().as_millis(), last.id)
        }))
    }

    /// The last runs of `owner`, the newest first.
    pub(super) async fn last_runs(
        &self,
        principal: &Principal,
        owner: &Scheduler,
        limit: i64,
    ) -> Result<Vec<Run>, ServiceError> {
        let query = RunQuery { limit, ..RunQuery::default() };
        let found = self.store().runs(principal.project, &owner.id, query).await;
        let found = found.map_err(unstored)?;
        Ok(found.into_iter().map(|run| at_present(owner, run)).collect())
    }

    /// A page of what became of a scheduler's slots, the newest first.
    pub async fn slots(
        &self,
        principal: &Principal,
        scheduler: &SchedulerId,
        page: PageRequest,
    ) -> Result<Page<SlotEntry>, ServiceError> {
        let limit = page.limit();
        let before = page.after_time("slots")?.map(|(slot, _)| slot);
        // Says whether there is such a scheduler.
        self.scheduler(principal, scheduler).await?;
        let query = SlotQuery { before, limit: limit + 1 };
        let found = self.store().slots(principal.project, scheduler, query).await;
        let found = found.map_err(unstored)?;
        Ok(Page::of(found, limit, "slots", |last| format!("{} -", last.slot.as_millis())))
    }

    /// One run.
    pub async fn run(
        &self,
        principal: &Principal,
        scheduler: &SchedulerId,
        id: &RunId,
    ) -> Result<Run, ServiceError> {
        let owner = self.scheduler(principal, scheduler).await?;
        let found = self.store().run(principal.project, scheduler, id).await.map_err(unstored)?;
        let run = found.ok_or(ServiceError::NotFound { kind: "run" })?;
        Ok(at_present(&owner, run))
    }

    /// Asks an open run to stop; its job hears of it with its next heartbeat.
    pub async fn cancel_run(
        &self,
        principal: &Principal,
        scheduler: SchedulerId,
        id: RunId,
    ) -> Result<Run, ServiceError> {
        let target = by_id(principal.project, &scheduler);
        let (_, owner) = self.operate(principal, target, Input::CancelRun(id.clone())).await?;
        self.note(principal, Action::RunCancelled, &scheduler, id.as_str()).await;
        let run = owner.state.runs.into_iter().find(|run| run.id == id);
        run.ok_or(ServiceError::NotFound { kind: "run" })
    }
}

/// A run as it stands at present: of an open one, heartbeats and progress are kept
/// with its scheduler only.
fn at_present(owner: &Scheduler, run: Run) -> Run {
    owner.state.runs.iter().find(|open| open.id == run.id).cloned().unwrap_or(run)
}
