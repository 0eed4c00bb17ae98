//! Calls about schedulers.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use nightbell_proto::v1;
use nightbell_proto::v1::scheduler_service_server::SchedulerService;
use tokio::sync::mpsc;
use tonic::{Request, Response, Status};

use super::streams::{Cut, Place, Streams};
use super::{caller, decode_warnings};
use crate::error::ServiceError;
use crate::service::Services;
use crate::service::schedulers::SchedulerChange;
use crate::wire::run::scheduler_id;
use crate::wire::{explain, page, preview, scheduler, settings, warning};

/// Answers the calls of `SchedulerService`.
#[derive(Clone)]
pub struct Schedulers {
    services: Services,
    streams: Streams,
}

impl Schedulers {
    /// Answers by what `services` do; watches end as `streams` say.
    pub fn new(services: Services, streams: Streams) -> Self {
        Self { services, streams }
    }
}

#[tonic::async_trait]
impl SchedulerService for Schedulers {
    async fn register_scheduler(
        &self,
        mut request: Request<v1::RegisterSchedulerRequest>,
    ) -> Result<Response<v1::RegisterSchedulerResponse>, Status> {
        let caller = caller(&request)?;
        let mut warnings = decode_warnings(&mut request).0;
        let asked = settings::registration(request.into_inner())?;
        warnings.extend(asked.warnings.into_iter().map(warning));
        let done = self.services.register(&caller.principal, asked.id, asked.patch).await?;
        warnings.extend(done.warnings.into_iter().map(warning));
        Ok(Response::new(v1::RegisterSchedulerResponse {
            scheduler_id: done.scheduler.id.to_string(),
            created: done.is_new,
            scheduler: Some(scheduler::shown(&done.scheduler)),
            warnings,
        }))
    }

    async fn get_scheduler(
        &self,
        request: Request<v1::GetSchedulerRequest>,
    ) -> Result<Response<v1::GetSchedulerResponse>, Status> {
        let caller = caller(&request)?;
        let id = scheduler_id(&request.get_ref().scheduler_id)?;
        let found = self.services.scheduler(&caller.principal, &id).await?;
        let rejected = self.services.rejected_reports(&caller.principal, &id).await?;
        Ok(Response::new(v1::GetSchedulerResponse {
            scheduler: Some(scheduler::shown(&found)),
            rejected_reports: rejected.into_iter().map(scheduler::rejected).collect(),
        }))
    }

    async fn explain_scheduler(
        &self,
        request: Request<v1::ExplainSchedulerRequest>,
    ) -> Result<Response<v1::ExplainSchedulerResponse>, Status> {
        let caller = caller(&request)?;
        let id = scheduler_id(&request.get_ref().scheduler_id)?;
        let explained = self.services.explain(&caller.principal, &id).await?;
        Ok(Response::new(explain::shown(explained)))
    }

