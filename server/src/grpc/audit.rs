//! Calls about the audit log.

use nightbell_proto::v1;
use nightbell_proto::v1::audit_service_server::AuditService;
use tonic::{Request, Response, Status};

use super::caller;
use crate::service::Services;
use crate::wire::{audit, page};

/// Answers the calls of `AuditService`.
#[derive(Clone)]
pub struct Audit {
    services: Services,
}

impl Audit {
    /// Answers by what `services` do.
    pub fn new(services: Services) -> Self {
        Self { services }
    }
}

#[tonic::async_trait]
impl AuditService for Audit {
    async fn list_audit_entries(
        &self,
        request: Request<v1::ListAuditEntriesRequest>,
    ) -> Result<Response<v1::ListAuditEntriesResponse>, Status> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let target = audit::target(message.target)?;
        let page = page::request(message.page_size, message.page_token)?;
        let found = self.services.audit(&caller.principal, target, page).await?;
        Ok(Response::new(v1::ListAuditEntriesResponse {
            entries: found.items.into_iter().map(audit::shown).collect(),
            next_page_token: found.next.unwrap_or_default(),
        }))
    }
}
