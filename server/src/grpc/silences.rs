//! Calls about silences.

use nightbell_proto::v1;
use nightbell_proto::v1::silence_service_server::SilenceService;
use tonic::{Request, Response, Status};

use super::caller;
use crate::service::Services;
use crate::wire::settings::below_settings;
use crate::wire::silence;

/// Answers the calls of `SilenceService`.
#[derive(Clone)]
pub struct Silences {
    services: Services,
}

impl Silences {
    /// Answers by what `services` do.
    pub fn new(services: Services) -> Self {
        Self { services }
    }
}

#[tonic::async_trait]
impl SilenceService for Silences {
    async fn create_silence(
        &self,
        request: Request<v1::CreateSilenceRequest>,
    ) -> Result<Response<v1::CreateSilenceResponse>, Status> {
        let caller = caller(&request)?;
        let new = silence::new_silence(request.into_inner())?;
        let made = self.services.create_silence(&caller.principal, new).await?;
        Ok(Response::new(v1::CreateSilenceResponse { silence: Some(silence::shown(made)) }))
    }

    async fn get_silence(
        &self,
        request: Request<v1::GetSilenceRequest>,
    ) -> Result<Response<v1::GetSilenceResponse>, Status> {
        let caller = caller(&request)?;
        let id = silence::id(&request.get_ref().silence_id)?;
        let found = self.services.silence(&caller.principal, id).await?;
        Ok(Response::new(v1::GetSilenceResponse { silence: Some(silence::shown(found)) }))
    }

    async fn list_silences(
        &self,
        request: Request<v1::ListSilencesRequest>,
    ) -> Result<Response<v1::ListSilencesResponse>, Status> {
        let caller = caller(&request)?;
        let found = self.services.silences(&caller.principal).await?;
        let silences = found.into_iter().map(silence::shown).collect();
        Ok(Response::new(v1::ListSilencesResponse { silences }))
    }

    async fn update_silence(
        &self,
        request: Request<v1::UpdateSilenceRequest>,
    ) -> Result<Response<v1::UpdateSilenceResponse>, Status> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let id = silence::id(&message.silence_id)?;
        let current = self.services.silence(&caller.principal, id).await?.kept.policy;
        let draft = silence::update(current, message.settings, message.update_mask)
            .map_err(below_settings)?;
        let changed = self.services.update_silence(&caller.principal, id, draft).await;
        let changed = changed.map_err(below_settings)?;
        Ok(Response::new(v1::UpdateSilenceResponse { silence: Some(silence::shown(changed)) }))
    }

    async fn delete_silence(
        &self,
        request: Request<v1::DeleteSilenceRequest>,
    ) -> Result<Response<v1::DeleteSilenceResponse>, Status> {
        let caller = caller(&request)?;
        let id = silence::id(&request.get_ref().silence_id)?;
        self.services.delete_silence(&caller.principal, id).await?;
        Ok(Response::new(v1::DeleteSilenceResponse {}))
    }
}
