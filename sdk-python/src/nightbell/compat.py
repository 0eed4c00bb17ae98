"""The guide's class, with one import changed.

    from nightbell.compat import SchedulerMonitoringClient

It makes the same requests to the same paths. What differs is what happens when
Nightbell does not answer: the report is kept and sent later, and the job goes on.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from nightbell import _calls, _log, _process, _retry
from nightbell._ids import uuid7
from nightbell._link import Link
from nightbell._normalise import normalise
from nightbell._registration import with_names
from nightbell._report import REGISTER, STATUS, Report
from nightbell._settings import Settings
from nightbell._times import now_text
from nightbell.errors import ApiError, NightbellError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nightbell._calls import Call

__all__ = ["SchedulerMonitoringClient"]

QUEUED = "queued"


class SchedulerMonitoringClient:
    """The guide's client: ``register``, ``update_status`` and ``send_heartbeat``.

    When the server cannot be reached, is too slow or too busy, a report is kept,
    ``{"queued": True}`` is returned and nothing is raised; for a while after that no
    call waits again. A key that is not valid, an unknown scheduler and a malformed
    report raise as before: ``error.response.status_code`` is there, and
    ``requests.HTTPError`` catches them where requests is in use. With ``strict=True``
    everything raises.
    """

    def __init__(
        self, api_url: str, api_key: str, scheduler_id: str, *, strict: bool = False
    ) -> None:
        settings = Settings()
        settings.url = api_url.strip().rstrip("/").removesuffix("/api/v1")
        settings.api_key = api_key
        # The guide's class knows no switch but this one.
        self._is_disabled = settings.is_disabled
        # A job waits for the first failure once, and no longer than at its end.
        settings.timeout = min(settings.timeout, settings.exit_timeout) or settings.timeout
        self.api_url = api_url
        self.api_key = api_key
        self.scheduler_id = scheduler_id
        self.strict = strict
        self._names: dict[str, str] = {}
        self._owner_email: str | None = None
        self._link = Link(settings)
        self._reporter = _process.of(settings)
        self._waits_again_at = 0.0
        self._timer: _Timer | None = None

    def register(
        self, service_name: str, job_name: str, owner_email: str | None = None
    ) -> dict[str, Any]:
        """Register the scheduler. Safe to call at every start."""
        self._names = {"service_name": service_name, "job_name": job_name}
        self._owner_email = owner_email
        return self._report(REGISTER, _calls.REGISTER_SCHEDULER, self._registration())

    def update_status(
        self,
        status: str,
        service_name: str,
        job_name: str,
        execution_time_ms: int | None = None,
        error_message: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Report a status: ``pending``, ``running``, ``completed`` or ``failed``."""
        self._names = {"service_name": service_name, "job_name": job_name}
        body: dict[str, Any] = {
            "scheduler_id": self.scheduler_id,
            **self._names,
            "status": status,
            "timestamp": now_text(),
        }
        if execution_time_ms is not None:
            body["execution_time_ms"] = execution_time_ms
        if error_message is not None:
            body["error_message"] = error_message
        if metadata is not None:
            body["metadata"] = normalise(metadata)
        return self._report(STATUS, _calls.UPDATE_STATUS, body)

    def send_heartbeat(self) -> dict[str, Any]:
        """Report that the job is alive. One that cannot be sent is not kept: it is over."""
        body = {"scheduler_id": self.scheduler_id, "timestamp": now_text()}
        return self._report("heartbeat", _calls.SEND_HEARTBEAT, body)

    def start_heartbeat(self, interval_minutes: float = 5) -> None:
        """Send heartbeats from now on, every so many minutes. Never raises later."""
        self.stop_heartbeat()
        self._timer = _Timer(self, interval_minutes * 60)

    def stop_heartbeat(self) -> None:
        """Send no more heartbeats. Harmless when none are sent."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.is_stopped.set()

    def _registration(self) -> dict[str, Any]:
        body = {"scheduler_id": self.scheduler_id, **self._names}
        if self._owner_email is not None:
            body["owner_email"] = self._owner_email
        return body

    def _report(self, kind: str, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if self._is_disabled:
            return {QUEUED: False}
        if not self.strict and time.monotonic() < self._waits_again_at:
            return self._kept(kind, body)
        try:
            return self._call(kind, call, body)
        except NightbellError as error:
            if self.strict or _retry.verdict(error) != _retry.RETRY:
                raise _as_before(error) from None
            self._waits_again_at = time.monotonic() + _retry.HOLD_S
            _log.warn("queued", "Nightbell does not answer (%s); the report is kept", error)
            return self._kept(kind, body)

    def _call(self, kind: str, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._send(call, body)
        except NotFoundError as error:
            is_unknown = _retry.verdict(error) == _retry.REGISTER
            if kind == REGISTER or not self._names or not is_unknown:
                raise
            self._send(_calls.REGISTER_SCHEDULER, with_names(self._registration()))
            return self._send(call, body)

    def _send(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if call is not _calls.REGISTER_SCHEDULER:
            body = {**body, "sent_at": now_text()}
        return self._link.call(call, body)

    def _kept(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        if kind not in (REGISTER, STATUS):
            return {QUEUED: False}
        registration = self._registration() if self._names else None
        self._reporter.take(Report(kind, body, registration=registration, report_id=uuid7()))
        return {QUEUED: True}


class _Timer:
    def __init__(self, client: SchedulerMonitoringClient, interval_s: float) -> None:
        self.is_stopped = threading.Event()
        self._client = client
        self._interval_s = max(0.001, interval_s)
        threading.Thread(target=self._run, name="nightbell-heartbeat", daemon=True).start()

    def _run(self) -> None:
        while not self.is_stopped.wait(self._interval_s):
            try:
                self._client.send_heartbeat()
            except Exception as error:
                _log.warn("heartbeat", "a heartbeat was refused: %s", error)


class Response:
    """What ``error.response`` was in requests, as far as the guide uses it."""

    def __init__(self, error: ApiError) -> None:
        self.status_code = error.status
        self.ok = False
        self.reason = error.code
        self.headers: dict[str, str] = {}
        if error.retry_after is not None:
            self.headers["Retry-After"] = str(max(1, round(error.retry_after)))
        self._body = {
            "error": {
                "code": error.status,
                "status": error.code,
                "reason": error.reason,
                "message": error.message,
                "request_id": error.request_id,
            }
        }

    @property
    def text(self) -> str:
        """The body as text."""
        import json

        return json.dumps(self._body)

    def json(self) -> dict[str, Any]:
        """Return the body."""
        return self._body


def _as_before(error: NightbellError) -> NightbellError:
    """Return the error so that what caught it from requests still does."""
    import sys

    requests: Any = sys.modules.get("requests")
    if requests is not None:
        parent = requests.HTTPError if isinstance(error, ApiError) else requests.ConnectionError
        kind: Any = type(type(error).__name__, (type(error), parent), {})
        it = kind.__new__(kind, *error.args)
        it.args = error.args
        it.__dict__.update(error.__dict__)
        error = it
    if isinstance(error, ApiError):
        error.response = Response(error)  # type: ignore[attr-defined]
    return error
