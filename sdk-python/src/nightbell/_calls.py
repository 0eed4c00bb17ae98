"""Every call of the contract, and its REST route.

Made from ``proto/nightbell/v1`` by ``make generate``; not to be edited.
"""

from __future__ import annotations

from typing import NamedTuple


class Call(NamedTuple):
    """One call of the contract."""

    service: str
    name: str
    verb: str
    """Empty: the call exists over gRPC only."""
    path: str
    body: str
    """``*``: the fields not in the path; a name: that field; empty: the query."""
    is_repeatable: bool
    """Whether sending it again does no harm when the fate of the first is unknown."""


LIST_RUNS = Call(
    "RunService", "ListRuns", "GET", "/api/v1/schedulers/{scheduler_id}/runs", "", True
)
LIST_SLOTS = Call(
    "RunService", "ListSlots", "GET", "/api/v1/schedulers/{scheduler_id}/slots", "", True
)
GET_RUN = Call(
    "RunService", "GetRun", "GET", "/api/v1/schedulers/{scheduler_id}/runs/{run_id}", "", True
)
CANCEL_RUN = Call(
    "RunService",
    "CancelRun",
    "POST",
    "/api/v1/schedulers/{scheduler_id}/runs/{run_id}/cancel",
    "*",
    True,
)
UPDATE_STATUS = Call(
    "ReportService", "UpdateStatus", "PUT", "/api/v1/schedulers/{scheduler_id}/status", "*", True
)
SEND_HEARTBEAT = Call(
    "ReportService",
    "SendHeartbeat",
    "POST",
    "/api/v1/schedulers/{scheduler_id}/heartbeat",
    "*",
    True,
)
STREAM_HEARTBEATS = Call("ReportService", "StreamHeartbeats", "", "", "", True)
BATCH_REPORT = Call("ReplayService", "BatchReport", "POST", "/api/v1/reports:batch", "*", True)
REGISTER_SCHEDULER = Call(
    "SchedulerService", "RegisterScheduler", "POST", "/api/v1/schedulers/register", "*", True
)
GET_SCHEDULER = Call(
    "SchedulerService", "GetScheduler", "GET", "/api/v1/schedulers/{scheduler_id}", "", True
)
EXPLAIN_SCHEDULER = Call(
    "SchedulerService",
    "ExplainScheduler",
    "GET",
    "/api/v1/schedulers/{scheduler_id}/explain",
    "",
    True,
)
LIST_SCHEDULERS = Call("SchedulerService", "ListSchedulers", "GET", "/api/v1/schedulers", "", True)
UPDATE_SCHEDULER = Call(
    "SchedulerService",
    "UpdateScheduler",
    "PATCH",
    "/api/v1/schedulers/{scheduler_id}",
    "settings",
    True,
)
RELEASE_SETTINGS = Call(
    "SchedulerService",
    "ReleaseSettings",
    "POST",
    "/api/v1/schedulers/{scheduler_id}/release",
    "*",
    True,
)
DELETE_SCHEDULER = Call(
    "SchedulerService", "DeleteScheduler", "DELETE", "/api/v1/schedulers/{scheduler_id}", "", True
)
PAUSE_SCHEDULER = Call(
    "SchedulerService",
    "PauseScheduler",
    "POST",
    "/api/v1/schedulers/{scheduler_id}/pause",
    "*",
    True,
)
RESUME_SCHEDULER = Call(
    "SchedulerService",
    "ResumeScheduler",
    "POST",
    "/api/v1/schedulers/{scheduler_id}/resume",
    "*",
    True,
)
PREVIEW_SCHEDULE = Call(
    "SchedulerService", "PreviewSchedule", "POST", "/api/v1/schedules:preview", "*", True
)
WATCH_SCHEDULERS = Call(
    "SchedulerService", "WatchSchedulers", "GET", "/api/v1/schedulers/watch", "", True
)
LIST_INCIDENTS = Call("IncidentService", "ListIncidents", "GET", "/api/v1/incidents", "", True)
GET_INCIDENT = Call(
    "IncidentService", "GetIncident", "GET", "/api/v1/incidents/{incident_id}", "", True
)
ACKNOWLEDGE_INCIDENT = Call(
    "IncidentService",
    "AcknowledgeIncident",
    "POST",
    "/api/v1/incidents/{incident_id}/acknowledge",
    "*",
    True,
)
RESOLVE_INCIDENT = Call(
    "IncidentService",
    "ResolveIncident",
    "POST",
    "/api/v1/incidents/{incident_id}/resolve",
    "*",
    True,
)
CREATE_CHANNEL = Call("ChannelService", "CreateChannel", "POST", "/api/v1/channels", "*", False)
GET_CHANNEL = Call("ChannelService", "GetChannel", "GET", "/api/v1/channels/{channel_id}", "", True)
LIST_CHANNELS = Call("ChannelService", "ListChannels", "GET", "/api/v1/channels", "", True)
UPDATE_CHANNEL = Call(
    "ChannelService", "UpdateChannel", "PATCH", "/api/v1/channels/{channel_id}", "settings", True
)
DELETE_CHANNEL = Call(
    "ChannelService", "DeleteChannel", "DELETE", "/api/v1/channels/{channel_id}", "", True
)
TEST_CHANNEL = Call(
    "ChannelService", "TestChannel", "POST", "/api/v1/channels/{channel_id}/test", "*", False
)
CREATE_ROUTE = Call("RouteService", "CreateRoute", "POST", "/api/v1/routes", "*", True)
GET_ROUTE = Call("RouteService", "GetRoute", "GET", "/api/v1/routes/{route_id}", "", True)
LIST_ROUTES = Call("RouteService", "ListRoutes", "GET", "/api/v1/routes", "", True)
UPDATE_ROUTE = Call(
    "RouteService", "UpdateRoute", "PATCH", "/api/v1/routes/{route_id}", "settings", True
)
DELETE_ROUTE = Call("RouteService", "DeleteRoute", "DELETE", "/api/v1/routes/{route_id}", "", True)
CREATE_SILENCE = Call("SilenceService", "CreateSilence", "POST", "/api/v1/silences", "*", True)
GET_SILENCE = Call("SilenceService", "GetSilence", "GET", "/api/v1/silences/{silence_id}", "", True)
LIST_SILENCES = Call("SilenceService", "ListSilences", "GET", "/api/v1/silences", "", True)
UPDATE_SILENCE = Call(
    "SilenceService", "UpdateSilence", "PATCH", "/api/v1/silences/{silence_id}", "settings", True
)
DELETE_SILENCE = Call(
    "SilenceService", "DeleteSilence", "DELETE", "/api/v1/silences/{silence_id}", "", True
)
LIST_AUDIT_ENTRIES = Call("AuditService", "ListAuditEntries", "GET", "/api/v1/audit", "", True)
CREATE_KEY = Call("KeyService", "CreateKey", "POST", "/api/v1/keys", "*", False)
LIST_KEYS = Call("KeyService", "ListKeys", "GET", "/api/v1/keys", "", True)
REVOKE_KEY = Call("KeyService", "RevokeKey", "POST", "/api/v1/keys/{key_id}/revoke", "*", True)
EXCHANGE_KEY = Call("KeyService", "ExchangeKey", "POST", "/api/v1/token", "*", True)

