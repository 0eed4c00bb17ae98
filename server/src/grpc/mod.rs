//! The calls of the contract, over gRPC and, through the same handlers, over REST.
//!
//! A handler takes who calls, converts, calls the service, converts. Nothing is
//! decided here but what concerns a transport: when a stream ends ([`streams`], [`report_stream`]).

pub mod audit;
pub mod channels;
pub mod frames;
mod incidents;
pub mod keys;
mod ledger;
pub mod replay;
pub mod report_stream;
pub mod reports;
pub mod routes;
pub mod runs;
pub mod schedulers;
pub mod silences;
pub mod streams;
mod ties;

use std::sync::Arc;

use nightbell_proto::rest::{self, DecodeWarnings};
use nightbell_proto::status::refusal;
use nightbell_proto::v1::audit_service_server::AuditServiceServer;
use nightbell_proto::v1::channel_service_server::ChannelServiceServer;
use nightbell_proto::v1::incident_service_server::IncidentServiceServer;
use nightbell_proto::v1::key_service_server::KeyServiceServer;
use nightbell_proto::v1::replay_service_server::ReplayServiceServer;
use nightbell_proto::v1::report_service_server::ReportServiceServer;
use nightbell_proto::v1::route_service_server::RouteServiceServer;
use nightbell_proto::v1::run_service_server::RunServiceServer;
use nightbell_proto::v1::scheduler_service_server::SchedulerServiceServer;
use nightbell_proto::v1::silence_service_server::SilenceServiceServer;
use tonic::codec::CompressionEncoding;
use tonic::service::Routes;
use tonic::{Code, Request, Status};

use crate::auth::Admitted;
use crate::limits::{GRPC_BATCH_BYTES_MAX, GRPC_MESSAGE_BYTES_MAX};
use crate::service::Services;

use audit::Audit;
use channels::Channels;
use incidents::Incidents;
use keys::Keys;
use replay::Replay;
use reports::Reports;
use routes::Routes as RouteCalls;
use runs::Runs;
use schedulers::Schedulers;
use silences::Silences;
use streams::Streams;

/// The handlers of every service, for both transports. Cheap to clone.
#[derive(Clone)]
pub struct Handlers {
    audit: Arc<Audit>,
    channels: Arc<Channels>,
    incidents: Arc<Incidents>,
    keys: Arc<Keys>,
    replay: Arc<Replay>,
    reports: Arc<Reports>,
    routes: Arc<RouteCalls>,
    runs: Arc<Runs>,
    schedulers: Arc<Schedulers>,
    silences: Arc<Silences>,
}

/// The handlers as the REST router takes them.
pub type RestServices = rest::Services<
    Audit,
    Channels,
    Incidents,
    Keys,
    Runs,
    Reports,
    Replay,
    RouteCalls,
    Silences,
    Schedulers,
>;

impl Handlers {
    /// Handlers that do what `services` do, and end streams as `streams` say.
    pub fn new(services: &Services, streams: &Streams) -> Self {
        Self {
            audit: Arc::new(Audit::new(services.clone())),
            channels: Arc::new(Channels::new(services.clone())),
            incidents: Arc::new(Incidents::new(services.clone())),
            keys: Arc::new(Keys::new(services.clone())),
            replay: Arc::new(Replay::new(services.clone())),
            reports: Arc::new(Reports::new(services.clone(), streams.clone())),
            routes: Arc::new(RouteCalls::new(services.clone())),
            runs: Arc::new(Runs::new(services.clone())),
            schedulers: Arc::new(Schedulers::new(services.clone(), streams.clone())),
            silences: Arc::new(Silences::new(services.clone())),
        }
    }

    /// The services of the contract over gRPC, within their bounds; still without
    /// the gate. Only batches may come compressed: they alone are large.
    pub fn routes(&self) -> Routes {
        let mut routes = Routes::builder();
        macro_rules! serve {
            ($server:ident, $handler:expr) => {
                routes.add_service(
                    $server::from_arc(Arc::clone($handler))
                        .max_decoding_message_size(GRPC_MESSAGE_BYTES_MAX),
                )
            };
        }
        serve!(AuditServiceServer, &self.audit);
        serve!(ChannelServiceServer, &self.channels);
        serve!(IncidentServiceServer, &self.incidents);
        serve!(KeyServiceServer, &self.keys);
        serve!(ReportServiceServer, &self.reports);
        serve!(RouteServiceServer, &self.routes);
        serve!(RunServiceServer, &self.runs);
        serve!(SchedulerServiceServer, &self.schedulers);
        serve!(SilenceServiceServer, &self.silences);
        routes.add_service(
            ReplayServiceServer::from_arc(Arc::clone(&self.replay))
                .max_decoding_message_size(GRPC_BATCH_BYTES_MAX)
                .accept_compressed(CompressionEncoding::Gzip),
        );
        routes.routes()
    }

    /// The same handlers for REST.
    pub fn rest(&self) -> RestServices {
        rest::Services {
            audit: Arc::clone(&self.audit),
            channel: Arc::clone(&self.channels),
            incident: Arc::clone(&self.incidents),
            key: Arc::clone(&self.keys),
            run: Arc::clone(&self.runs),
            report: Arc::clone(&self.reports),
            replay: Arc::clone(&self.replay),
            route: Arc::clone(&self.routes),
            silence: Arc::clone(&self.silences),
            scheduler: Arc::clone(&self.schedulers),
        }
    }
}

/// Who calls. The gate has put it there; without it the call came past the gate,
/// and must not be answered.
fn caller<T>(request: &Request<T>) -> Result<Admitted, Status> {
    request.extensions().get::<Admitted>().cloned().ok_or_else(|| {
        tracing::error!("a call came past the gate");
        refusal(Code::Internal, "INTERNAL", "internal error").into_status()
    })
}

/// What was left out while a REST body was read; nothing over gRPC.
fn decode_warnings<T>(request: &mut Request<T>) -> DecodeWarnings {
    request.extensions_mut().remove::<DecodeWarnings>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_came_past_the_gate_is_not_answered() {
        let status = caller(&Request::new(())).unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::Internal, "internal error"));
    }
}
