//! The same gate before the REST routes.

use std::sync::Arc;

use http::Extensions;
use http::request::Parts;
use nightbell_domain::id::SchedulerId;
use nightbell_proto::method::Method;
use nightbell_proto::rest::{self, Refused};
use tokio::sync::Semaphore;
use tonic::Status;

use crate::auth::Admitted;
use crate::gate::{self, Gate};
use crate::limits::{REST_BATCH_BYTES_MAX, REST_BODY_BYTES_MAX};
use crate::service::Services;
use crate::service::reports::RejectedReport;
use crate::wire;

/// Refused reports that are being kept at once.
const KEEPING_MAX: usize = 64;

/// The call that carries a batch.
const BATCH: &str = "/nightbell.v1.ReplayService/BatchReport";

/// Lets REST requests in as gRPC's are, and keeps what of their reports could not
/// be read for the owner of the scheduler.
#[derive(Clone)]
pub struct RestGate {
    gate: Gate,
    services: Services,
    keeping: Arc<Semaphore>,
}

impl RestGate {
    /// The gate before the routes.
    pub fn new(gate: Gate, services: Services) -> Self {
        Self { gate, services, keeping: Arc::new(Semaphore::new(KEEPING_MAX)) }
    }
}

impl rest::Gate for RestGate {
    async fn admit(&self, method: &'static Method, parts: &Parts) -> Result<Extensions, Status> {
        let admitted = self.gate.admit(parts, gate::access(method.access)?).await?;
        let mut extensions = Extensions::new();
        extensions.insert(admitted);
        Ok(extensions)
    }

    fn body_bytes_max(&self, method: &'static Method) -> usize {
        if method.path == BATCH { REST_BATCH_BYTES_MAX } else { REST_BODY_BYTES_MAX }
    }

    fn refused(&self, refused: Refused<'_>) {
        if !refused.method.evidence_first {
            return;
        }
        let named = refused.params.iter().find(|(param, _)| *param == "scheduler_id");
        let scheduler_id = named.and_then(|(_, id)| SchedulerId::parse(id).ok());
        let caller = refused.extensions.get::<Admitted>().cloned();
        let (Some(scheduler_id), Some(caller)) = (scheduler_id, caller) else { return };
        let services = self.services.clone();
        let rejected = RejectedReport {
            received_at: services.now(),
            reason: wire::status::reason_of(refused.status),
            message: refused.status.message().to_owned(),
            raw: wire::report::raw(refused.body),
        };
        // The answer does not wait for it; when many are being kept it is dropped.
        let Ok(place) = Arc::clone(&self.keeping).try_acquire_owned() else { return };
        tokio::spawn(async move {
            services.keep_rejected(&caller.principal, &scheduler_id, rejected).await;
            drop(place);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_that_carries_a_batch_is_in_the_contract() {
        assert!(nightbell_proto::method::method(BATCH).is_some());
    }
}
