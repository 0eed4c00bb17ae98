"""Heartbeats, one call each."""

from __future__ import annotations

from nightbell import _calls
from nightbell._times import duration_text, now_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from nightbell._link import Link
    from nightbell._run import RunState

    class Beats(Protocol):
        """How heartbeats reach the server."""

        interval: float

        def begin(self, state: RunState) -> None: ...
        def beat(self, state: RunState, interval: float) -> dict[str, Any] | None: ...
        def end(self, state: RunState) -> None: ...
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
        state.progress_sent = progress
    return body


class UnaryBeats:
    """Heartbeats as calls of their own."""

    interval = INTERVAL_DEFAULT_S

    def __init__(self, link: Link) -> None:
        self._link = link

    def begin(self, state: RunState) -> None:
        """Do nothing: the first heartbeat says it all."""

    def beat(self, state: RunState, interval: float) -> dict[str, Any] | None:
        """Send a heartbeat and return the answer's directives."""
        answer = self._link.call(_calls.SEND_HEARTBEAT, heartbeat(state, interval))
        return answer.get("directives")

    def end(self, state: RunState) -> None:
        """Do nothing: the report of the end says it all."""

    def close(self) -> None:
        """Do nothing: there is nothing open."""

    def abandon(self) -> None:
        """Do nothing: there is nothing open."""
