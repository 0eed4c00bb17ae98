"""A Nightbell for tests: nothing leaves the process.

    def test_eod(nightbell_fake):
        eod("2026-11-23")
        nightbell_fake.assert_run("eod", status="completed", metadata={"records": 1000})

The fixture ``nightbell_fake`` comes with the package. Without pytest, use
:class:`FakeNightbell` as a context manager.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nightbell import _calls, _process
from nightbell._settings import Settings
from nightbell.errors import UnavailableError, api_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from typing_extensions import Self

    from nightbell._calls import Call

# For the worker to hand over what a test reported. It takes a few milliseconds.
SETTLE_S = 5.0
_CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}


@dataclass
class FakeRun:
    """What Nightbell was told of a run."""

    scheduler_id: str
    run_id: str
    status: str = ""
    statuses: list[str] = field(default_factory=list[str])
    error_message: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    progress: dict[str, Any] | None = None
    heartbeats: int = 0


class FakeNightbell:
    """Takes the place of the server for every job of this process.

    Jobs behave as they do in earnest: reports go through the same worker, which meets
    the same errors.
    """

    name = "fake"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, FakeRun] = {}
        self._registrations: dict[str, dict[str, Any]] = {}
        self._is_online = True
        self._failures: list[tuple[int, float | None]] = []
        self._to_cancel: set[str] = set()
        self._replaced: Settings | None = None

    # What a test asks.

    @property
    def runs(self) -> list[FakeRun]:
        """Every run reported so far, in the order in which they began."""
        self.settle()
        with self._lock:
            return list(self._runs.values())

    def runs_of(self, scheduler_id: str) -> list[FakeRun]:
        """Every run of one scheduler."""
        return [it for it in self.runs if it.scheduler_id == scheduler_id]

    @property
    def registrations(self) -> dict[str, dict[str, Any]]:
        """What was registered, by scheduler."""
        self.settle()
        with self._lock:
            return dict(self._registrations)

    def settle(self) -> bool:
        """Wait until everything reported so far has arrived; say whether it has."""
        return _process.reporter().flush(SETTLE_S if self._is_online else 0.0)

    def assert_run(
        self,
        scheduler_id: str,
        *,
        status: str | None = None,
        error_message: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> FakeRun:
        """Fail unless the last run of a scheduler is as said; return it.

        ``metadata`` names entries that must be there, among others.
        """
        runs = self.runs_of(scheduler_id)
        known = sorted({it.scheduler_id for it in self.runs})
        assert runs, f"{scheduler_id!r} never ran; these did: {known}"
        run = runs[-1]
        if status is not None:
            said = f": {run.error_message}" if run.error_message else ""
            assert run.status == status, f"{scheduler_id!r} is {run.status}, not {status}{said}"
        if error_message is not None:
            assert run.error_message is not None, f"{scheduler_id!r} has no error message"
            assert error_message in run.error_message, (
                f"{scheduler_id!r} failed with {run.error_message!r}, not {error_message!r}"
            )
        for key, value in (metadata or {}).items():
            assert run.metadata.get(key) == value, (
                f"{scheduler_id!r} has {key}={run.metadata.get(key)!r}, not {value!r}"
            )
        return run

    def assert_no_run(self, scheduler_id: str) -> None:
        """Fail if a scheduler ran."""
        assert not self.runs_of(scheduler_id), f"{scheduler_id!r} ran"

    # What a test makes happen.

    def cancel_next(self, scheduler_id: str) -> None:
        """Ask the next run of a scheduler to stop, as soon as it reports."""
        with self._lock:
            self._to_cancel.add(scheduler_id)

    def fail_with(self, status: int, *, times: int = 1, retry_after: float | None = None) -> None:
        """Answer the next calls with an HTTP status."""
        with self._lock:
            self._failures += [(status, retry_after)] * times

    def go_offline(self) -> None:
        """Answer nothing from now on."""
        self._is_online = False

    def go_online(self) -> None:
        """Answer again."""
        self._is_online = True

    # The place of the server.

    def __enter__(self) -> Self:
        self._replaced = _process.reporter().settings
        settings = Settings({})
        settings.url = "http://nightbell.invalid"
        settings.api_key = "nbi_fake"
        settings.spool = False
        settings.signals = "off"
        settings.heartbeat = 0.05
        settings.exit_timeout = 0.2
        settings.opener = lambda: self
        _process.replace(settings)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._replaced is not None:
            _process.replace(self._replaced)

    def call(self, call: Call, body: Mapping[str, Any], timeout: float) -> dict[str, Any]:  # noqa: ARG002
        """Answer a call as the server would."""
        if not self._is_online:
            raise UnavailableError("the test went offline")
        with self._lock:
            if self._failures:
                status, retry_after = self._failures.pop(0)
                raise api_error(
                    status,
                    "the test wants it so",
                    code=_CODES.get(status, "INTERNAL"),
                    retry_after=retry_after,
                )
            return self._answer(call, dict(body))

    def _answer(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if call is _calls.REGISTER_SCHEDULER:
            self._registrations[body["scheduler_id"]] = body
            return {"scheduler_id": body["scheduler_id"], "created": True}
        if call is _calls.BATCH_REPORT:
            for item in body["items"]:
                self._status(item["status"])
            return {"results": [{"index": index} for index in range(len(body["items"]))]}
        run = self._run(body)
        if call is _calls.UPDATE_STATUS:
            self._status(body)
        elif call is _calls.SEND_HEARTBEAT:
            run.heartbeats += 1
            run.progress = body.get("progress", run.progress)
        is_asked = run.scheduler_id in self._to_cancel
        if is_asked and run.status in ("completed", "failed", "cancelled"):
            self._to_cancel.discard(run.scheduler_id)
        directives = {
            "scheduler_id": run.scheduler_id,
            "run_id": run.run_id,
            "cancel_requested": is_asked,
        }
        return {"directives": directives}

    def _run(self, body: dict[str, Any]) -> FakeRun:
        run_id = body.get("run_id", "")
        return self._runs.setdefault(run_id, FakeRun(body["scheduler_id"], run_id))

    def _status(self, body: dict[str, Any]) -> None:
        run = self._run(body)
        run.status = body["status"]
        run.statuses.append(body["status"])
        run.error_message = body.get("error_message", run.error_message)
        run.metadata.update(body.get("metadata") or {})

    def events(self, call: Call, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:  # noqa: ARG002
        """Watch nothing: there is nothing to see."""
        return iter(())

    def close(self) -> None:
        """Do nothing: there is nothing open."""

    def end(self) -> None:
        """Do nothing: there is nothing open."""

    def abandon(self) -> None:
        """Do nothing: there is nothing open."""
