//! Calls about routes.

use nightbell_proto::v1;
use nightbell_proto::v1::route_service_server::RouteService;
use tonic::{Request, Response, Status};

use super::caller;
use crate::service::Services;
use crate::wire::route;
use crate::wire::settings::below_settings;

/// Answers the calls of `RouteService`.
#[derive(Clone)]
pub struct Routes {
    services: Services,
}

impl Routes {
    /// Answers by what `services` do.
    pub fn new(services: Services) -> Self {
        Self { services }
    }
}

#[tonic::async_trait]
impl RouteService for Routes {
    async fn create_route(
        &self,
        request: Request<v1::CreateRouteRequest>,
    ) -> Result<Response<v1::CreateRouteResponse>, Status> {
        let caller = caller(&request)?;
        let new = route::new_route(request.into_inner())?;
        let made = self.services.create_route(&caller.principal, new).await?;
        Ok(Response::new(v1::CreateRouteResponse { route: Some(route::shown(made)) }))
    }

    async fn get_route(
        &self,
        request: Request<v1::GetRouteRequest>,
    ) -> Result<Response<v1::GetRouteResponse>, Status> {
        let caller = caller(&request)?;
        let id = route::id(&request.get_ref().route_id)?;
        let found = self.services.route(&caller.principal, id).await?;
        Ok(Response::new(v1::GetRouteResponse { route: Some(route::shown(found)) }))
    }

    async fn list_routes(
        &self,
        request: Request<v1::ListRoutesRequest>,
    ) -> Result<Response<v1::ListRoutesResponse>, Status> {
        let caller = caller(&request)?;
        let found = self.services.routes(&caller.principal).await?;
        let routes = found.into_iter().map(route::shown).collect();
        Ok(Response::new(v1::ListRoutesResponse { routes }))
    }

    async fn update_route(
        &self,
        request: Request<v1::UpdateRouteRequest>,
    ) -> Result<Response<v1::UpdateRouteResponse>, Status> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let id = route::id(&message.route_id)?;
        let current = self.services.route(&caller.principal, id).await?.policy;
        let draft = route::update(current, message.settings, message.update_mask)
            .map_err(below_settings)?;
        let changed = self.services.update_route(&caller.principal, id, draft).await;
        let changed = changed.map_err(below_settings)?;
        Ok(Response::new(v1::UpdateRouteResponse { route: Some(route::shown(changed)) }))
    }

    async fn delete_route(
        &self,
        request: Request<v1::DeleteRouteRequest>,
    ) -> Result<Response<v1::DeleteRouteResponse>, Status> {
        let caller = caller(&request)?;
        let id = route::id(&request.get_ref().route_id)?;
        self.services.delete_route(&caller.principal, id).await?;
        Ok(Response::new(v1::DeleteRouteResponse {}))
    }
}
