"""The open runs of a process, and the heartbeats of each."""

from __future__ import annotations

import heapq
import time

from nightbell import _log, _retry
from nightbell._beats import DECLARED_MAX_S, DECLARED_MIN_S, UnaryBeats
from nightbell._delivery import register
from nightbell._ids import chance
from nightbell._registration import with_names
from nightbell._report import REGISTER
from nightbell.errors import NightbellError, PermissionDeniedError, TransportError

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
# Between heartbeats, whoever wishes for less: it would be all that the worker does.
CONFIGURED_MIN_S = 0.01


class Pulse:
    """Belongs to the worker's thread, but for what says otherwise."""

    def __init__(self, settings: Settings, link: Link, gate: _retry.Gate) -> None:
        self._settings = settings
        self._link = link
        self._gate = gate
        # How heartbeats reach the server.
        self.beats: Beats = UnaryBeats(link)
        self._runs: dict[str, RunState] = {}
        # An entry whose run has another time by now is void.
        self._due: list[tuple[float, str]] = []
        # By scheduler, as the answers to registrations said.
        self._intervals: dict[str, float] = {}
        # Heartbeats that failed one after the other, and when the next may be tried.
        self._tries = 0
        self._opens_at = 0.0

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
        self.beats.begin(state, self._interval(state))
        self._plan(state, 0.0)

    def renew(self) -> None:
        """Say all of the runs again that the server learned of only now, from the spool."""
        for state in self._runs.values():
            if state.was_spooled and state.has_begun:
                state.was_spooled = False
                state.progress_sent = None
                self.beats.renew(state)
                self._plan(state, 0.0)

    def leave(self, state: RunState) -> None:
        """Let go of a run that ended, here or elsewhere."""
        if self._runs.get(state.run_id) is not state:
            return  # Another handle of a run that this process did not begin.
        del self._runs[state.run_id]
        if state.has_begun:
            self.beats.end(state)

    def leave_all(self) -> None:
        """Let go of every run: the process ends."""
        self._runs.clear()
        self._due.clear()
        self.beats.leave_all()

    # Heartbeats.

    @property
    def due_at(self) -> float | None:
        """When there is something to do."""
        dues = [] if self.beats.due_at is None else [self.beats.due_at]
        if self._due:
            due_at, _ = self._due[0]
            dues.append(due_at if self.beats.is_streaming else max(due_at, self._opens_at))
        return min(dues, default=None)

    def turn(self, now: float) -> bool:
        """Send the heartbeat that is due, if one is and may be sent."""
        if self.beats.turn(now):
            self.broke()
        if now < self._opens_at and not self.beats.is_streaming:
            # One that failed speaks for all: nobody is there to hear the others either.
            return False
        while self._due and self._due[0][0] <= now:
            due_at, run_id = heapq.heappop(self._due)
            state = self._runs.get(run_id)
            if state is None or state.is_ended or state.due_at != due_at:
                continue
            self._beat(state, self._interval(state), now)
            return True
        return False

    def broke(self) -> None:
        """Send a heartbeat of every run now: what was on its way may be lost."""
        for state in self._runs.values():
            if state.has_begun:
                self._plan(state, 0.0)

    def _plan(self, state: RunState, at: float) -> None:
        state.due_at = at
        heapq.heappush(self._due, (at, state.run_id))

    def _beat(self, state: RunState, interval: float, now: float) -> None:
        # Never later than promised.
        next_at = now + min(interval, self.beats.wait_max) * (1.0 - 0.1 * chance())
        try:
            directives = self.beats.beat(state, interval)
        except NightbellError as error:
            self._refused(state, error, next_at)
            return
        except (TypeError, ValueError) as error:  # It has no bytes.
            _log.debug("a heartbeat cannot be written: %s", error)
        else:
            if directives is not None:
                self.acknowledged(state)
                self.obey(directives)
        self._plan(state, next_at)

    def _refused(self, state: RunState, error: NightbellError, next_at: float) -> None:
        """Plan the next try of a heartbeat: soon, if it is worth one."""
        now, verdict = time.monotonic(), _retry.verdict(error)
        if verdict == _retry.RETRY:
            next_at = self._retry_at(state, now, error)
        elif verdict == _retry.HOLD and not isinstance(error, PermissionDeniedError):
            next_at = self._opens_at = now + _retry.HOLD_S
            _log.warn(f"hold {error}", "Nightbell refuses (%s); heartbeats wait", error)
        elif verdict == _retry.REGISTER and not state.has_registered:
            next_at = self._register(state, now)
        else:
            _log.debug("a heartbeat was refused: %s", error)
        self._plan(state, next_at)

    def _retry_at(self, state: RunState, now: float, error: NightbellError) -> float:
        """Return when to try again. A server that is not there is asked by nobody until then."""
        wait = _retry.retry_after(error)
        if wait is None and not isinstance(error, TransportError):
            # It answered, of this run.
            state.tries += 1
            return now + self._backoff(state, state.tries)
        if wait is None:
            self._tries += 1
            wait = self._backoff(state, self._tries)
        self._opens_at = now + min(wait, _retry.RETRY_AFTER_MAX_S)
        return self._opens_at

    def _backoff(self, state: RunState, tries: int) -> float:
        # Of the three intervals that the server waits for a sign of life, one is over.
        most = max(self._interval(state) / 2, _retry.BACKOFF_FIRST_S)
        return min(_retry.backoff(tries, chance()), most)

    def _register(self, state: RunState, now: float) -> float:
        """Register the scheduler of a run that the server does not know. Return when to go on."""
        body = state.registration or {"scheduler_id": state.scheduler_id}
        try:
            register(self._link, with_names(body, self._settings.service), is_new=True)
        except NightbellError as error:
            if _retry.verdict(error) == _retry.RETRY:
                return self._retry_at(state, time.monotonic(), error)
            _log.debug("a scheduler was not registered: %s", error)
        state.has_registered = True
        return now

    # What the server says of heartbeats on their way.

    def acknowledged(self, state: RunState) -> None:
        """Take note that the server has a heartbeat: it is there."""
        state.tries = 0
        self._tries, self._opens_at = 0, 0.0
        self._gate.heard()

    def unknown(self, state: RunState) -> None:
        """Take note that the server does not know the scheduler of a run."""
        if self._runs.get(state.run_id) is state and not state.has_registered:
            self._plan(state, self._register(state, 0.0))

    def _interval(self, state: RunState) -> float:
        if self._settings.heartbeat is not None:
            return max(self._settings.heartbeat, CONFIGURED_MIN_S)
        wished = state.interval
        if wished is None:
            wished = self._intervals.get(state.scheduler_id)
        if wished is None or wished != wished:
            return self.beats.interval
        return min(max(wished, DECLARED_MIN_S), DECLARED_MAX_S)

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
