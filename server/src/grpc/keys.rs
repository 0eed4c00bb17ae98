//! Calls about API keys.

use nightbell_proto::v1;
use nightbell_proto::v1::key_service_server::KeyService;
use tonic::{Request, Response, Status};

use super::caller;
use crate::service::Services;
use crate::wire::{key, time};

/// Answers the calls of `KeyService`.
#[derive(Clone)]
pub struct Keys {
    services: Services,
}

impl Keys {
    /// Answers by what `services` do.
    pub fn new(services: Services) -> Self {
        Self { services }
    }
}

#[tonic::async_trait]
impl KeyService for Keys {
    async fn create_key(
        &self,
        request: Request<v1::CreateKeyRequest>,
    ) -> Result<Response<v1::CreateKeyResponse>, Status> {
        let caller = caller(&request)?;
        let new = key::new_key(request.into_inner(), self.services.now())?;
        let (made, api_key) = self.services.create_key(&caller.principal, new).await?;
        Ok(Response::new(v1::CreateKeyResponse { key: Some(key::shown(made)), api_key }))
    }

    async fn list_keys(
        &self,
        request: Request<v1::ListKeysRequest>,
    ) -> Result<Response<v1::ListKeysResponse>, Status> {
        let caller = caller(&request)?;
        let found = self.services.keys(&caller.principal).await?;
        let keys = found.into_iter().map(key::shown).collect();
        Ok(Response::new(v1::ListKeysResponse { keys }))
    }

    async fn revoke_key(
        &self,
        request: Request<v1::RevokeKeyRequest>,
    ) -> Result<Response<v1::RevokeKeyResponse>, Status> {
        let caller = caller(&request)?;
        let key_id = &request.get_ref().key_id;
        let ended = self.services.revoke_key(&caller.principal, key_id).await?;
        Ok(Response::new(v1::RevokeKeyResponse { key: Some(key::shown(ended)) }))
    }

    async fn exchange_key(
        &self,
        request: Request<v1::ExchangeKeyRequest>,
    ) -> Result<Response<v1::ExchangeKeyResponse>, Status> {
        let caller = caller(&request)?;
        let (token, expires_at) = self.services.exchange_key(&caller)?;
        let expires_at = Some(time::timestamp(expires_at));
        Ok(Response::new(v1::ExchangeKeyResponse { token, expires_at }))
    }
}
