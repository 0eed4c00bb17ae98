// This file is @generated.
use std::sync::Arc;
use axum::{Router, routing};
use super::{
    Gate, call::{events, unary},
    wrong_verb,
};
use crate::{method::METHODS, v1};
/// One implementation of each service of the contract. The same may serve gRPC.
#[derive(Debug)]
pub struct Services<
    Audit,
    Channel,
    Incident,
    Key,
    Run,
    Report,
    Replay,
    Route,
    Silence,
    Scheduler,
> {
    /// Answers the calls of `AuditService`.
    pub audit: Arc<Audit>,
    /// Answers the calls of `ChannelService`.
    pub channel: Arc<Channel>,
    /// Answers the calls of `IncidentService`.
    pub incident: Arc<Incident>,
    /// Answers the calls of `KeyService`.
    pub key: Arc<Key>,
    /// Answers the calls of `RunService`.
    pub run: Arc<Run>,
    /// Answers the calls of `ReportService`.
    pub report: Arc<Report>,
    /// Answers the calls of `ReplayService`.
    pub replay: Arc<Replay>,
    /// Answers the calls of `RouteService`.
    pub route: Arc<Route>,
    /// Answers the calls of `SilenceService`.
    pub silence: Arc<Silence>,
    /// Answers the calls of `SchedulerService`.
    pub scheduler: Arc<Scheduler>,
}
/// A route for each annotated call of the contract, every one behind the gate.
///
/// Wrong verbs are answered here. Unknown paths are left to the caller's
/// fallback; see [`unknown_route`](super::unknown_route).
pub fn router<
    Audit,
    Channel,
    Incident,
    Key,
    Run,
    Report,
    Replay,
    Route,
    Silence,
    Scheduler,
    G: Gate,