    async fn list_schedulers(
        &self,
        request: Request<v1::ListSchedulersRequest>,
    ) -> Result<Response<v1::ListSchedulersResponse>, Status> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let filter = scheduler::filter(&message)?;
        let page = page::request(message.page_size, message.page_token)?;
        let found = self.services.schedulers(&caller.principal, filter, page).await?;
        Ok(Response::new(v1::ListSchedulersResponse {
            schedulers: found.items.iter().map(scheduler::shown).collect(),
            next_page_token: found.next.unwrap_or_default(),
        }))
    }

    async fn update_scheduler(
        &self,
        request: Request<v1::UpdateSchedulerRequest>,
    ) -> Result<Response<v1::UpdateSchedulerResponse>, Status> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let id = scheduler_id(&message.scheduler_id)?;
        let patch = settings::update(message.settings, message.update_mask)?;
        let changed = self.services.update_scheduler(&caller.principal, id, patch).await;
        let changed = changed.map_err(settings::below_settings)?;
        let scheduler = Some(scheduler::shown(&changed));
        Ok(Response::new(v1::UpdateSchedulerResponse { scheduler }))
    }

    async fn release_settings(
        &self,
        request: Request<v1::ReleaseSettingsRequest>,
    ) -> Result<Response<v1::ReleaseSettingsResponse>, Status> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let id = scheduler_id(&message.scheduler_id)?;
        let changed = self.services.release_settings(&caller.principal, id, message.names).await?;
        let scheduler = Some(scheduler::shown(&changed));
        Ok(Response::new(v1::ReleaseSettingsResponse { scheduler }))
    }

    async fn delete_scheduler(
        &self,
        request: Request<v1::DeleteSchedulerRequest>,
    ) -> Result<Response<v1::DeleteSchedulerResponse>, Status> {
        let caller = caller(&request)?;
        let id = scheduler_id(&request.get_ref().scheduler_id)?;
        self.services.delete_scheduler(&caller.principal, id).await?;
        Ok(Response::new(v1::DeleteSchedulerResponse {}))
    }

    async fn pause_scheduler(
        &self,
        request: Request<v1::PauseSchedulerRequest>,
    ) -> Result<Response<v1::PauseSchedulerResponse>, Status> {
        let caller = caller(&request)?;
        let id = scheduler_id(&request.get_ref().scheduler_id)?;
        let until = scheduler::pause_until(request.get_ref().until)?;
        let changed = self.services.pause(&caller.principal, id, until).await?;
        let scheduler = Some(scheduler::shown(&changed));
        Ok(Response::new(v1::PauseSchedulerResponse { scheduler }))
    }

    async fn resume_scheduler(
        &self,
        request: Request<v1::ResumeSchedulerRequest>,
    ) -> Result<Response<v1::ResumeSchedulerResponse>, Status> {
        let caller = caller(&request)?;
        let id = scheduler_id(&request.get_ref().scheduler_id)?;
        let changed = self.services.resume(&caller.principal, id).await?;
        let scheduler = Some(scheduler::shown(&changed));
        Ok(Response::new(v1::ResumeSchedulerResponse { scheduler }))
    }

    async fn preview_schedule(
        &self,
        request: Request<v1::PreviewScheduleRequest>,
    ) -> Result<Response<v1::PreviewScheduleResponse>, Status> {
        caller(&request)?;
        let told = self.services.preview(preview::trial(request.into_inner())?)?;
        Ok(Response::new(preview::previewed(told)))
    }

    type WatchSchedulersStream = BoxStream<'static, Result<v1::WatchSchedulersResponse, Status>>;

    async fn watch_schedulers(
        &self,
        request: Request<v1::WatchSchedulersRequest>,
    ) -> Result<Response<Self::WatchSchedulersStream>, Status> {
        let caller = caller(&request)?;
        let service_name = scheduler::watched(request.into_inner().service_name)?;
        let place = self.streams.place(&caller.principal)?;
        let changes = self.services.watch(Arc::clone(&caller.principal), service_name);
        let cut = self.streams.clone().cut(caller.principal);
        Ok(Response::new(watch(Watch { changes, cut: Box::pin(cut), _place: place })))
    }
}

/// A watch under way.
struct Watch {
    changes: mpsc::Receiver<Result<SchedulerChange, ServiceError>>,
    cut: BoxFuture<'static, Cut>,
    _place: Place,
}

/// Every change until the watch is cut. An error is the last of it.
fn watch(watch: Watch) -> BoxStream<'static, Result<v1::WatchSchedulersResponse, Status>> {
    stream::unfold(Some(watch), |watch| async move {
        let mut watch = watch?;
        tokio::select! {
            biased;
            cut = &mut watch.cut => Some((Err(cut.into()), None)),
            change = watch.changes.recv() => Some(match change? {
                Ok(change) => (Ok(scheduler::change(change)), Some(watch)),
                Err(error) => (Err(error.into()), None),
            }),
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(
        cut: BoxFuture<'static, Cut>,
    ) -> (mpsc::Sender<Result<SchedulerChange, ServiceError>>, Watch) {
        let (tell, changes) = mpsc::channel(4);
        (tell, Watch { changes, cut, _place: Place::default() })
    }

    #[tokio::test]
    async fn an_error_is_the_last_of_a_watch() {
        let (tell, watched) = watched(Box::pin(std::future::pending()));
        tell.send(Ok(SchedulerChange::Idle)).await.unwrap();
        tell.send(Err(ServiceError::Forbidden("no"))).await.unwrap();
        tell.send(Ok(SchedulerChange::Idle)).await.unwrap();
        let told: Vec<_> = watch(watched).collect().await;
        assert_eq!(told.len(), 2);
        assert!(told[0].is_ok() && told[1].is_err());
    }

    #[tokio::test]
    async fn a_watch_that_is_cut_says_why() {
        let (_tell, watched) = watched(Box::pin(std::future::ready(Cut::Draining)));
        let told: Vec<_> = watch(watched).collect().await;
        let status = told[0].as_ref().unwrap_err();
        assert_eq!((told.len(), status.code()), (1, tonic::Code::Unavailable));
    }
}
