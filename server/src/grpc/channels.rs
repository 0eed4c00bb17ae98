//! Calls about channels.

use nightbell_proto::v1;
use nightbell_proto::v1::channel_service_server::ChannelService;
use tonic::{Request, Response, Status};

use super::caller;
use crate::service::Services;
use crate::wire::channel;

/// Answers the calls of `ChannelService`.
#[derive(Clone)]
pub struct Channels {
    services: Services,
}

impl Channels {
    /// Answers by what `services` do.
    pub fn new(services: Services) -> Self {
        Self { services }
    }
}

#[tonic::async_trait]
impl ChannelService for Channels {
    async fn create_channel(
        &self,
        request: Request<v1::CreateChannelRequest>,
    ) -> Result<Response<v1::CreateChannelResponse>, Status> {
        let caller = caller(&request)?;
        let (new, draft) = channel::new_channel(request.into_inner())?;
        let (made, secret) = self.services.create_channel(&caller.principal, new, draft).await?;
        let channel = Some(channel::shown(made));
        Ok(Response::new(v1::CreateChannelResponse { channel, secret }))
    }

    async fn get_channel(
        &self,
        request: Request<v1::GetChannelRequest>,
    ) -> Result<Response<v1::GetChannelResponse>, Status> {
        let caller = caller(&request)?;
        let id = channel::id(&request.get_ref().channel_id)?;
        let found = self.services.channel(&caller.principal, id).await?;
        Ok(Response::new(v1::GetChannelResponse { channel: Some(channel::shown(found)) }))
    }

    async fn list_channels(
        &self,
        request: Request<v1::ListChannelsRequest>,
    ) -> Result<Response<v1::ListChannelsResponse>, Status> {
        let caller = caller(&request)?;
        let found = self.services.channels(&caller.principal).await?;
        let channels = found.into_iter().map(channel::shown).collect();
        Ok(Response::new(v1::ListChannelsResponse { channels }))
    }

    async fn update_channel(
        &self,
        request: Request<v1::UpdateChannelRequest>,
    ) -> Result<Response<v1::UpdateChannelResponse>, Status> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let id = channel::id(&message.channel_id)?;
        let patch = channel::update(message.settings, message.update_mask)?;
        let changed = self.services.update_channel(&caller.principal, id, patch).await?;
        Ok(Response::new(v1::UpdateChannelResponse { channel: Some(channel::shown(changed)) }))
    }

    async fn delete_channel(
        &self,
        request: Request<v1::DeleteChannelRequest>,
    ) -> Result<Response<v1::DeleteChannelResponse>, Status> {
        let caller = caller(&request)?;
        let id = channel::id(&request.get_ref().channel_id)?;
        self.services.delete_channel(&caller.principal, id).await?;
        Ok(Response::new(v1::DeleteChannelResponse {}))
    }

    async fn test_channel(
        &self,
        request: Request<v1::TestChannelRequest>,
    ) -> Result<Response<v1::TestChannelResponse>, Status> {
        let caller = caller(&request)?;
        let id = channel::id(&request.get_ref().channel_id)?;
        let receipt = self.services.test_channel(&caller.principal, id).await?;
        Ok(Response::new(channel::receipt(receipt)))
    }
}
