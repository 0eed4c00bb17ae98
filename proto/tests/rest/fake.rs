//! A server that keeps what it was asked and answers with little.

use std::sync::{Arc, Mutex};

use futures_util::stream::{self, BoxStream};
use http::{Extensions, request::Parts};
use nightbell_proto::{
    method::Method,
    rest::{DecodeWarnings, Gate, Refused, RefusedItems, Services},
    status::refusal,
    v1,
};
use tonic::{Code, Request, Response, Status, Streaming};

/// What the service behind the routes last saw.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// Such as `update_status`.
    pub(crate) call: &'static str,
    /// The request, as Rust shows it.
    pub(crate) request: String,
    pub(crate) warnings: Vec<String>,
    pub(crate) refused_items: Vec<usize>,
    pub(crate) headers: Vec<String>,
    pub(crate) key: Option<Key>,
    /// What the gate was told to be unreadable: scheduler and body.
    pub(crate) unreadable: Option<(String, String)>,
}

/// Stands in the extensions of an admitted request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key(pub(crate) &'static str);

#[derive(Debug, Clone, Default)]
pub(crate) struct Fake {
    pub(crate) seen: Arc<Mutex<Seen>>,
}

impl Fake {
    pub(crate) fn services(
        &self,
    ) -> Services<Self, Self, Self, Self, Self, Self, Self, Self, Self, Self> {
        let fake = Arc::new(self.clone());
        Services {
            channel: Arc::clone(&fake),
            incident: Arc::clone(&fake),
            key: Arc::clone(&fake),
            replay: Arc::clone(&fake),
            report: Arc::clone(&fake),
            route: Arc::clone(&fake),
            silence: Arc::clone(&fake),
            audit: Arc::clone(&fake),
            run: Arc::clone(&fake),
            scheduler: fake,
        }
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().expect("no test panics while it holds the lock").clone()
    }

    fn keep<T: std::fmt::Debug>(&self, call: &'static str, request: &Request<T>) {
        let extensions = request.extensions();
        let warnings = extensions.get::<DecodeWarnings>().cloned().unwrap_or_default();
        let refused = extensions.get::<RefusedItems>().cloned().unwrap_or_default();
        let headers = request.metadata().clone().into_headers();
        *self.seen.lock().expect("no test panics while it holds the lock") = Seen {
            call,
            request: format!("{:?}", request.get_ref()),
            warnings: warnings.0.iter().map(|w| format!("{} {}", w.reason, w.field)).collect(),
            refused_items: refused.0.iter().map(|item| item.index).collect(),
            headers: headers.keys().map(ToString::to_string).collect(),
            key: extensions.get::<Key>().cloned(),
            unreadable: None,
        };
    }
}

impl Gate for Fake {
    async fn admit(&self, _: &'static Method, parts: &Parts) -> Result<Extensions, Status> {
        if !parts.headers.contains_key("x-api-key") {
            let message = "the API key is missing";
            return Err(refusal(Code::Unauthenticated, "NO_CREDENTIALS", message).into());
        }
        let mut extensions = Extensions::new();
        extensions.insert(Key("k1"));
        Ok(extensions)
    }

    fn body_bytes_max(&self, _: &'static Method) -> usize {
        1_000
    }

    fn refused(&self, refused: Refused<'_>) {
        assert_eq!(refused.extensions.get(), Some(&Key("k1")));
        let scheduler = refused.params.first().map(|(_, value)| value.clone()).unwrap_or_default();
        let body = String::from_utf8_lossy(refused.body).into_owned();
        self.seen.lock().expect("no test panics while it holds the lock").unreadable =
            Some((scheduler, body));
    }
}

macro_rules! answers {
    ($service:path { $($extra:item)* } $($call:ident($input:ident) -> $output:ident)*) => {
        #[tonic::async_trait]
        impl $service for Fake {
            $($extra)*
            $(async fn $call(
                &self,
                request: Request<v1::$input>,
            ) -> Result<Response<v1::$output>, Status> {
                self.keep(stringify!($call), &request);
                Ok(Response::new(v1::$output::default()))
            })*
        }
    };
}

answers! { v1::route_service_server::RouteService {}
    create_route(CreateRouteRequest) -> CreateRouteResponse
    get_route(GetRouteRequest) -> GetRouteResponse
    list_routes(ListRoutesRequest) -> ListRoutesResponse
    update_route(UpdateRouteRequest) -> UpdateRouteResponse
    delete_route(DeleteRouteRequest) -> DeleteRouteResponse
}