ALL = (
    LIST_RUNS,
    LIST_SLOTS,
    GET_RUN,
    CANCEL_RUN,
    UPDATE_STATUS,
    SEND_HEARTBEAT,
    STREAM_HEARTBEATS,
    BATCH_REPORT,
    REGISTER_SCHEDULER,
    GET_SCHEDULER,
    EXPLAIN_SCHEDULER,
    LIST_SCHEDULERS,
    UPDATE_SCHEDULER,
    RELEASE_SETTINGS,
    DELETE_SCHEDULER,
    PAUSE_SCHEDULER,
    RESUME_SCHEDULER,
    PREVIEW_SCHEDULE,
    WATCH_SCHEDULERS,
    LIST_INCIDENTS,
    GET_INCIDENT,
    ACKNOWLEDGE_INCIDENT,
    RESOLVE_INCIDENT,
    CREATE_CHANNEL,
    GET_CHANNEL,
    LIST_CHANNELS,
    UPDATE_CHANNEL,
    DELETE_CHANNEL,
    TEST_CHANNEL,
    CREATE_ROUTE,
    GET_ROUTE,
    LIST_ROUTES,
    UPDATE_ROUTE,
    DELETE_ROUTE,
    CREATE_SILENCE,
    GET_SILENCE,
    LIST_SILENCES,
    UPDATE_SILENCE,
    DELETE_SILENCE,
    LIST_AUDIT_ENTRIES,
    CREATE_KEY,
    LIST_KEYS,
    REVOKE_KEY,
    EXCHANGE_KEY,
)
