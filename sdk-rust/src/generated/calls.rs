// This file is @generated.
use crate::{
    api::{self, Api},
    call::{Body, Call, Route, Watch},
    error::Error, wire,
};
impl Call for api::ListAuditEntriesRequest {
    type Response = api::ListAuditEntriesResponse;
    type WireRequest = wire::ListAuditEntriesRequest;
    type WireResponse = wire::ListAuditEntriesResponse;
    const PATH: &'static str = "/nightbell.v1.AuditService/ListAuditEntries";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/audit",
        body: Body::None,
    };
}
impl Call for api::CreateChannelRequest {
    type Response = api::CreateChannelResponse;
    type WireRequest = wire::CreateChannelRequest;
    type WireResponse = wire::CreateChannelResponse;
    const PATH: &'static str = "/nightbell.v1.ChannelService/CreateChannel";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/channels",
        body: Body::All,
    };
}
impl Call for api::GetChannelRequest {
    type Response = api::GetChannelResponse;
    type WireRequest = wire::GetChannelRequest;
    type WireResponse = wire::GetChannelResponse;
    const PATH: &'static str = "/nightbell.v1.ChannelService/GetChannel";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/channels/{channel_id}",
        body: Body::None,
    };
}
impl Call for api::ListChannelsRequest {
    type Response = api::ListChannelsResponse;
    type WireRequest = wire::ListChannelsRequest;
    type WireResponse = wire::ListChannelsResponse;
    const PATH: &'static str = "/nightbell.v1.ChannelService/ListChannels";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/channels",
        body: Body::None,
    };
}
impl Call for api::UpdateChannelRequest {
    type Response = api::UpdateChannelResponse;
    type WireRequest = wire::UpdateChannelRequest;
    type WireResponse = wire::UpdateChannelResponse;
    const PATH: &'static str = "/nightbell.v1.ChannelService/UpdateChannel";
    const ROUTE: Route = Route {
        verb: "PATCH",
        path: "/api/v1/channels/{channel_id}",
        body: Body::Field("settings"),
    };
    fn mask(&self) -> &[String] {
        &self.update_mask
    }
}
impl Call for api::DeleteChannelRequest {
    type Response = api::DeleteChannelResponse;
    type WireRequest = wire::DeleteChannelRequest;
    type WireResponse = wire::DeleteChannelResponse;
    const PATH: &'static str = "/nightbell.v1.ChannelService/DeleteChannel";
    const ROUTE: Route = Route {
        verb: "DELETE",
        path: "/api/v1/channels/{channel_id}",
        body: Body::None,
    };
}
impl Call for api::TestChannelRequest {
    type Response = api::TestChannelResponse;
    type WireRequest = wire::TestChannelRequest;
    type WireResponse = wire::TestChannelResponse;
    const PATH: &'static str = "/nightbell.v1.ChannelService/TestChannel";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/channels/{channel_id}/test",
        body: Body::All,
    };
}
impl Call for api::ListIncidentsRequest {
    type Response = api::ListIncidentsResponse;
    type WireRequest = wire::ListIncidentsRequest;
    type WireResponse = wire::ListIncidentsResponse;
    const PATH: &'static str = "/nightbell.v1.IncidentService/ListIncidents";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/incidents",
        body: Body::None,
    };
}
impl Call for api::GetIncidentRequest {
    type Response = api::GetIncidentResponse;
    type WireRequest = wire::GetIncidentRequest;
    type WireResponse = wire::GetIncidentResponse;
    const PATH: &'static str = "/nightbell.v1.IncidentService/GetIncident";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/incidents/{incident_id}",
        body: Body::None,
    };
}
impl Call for api::AcknowledgeIncidentRequest {
    type Response = api::AcknowledgeIncidentResponse;
    type WireRequest = wire::AcknowledgeIncidentRequest;
    type WireResponse = wire::AcknowledgeIncidentResponse;
    const PATH: &'static str = "/nightbell.v1.IncidentService/AcknowledgeIncident";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/incidents/{incident_id}/acknowledge",
        body: Body::All,
    };
}
impl Call for api::ResolveIncidentRequest {
    type Response = api::ResolveIncidentResponse;
    type WireRequest = wire::ResolveIncidentRequest;
    type WireResponse = wire::ResolveIncidentResponse;
    const PATH: &'static str = "/nightbell.v1.IncidentService/ResolveIncident";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/incidents/{incident_id}/resolve",
        body: Body::All,
    };
}
impl Call for api::CreateKeyRequest {
    type Response = api::CreateKeyResponse;
    type WireRequest = wire::CreateKeyRequest;
    type WireResponse = wire::CreateKeyResponse;
    const PATH: &'static str = "/nightbell.v1.KeyService/CreateKey";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/keys",
        body: Body::All,
    };
}
impl Call for api::ListKeysRequest {
    type Response = api::ListKeysResponse;
    type WireRequest = wire::ListKeysRequest;
    type WireResponse = wire::ListKeysResponse;
    const PATH: &'static str = "/nightbell.v1.KeyService/ListKeys";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/keys",
        body: Body::None,
    };
}
impl Call for api::RevokeKeyRequest {
    type Response = api::RevokeKeyResponse;
    type WireRequest = wire::RevokeKeyRequest;
    type WireResponse = wire::RevokeKeyResponse;
    const PATH: &'static str = "/nightbell.v1.KeyService/RevokeKey";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/keys/{key_id}/revoke",
        body: Body::All,
    };
}
impl Call for api::ExchangeKeyRequest {
    type Response = api::ExchangeKeyResponse;
    type WireRequest = wire::ExchangeKeyRequest;
    type WireResponse = wire::ExchangeKeyResponse;
    const PATH: &'static str = "/nightbell.v1.KeyService/ExchangeKey";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/token",
        body: Body::All,
    };
}
impl Call for api::ListRunsRequest {
    type Response = api::ListRunsResponse;
    type WireRequest = wire::ListRunsRequest;
    type WireResponse = wire::ListRunsResponse;
    const PATH: &'static str = "/nightbell.v1.RunService/ListRuns";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/schedulers/{scheduler_id}/runs",
        body: Body::None,
    };
}
impl Call for api::ListSlotsRequest {
    type Response = api::ListSlotsResponse;
    type WireRequest = wire::ListSlotsRequest;
    type WireResponse = wire::ListSlotsResponse;
    const PATH: &'static str = "/nightbell.v1.RunService/ListSlots";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/schedulers/{scheduler_id}/slots",
        body: Body::None,
    };
}
impl Call for api::GetRunRequest {
    type Response = api::GetRunResponse;
    type WireRequest = wire::GetRunRequest;
    type WireResponse = wire::GetRunResponse;
    const PATH: &'static str = "/nightbell.v1.RunService/GetRun";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/schedulers/{scheduler_id}/runs/{run_id}",
        body: Body::None,
    };
}
impl Call for api::CancelRunRequest {
    type Response = api::CancelRunResponse;
    type WireRequest = wire::CancelRunRequest;
    type WireResponse = wire::CancelRunResponse;
    const PATH: &'static str = "/nightbell.v1.RunService/CancelRun";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/schedulers/{scheduler_id}/runs/{run_id}/cancel",
        body: Body::All,
    };
}
impl Call for api::UpdateStatusRequest {
    type Response = api::UpdateStatusResponse;
    type WireRequest = wire::UpdateStatusRequest;
    type WireResponse = wire::UpdateStatusResponse;
    const PATH: &'static str = "/nightbell.v1.ReportService/UpdateStatus";
    const ROUTE: Route = Route {
        verb: "PUT",
        path: "/api/v1/schedulers/{scheduler_id}/status",
        body: Body::All,
    };
}
impl Call for api::SendHeartbeatRequest {
    type Response = api::SendHeartbeatResponse;
    type WireRequest = wire::SendHeartbeatRequest;
    type WireResponse = wire::SendHeartbeatResponse;
    const PATH: &'static str = "/nightbell.v1.ReportService/SendHeartbeat";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/schedulers/{scheduler_id}/heartbeat",
        body: Body::All,
    };
}
impl Call for api::BatchReportRequest {
    type Response = api::BatchReportResponse;
    type WireRequest = wire::BatchReportRequest;
    type WireResponse = wire::BatchReportResponse;
    const PATH: &'static str = "/nightbell.v1.ReplayService/BatchReport";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/reports:batch",
        body: Body::All,
    };
}
impl Call for api::CreateRouteRequest {
    type Response = api::CreateRouteResponse;
    type WireRequest = wire::CreateRouteRequest;
    type WireResponse = wire::CreateRouteResponse;
    const PATH: &'static str = "/nightbell.v1.RouteService/CreateRoute";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/routes",
        body: Body::All,
    };
}
impl Call for api::GetRouteRequest {
    type Response = api::GetRouteResponse;
    type WireRequest = wire::GetRouteRequest;
    type WireResponse = wire::GetRouteResponse;
    const PATH: &'static str = "/nightbell.v1.RouteService/GetRoute";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/routes/{route_id}",
        body: Body::None,
    };
}
impl Call for api::ListRoutesRequest {
    type Response = api::ListRoutesResponse;
    type WireRequest = wire::ListRoutesRequest;
    type WireResponse = wire::ListRoutesResponse;
    const PATH: &'static str = "/nightbell.v1.RouteService/ListRoutes";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/routes",
        body: Body::None,
    };
}
impl Call for api::UpdateRouteRequest {
    type Response = api::UpdateRouteResponse;
    type WireRequest = wire::UpdateRouteRequest;
    type WireResponse = wire::UpdateRouteResponse;
    const PATH: &'static str = "/nightbell.v1.RouteService/UpdateRoute";
    const ROUTE: Route = Route {
        verb: "PATCH",
        path: "/api/v1/routes/{route_id}",
        body: Body::Field("settings"),
    };
    fn mask(&self) -> &[String] {
        &self.update_mask
    }
}
impl Call for api::DeleteRouteRequest {
    type Response = api::DeleteRouteResponse;
    type WireRequest = wire::DeleteRouteRequest;
    type WireResponse = wire::DeleteRouteResponse;
    const PATH: &'static str = "/nightbell.v1.RouteService/DeleteRoute";
    const ROUTE: Route = Route {
        verb: "DELETE",
        path: "/api/v1/routes/{route_id}",
        body: Body::None,
    };
}
impl Call for api::CreateSilenceRequest {
    type Response = api::CreateSilenceResponse;
    type WireRequest = wire::CreateSilenceRequest;
    type WireResponse = wire::CreateSilenceResponse;
    const PATH: &'static str = "/nightbell.v1.SilenceService/CreateSilence";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/silences",
        body: Body::All,
    };
}
impl Call for api::GetSilenceRequest {
    type Response = api::GetSilenceResponse;
    type WireRequest = wire::GetSilenceRequest;
    type WireResponse = wire::GetSilenceResponse;
    const PATH: &'static str = "/nightbell.v1.SilenceService/GetSilence";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/silences/{silence_id}",
        body: Body::None,
    };
}
impl Call for api::ListSilencesRequest {
    type Response = api::ListSilencesResponse;
    type WireRequest = wire::ListSilencesRequest;
    type WireResponse = wire::ListSilencesResponse;
    const PATH: &'static str = "/nightbell.v1.SilenceService/ListSilences";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/silences",
        body: Body::None,
    };
}
impl Call for api::UpdateSilenceRequest {
    type Response = api::UpdateSilenceResponse;
    type WireRequest = wire::UpdateSilenceRequest;
    type WireResponse = wire::UpdateSilenceResponse;
    const PATH: &'static str = "/nightbell.v1.SilenceService/UpdateSilence";
    const ROUTE: Route = Route {
        verb: "PATCH",
        path: "/api/v1/silences/{silence_id}",
        body: Body::Field("settings"),
    };
    fn mask(&self) -> &[String] {
        &self.update_mask
    }
}
impl Call for api::DeleteSilenceRequest {
    type Response = api::DeleteSilenceResponse;
    type WireRequest = wire::DeleteSilenceRequest;
    type WireResponse = wire::DeleteSilenceResponse;
    const PATH: &'static str = "/nightbell.v1.SilenceService/DeleteSilence";
    const ROUTE: Route = Route {
        verb: "DELETE",
        path: "/api/v1/silences/{silence_id}",
        body: Body::None,
    };
}
impl Call for api::RegisterSchedulerRequest {
    type Response = api::RegisterSchedulerResponse;
    type WireRequest = wire::RegisterSchedulerRequest;
    type WireResponse = wire::RegisterSchedulerResponse;
    const PATH: &'static str = "/nightbell.v1.SchedulerService/RegisterScheduler";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/schedulers/register",
        body: Body::All,
    };
}
impl Call for api::GetSchedulerRequest {
    type Response = api::GetSchedulerResponse;
    type WireRequest = wire::GetSchedulerRequest;
    type WireResponse = wire::GetSchedulerResponse;
    const PATH: &'static str = "/nightbell.v1.SchedulerService/GetScheduler";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/schedulers/{scheduler_id}",
        body: Body::None,
    };
}
impl Call for api::ExplainSchedulerRequest {
    type Response = api::ExplainSchedulerResponse;
    type WireRequest = wire::ExplainSchedulerRequest;
    type WireResponse = wire::ExplainSchedulerResponse;
    const PATH: &'static str = "/nightbell.v1.SchedulerService/ExplainScheduler";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/schedulers/{scheduler_id}/explain",
        body: Body::None,
    };
}
impl Call for api::ListSchedulersRequest {
    type Response = api::ListSchedulersResponse;
    type WireRequest = wire::ListSchedulersRequest;
    type WireResponse = wire::ListSchedulersResponse;
    const PATH: &'static str = "/nightbell.v1.SchedulerService/ListSchedulers";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/schedulers",
        body: Body::None,
    };
}
impl Call for api::UpdateSchedulerRequest {
    type Response = api::UpdateSchedulerResponse;
    type WireRequest = wire::UpdateSchedulerRequest;
    type WireResponse = wire::UpdateSchedulerResponse;
    const PATH: &'static str = "/nightbell.v1.SchedulerService/UpdateScheduler";
    const ROUTE: Route = Route {
        verb: "PATCH",
        path: "/api/v1/schedulers/{scheduler_id}",
        body: Body::Field("settings"),
    };
    fn mask(&self) -> &[String] {
        &self.update_mask
    }
}
impl Call for api::ReleaseSettingsRequest {
    type Response = api::ReleaseSettingsResponse;
    type WireRequest = wire::ReleaseSettingsRequest;
    type WireResponse = wire::ReleaseSettingsResponse;
    const PATH: &'static str = "/nightbell.v1.SchedulerService/ReleaseSettings";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/schedulers/{scheduler_id}/release",
        body: Body::All,
    };
}
impl Call for api::DeleteSchedulerRequest {
    type Response = api::DeleteSchedulerResponse;
    type WireRequest = wire::DeleteSchedulerRequest;
    type WireResponse = wire::DeleteSchedulerResponse;
    const PATH: &'static str = "/nightbell.v1.SchedulerService/DeleteScheduler";
    const ROUTE: Route = Route {
        verb: "DELETE",
        path: "/api/v1/schedulers/{scheduler_id}",
        body: Body::None,
    };
}
impl Call for api::PauseSchedulerRequest {
    type Response = api::PauseSchedulerResponse;
    type WireRequest = wire::PauseSchedulerRequest;
    type WireResponse = wire::PauseSchedulerResponse;
    const PATH: &'static str = "/nightbell.v1.SchedulerService/PauseScheduler";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/schedulers/{scheduler_id}/pause",
        body: Body::All,
    };
}
impl Call for api::ResumeSchedulerRequest {
    type Response = api::ResumeSchedulerResponse;
    type WireRequest = wire::ResumeSchedulerRequest;
    type WireResponse = wire::ResumeSchedulerResponse;
    const PATH: &'static str = "/nightbell.v1.SchedulerService/ResumeScheduler";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/schedulers/{scheduler_id}/resume",
        body: Body::All,
    };
}
impl Call for api::PreviewScheduleRequest {
    type Response = api::PreviewScheduleResponse;
    type WireRequest = wire::PreviewScheduleRequest;
    type WireResponse = wire::PreviewScheduleResponse;
    const PATH: &'static str = "/nightbell.v1.SchedulerService/PreviewSchedule";
    const ROUTE: Route = Route {
        verb: "POST",
        path: "/api/v1/schedules:preview",
        body: Body::All,
    };
}
impl Call for api::WatchSchedulersRequest {
    type Response = api::WatchSchedulersResponse;
    type WireRequest = wire::WatchSchedulersRequest;
    type WireResponse = wire::WatchSchedulersResponse;
    const PATH: &'static str = "/nightbell.v1.SchedulerService/WatchSchedulers";
    const ROUTE: Route = Route {
        verb: "GET",
        path: "/api/v1/schedulers/watch",
        body: Body::None,
    };
}
impl Api {
    /// ListAuditEntries lists what was done, the newest first.
    pub async fn list_audit_entries(
        &self,
        request: api::ListAuditEntriesRequest,
    ) -> Result<api::ListAuditEntriesResponse, Error> {
        self.call(request).await
    }
    /// CreateChannel adds a channel.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT (BAD_TARGET, BLOCKED_TARGET): the target is no address
    ///   that Nightbell may call.
    /// - INVALID_ARGUMENT: another field breaks its rule, or is unknown.
    /// - RESOURCE_EXHAUSTED (QUOTA): the project has as many channels as it may.
    pub async fn create_channel(
        &self,
        request: api::CreateChannelRequest,
    ) -> Result<api::CreateChannelResponse, Error> {
        self.call(request).await
    }
    /// GetChannel shows one channel, without its secrets.
    ///
    /// Errors:
    /// - NOT_FOUND: no such channel.
    pub async fn get_channel(
        &self,
        request: api::GetChannelRequest,
    ) -> Result<api::GetChannelResponse, Error> {
        self.call(request).await
    }
    /// ListChannels lists the project's channels, without their secrets.
    pub async fn list_channels(
        &self,
        request: api::ListChannelsRequest,
    ) -> Result<api::ListChannelsResponse, Error> {
        self.call(request).await
    }
    /// UpdateChannel changes a channel. Over REST the fields present in the body
    /// are changed.
    ///
    /// Errors: as CreateChannel, and
    /// - NOT_FOUND: no such channel.
    pub async fn update_channel(
        &self,
        request: api::UpdateChannelRequest,
    ) -> Result<api::UpdateChannelResponse, Error> {
        self.call(request).await
    }
    /// DeleteChannel forgets a channel. What it was still to be told is abandoned.
    ///
    /// Errors:
    /// - NOT_FOUND: no such channel.
    pub async fn delete_channel(
        &self,
        request: api::DeleteChannelRequest,
    ) -> Result<api::DeleteChannelResponse, Error> {
        self.call(request).await
    }
    /// TestChannel sends one test notification now and tells what the channel
    /// answered.
    ///
    /// Errors:
    /// - NOT_FOUND: no such channel.
    pub async fn test_channel(
        &self,
        request: api::TestChannelRequest,
    ) -> Result<api::TestChannelResponse, Error> {
        self.call(request).await
    }
    /// ListIncidents lists incidents, the newest first.
    /// They are kept for 400 days, and for as long as they are open; what became of
    /// their notifications is kept for 30.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT: the page_token was not made by this call.
    pub async fn list_incidents(
        &self,
        request: api::ListIncidentsRequest,
    ) -> Result<api::ListIncidentsResponse, Error> {
        self.call(request).await
    }
    /// GetIncident shows one incident and what became of its notifications.
    ///
    /// Errors:
    /// - NOT_FOUND: no such incident.
    pub async fn get_incident(
        &self,
        request: api::GetIncidentRequest,
    ) -> Result<api::GetIncidentResponse, Error> {
        self.call(request).await
    }
    /// AcknowledgeIncident says that somebody has it. A second acknowledgement
    /// replaces the first.
    ///
    /// Errors:
    /// - NOT_FOUND: no such incident.
    /// - FAILED_PRECONDITION: the incident is resolved.
    pub async fn acknowledge_incident(
        &self,
        request: api::AcknowledgeIncidentRequest,
    ) -> Result<api::AcknowledgeIncidentResponse, Error> {
        self.call(request).await
    }
    /// ResolveIncident ends an incident by hand. Its cause, if it lasts, opens no
    /// new one until it has gone and come back; if it comes back within 5 minutes of
    /// this, the incident is reopened.
    ///
    /// Errors:
    /// - NOT_FOUND: no such incident.
    /// - FAILED_PRECONDITION: the incident is resolved.
    pub async fn resolve_incident(
        &self,
        request: api::ResolveIncidentRequest,
    ) -> Result<api::ResolveIncidentResponse, Error> {
        self.call(request).await
    }
    /// CreateKey makes a key. Its text is shown only in this answer.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT: a field breaks its rule, or is unknown.
    pub async fn create_key(
        &self,
        request: api::CreateKeyRequest,
    ) -> Result<api::CreateKeyResponse, Error> {
        self.call(request).await
    }
    /// ListKeys lists the project's keys, revoked ones too, without their texts.
    pub async fn list_keys(
        &self,
        request: api::ListKeysRequest,
    ) -> Result<api::ListKeysResponse, Error> {
        self.call(request).await
    }
    /// RevokeKey ends a key, its tokens and its open streams within 5 seconds.
    /// Revoking twice is harmless.
    ///
    /// Errors:
    /// - NOT_FOUND: no such key.
    pub async fn revoke_key(
        &self,
        request: api::RevokeKeyRequest,
    ) -> Result<api::RevokeKeyResponse, Error> {
        self.call(request).await
    }
    /// ExchangeKey gives a token that stands for the key for 15 minutes and is
    /// accepted wherever the key is.
    ///
    /// Errors:
    /// - PERMISSION_DENIED: the caller came with a token, not with a key.
    pub async fn exchange_key(
        &self,
        request: api::ExchangeKeyRequest,
    ) -> Result<api::ExchangeKeyResponse, Error> {
        self.call(request).await
    }
    /// ListRuns lists a scheduler's runs, the newest first.
    /// Runs are kept for 90 days, and the last 100 of each scheduler for ever.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT: the page_token was not made by this call.
    /// - NOT_FOUND: no such scheduler.
    pub async fn list_runs(
        &self,
        request: api::ListRunsRequest,
    ) -> Result<api::ListRunsResponse, Error> {
        self.call(request).await
    }
    /// ListSlots lists the times at which runs were expected and what became of each,
    /// the newest first. They are kept for 90 days. What is heard of late replaces what
    /// was inferred before.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT: the page_token was not made by this call.
    /// - NOT_FOUND: no such scheduler.
    pub async fn list_slots(
        &self,
        request: api::ListSlotsRequest,
    ) -> Result<api::ListSlotsResponse, Error> {
        self.call(request).await
    }
    /// GetRun shows one run.
    ///
    /// Errors:
    /// - NOT_FOUND: no such scheduler or run.
    pub async fn get_run(
        &self,
        request: api::GetRunRequest,
    ) -> Result<api::GetRunResponse, Error> {
        self.call(request).await
    }
    /// CancelRun asks an open run to stop; the job hears of it with the answer to
    /// its next heartbeat. Asking twice is harmless.
    ///
    /// Errors:
    /// - NOT_FOUND: no such scheduler or run.
    /// - FAILED_PRECONDITION: the run has ended.
    pub async fn cancel_run(
        &self,
        request: api::CancelRunRequest,
    ) -> Result<api::CancelRunResponse, Error> {
        self.call(request).await
    }
    /// UpdateStatus records that a run is queued, has begun or has ended.
    ///
    /// Safe to repeat: within one run the sequence, and without a sequence the
    /// status and timestamp, identify a report, and a repeat changes nothing.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT: the scheduler_id, run_id or status breaks its rule.
    /// - UNAUTHENTICATED: the API key is missing, unknown, expired or revoked.
    /// - PERMISSION_DENIED: the key may not report for this scheduler.
    /// - NOT_FOUND: the scheduler is not registered in the key's project.
    /// - ALREADY_EXISTS: this sequence of this run was used for another report.
    /// - ABORTED (TERMINAL_CONFLICT): the run has already ended otherwise. The
    ///   report is kept and shown beside the end that decides.
    /// - RESOURCE_EXHAUSTED: too many requests; RetryInfo says when to come back.
    /// - UNAVAILABLE: not stored; send it again.
    pub async fn update_status(
        &self,
        request: api::UpdateStatusRequest,
    ) -> Result<api::UpdateStatusResponse, Error> {
        self.call(request).await
    }
    /// SendHeartbeat records that a run, or a job without runs, is alive.
    ///
    /// Errors: as UpdateStatus, without ABORTED.
    pub async fn send_heartbeat(
        &self,
        request: api::SendHeartbeatRequest,
    ) -> Result<api::SendHeartbeatResponse, Error> {
        self.call(request).await
    }
    /// BatchReport records up to 1,000 reports, each on its own: one bad item
    /// refuses itself only. A replayed heartbeat extends history and is no proof
    /// of life.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT: no item, or more than 1,000.
    /// - UNAUTHENTICATED: the API key is missing, unknown, expired or revoked.
    /// - RESOURCE_EXHAUSTED: too many requests; RetryInfo says when to come back.
    /// - UNAVAILABLE: not stored; send the batch again.
    pub async fn batch_report(
        &self,
        request: api::BatchReportRequest,
    ) -> Result<api::BatchReportResponse, Error> {
        self.call(request).await
    }
    /// CreateRoute adds a route.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT: a field breaks its rule, is unknown, or names a channel that
    ///   there is not (UNKNOWN_CHANNEL).
    /// - RESOURCE_EXHAUSTED (QUOTA): the project has as many routes as it may.
    pub async fn create_route(
        &self,
        request: api::CreateRouteRequest,
    ) -> Result<api::CreateRouteResponse, Error> {
        self.call(request).await
    }
    /// GetRoute shows one route.
    ///
    /// Errors:
    /// - NOT_FOUND: no such route.
    pub async fn get_route(
        &self,
        request: api::GetRouteRequest,
    ) -> Result<api::GetRouteResponse, Error> {
        self.call(request).await
    }
    /// ListRoutes lists the project's routes.
    pub async fn list_routes(
        &self,
        request: api::ListRoutesRequest,
    ) -> Result<api::ListRoutesResponse, Error> {
        self.call(request).await
    }
    /// UpdateRoute changes a route. Over REST the fields present in the body are
    /// changed.
    ///
    /// Errors: as CreateRoute, and
    /// - NOT_FOUND: no such route.
    pub async fn update_route(
        &self,
        request: api::UpdateRouteRequest,
    ) -> Result<api::UpdateRouteResponse, Error> {
        self.call(request).await
    }
    /// DeleteRoute forgets a route. What it led to is still told of incidents that it
    /// was told of.
    ///
    /// Errors:
    /// - NOT_FOUND: no such route.
    pub async fn delete_route(
        &self,
        request: api::DeleteRouteRequest,
    ) -> Result<api::DeleteRouteResponse, Error> {
        self.call(request).await
    }
    /// CreateSilence adds a silence.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT: a field breaks its rule, or is unknown.
    /// - RESOURCE_EXHAUSTED (QUOTA): the project has as many silences as it may.
    pub async fn create_silence(
        &self,
        request: api::CreateSilenceRequest,
    ) -> Result<api::CreateSilenceResponse, Error> {
        self.call(request).await
    }
    /// GetSilence shows one silence.
    ///
    /// Errors:
    /// - NOT_FOUND: no such silence.
    pub async fn get_silence(
        &self,
        request: api::GetSilenceRequest,
    ) -> Result<api::GetSilenceResponse, Error> {
        self.call(request).await
    }
    /// ListSilences lists the project's silences, those that are over included: they
    /// are forgotten 30 days after their end.
    pub async fn list_silences(
        &self,
        request: api::ListSilencesRequest,
    ) -> Result<api::ListSilencesResponse, Error> {
        self.call(request).await
    }
    /// UpdateSilence changes a silence, to end it now for example. Over REST the
    /// fields present in the body are changed.
    ///
    /// Errors: as CreateSilence, and
    /// - NOT_FOUND: no such silence.
    pub async fn update_silence(
        &self,
        request: api::UpdateSilenceRequest,
    ) -> Result<api::UpdateSilenceResponse, Error> {
        self.call(request).await
    }
    /// DeleteSilence ends and forgets a silence. What it held is told within 15
    /// seconds.
    ///
    /// Errors:
    /// - NOT_FOUND: no such silence.
    pub async fn delete_silence(
        &self,
        request: api::DeleteSilenceRequest,
    ) -> Result<api::DeleteSilenceResponse, Error> {
        self.call(request).await
    }
    /// RegisterScheduler makes a scheduler known, or updates the one of this id.
    /// Safe to call at every start of a job: what the request leaves out stays as
    /// it is, and so does what a person has set by UpdateScheduler: the answer warns
    /// (SETTING_HELD) of each such setting that the request would have changed. A
    /// scheduler with a schedule is watched from now on, even if its job never runs.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT: a field breaks its rule, or is unknown.
    /// - UNAUTHENTICATED: the API key is missing, unknown, expired or revoked.
    /// - PERMISSION_DENIED: the key may not speak for this scheduler, or would
    ///   change an owner that a key of a higher role has set.
    /// - ALREADY_EXISTS: another scheduler's id differs only by case.
    /// - RESOURCE_EXHAUSTED: the project has as many schedulers as it may
    ///   (QUOTA), or too many requests.
    pub async fn register_scheduler(
        &self,
        request: api::RegisterSchedulerRequest,
    ) -> Result<api::RegisterSchedulerResponse, Error> {
        self.call(request).await
    }
    /// GetScheduler shows one scheduler.
    ///
    /// Errors:
    /// - NOT_FOUND: no such scheduler.
    pub async fn get_scheduler(
        &self,
        request: api::GetSchedulerRequest,
    ) -> Result<api::GetSchedulerResponse, Error> {
        self.call(request).await
    }
    /// ExplainScheduler tells why a scheduler alerts, or why it does not: every
    /// limit with its deadline, the open incidents with what became of their
    /// notifications, and the last runs.
    ///
    /// Errors:
    /// - NOT_FOUND: no such scheduler.
    pub async fn explain_scheduler(
        &self,
        request: api::ExplainSchedulerRequest,
    ) -> Result<api::ExplainSchedulerResponse, Error> {
        self.call(request).await
    }
    /// ListSchedulers lists schedulers by id.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT: the page_token was not made by this call, or a label
    ///   filter is not of the form "name=value".
    pub async fn list_schedulers(
        &self,
        request: api::ListSchedulersRequest,
    ) -> Result<api::ListSchedulersResponse, Error> {
        self.call(request).await
    }
    /// UpdateScheduler changes settings, which belong to people from now on: what
    /// the job registers at its next start leaves them as they are. Over REST the
    /// fields present in the body are changed, and null clears one.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT: a field breaks its rule, or is unknown.
    /// - NOT_FOUND: no such scheduler.
    pub async fn update_scheduler(
        &self,
        request: api::UpdateSchedulerRequest,
    ) -> Result<api::UpdateSchedulerResponse, Error> {
        self.call(request).await
    }
    /// ReleaseSettings gives settings back to what the job registers. Each keeps its
    /// value until the job registers another.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT: a name is no setting's.
    /// - NOT_FOUND: no such scheduler.
    pub async fn release_settings(
        &self,
        request: api::ReleaseSettingsRequest,
    ) -> Result<api::ReleaseSettingsResponse, Error> {
        self.call(request).await
    }
    /// DeleteScheduler forgets a scheduler with its runs and incidents.
    ///
    /// Errors:
    /// - NOT_FOUND: no such scheduler.
    pub async fn delete_scheduler(
        &self,
        request: api::DeleteSchedulerRequest,
    ) -> Result<api::DeleteSchedulerResponse, Error> {
        self.call(request).await
    }
    /// PauseScheduler stops judging a scheduler. Its reports are still recorded.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT: until is not in the future.
    /// - NOT_FOUND: no such scheduler.
    pub async fn pause_scheduler(
        &self,
        request: api::PauseSchedulerRequest,
    ) -> Result<api::PauseSchedulerResponse, Error> {
        self.call(request).await
    }
    /// ResumeScheduler judges a scheduler again, from now on. Harmless when it is
    /// not paused.
    ///
    /// Errors:
    /// - NOT_FOUND: no such scheduler.
    pub async fn resume_scheduler(
        &self,
        request: api::ResumeSchedulerRequest,
    ) -> Result<api::ResumeSchedulerResponse, Error> {
        self.call(request).await
    }
    /// PreviewSchedule tells when a job with such schedules would be expected, and
    /// what becomes of it on the nights on which clocks change. Nothing is stored.
    ///
    /// Errors:
    /// - INVALID_ARGUMENT: a field breaks its rule (BAD_CRON, BAD_TIMEZONE,
    ///   NEVER_FIRES, ...), or is unknown.
    pub async fn preview_schedule(
        &self,
        request: api::PreviewScheduleRequest,
    ) -> Result<api::PreviewScheduleResponse, Error> {
        self.call(request).await
    }
    /// WatchSchedulers sends every scheduler once, then each one again whenever it
    /// changes. Over REST the answer is a stream of server-sent events.
    ///
    /// Errors:
    /// - UNAUTHENTICATED: the API key is missing, unknown, expired or revoked; a
    ///   key revoked later ends the stream within 5 seconds.
    /// - UNAVAILABLE: the server is draining, or the caller reads too slowly;
    ///   connect again.
    pub async fn watch_schedulers(
        &self,
        request: api::WatchSchedulersRequest,
    ) -> Result<Watch<api::WatchSchedulersResponse>, Error> {
        self.watch(request).await
    }
}