answers! { v1::audit_service_server::AuditService {}
    list_audit_entries(ListAuditEntriesRequest) -> ListAuditEntriesResponse
}

answers! { v1::silence_service_server::SilenceService {}
    create_silence(CreateSilenceRequest) -> CreateSilenceResponse
    get_silence(GetSilenceRequest) -> GetSilenceResponse
    list_silences(ListSilencesRequest) -> ListSilencesResponse
    update_silence(UpdateSilenceRequest) -> UpdateSilenceResponse
    delete_silence(DeleteSilenceRequest) -> DeleteSilenceResponse
}

answers! { v1::channel_service_server::ChannelService {}
    create_channel(CreateChannelRequest) -> CreateChannelResponse
    get_channel(GetChannelRequest) -> GetChannelResponse
    list_channels(ListChannelsRequest) -> ListChannelsResponse
    update_channel(UpdateChannelRequest) -> UpdateChannelResponse
    delete_channel(DeleteChannelRequest) -> DeleteChannelResponse
    test_channel(TestChannelRequest) -> TestChannelResponse
}

answers! { v1::incident_service_server::IncidentService {}
    list_incidents(ListIncidentsRequest) -> ListIncidentsResponse
    get_incident(GetIncidentRequest) -> GetIncidentResponse
    acknowledge_incident(AcknowledgeIncidentRequest) -> AcknowledgeIncidentResponse
    resolve_incident(ResolveIncidentRequest) -> ResolveIncidentResponse
}

answers! { v1::key_service_server::KeyService {}
    create_key(CreateKeyRequest) -> CreateKeyResponse
    list_keys(ListKeysRequest) -> ListKeysResponse
    revoke_key(RevokeKeyRequest) -> RevokeKeyResponse
    exchange_key(ExchangeKeyRequest) -> ExchangeKeyResponse
}

answers! { v1::replay_service_server::ReplayService {}
    batch_report(BatchReportRequest) -> BatchReportResponse
}

answers! { v1::run_service_server::RunService {}
    list_runs(ListRunsRequest) -> ListRunsResponse
    list_slots(ListSlotsRequest) -> ListSlotsResponse
    get_run(GetRunRequest) -> GetRunResponse
    cancel_run(CancelRunRequest) -> CancelRunResponse
}

answers! { v1::report_service_server::ReportService {
        type StreamHeartbeatsStream = BoxStream<'static, Result<v1::StreamHeartbeatsResponse, Status>>;
        async fn stream_heartbeats(
            &self,
            _: Request<Streaming<v1::StreamHeartbeatsRequest>>,
        ) -> Result<Response<Self::StreamHeartbeatsStream>, Status> {
            Err(Status::unimplemented("not over REST"))
        }
    }
    update_status(UpdateStatusRequest) -> UpdateStatusResponse
    send_heartbeat(SendHeartbeatRequest) -> SendHeartbeatResponse
}

answers! { v1::scheduler_service_server::SchedulerService {
        type WatchSchedulersStream = BoxStream<'static, Result<v1::WatchSchedulersResponse, Status>>;
        async fn watch_schedulers(
            &self,
            request: Request<v1::WatchSchedulersRequest>,
        ) -> Result<Response<Self::WatchSchedulersStream>, Status> {
            self.keep("watch_schedulers", &request);
            let change = v1::watch_schedulers_response::Change::DeletedSchedulerId("a".to_owned());
            let gone = v1::WatchSchedulersResponse { change: Some(change) };
            let end = refusal(Code::Unavailable, "DRAINING", "connect again").into_status();
            let frames = vec![Ok(gone), Ok(v1::WatchSchedulersResponse::default()), Err(end)];
            Ok(Response::new(Box::pin(stream::iter(frames))))
        }
    }
    register_scheduler(RegisterSchedulerRequest) -> RegisterSchedulerResponse
    get_scheduler(GetSchedulerRequest) -> GetSchedulerResponse
    explain_scheduler(ExplainSchedulerRequest) -> ExplainSchedulerResponse
    list_schedulers(ListSchedulersRequest) -> ListSchedulersResponse
    update_scheduler(UpdateSchedulerRequest) -> UpdateSchedulerResponse
    release_settings(ReleaseSettingsRequest) -> ReleaseSettingsResponse
    delete_scheduler(DeleteSchedulerRequest) -> DeleteSchedulerResponse
    pause_scheduler(PauseSchedulerRequest) -> PauseSchedulerResponse
    resume_scheduler(ResumeSchedulerRequest) -> ResumeSchedulerResponse
    preview_schedule(PreviewScheduleRequest) -> PreviewScheduleResponse
}
