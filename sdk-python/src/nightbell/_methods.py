"""A method for each call.

Made from ``proto/nightbell/v1`` by ``make generate``; not to be edited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from nightbell import _calls, types
from nightbell._normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

T = TypeVar("T")


class Calls:
    """A method for each call that has one answer.

    Every one takes ``timeout`` in seconds and raises
    :class:`~nightbell.errors.NightbellError`.
    """

    def _call(
        self,
        call: _calls.Call,
        kind: type[T],
        body: Mapping[str, object],
        timeout: float | None,
    ) -> T:
        raise NotImplementedError

    def list_runs(
        self,
        scheduler_id: str,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        status: types.RunStatus | str | None = None,
        timeout: float | None = None,
    ) -> types.ListRunsResponse:
        """Lists a scheduler's runs, the newest first.

        Runs are kept for 90 days, and the last 100 of each scheduler for ever.
        """
        return self._call(
            _calls.LIST_RUNS,
            types.ListRunsResponse,
            {
                "scheduler_id": scheduler_id,
                "page_size": page_size,
                "page_token": page_token,
                "status": status,
            },
            timeout,
        )

    def list_slots(
        self,
        scheduler_id: str,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        timeout: float | None = None,
    ) -> types.ListSlotsResponse:
        """Lists the times at which runs were expected and what became of each, the
        newest first.

        They are kept for 90 days. What is heard of late replaces what was inferred
        before.
        """
        return self._call(
            _calls.LIST_SLOTS,
            types.ListSlotsResponse,
            {
                "scheduler_id": scheduler_id,
                "page_size": page_size,
                "page_token": page_token,
            },
            timeout,
        )

    def get_run(
        self,
        scheduler_id: str,
        run_id: str,
        *,
        timeout: float | None = None,
    ) -> types.GetRunResponse:
        """Shows one run."""
        return self._call(
            _calls.GET_RUN,
            types.GetRunResponse,
            {
                "scheduler_id": scheduler_id,
                "run_id": run_id,
            },
            timeout,
        )

    def cancel_run(
        self,
        scheduler_id: str,
        run_id: str,
        *,
        timeout: float | None = None,
    ) -> types.CancelRunResponse:
        """Asks an open run to stop; the job hears of it with the answer to its
        next heartbeat.

        Asking twice is harmless.
        """
        return self._call(
            _calls.CANCEL_RUN,
            types.CancelRunResponse,
            {
                "scheduler_id": scheduler_id,
                "run_id": run_id,
            },
            timeout,
        )

    def update_status(
        self,
        scheduler_id: str,
        *,
        status: types.RunStatus | str,
        service_name: str | None = None,
        job_name: str | None = None,
        timestamp: datetime | str | None = None,
        execution_time_ms: int | None = None,
        error_message: str | None = None,
        metadata: Mapping[str, object] | None = None,
        run_id: str | None = None,
        sequence: int | None = None,
        sent_at: datetime | str | None = None,
        scheduled_for: datetime | str | None = None,
        timeout: float | None = None,
    ) -> types.UpdateStatusResponse:
        """Records that a run is queued, has begun or has ended.

        Safe to repeat: within one run the sequence, and without a sequence the status
        and timestamp, identify a report, and a repeat changes nothing.
        """
        return self._call(
            _calls.UPDATE_STATUS,
            types.UpdateStatusResponse,
            {
                "scheduler_id": scheduler_id,
                "service_name": service_name,
                "job_name": job_name,
                "status": status,
                "timestamp": timestamp,
                "execution_time_ms": execution_time_ms,
                "error_message": error_message,
                "metadata": None if metadata is None else normalise(metadata),
                "run_id": run_id,
                "sequence": sequence,
                "sent_at": sent_at,
                "scheduled_for": scheduled_for,
            },
            timeout,
        )

    def send_heartbeat(
        self,
        scheduler_id: str,
        *,
        run_id: str | None = None,
        sequence: int | None = None,
        timestamp: datetime | str | None = None,
        sent_at: datetime | str | None = None,
        progress: types.Progress | None = None,
        interval: timedelta | float | str | None = None,
        extend: timedelta | float | str | None = None,
        timeout: float | None = None,
    ) -> types.SendHeartbeatResponse:
        """Records that a run, or a job without runs, is alive."""
        return self._call(
            _calls.SEND_HEARTBEAT,
            types.SendHeartbeatResponse,
            {
                "scheduler_id": scheduler_id,
                "run_id": run_id,
                "sequence": sequence,
                "timestamp": timestamp,
                "sent_at": sent_at,
                "progress": progress,
                "interval": interval,
                "extend": extend,
            },
            timeout,
        )

    def batch_report(
        self,
        *,
        items: Sequence[types.BatchItem],
        timeout: float | None = None,
    ) -> types.BatchReportResponse:
        """Records up to 1,000 reports, each on its own: one bad item refuses
        itself only.

        A replayed heartbeat extends history and is no proof of life.
        """
        return self._call(
            _calls.BATCH_REPORT,
            types.BatchReportResponse,
            {
                "items": items,
            },
            timeout,
        )

    def register_scheduler(
        self,
        scheduler_id: str,
        *,
        service_name: str | None = None,
        job_name: str | None = None,
        owner_email: str | None = None,
        alert_user_id: str | None = None,
        schedules: Sequence[types.Schedule] | None = None,
        start_grace: timedelta | float | str | None = None,
        heartbeat_interval: timedelta | float | str | None = None,
        heartbeat_timeout: timedelta | float | str | None = None,
        max_runtime: timedelta | float | str | None = None,
        labels: Mapping[str, str] | None = None,
        timezone: str | None = None,
        cron_profile: types.CronProfile | str | None = None,
        min_runtime: timedelta | float | str | None = None,
        progress_timeout: timedelta | float | str | None = None,
        failure_threshold: int | None = None,
        failure_window: int | None = None,
        recovery_threshold: int | None = None,
        recovery_window: int | None = None,
        severity: types.Severity | str | None = None,
        finish_by: timedelta | float | str | None = None,
        early_tolerance: timedelta | float | str | None = None,
        depends_on: str | None = None,
        timeout: float | None = None,
    ) -> types.RegisterSchedulerResponse:
        """Makes a scheduler known, or updates the one of this id.

        Safe to call at every start of a job: what the request leaves out stays as it
        is, and so does what a person has set by UpdateScheduler: the answer warns
        (SETTING_HELD) of each such setting that the request would have changed. A
        scheduler with a schedule is watched from now on, even if its job never runs.
        """
        return self._call(
            _calls.REGISTER_SCHEDULER,
            types.RegisterSchedulerResponse,
            {
                "scheduler_id": scheduler_id,
                "service_name": service_name,
                "job_name": job_name,
                "owner_email": owner_email,
                "alert_user_id": alert_user_id,
                "schedules": schedules,
                "start_grace": start_grace,
                "heartbeat_interval": heartbeat_interval,
                "heartbeat_timeout": heartbeat_timeout,
                "max_runtime": max_runtime,
                "labels": labels,
                "timezone": timezone,
                "cron_profile": cron_profile,
                "min_runtime": min_runtime,
                "progress_timeout": progress_timeout,
                "failure_threshold": failure_threshold,
                "failure_window": failure_window,
                "recovery_threshold": recovery_threshold,
                "recovery_window": recovery_window,
                "severity": severity,
                "finish_by": finish_by,
                "early_tolerance": early_tolerance,
                "depends_on": depends_on,
            },
            timeout,
        )

    def get_scheduler(
        self,
        scheduler_id: str,
        *,
        timeout: float | None = None,
    ) -> types.GetSchedulerResponse:
        """Shows one scheduler."""
        return self._call(
            _calls.GET_SCHEDULER,
            types.GetSchedulerResponse,
            {
                "scheduler_id": scheduler_id,
            },
            timeout,
        )

    def explain_scheduler(
        self,
        scheduler_id: str,
        *,
        timeout: float | None = None,
    ) -> types.ExplainSchedulerResponse:
        """Tells why a scheduler alerts, or why it does not: every limit with its
        deadline, the open incidents with what became of their notifications,
        and the last runs.
        """
        return self._call(
            _calls.EXPLAIN_SCHEDULER,
            types.ExplainSchedulerResponse,
            {
                "scheduler_id": scheduler_id,
            },
            timeout,
        )

    def list_schedulers(
        self,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        service_name: str | None = None,
        health: types.Health | str | None = None,
        label: str | None = None,
        timeout: float | None = None,
    ) -> types.ListSchedulersResponse:
        """Lists schedulers by id."""
        return self._call(
            _calls.LIST_SCHEDULERS,
            types.ListSchedulersResponse,
            {
                "page_size": page_size,
                "page_token": page_token,
                "service_name": service_name,
                "health": health,
                "label": label,
            },
            timeout,
        )

    def update_scheduler(
        self,
        scheduler_id: str,
        *,
        settings: types.SchedulerSettings | None = None,
        update_mask: Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> types.UpdateSchedulerResponse:
        """Changes settings, which belong to people from now on: what the job
        registers at its next start leaves them as they are.

        Over REST the fields present in the body are changed, and null clears one.
        """
        return self._call(
            _calls.UPDATE_SCHEDULER,
            types.UpdateSchedulerResponse,
            {
                "scheduler_id": scheduler_id,
                "settings": settings,
                "update_mask": update_mask,
            },
            timeout,
        )

    def release_settings(
        self,
        scheduler_id: str,
        *,
        names: Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> types.ReleaseSettingsResponse:
        """Gives settings back to what the job registers.

        Each keeps its value until the job registers another.
        """
        return self._call(
            _calls.RELEASE_SETTINGS,
            types.ReleaseSettingsResponse,
            {
                "scheduler_id": scheduler_id,
                "names": names,
            },
            timeout,
        )

    def delete_scheduler(
        self,
        scheduler_id: str,
        *,
        timeout: float | None = None,
    ) -> types.DeleteSchedulerResponse:
        """Forgets a scheduler with its runs and incidents."""
        return self._call(
            _calls.DELETE_SCHEDULER,
            types.DeleteSchedulerResponse,
            {
                "scheduler_id": scheduler_id,
            },
            timeout,
        )

    def pause_scheduler(
        self,
        scheduler_id: str,
        *,
        until: datetime | str | None = None,
        timeout: float | None = None,
    ) -> types.PauseSchedulerResponse:
        """Stops judging a scheduler.

        Its reports are still recorded.
        """
        return self._call(
            _calls.PAUSE_SCHEDULER,
            types.PauseSchedulerResponse,
            {
                "scheduler_id": scheduler_id,
                "until": until,
            },
            timeout,
        )

    def resume_scheduler(
        self,
        scheduler_id: str,
        *,
        timeout: float | None = None,
    ) -> types.ResumeSchedulerResponse:
        """Judges a scheduler again, from now on.

        Harmless when it is not paused.
        """
        return self._call(
            _calls.RESUME_SCHEDULER,
            types.ResumeSchedulerResponse,
            {
                "scheduler_id": scheduler_id,
            },
            timeout,
        )

    def preview_schedule(
        self,
        *,
        schedules: Sequence[types.Schedule],
        timezone: str | None = None,
        cron_profile: types.CronProfile | str | None = None,
        count: int | None = None,
        after: datetime | str | None = None,
        timeout: float | None = None,
    ) -> types.PreviewScheduleResponse:
        """Tells when a job with such schedules would be expected, and what becomes
        of it on the nights on which clocks change.

        Nothing is stored.
        """
        return self._call(
            _calls.PREVIEW_SCHEDULE,
            types.PreviewScheduleResponse,
            {
                "schedules": schedules,
                "timezone": timezone,
                "cron_profile": cron_profile,
                "count": count,
                "after": after,
            },
            timeout,
        )

    def list_incidents(
        self,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        scheduler_id: str | None = None,
        state: types.IncidentState | str | None = None,
        timeout: float | None = None,
    ) -> types.ListIncidentsResponse:
        """Lists incidents, the newest first.

        They are kept for 400 days, and for as long as they are open; what became of
        their notifications is kept for 30.
        """
        return self._call(
            _calls.LIST_INCIDENTS,
            types.ListIncidentsResponse,
            {
                "page_size": page_size,
                "page_token": page_token,
                "scheduler_id": scheduler_id,
                "state": state,
            },
            timeout,
        )

    def get_incident(
        self,
        incident_id: str,
        *,
        timeout: float | None = None,
    ) -> types.GetIncidentResponse:
        """Shows one incident and what became of its notifications."""
        return self._call(
            _calls.GET_INCIDENT,
            types.GetIncidentResponse,
            {
                "incident_id": incident_id,
            },
            timeout,
        )

    def acknowledge_incident(
        self,
        incident_id: str,
        *,
        by: str | None = None,
        note: str | None = None,
        timeout: float | None = None,
    ) -> types.AcknowledgeIncidentResponse:
        """Says that somebody has it.

        A second acknowledgement replaces the first.
        """
        return self._call(
            _calls.ACKNOWLEDGE_INCIDENT,
            types.AcknowledgeIncidentResponse,
            {
                "incident_id": incident_id,
                "by": by,
                "note": note,
            },
            timeout,
        )

    def resolve_incident(
        self,
        incident_id: str,
        *,
        by: str | None = None,
        note: str | None = None,
        timeout: float | None = None,
    ) -> types.ResolveIncidentResponse:
        """Ends an incident by hand.

        Its cause, if it lasts, opens no new one until it has gone and come back; if it
        comes back within 5 minutes of this, the incident is reopened.
        """
        return self._call(
            _calls.RESOLVE_INCIDENT,
            types.ResolveIncidentResponse,
            {
                "incident_id": incident_id,
                "by": by,
                "note": note,
            },
            timeout,
        )

    def create_channel(
        self,
        *,
        name: str,
        by_default: bool | None = None,
        fallback_channel_id: str | None = None,
        webhook: types.WebhookSettings | None = None,
        email: types.EmailSettings | None = None,
        slack_webhook: types.SlackWebhookSettings | None = None,
        slack_bot: types.SlackBotSettings | None = None,
        pagerduty: types.PagerdutySettings | None = None,
        opsgenie: types.OpsgenieSettings | None = None,
        alertmanager: types.AlertmanagerSettings | None = None,
        teams: types.TeamsSettings | None = None,
        discord: types.DiscordSettings | None = None,
        telegram: types.TelegramSettings | None = None,
        ntfy: types.NtfySettings | None = None,
        apprise: types.AppriseSettings | None = None,
        timeout: float | None = None,
    ) -> types.CreateChannelResponse:
        """Adds a channel."""
        return self._call(
            _calls.CREATE_CHANNEL,
            types.CreateChannelResponse,
            {
                "name": name,
                "by_default": by_default,
                "fallback_channel_id": fallback_channel_id,
                "webhook": webhook,
                "email": email,
                "slack_webhook": slack_webhook,
                "slack_bot": slack_bot,
                "pagerduty": pagerduty,
                "opsgenie": opsgenie,
                "alertmanager": alertmanager,
                "teams": teams,
                "discord": discord,
                "telegram": telegram,
                "ntfy": ntfy,
                "apprise": apprise,
            },
            timeout,
        )

    def get_channel(
        self,
        channel_id: str,
        *,
        timeout: float | None = None,
    ) -> types.GetChannelResponse:
        """Shows one channel, without its secrets."""
        return self._call(
            _calls.GET_CHANNEL,
            types.GetChannelResponse,
            {
                "channel_id": channel_id,
            },
            timeout,
        )

    def list_channels(
        self,
        *,
        timeout: float | None = None,
    ) -> types.ListChannelsResponse:
        """Lists the project's channels, without their secrets."""
        return self._call(
            _calls.LIST_CHANNELS,
            types.ListChannelsResponse,
            {},
            timeout,
        )

    def update_channel(
        self,
        channel_id: str,
        *,
        settings: types.ChannelSettings | None = None,
        update_mask: Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> types.UpdateChannelResponse:
        """Changes a channel.

        Over REST the fields present in the body are changed.
        """
        return self._call(
            _calls.UPDATE_CHANNEL,
            types.UpdateChannelResponse,
            {
                "channel_id": channel_id,
                "settings": settings,
                "update_mask": update_mask,
            },
            timeout,
        )

    def delete_channel(
        self,
        channel_id: str,
        *,
        timeout: float | None = None,
    ) -> types.DeleteChannelResponse:
        """Forgets a channel.

        What it was still to be told is abandoned.
        """
        return self._call(
            _calls.DELETE_CHANNEL,
            types.DeleteChannelResponse,
            {
                "channel_id": channel_id,
            },
            timeout,
        )

    def test_channel(
        self,
        channel_id: str,
        *,
        timeout: float | None = None,
    ) -> types.TestChannelResponse:
        """Sends one test notification now and tells what the channel answered."""
        return self._call(
            _calls.TEST_CHANNEL,
            types.TestChannelResponse,
            {
                "channel_id": channel_id,
            },
            timeout,
        )

    def create_route(
        self,
        *,
        name: str,
        channel_ids: Sequence[str],
        selects: types.Selector | None = None,
        severities: Sequence[types.Severity | str] | None = None,
        reasons: Sequence[types.IncidentReason | str] | None = None,
        delay: timedelta | float | str | None = None,
        repeat_every: timedelta | float | str | None = None,
        instead_of_default: bool | None = None,
        timeout: float | None = None,
    ) -> types.CreateRouteResponse:
        """Adds a route."""
        return self._call(
            _calls.CREATE_ROUTE,
            types.CreateRouteResponse,
            {
                "name": name,
                "selects": selects,
                "severities": severities,
                "reasons": reasons,
                "channel_ids": channel_ids,
                "delay": delay,
                "repeat_every": repeat_every,
                "instead_of_default": instead_of_default,
            },
            timeout,
        )

    def get_route(
        self,
        route_id: str,
        *,
        timeout: float | None = None,
    ) -> types.GetRouteResponse:
        """Shows one route."""
        return self._call(
            _calls.GET_ROUTE,
            types.GetRouteResponse,
            {
                "route_id": route_id,
            },
            timeout,
        )

    def list_routes(
        self,
        *,
        timeout: float | None = None,
    ) -> types.ListRoutesResponse:
        """Lists the project's routes."""
        return self._call(
            _calls.LIST_ROUTES,
            types.ListRoutesResponse,
            {},
            timeout,
        )

    def update_route(
        self,
        route_id: str,
        *,
        settings: types.RouteSettings | None = None,
        update_mask: Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> types.UpdateRouteResponse:
        """Changes a route.

        Over REST the fields present in the body are changed.
        """
        return self._call(
            _calls.UPDATE_ROUTE,
            types.UpdateRouteResponse,
            {
                "route_id": route_id,
                "settings": settings,
                "update_mask": update_mask,
            },
            timeout,
        )

    def delete_route(
        self,
        route_id: str,
        *,
        timeout: float | None = None,
    ) -> types.DeleteRouteResponse:
        """Forgets a route.

        What it led to is still told of incidents that it was told of.
        """
        return self._call(
            _calls.DELETE_ROUTE,
            types.DeleteRouteResponse,
            {
                "route_id": route_id,
            },
            timeout,
        )

    def create_silence(
        self,
        *,
        note: str,
        covers: types.Selector,
        ends_at: datetime | str,
        everything: bool | None = None,
        starts_at: datetime | str | None = None,
        window: types.MaintenanceWindow | None = None,
        timeout: float | None = None,
    ) -> types.CreateSilenceResponse:
        """Adds a silence."""
        return self._call(
            _calls.CREATE_SILENCE,
            types.CreateSilenceResponse,
            {
                "note": note,
                "covers": covers,
                "everything": everything,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "window": window,
            },
            timeout,
        )

    def get_silence(
        self,
        silence_id: str,
        *,
        timeout: float | None = None,
    ) -> types.GetSilenceResponse:
        """Shows one silence."""
        return self._call(
            _calls.GET_SILENCE,
            types.GetSilenceResponse,
            {
                "silence_id": silence_id,
            },
            timeout,
        )

    def list_silences(
        self,
        *,
        timeout: float | None = None,
    ) -> types.ListSilencesResponse:
        """Lists the project's silences, those that are over included: they are
        forgotten 30 days after their end.
        """
        return self._call(
            _calls.LIST_SILENCES,
            types.ListSilencesResponse,
            {},
            timeout,
        )

    def update_silence(
        self,
        silence_id: str,
        *,
        settings: types.SilenceSettings | None = None,
        update_mask: Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> types.UpdateSilenceResponse:
        """Changes a silence, to end it now for example.

        Over REST the fields present in the body are changed.
        """
        return self._call(
            _calls.UPDATE_SILENCE,
            types.UpdateSilenceResponse,
            {
                "silence_id": silence_id,
                "settings": settings,
                "update_mask": update_mask,
            },
            timeout,
        )

    def delete_silence(
        self,
        silence_id: str,
        *,
        timeout: float | None = None,
    ) -> types.DeleteSilenceResponse:
        """Ends and forgets a silence.

        What it held is told within 15 seconds.
        """
        return self._call(
            _calls.DELETE_SILENCE,
            types.DeleteSilenceResponse,
            {
                "silence_id": silence_id,
            },
            timeout,
        )

    def list_audit_entries(
        self,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        target: str | None = None,
        timeout: float | None = None,
    ) -> types.ListAuditEntriesResponse:
        """Lists what was done, the newest first."""
        return self._call(
            _calls.LIST_AUDIT_ENTRIES,
            types.ListAuditEntriesResponse,
            {
                "page_size": page_size,
                "page_token": page_token,
                "target": target,
            },
            timeout,
        )

    def create_key(
        self,
        *,
        name: str,
        role: types.Role | str,
        service_name: str | None = None,
        scheduler_id_prefix: str | None = None,
        expires_at: datetime | str | None = None,
        requests_per_second: int | None = None,
        timeout: float | None = None,
    ) -> types.CreateKeyResponse:
        """Makes a key.

        Its text is shown only in this answer.
        """
        return self._call(
            _calls.CREATE_KEY,
            types.CreateKeyResponse,
            {
                "name": name,
                "role": role,
                "service_name": service_name,
                "scheduler_id_prefix": scheduler_id_prefix,
                "expires_at": expires_at,
                "requests_per_second": requests_per_second,
            },
            timeout,
        )

    def list_keys(
        self,
        *,
        timeout: float | None = None,
    ) -> types.ListKeysResponse:
        """Lists the project's keys, revoked ones too, without their texts."""
        return self._call(
            _calls.LIST_KEYS,
            types.ListKeysResponse,
            {},
            timeout,
        )

    def revoke_key(
        self,
        key_id: str,
        *,
        timeout: float | None = None,
    ) -> types.RevokeKeyResponse:
        """Ends a key, its tokens and its open streams within 5 seconds.

        Revoking twice is harmless.
        """
        return self._call(
            _calls.REVOKE_KEY,
            types.RevokeKeyResponse,
            {
                "key_id": key_id,
            },
            timeout,
        )

    def exchange_key(
        self,
        *,
        timeout: float | None = None,
    ) -> types.ExchangeKeyResponse:
        """Gives a token that stands for the key for 15 minutes and is accepted
        wherever the key is.
        """
        return self._call(
            _calls.EXCHANGE_KEY,
            types.ExchangeKeyResponse,
            {},
            timeout,
        )
