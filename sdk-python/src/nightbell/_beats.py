"""Heartbeats, one call each."""

from __future__ import annotations

from nightbell import _calls
from nightbell._times import duration_text, now_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from nightbell._link import Link
    from nightbell._pulse import Pulse
    from nightbell._run import RunState

    class Beats(Protocol):
        """How heartbeats reach the server."""

        # The default, and the most that may pass without a sign of life.
        interval: float
        wait_max: float

        @property
        def is_streaming(self) -> bool: ...
        @property
        def due_at(self) -> float | None: ...
        def turn(self, now: float) -> bool: ...
        def begin(self, state: RunState, interval: float) -> None: ...
        def beat(self, state: RunState, interval: float) -> dict[str, Any] | None: ...
        def take(self, heard: Any, pulse: Pulse) -> None: ...  # noqa: ANN401
        def renew(self, state: RunState) -> None: ...
        def end(self, state: RunState) -> None: ...
        def leave_all(self) -> None: ...
        def close(self) -> None: ...
        def abandon(self) -> None: ...


INTERVAL_DEFAULT_S = 30.0
# The bounds of an interval that the contract knows.
DECLARED_MIN_S = 2.0
DECLARED_MAX_S = 24 * 3600.0


def heartbeat(state: RunState, interval: float) -> dict[str, Any]:
    """Return a heartbeat of a run, with the latest of its progress."""
    now = now_text()
    body: dict[str, Any] = {
        "scheduler_id": state.scheduler_id,
        "timestamp": now,
        "sent_at": now,
        "interval": duration_text(min(max(interval, DECLARED_MIN_S), DECLARED_MAX_S)),
    }
    if state.run_id:
        body["run_id"] = state.run_id
    if not state.is_attached:
        # Several processes may speak for an attached run: none of them counts.
        body["sequence"] = next(state.sequence)
    progress = state.progress
    if progress is not None:
        body["progress"] = progress
    return body


class UnaryBeats:
    """Heartbeats as calls of their own."""

    interval = INTERVAL_DEFAULT_S
    wait_max = DECLARED_MAX_S
    is_streaming = False
    due_at = None

    def __init__(self, link: Link) -> None:
        self._link = link

    def turn(self, now: float) -> bool:  # noqa: ARG002
        """Do nothing: there is nothing open."""
        return False

    def begin(self, state: RunState, interval: float) -> None:
        """Do nothing: the first heartbeat says it all."""

    def beat(self, state: RunState, interval: float) -> dict[str, Any] | None:
        """Send a heartbeat and return the answer's directives. None: it is on its way."""
        body = heartbeat(state, interval)
        answer = self._link.call(_calls.SEND_HEARTBEAT, body)
        state.progress_sent = body.get("progress")
        return answer.get("directives") or {}

    def take(self, heard: Any, pulse: Pulse) -> None:  # noqa: ANN401
        """Do nothing: what there is to hear came with the answer."""

    def renew(self, state: RunState) -> None:
        """Do nothing: every heartbeat says it all."""

    def leave_all(self) -> None:
        """Do nothing: the reports of their ends say it all."""

    def end(self, state: RunState) -> None:
        """Do nothing: the report of the end says it all."""

    def close(self) -> None:
        """Do nothing: there is nothing open."""

    def abandon(self) -> None:
        """Do nothing: there is nothing open."""
