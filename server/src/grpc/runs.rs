//! Calls about runs.

use nightbell_proto::v1;
use nightbell_proto::v1::run_service_server::RunService;
use tonic::{Request, Response, Status};

use super::caller;
use crate::service::Services;
use crate::wire::{page, run};

/// Answers the calls of `RunService`.
#[derive(Clone)]
pub struct Runs {
    services: Services,
}

impl Runs {
    /// Answers by what `services` do.
    pub fn new(services: Services) -> Self {
        Self { services }
    }
}

#[tonic::async_trait]
impl RunService for Runs {
    async fn list_runs(
        &self,
        request: Request<v1::ListRunsRequest>,
    ) -> Result<Response<v1::ListRunsResponse>, Status> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let scheduler = run::scheduler_id(&message.scheduler_id)?;
        let status = run::status_filter(message.status)?;
        let page = page::request(message.page_size, message.page_token)?;
        let found = self.services.runs(&caller.principal, &scheduler, status, page).await?;
        Ok(Response::new(v1::ListRunsResponse {
            runs: found.items.iter().map(|found| run::shown(&scheduler, found)).collect(),
            next_page_token: found.next.unwrap_or_default(),
        }))
    }

    async fn list_slots(
        &self,
        request: Request<v1::ListSlotsRequest>,
    ) -> Result<Response<v1::ListSlotsResponse>, Status> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let scheduler = run::scheduler_id(&message.scheduler_id)?;
        let page = page::request(message.page_size, message.page_token)?;
        let found = self.services.slots(&caller.principal, &scheduler, page).await?;
        Ok(Response::new(v1::ListSlotsResponse {
            slots: found.items.iter().map(run::slot).collect(),
            next_page_token: found.next.unwrap_or_default(),
        }))
    }

    async fn get_run(
        &self,
        request: Request<v1::GetRunRequest>,
    ) -> Result<Response<v1::GetRunResponse>, Status> {
        let caller = caller(&request)?;
        let scheduler = run::scheduler_id(&request.get_ref().scheduler_id)?;
        let id = run::id(&request.get_ref().run_id)?;
        let found = self.services.run(&caller.principal, &scheduler, &id).await?;
        Ok(Response::new(v1::GetRunResponse { run: Some(run::shown(&scheduler, &found)) }))
    }

    async fn cancel_run(
        &self,
        request: Request<v1::CancelRunRequest>,
    ) -> Result<Response<v1::CancelRunResponse>, Status> {
        let caller = caller(&request)?;
        let scheduler = run::scheduler_id(&request.get_ref().scheduler_id)?;
        let id = run::id(&request.get_ref().run_id)?;
        let asked = self.services.cancel_run(&caller.principal, scheduler.clone(), id).await?;
        Ok(Response::new(v1::CancelRunResponse { run: Some(run::shown(&scheduler, &asked)) }))
    }
}
