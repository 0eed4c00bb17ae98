"""A run: what a job holds while it is watched."""

from __future__ import annotations

# `begin` is part of what a run is.
# pyright: reportPrivateUsage=false
import contextvars
import itertools
import os
import threading
import time

from nightbell import _outcome
from nightbell._ids import uuid7
from nightbell._times import text_of
from nightbell.errors import Cancelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Any

    from nightbell._outcome import Outcome
    from nightbell._registration import Registration
    from nightbell._reporter import Reporter

NUMBER_MAX = 2**53 - 1
PROGRESS_TEXT_MAX = 512


class RunState:
    """What a run's job and the worker share. Every field is written by one of them.

    The handle that the job holds is another object, so that a handle that nobody
    holds any more can be told from a run that goes on.
    """

    __slots__ = (
        "cancelled",
        "due_at",
        "has_begun",
        "has_registered",
        "interval",
        "is_attached",
        "is_ended",
        "on_cancel",
        "pid",
        "progress",
        "progress_sent",
        "registration",
        "run_id",
        "scheduler_id",
        "sequence",
        "tries",
        "was_spooled",
    )

    def __init__(self, scheduler_id: str, run_id: str, *, is_attached: bool = False) -> None:
        self.scheduler_id = scheduler_id
        self.run_id = run_id
        self.is_attached = is_attached
        self.pid = os.getpid()
        self.sequence = itertools.count(1)
        self.cancelled = threading.Event()
        self.on_cancel: Callable[[], None] | None = None
        self.is_ended = False
        # The latest, as the contract writes it. Replaced whole, never changed.
        self.progress: dict[str, Any] | None = None
        # What registers the scheduler, should the server not know it.
        self.registration: dict[str, Any] | None = None
        # The worker's. Progress that the server has.
        self.progress_sent: dict[str, Any] | None = None
        self.has_begun = False
        self.has_registered = False
        # The server may know nothing of it yet.
        self.was_spooled = False
        self.interval: float | None = None
        self.due_at = 0.0
        self.tries = 0

    def cancel(self) -> None:
        """Tell the job that somebody asked it to stop. Called by the worker."""
        if self.cancelled.is_set():
            return
        self.cancelled.set()
        tell = self.on_cancel
        if tell is not None:
            tell()