>(
    services: &Services<
        Audit,
        Channel,
        Incident,
        Key,
        Run,
        Report,
        Replay,
        Route,
        Silence,
        Scheduler,
    >,
    gate: &G,
) -> Router
where
    Audit: v1::audit_service_server::AuditService,
    Channel: v1::channel_service_server::ChannelService,
    Incident: v1::incident_service_server::IncidentService,
    Key: v1::key_service_server::KeyService,
    Run: v1::run_service_server::RunService,
    Report: v1::report_service_server::ReportService,
    Replay: v1::replay_service_server::ReplayService,
    Route: v1::route_service_server::RouteService,
    Silence: v1::silence_service_server::SilenceService,
    Scheduler: v1::scheduler_service_server::SchedulerService,
{
    Router::new()
        .merge(audit(&services.audit, gate))
        .merge(channel(&services.channel, gate))
        .merge(incident(&services.incident, gate))
        .merge(key(&services.key, gate))
        .merge(run(&services.run, gate))
        .merge(report(&services.report, gate))
        .merge(replay(&services.replay, gate))
        .merge(route(&services.route, gate))
        .merge(silence(&services.silence, gate))
        .merge(scheduler(&services.scheduler, gate))
        .method_not_allowed_fallback(wrong_verb)
}
fn audit<S: v1::audit_service_server::AuditService, G: Gate>(
    service: &Arc<S>,
    gate: &G,
) -> Router {
    Router::new()
        .route(
            "/api/v1/audit",
            routing::get(
                unary(
                    &METHODS[0],
                    service,
                    gate,
                    |
                        service: Arc<S>,
                        request: tonic::Request<v1::ListAuditEntriesRequest>|
                    async move { service.list_audit_entries(request).await },
                ),
            ),
        )
}
fn channel<S: v1::channel_service_server::ChannelService, G: Gate>(
    service: &Arc<S>,
    gate: &G,
) -> Router {
    Router::new()
        .route(
            "/api/v1/channels",
            routing::post(
                unary(
                    &METHODS[1],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::CreateChannelRequest>| async move {
                        service.create_channel(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/channels/{channel_id}",
            routing::get(
                unary(
                    &METHODS[2],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::GetChannelRequest>| async move {
                        service.get_channel(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/channels",
            routing::get(
                unary(
                    &METHODS[3],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::ListChannelsRequest>| async move {
                        service.list_channels(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/channels/{channel_id}",
            routing::patch(
                unary(
                    &METHODS[4],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::UpdateChannelRequest>| async move {
                        service.update_channel(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/channels/{channel_id}",
            routing::delete(
                unary(
                    &METHODS[5],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::DeleteChannelRequest>| async move {
                        service.delete_channel(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/channels/{channel_id}/test",
            routing::post(
                unary(
                    &METHODS[6],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::TestChannelRequest>| async move {
                        service.test_channel(request).await
                    },
                ),
            ),
        )
}
fn incident<S: v1::incident_service_server::IncidentService, G: Gate>(
    service: &Arc<S>,
    gate: &G,
) -> Router {
    Router::new()
        .route(
            "/api/v1/incidents",
            routing::get(
                unary(
                    &METHODS[7],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::ListIncidentsRequest>| async move {
                        service.list_incidents(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/incidents/{incident_id}",
            routing::get(
                unary(
                    &METHODS[8],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::GetIncidentRequest>| async move {
                        service.get_incident(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/incidents/{incident_id}/acknowledge",
            routing::post(
                unary(
                    &METHODS[9],
                    service,
                    gate,
                    |
                        service: Arc<S>,
                        request: tonic::Request<v1::AcknowledgeIncidentRequest>|
                    async move { service.acknowledge_incident(request).await },
                ),
            ),
        )
        .route(
            "/api/v1/incidents/{incident_id}/resolve",
            routing::post(
                unary(
                    &METHODS[10],
                    service,
                    gate,
                    |
                        service: Arc<S>,
                        request: tonic::Request<v1::ResolveIncidentRequest>|
                    async move { service.resolve_incident(request).await },
                ),
            ),
        )
}
fn key<S: v1::key_service_server::KeyService, G: Gate>(
    service: &Arc<S>,
    gate: &G,
) -> Router {
    Router::new()
        .route(
            "/api/v1/keys",
            routing::post(
                unary(
                    &METHODS[11],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::CreateKeyRequest>| async move {
                        service.create_key(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/keys",
            routing::get(
                unary(
                    &METHODS[12],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::ListKeysRequest>| async move {
                        service.list_keys(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/keys/{key_id}/revoke",
            routing::post(
                unary(
                    &METHODS[13],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::RevokeKeyRequest>| async move {
                        service.revoke_key(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/token",
            routing::post(
                unary(
                    &METHODS[14],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::ExchangeKeyRequest>| async move {
                        service.exchange_key(request).await
                    },
                ),
            ),
        )
}
fn run<S: v1::run_service_server::RunService, G: Gate>(
    service: &Arc<S>,
    gate: &G,
) -> Router {
    Router::new()
        .route(
            "/api/v1/schedulers/{scheduler_id}/runs",
            routing::get(
                unary(
                    &METHODS[15],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::ListRunsRequest>| async move {
                        service.list_runs(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/schedulers/{scheduler_id}/slots",
            routing::get(
                unary(
                    &METHODS[16],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::ListSlotsRequest>| async move {
                        service.list_slots(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/schedulers/{scheduler_id}/runs/{run_id}",
            routing::get(
                unary(
                    &METHODS[17],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::GetRunRequest>| async move {
                        service.get_run(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/schedulers/{scheduler_id}/runs/{run_id}/cancel",
            routing::post(
                unary(
                    &METHODS[18],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::CancelRunRequest>| async move {
                        service.cancel_run(request).await
                    },
                ),
            ),
        )
}
fn report<S: v1::report_service_server::ReportService, G: Gate>(
    service: &Arc<S>,
    gate: &G,
) -> Router {
    Router::new()
        .route(
            "/api/v1/schedulers/{scheduler_id}/status",
            routing::put(
                unary(
                    &METHODS[19],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::UpdateStatusRequest>| async move {
                        service.update_status(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/schedulers/{scheduler_id}/heartbeat",
            routing::post(
                unary(
                    &METHODS[20],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::SendHeartbeatRequest>| async move {
                        service.send_heartbeat(request).await
                    },
                ),
            ),
        )
}
fn replay<S: v1::replay_service_server::ReplayService, G: Gate>(
    service: &Arc<S>,
    gate: &G,
) -> Router {
    Router::new()
        .route(
            "/api/v1/reports:batch",
            routing::post(
                unary(
                    &METHODS[22],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::BatchReportRequest>| async move {
                        service.batch_report(request).await
                    },
                ),
            ),
        )
}
fn route<S: v1::route_service_server::RouteService, G: Gate>(
    service: &Arc<S>,
    gate: &G,
) -> Router {
    Router::new()
        .route(
            "/api/v1/routes",
            routing::post(
                unary(
                    &METHODS[23],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::CreateRouteRequest>| async move {
                        service.create_route(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/routes/{route_id}",
            routing::get(
                unary(
                    &METHODS[24],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::GetRouteRequest>| async move {
                        service.get_route(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/routes",
            routing::get(
                unary(
                    &METHODS[25],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::ListRoutesRequest>| async move {
                        service.list_routes(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/routes/{route_id}",
            routing::patch(
                unary(
                    &METHODS[26],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::UpdateRouteRequest>| async move {
                        service.update_route(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/routes/{route_id}",
            routing::delete(
                unary(
                    &METHODS[27],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::DeleteRouteRequest>| async move {
                        service.delete_route(request).await
                    },
                ),
            ),
        )
}
fn silence<S: v1::silence_service_server::SilenceService, G: Gate>(
    service: &Arc<S>,
    gate: &G,
) -> Router {
    Router::new()
        .route(
            "/api/v1/silences",
            routing::post(
                unary(
                    &METHODS[28],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::CreateSilenceRequest>| async move {
                        service.create_silence(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/silences/{silence_id}",
            routing::get(
                unary(
                    &METHODS[29],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::GetSilenceRequest>| async move {
                        service.get_silence(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/silences",
            routing::get(
                unary(
                    &METHODS[30],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::ListSilencesRequest>| async move {
                        service.list_silences(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/silences/{silence_id}",
            routing::patch(
                unary(
                    &METHODS[31],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::UpdateSilenceRequest>| async move {
                        service.update_silence(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/silences/{silence_id}",
            routing::delete(
                unary(
                    &METHODS[32],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::DeleteSilenceRequest>| async move {
                        service.delete_silence(request).await
                    },
                ),
            ),
        )
}
fn scheduler<S: v1::scheduler_service_server::SchedulerService, G: Gate>(
    service: &Arc<S>,
    gate: &G,
) -> Router {
    Router::new()
        .route(
            "/api/v1/schedulers/register",
            routing::post(
                unary(
                    &METHODS[33],
                    service,
                    gate,
                    |
                        service: Arc<S>,
                        request: tonic::Request<v1::RegisterSchedulerRequest>|
                    async move { service.register_scheduler(request).await },
                ),
            ),
        )
        .route(
            "/api/v1/schedulers/{scheduler_id}",
            routing::get(
                unary(
                    &METHODS[34],
                    service,
                    gate,
                    |service: Arc<S>, request: tonic::Request<v1::GetSchedulerRequest>| async move {
                        service.get_scheduler(request).await
                    },
                ),
            ),
        )
        .route(
            "/api/v1/schedulers/{scheduler_id}/explain",
            routing::get(
                unary(
                    &METHODS[35],
                    service,
                    gate,
                    |
                        service: Arc<S>,
                        request: tonic::Request<v1::ExplainSchedulerRequest>|
                    async move { service.explain_scheduler(request).await },
                ),
            ),
        )
        .route(
            "/api/v1/schedulers",
            routing::get(
                unary(
                    &METHODS[36],
                    service,
                    gate,
                    |
                        service: Arc<S>,
                        request: tonic::Request<v1::ListSchedulersRequest>|
                    async move { service.list_schedulers(request).await },
                ),
            ),
        )
        .route(
            "/api/v1/schedulers/{scheduler_id}",
            routing::patch(
                unary(
                    &METHODS[37],
                    service,
                    gate,
                    |
                        service: Arc<S>,
                        request: tonic::Request<v1::UpdateSchedulerRequest>|
                    async move { service.update_scheduler(request).await },
                ),
            ),
        )
        .route(
            "/api/v1/schedulers/{scheduler_id}/release",
            routing::post(
                unary(
                    &METHODS[38],
                    service,
                    gate,
                    |
                        service: Arc<S>,
                        request: tonic::Request<v1::ReleaseSettingsRequest>|
                    async move { service.release_settings(request).await },
                ),
            ),
        )
        .route(
            "/api/v1/schedulers/{scheduler_id}",
            routing::delete(
                unary(
                    &METHODS[39],
                    service,
                    gate,
                    |
                        service: Arc<S>,
                        request: tonic::Request<v1::DeleteSchedulerRequest>|
                    async move { service.delete_scheduler(request).await },
                ),
            ),
        )
        .route(
            "/api/v1/schedulers/{scheduler_id}/pause",
            routing::post(
                unary(
                    &METHODS[40],
                    service,
                    gate,
                    |
                        service: Arc<S>,
                        request: tonic::Request<v1::PauseSchedulerRequest>|
                    async move { service.pause_scheduler(request).await },
                ),
            ),
        )
        .route(
            "/api/v1/schedulers/{scheduler_id}/resume",
            routing::post(
                unary(
                    &METHODS[41],
                    service,
                    gate,
                    |
                        service: Arc<S>,
                        request: tonic::Request<v1::ResumeSchedulerRequest>|
                    async move { service.resume_scheduler(request).await },
                ),
            ),
        )
        .route(
            "/api/v1/schedules:preview",
            routing::post(
                unary(
                    &METHODS[42],
                    service,
                    gate,
                    |
                        service: Arc<S>,
                        request: tonic::Request<v1::PreviewScheduleRequest>|
                    async move { service.preview_schedule(request).await },
                ),
            ),
        )
        .route(
            "/api/v1/schedulers/watch",
            routing::get(
                events(
                    &METHODS[43],
                    service,
                    gate,
                    |
                        service: Arc<S>,
                        request: tonic::Request<v1::WatchSchedulersRequest>|
                    async move { service.watch_schedulers(request).await },
                ),
            ),
        )
}
