//! Calls about incidents.

use nightbell_proto::v1;
use nightbell_proto::v1::incident_service_server::IncidentService;
use tonic::{Request, Response, Status};

use super::caller;
use crate::service::Services;
use crate::wire::{incident, page};

/// Answers the calls of `IncidentService`.
#[derive(Clone)]
pub struct Incidents {
    services: Services,
}

impl Incidents {
    /// Answers by what `services` do.
    pub fn new(services: Services) -> Self {
        Self { services }
    }
}

#[tonic::async_trait]
impl IncidentService for Incidents {
    async fn list_incidents(
        &self,
        request: Request<v1::ListIncidentsRequest>,
    ) -> Result<Response<v1::ListIncidentsResponse>, Status> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let filter = incident::filter(&message)?;
        let page = page::request(message.page_size, message.page_token)?;
        let found = self.services.incidents(&caller.principal, filter, page).await?;
        Ok(Response::new(v1::ListIncidentsResponse {
            incidents: found.items.into_iter().map(incident::shown).collect(),
            next_page_token: found.next.unwrap_or_default(),
        }))
    }

    async fn get_incident(
        &self,
        request: Request<v1::GetIncidentRequest>,
    ) -> Result<Response<v1::GetIncidentResponse>, Status> {
        let caller = caller(&request)?;
        let id = incident::id(&request.get_ref().incident_id)?;
        let (found, deliveries) = self.services.incident(&caller.principal, id).await?;
        Ok(Response::new(v1::GetIncidentResponse {
            history: incident::history(&found.incident),
            incident: Some(incident::shown(found)),
            deliveries: deliveries.into_iter().map(incident::delivery_with_receipts).collect(),
        }))
    }

    async fn acknowledge_incident(
        &self,
        request: Request<v1::AcknowledgeIncidentRequest>,
    ) -> Result<Response<v1::AcknowledgeIncidentResponse>, Status> {
        let caller = caller(&request)?;
        let said = incident::acknowledging(request.into_inner())?;
        let by = said.by.unwrap_or_else(|| caller.principal.key_name.clone());
        let changed = self.services.acknowledge(&caller.principal, said.id, by, said.note).await?;
        let incident = Some(incident::shown(changed));
        Ok(Response::new(v1::AcknowledgeIncidentResponse { incident }))
    }

    async fn resolve_incident(
        &self,
        request: Request<v1::ResolveIncidentRequest>,
    ) -> Result<Response<v1::ResolveIncidentResponse>, Status> {
        let caller = caller(&request)?;
        let said = incident::resolving(request.into_inner())?;
        let by = said.by.unwrap_or_else(|| caller.principal.key_name.clone());
        let changed = self.services.resolve(&caller.principal, said.id, by, said.note).await?;
        let incident = Some(incident::shown(changed));
        Ok(Response::new(v1::ResolveIncidentResponse { incident }))
    }
}