class Run:
    """One execution of a job. No method waits for the network, none but two raise.

    Those two are :meth:`raise_if_cancelled` and :meth:`sleep`, which raise
    :class:`~nightbell.errors.Cancelled` when somebody asked the run to stop.
    """

    def __init__(
        self, reporter: Reporter | None, registration: Registration | None, state: RunState
    ) -> None:
        self._reporter = reporter
        self._registration = registration
        self._state = state
        self._metadata: dict[str, Any] = {}
        self._began = time.monotonic()
        # Another handle of this process ends the run.
        self._is_inner = False
        self._is_left = False

    @property
    def id(self) -> str:
        """The run's id, made by the SDK. Empty outside a watched job."""
        return self._state.run_id

    @property
    def scheduler_id(self) -> str:
        """The id of the job's scheduler. Empty outside a watched job."""
        return self._state.scheduler_id

    @property
    def is_ended(self) -> bool:
        """Whether the run has ended, or never was one."""
        return self._is_left or self._state.is_ended

    def inner(self) -> Run:
        """Return another handle of the run, whose end is not that of the run."""
        it = Run(self._reporter, self._registration, self._state)
        it._metadata = self._metadata
        it._is_inner = True
        return it

    def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Say how far the run has come. The next heartbeat carries the latest."""
        try:
            progress: dict[str, Any] = {"done": _count(done)}
            if total is not None:
                progress["total"] = _count(total)
            if message is not None:
                progress["message"] = str(message)[:PROGRESS_TEXT_MAX]
        except Exception:  # No number. A job does not fail over how it counts.
            return
        self._state.progress = progress
        if self._reporter is not None and not self._state.is_ended:
            self._reporter.heard(self._state)

    def metadata(self, values: Mapping[str, Any] | None = None, /, **more: Any) -> None:  # noqa: ANN401
        """Add to what is kept with the run. A later value of a name replaces an earlier."""
        try:
            # Read now: the job may change what it gave.
            from nightbell._normalise import normalise

            self._metadata.update(normalise({**(values or {}), **more}))
        except Exception:
            return

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the run to stop."""
        return self._state.cancelled.is_set()

    def raise_if_cancelled(self) -> None:
        """Raise :class:`~nightbell.errors.Cancelled` if somebody asked the run to stop."""
        if self._state.cancelled.is_set():
            raise Cancelled("somebody asked this run to stop")

    def sleep(self, seconds: float) -> None:
        """Sleep, and raise :class:`~nightbell.errors.Cancelled` as soon as asked to stop."""
        self._state.cancelled.wait(max(0.0, seconds))
        self.raise_if_cancelled()

    def complete(self, metadata: Mapping[str, Any] | None = None) -> None:
        """End the run: it went well. Does nothing to a run that has ended."""
        if metadata:
            self.metadata(metadata)
        self._end(_outcome.COMPLETED)

    def fail(
        self,
        error: BaseException | str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """End the run: it went wrong. Does nothing to a run that has ended."""
        if metadata:
            self.metadata(metadata)
        try:
            outcome = _outcome.failed(error, self._capture())
        except Exception:  # An exception that fails when it is looked at.
            outcome = _outcome.Outcome("failed")
        self._end(outcome)

    def cancel(self) -> None:
        """End the run: it stopped because somebody asked. Does nothing to an ended run."""
        self._end(_outcome.Outcome("cancelled"))

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._finish(error)

    def __del__(self) -> None:
        state = getattr(self, "_state", None)
        if state is None or state.is_ended or self._reporter is None:
            return
        try:
            self._end(_outcome.abandoned("nobody held the run any more"))
        except Exception:  # At the end of the interpreter anything may be gone.
            pass

    def __repr__(self) -> str:
        ended = ", ended" if self.is_ended else ""
        return f"<nightbell.Run {self.id or 'of no job'}{ended}>"

    def _capture(self) -> str:
        if self._registration is not None and self._registration.capture:
            return self._registration.capture
        return self._reporter.settings.capture if self._reporter is not None else "none"

    def _finish(self, error: BaseException | None) -> None:
        """End the run as what its job raised says. Never raises."""
        if self._state.is_ended:
            return
        try:
            outcome = _outcome.of(
                error, was_cancelled=self._state.cancelled.is_set(), capture=self._capture()
            )
        except Exception:
            outcome = _outcome.Outcome("failed" if error is not None else "completed")
        self._end(outcome)

    def _end(self, outcome: Outcome) -> None:
        state = self._state
        self._is_left = True
        if self._is_inner or state.is_ended or self._reporter is None:
            return
        if state.pid != os.getpid():
            # A forked copy: the run is the parent's to end.
            return
        state.is_ended = True
        if state.is_attached:
            self._reporter.left(state)
            return
        took = time.monotonic() - self._began
        body: dict[str, Any] = {"status": outcome.status, "execution_time_ms": round(took * 1000)}
        if outcome.message is not None:
            body["error_message"] = outcome.message
        metadata = {**outcome.metadata, **self._metadata}
        if metadata:
            body["metadata"] = metadata
        self._reporter.ended(state, self._status(body), self._registration)

    def _status(self, more: dict[str, Any]) -> dict[str, Any]:
        """Return a status report of the run, as the contract writes it."""
        state = self._state
        return {
            "scheduler_id": state.scheduler_id,
            "run_id": state.run_id,
            "sequence": next(state.sequence),
            "timestamp": text_of(time.time_ns()),
            **more,
        }


def begin(reporter: Reporter, registration: Registration) -> Run:
    """Begin a run. Waits for nothing."""
    state = RunState(registration.scheduler_id, uuid7())
    run = Run(reporter, registration, state)
    reporter.began(state, run._status({"status": "running"}), registration)
    return run


def attach(reporter: Reporter, scheduler_id: str, run_id: str) -> Run:
    """Return a handle of a run that somebody else began and will end."""
    state = RunState(scheduler_id, run_id, is_attached=True)
    reporter.attached(state)
    return Run(reporter, None, state)


def _no_run() -> Run:
    state = RunState("", "")
    state.is_ended = True
    return Run(None, None, state)


# What `current_run` gives outside a watched job: every method works and does nothing.
NO_RUN = _no_run()

current: contextvars.ContextVar[Run | None] = contextvars.ContextVar("nightbell_run", default=None)


def current_run() -> Run:
    """Return the run of the job that this code belongs to.

    Outside a watched job it is one on which every method works and does nothing.
    Threads that the job starts see no run, unless started with :func:`bind`.
    """
    run = current.get()
    return NO_RUN if run is None or run.is_ended else run


def _count(value: Any) -> int:  # noqa: ANN401 - whatever the job counts with
    return min(max(0, int(value)), NUMBER_MAX)
