"""The open runs of a process, and the heartbeats of each."""

from __future__ import annotations

import heapq

from nightbell import _log, _retry
from nightbell._beats import UnaryBeats
from nightbell._ids import chance
from nightbell._report import REGISTER
from nightbell.errors import NightbellError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nightbell._beats import Beats
    from nightbell._link import Link
    from nightbell._report import Report
    from nightbell._run import RunState
    from nightbell._settings import Settings

# Runs that get heartbeats. Those beyond are reported, without signs of life.
RUNS_MAX = 10_000


class Pulse:
    """Belongs to the worker's thread, but for what says otherwise."""

    def __init__(self, settings: Settings, link: Link, gate: _retry.Gate) -> None:
        self._settings = settings
        self._gate = gate
        # How heartbeats reach the server.
        self.beats: Beats = UnaryBeats(link)
        self._runs: dict[str, RunState] = {}
        self._due: list[tuple[float, str]] = []
        # By scheduler, as the answers to registrations said.
        self._intervals: dict[str, float] = {}

    def states(self) -> list[RunState]:
        """Return the open runs. For any thread."""
        while True:
            try:
                return list(self._runs.values())
            except RuntimeError:  # It changed under us.
                continue

    # Runs.

    def open(self, state: RunState) -> None:
        """Take a run that began. Its heartbeats come once the server knows of it."""
        if len(self._runs) >= RUNS_MAX:
            # Ends may be lost on the way, where a job makes reports faster than can be taken.
            self._runs = {key: it for key, it in self._runs.items() if not it.is_ended}
        if len(self._runs) < RUNS_MAX:
            self._runs[state.run_id] = state

    def attach(self, state: RunState) -> None:
        """Take a run that another process began: the server knows of it."""
        self._runs[state.run_id] = state
        self.begin(state)

    def begin(self, state: RunState) -> None:
        """Begin the heartbeats of an open run."""
        if state.has_begun or state.run_id not in self._runs:
            return
        state.has_begun = True
        self.beats.begin(state)
        heapq.heappush(self._due, (0.0, state.run_id))

    def leave(self, state: RunState) -> None:
        """Let go of a run that ended, here or elsewhere."""
        if self._runs.pop(state.run_id, None) is not None and state.has_begun:
            self.beats.end(state)

    def leave_all(self) -> None:
        """Let go of every run: the process ends."""
        self._runs.clear()
        self._due.clear()

    # Heartbeats.

    @property
    def due_at(self) -> float | None:
        """When the next heartbeat is due and may be sent."""
        return max(self._due[0][0], self._gate.opens_at) if self._due else None

    def turn(self, now: float) -> bool:
        """Send the heartbeat that is due, if one is."""
        while self._due and self._due[0][0] <= now:
            _, run_id = heapq.heappop(self._due)
            state = self._runs.get(run_id)
            if state is None or state.is_ended:
                continue
            interval = self._interval(state)
            # Never later than promised.
            heapq.heappush(self._due, (now + interval * (1.0 - 0.1 * chance()), run_id))
            self._beat(state, interval, now)
            return True
        return False

    def _beat(self, state: RunState, interval: float, now: float) -> None:
        try:
            directives = self.beats.beat(state, interval)
        except NightbellError as error:
            verdict = _retry.verdict(error)
            if verdict == _retry.RETRY:
                self._gate.failed(now, _retry.retry_after(error), chance())
            elif verdict == _retry.HOLD:
                self._gate.held(now)
                _log.warn(f"hold {error}", "Nightbell refuses (%s); reports wait", error)
            else:
                _log.debug("a heartbeat was refused: %s", error)
            return
        self._gate.succeeded()
        if directives:
            self.obey(directives)

    def _interval(self, state: RunState) -> float:
        return (
            self._settings.heartbeat
            or state.interval
            or self._intervals.get(state.scheduler_id)
            or self.beats.interval
        )

    # What the server says.

    def hear(self, report: Report, answer: dict[str, Any]) -> None:
        """Take from an answer what it says of heartbeats and cancelling."""
        directives = answer.get("directives")
        if directives:
            self.obey(directives)
        settings = (answer.get("scheduler") or {}).get("settings") or {}
        if report.kind != REGISTER or not settings:
            return
        seconds = _seconds(settings.get("heartbeat_interval"))
        timeout = _seconds(settings.get("heartbeat_timeout"))
        if timeout is not None:
            seconds = min(seconds or timeout, timeout / 3)
        if seconds is not None:
            if len(self._intervals) >= RUNS_MAX:
                self._intervals.clear()
            self._intervals[report.body["scheduler_id"]] = seconds

    def obey(self, directives: dict[str, Any]) -> None:
        """Do what the server asks of a run."""
        state = self._runs.get(directives.get("run_id") or "")
        if state is None:
            return
        if directives.get("cancel_requested"):
            state.cancel()
        seconds = _seconds(directives.get("heartbeat_interval"))
        if seconds is not None:
            state.interval = seconds


def _seconds(text: object) -> float | None:
    try:
        return float(str(text).removesuffix("s")) if text is not None else None
    except ValueError:
        return None
