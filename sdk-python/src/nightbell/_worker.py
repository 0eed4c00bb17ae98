"""The worker: one thread that sends what jobs report, in order.

It takes reports from the inbox in the order in which jobs gave them. While the server
does not answer it tries again, and after four tries puts reports into the spool, from
where it, or any later process, takes them up again.
"""

from __future__ import annotations

import heapq
import time
from collections import deque
from queue import Empty

from nightbell import _calls, _log, _retry
from nightbell._batch import send_batch
from nightbell._beats import UnaryBeats
from nightbell._ids import chance
from nightbell._link import Link
from nightbell._registration import with_names
from nightbell._report import HEARTBEAT, REGISTER, STATUS, Report
from nightbell._reporter import ATTACH, BEGIN, END, FLUSH, LEAVE, REPORT, Flush
from nightbell._times import now_text, text_of
from nightbell.errors import ApiError, ConfigError, InvalidArgumentError, NightbellError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from queue import SimpleQueue
    from typing import Any

    from nightbell._beats import Beats
    from nightbell._outcome import Outcome
    from nightbell._run import RunState
    from nightbell._settings import Settings
    from nightbell._spool import Spool
    from nightbell._transport import Transport

# Reports in memory. More go to the spool, the oldest first; without one they are lost.
PENDING_MAX = 10_000
# From so many on they are sent as batches: the job makes them faster than one by one.
BATCH_FROM = 100
BATCH_MAX = 500
# Runs that get heartbeats. Those beyond are reported, without signs of life.
RUNS_MAX = 10_000
# How often the spool is looked at for what other processes left.
LOOK_EVERY_S = 60.0
# After a fault of the worker's own, so that it cannot spin.
FAULT_PAUSE_S = 0.5


class Worker:
    """Everything here belongs to the worker's thread, but for what says otherwise."""

    def __init__(
        self,
        settings: Settings,
        inbox: SimpleQueue[tuple[str, Any]],
        spool: Spool,
        first: tuple[str, Any],
    ) -> None:
        self.settings = settings
        self.inbox = inbox
        self.spool = spool
        # The first stays here until it has found its place: see `leftovers`.
        self.pending: deque[Report] = deque()
        # Set by the thread that ends the process: from then on nothing is touched.
        self.is_over = False
        self._link = Link(settings)
        self._beats: Beats = UnaryBeats(self._link)
        self._gate = _retry.Gate()
        self._runs: dict[str, RunState] = {}
        self._due: list[tuple[float, str]] = []
        self._intervals: dict[str, float] = {}
        self._taken = 0
        self._flushes: list[Flush] = []
        self._last: Flush | None = None
        self._looks_at = 0.0
        self._obey(*first)

    def states(self) -> list[RunState]:
        """Return the open runs. For other threads."""
        while True:
            try:
                return list(self._runs.values())
            except RuntimeError:  # It changed under us.
                continue

    def abandon(self) -> None:
        """Let go of what a forked process may not use. For the child's only thread."""
        self.is_over = True
        self._beats.abandon()
        if self._link.abandon():
            # No version of grpcio works in a child whose parent used it.
            self.settings.transport = "http"
        self.spool.abandon()

    def run(self) -> None:
        """Work for as long as the process lives."""
        while not self.is_over:
            try:
                self._turn()
            except Exception as error:  # A fault of ours ends no reports but this turn's.
                _log.warn("fault", "a fault in nightbell itself: %r", error)
                time.sleep(FAULT_PAUSE_S)

    def load(self) -> None:
        """Import everything the thread will need, while no process may be forked."""
        import logging  # noqa: F401
        import traceback  # noqa: F401

        try:
            transport = self._open()
            if transport.name == "grpc":
                from nightbell._grpc._beats import StreamBeats

                self._beats = StreamBeats(self._link, self.inbox, self.spool)
        except NightbellError as error:
            _log.warn("config", "nothing is reported: %s", error)

    def _open(self) -> Transport:
        try:
            return self._link.transport
        except ConfigError as error:
            if self.settings.transport != "grpc":
                raise
            # Evidence first: what gRPC would have said, REST says too.
            _log.warn("grpc", "%s; reports go over REST", error)
            self.settings.transport = "http"
            return self._link.transport

    def _turn(self) -> None:
        self._take(self._wait(time.monotonic()))
        if self.is_over:
            return
        now = time.monotonic()
        self._bound()
        if self._last is not None and now >= self._last.deadline:
            self._shelve()
        if self._gate.opens_at <= now:
            _ = self._beat(now) or self._send(now) or self._replay(now)
        elif self._gate.is_down:
            self._shelve()
        self._tell()

    # Taking.

    def _wait(self, now: float) -> float | None:
        """Return how long there is nothing to do, or None for ever."""
        dues = [self._last.deadline] if self._last is not None else []
        if self._due:
            dues.append(max(self._due[0][0], self._gate.opens_at))
        if self.pending or self.spool.is_waiting or self._last is not None:
            dues.append(self._gate.opens_at)
        if self.spool.is_open:
            dues.append(max(self._looks_at, self._gate.opens_at))
        return max(0.0, min(dues) - now) if dues else None

    def _take(self, wait: float | None) -> None:
        try:
            command, value = self.inbox.get(timeout=wait) if wait != 0 else self.inbox.get_nowait()
            while not self.is_over:
                self._obey(command, value)
                if len(self.pending) >= PENDING_MAX:
                    return
                command, value = self.inbox.get_nowait()
        except Empty:
            return

    def _obey(self, command: str, value: Any) -> None:  # noqa: ANN401 - by command
        if command == REPORT:
            self.pending.append(value)
            self._taken += 1
        elif command == BEGIN:
            if len(self._runs) < RUNS_MAX:
                self._runs[value.run_id] = value
        elif command == ATTACH:
            self._runs[value.run_id] = value
            self._begin_beats(value)
        elif command in (END, LEAVE):
            if self._runs.pop(value.run_id, None) is not None and value.has_begun:
                self._beats.end(value)
        elif command == FLUSH:
            self._obey_flush(value)
        else:  # What the reader of a stream heard.
            self._obey_directives(value)

    def _obey_flush(self, flush: Flush) -> None:
        if flush.is_last:
            for report in _ends(self.states(), flush.outcome):
                self._obey(REPORT, report)
            self._runs.clear()
            self._due.clear()
            self._last = flush
            self._link.deadline = flush.deadline
            # What waits for its next try has no later to wait for.
            self._gate.opens_at = min(self._gate.opens_at, time.monotonic() + 0.2)
        flush.goal = self._taken
        self._flushes.append(flush)

    # Sending.

    def _send(self, now: float) -> bool:
        if not self.pending:
            return False
        if len(self.pending) >= BATCH_FROM and self.pending[0].kind == STATUS:
            self._send_many(now)
        else:
            self._send_one(self.pending[0], now)
        return True

    def _send_one(self, report: Report, now: float) -> None:
        try:
            answer = self._deliver(report)
        except NightbellError as error:
            if not self.is_over:
                self._failed(report, error, now)
            return
        if self.is_over:
            return
        self._gate.succeeded()
        self._settled(report)
        self._heard(report, answer)

    def _deliver(self, report: Report) -> dict[str, Any]:
        if report.kind == REGISTER:
            return self._register(report.body)
        if report.kind == HEARTBEAT:
            return self._link.call(_calls.SEND_HEARTBEAT, {**report.body, "sent_at": now_text()})
        return self._link.call(_calls.UPDATE_STATUS, {**report.body, "sent_at": now_text()})

    def _register(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._link.call(_calls.REGISTER_SCHEDULER, body)
        except InvalidArgumentError as error:
            named = {it.field for it in error.field_violations}
            if not named & {"service_name", "job_name"} or with_names(body) == body:
                raise
            return self._link.call(_calls.REGISTER_SCHEDULER, with_names(body))

    def _failed(self, report: Report, error: NightbellError, now: float) -> None:
        verdict = _retry.verdict(error)
        if report.kind == HEARTBEAT and verdict != _retry.DONE:
            verdict = _retry.DROP if verdict != _retry.RETRY else verdict
            self._settled(report)
        if verdict == _retry.REGISTER and not self._registers(report):
            verdict = _retry.HOLD if report.kind == REGISTER else _retry.DROP
        if verdict == _retry.RETRY:
            retry_after = error.retry_after if isinstance(error, ApiError) else None
            self._gate.failed(now, retry_after, chance())
            if self._gate.is_down:
                _log.warn("down", "Nightbell does not answer (%s); reports wait", error)
        elif verdict == _retry.HOLD:
            self._gate.held(now)
            _log.warn(f"hold {error}", "Nightbell refuses (%s); reports wait", error)
        elif verdict == _retry.DROP:
            _log.warn(f"drop {error}", "a %s report was refused: %s", report.kind, error)
            self._settled(report)
        elif verdict == _retry.DONE:
            self._settled(report)
        if self._gate.is_down and self.pending:
            self._shelve()

    def _registers(self, report: Report) -> bool:
        """Put the registration of a report before it, once; say whether that was done."""
        if report.kind != STATUS or report.has_registered:
            return False
        report.has_registered = True
        body = report.registration or with_names(
            {"scheduler_id": report.body["scheduler_id"]}, self.settings.service
        )
        self.pending.appendleft(Report(REGISTER, body))
        self._taken += 1
        for flush in self._flushes:
            flush.goal += 1
        return True

    def _send_many(self, now: float) -> None:
        several: list[Report] = []
        for report in self.pending:
            if report.kind != STATUS or len(several) >= BATCH_MAX:
                break
            several.append(report)
        try:
            results = send_batch(self._link, several)
        except NightbellError as error:
            if not self.is_over:
                self._failed(several[0], error, now)
            return
        if self.is_over:
            return
        self._gate.succeeded()
        for report, refusal in zip(several, results, strict=True):
            if refusal is not None:
                self._failed(report, refusal, now)
                return
            self._settled(report)

    def _settled(self, report: Report) -> None:
        if self.pending and self.pending[0] is report:
            self.pending.popleft()
            if report.state is not None and not report.state.is_ended:
                self._begin_beats(report.state)

    def _shelve(self) -> None:
        """Put what waits into the spool. What it does not take stays."""
        while self.pending and not self.is_over:
            report = self.pending[0]
            if report.kind == HEARTBEAT or self.spool.write(report):
                self._settled(report)
                continue
            if self._last is not None:
                _log.warn("lost", "%d reports lost: no answer, no spool", len(self.pending))
                self.pending.clear()
            return

    def _bound(self) -> None:
        lost = 0
        while len(self.pending) > PENDING_MAX - BATCH_MAX and not self.is_over:
            if len(self.pending) < PENDING_MAX and not lost:
                return
            lost += not self.spool.write(self.pending[0])
            self._settled(self.pending[0])
        if lost:
            _log.warn("bound", "%d reports lost: more than can be kept", lost)

    # Heartbeats.

    def _begin_beats(self, state: RunState) -> None:
        if state.has_begun or state.run_id not in self._runs:
            return
        state.has_begun = True
        self._beats.begin(state)
        heapq.heappush(self._due, (0.0, state.run_id))

    def _beat(self, now: float) -> bool:
        """Send the heartbeat that is due, if one is."""
        while self._due and self._due[0][0] <= now:
            _, run_id = heapq.heappop(self._due)
            state = self._runs.get(run_id)
            if state is None or state.is_ended:
                continue
            interval = self._interval(state)
            # Never later than promised.
            heapq.heappush(self._due, (now + interval * (1.0 - 0.1 * chance()), run_id))
            self._beat_once(state, interval, now)
            return True
        return False

    def _beat_once(self, state: RunState, interval: float, now: float) -> None:
        try:
            directives = self._beats.beat(state, interval)
        except NightbellError as error:
            verdict = _retry.verdict(error)
            if verdict == _retry.RETRY:
                retry_after = error.retry_after if isinstance(error, ApiError) else None
                self._gate.failed(now, retry_after, chance())
            elif verdict == _retry.HOLD:
                self._gate.held(now)
                _log.warn(f"hold {error}", "Nightbell refuses (%s); reports wait", error)
            else:
                _log.debug("a heartbeat was refused: %s", error)
            return
        self._gate.succeeded()
        if directives:
            self._obey_directives(directives)

    def _interval(self, state: RunState) -> float:
        return (
            self.settings.heartbeat
            or state.interval
            or self._intervals.get(state.scheduler_id)
            or self._beats.interval
        )

    def _heard(self, report: Report, answer: dict[str, Any]) -> None:
        """Take from an answer what it says of heartbeats and cancelling."""
        directives = answer.get("directives")
        if directives:
            self._obey_directives(directives)
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

    def _obey_directives(self, directives: dict[str, Any]) -> None:
        state = self._runs.get(directives.get("run_id") or "")
        if state is None:
            return
        if directives.get("cancel_requested"):
            state.cancel()
        seconds = _seconds(directives.get("heartbeat_interval"))
        if seconds is not None:
            state.interval = seconds

    # The spool.

    def _replay(self, now: float) -> bool:
        """Send some of what the spool holds; say whether there was something."""
        if not self.spool.is_waiting and (now < self._looks_at or not self.spool.look()):
            self._looks_at = max(self._looks_at, now + LOOK_EVERY_S)
            return False
        claimed = self.spool.claim(BATCH_MAX)
        if not claimed:
            return False
        settled: list[Report] = []
        try:
            self._replay_some(claimed, settled)
        except NightbellError as error:
            if _retry.verdict(error) == _retry.RETRY:
                retry_after = error.retry_after if isinstance(error, ApiError) else None
                self._gate.failed(now, retry_after, chance())
            else:
                self._gate.held(now)
        else:
            self._gate.succeeded()
        self.spool.settle(settled)
        return True

    def _replay_some(self, claimed: list[Report], settled: list[Report]) -> None:
        """Send claimed reports in order, and add those that need not be sent again."""
        left = deque(claimed)
        while left and not self.is_over:
            if left[0].kind == REGISTER:
                self._replay_registration(left[0])
                settled.append(left.popleft())
                continue
            several: list[Report] = []
            while left and left[0].kind == STATUS:
                several.append(left.popleft())
            results = send_batch(self._link, several)
            done = [
                report
                for report, refusal in zip(several, results, strict=True)
                if refusal is None or self._settles(report, refusal)
            ]
            settled += done
            if len(done) < len(several):
                return

    def _replay_registration(self, report: Report) -> None:
        try:
            self._register(report.body)
        except NightbellError as error:
            if _retry.verdict(error) not in (_retry.DROP, _retry.DONE):
                raise
            _log.warn(f"drop {error}", "a spooled registration was refused: %s", error)

    def _settles(self, report: Report, error: NightbellError) -> bool:
        verdict = _retry.verdict(error)
        if verdict == _retry.REGISTER:
            self._register({"scheduler_id": report.body["scheduler_id"]})
            return False
        if verdict == _retry.DROP:
            _log.warn(f"drop {error}", "a spooled report was refused: %s", error)
        return verdict in (_retry.DROP, _retry.DONE)

    # Being waited for.

    def _tell(self) -> None:
        """Tell those who wait for everything up to some report."""
        settled = self._taken - len(self.pending)
        waiting: list[Flush] = []
        for flush in self._flushes:
            is_late = time.monotonic() >= flush.deadline
            # A process that ends takes along what others left, if there is time.
            may_wait = self.spool.is_waiting or (
                flush.is_last and self.spool.is_open and not self._looks_at
            )
            if (settled < flush.goal and not (is_late and not flush.is_last)) or (
                may_wait and not (self._gate.is_down or is_late)
            ):
                waiting.append(flush)
            else:
                self._finish(flush, is_settled=settled >= flush.goal)
        self._flushes = waiting

    def _finish(self, flush: Flush, *, is_settled: bool) -> None:
        flush.is_delivered = is_settled and not self.spool.is_waiting and not self._gate.is_down
        if flush.is_last:
            self.is_over = True
            self.spool.release()
            self._beats.close()
            self._link.close()
        flush.done.set()


def leftovers(
    worker: Worker | None,
    first: tuple[str, Any] | None,
    inbox: SimpleQueue[tuple[str, Any]],
    outcome: Outcome | None,
) -> list[Report]:
    """Take from a worker what it did not get rid of. For the thread that ends the process.

    A worker that is not there yet has taken ``first``.
    What is on its way is among it: the server drops what it gets twice.
    """
    reports: list[Report] = []
    runs: dict[str, RunState] = {}
    taken = [first] if worker is None and first is not None else []
    if worker is not None:
        worker.is_over = True
        reports += _copied(worker.pending)
        runs = {it.run_id: it for it in worker.states()}
    while True:
        try:
            command, value = taken.pop() if taken else inbox.get_nowait()
        except Empty:
            break
        if command == REPORT:
            reports.append(value)
        elif command == BEGIN:
            runs[value.run_id] = value
        elif command == END:
            runs.pop(value.run_id, None)
    reports += _ends(list(runs.values()), outcome)
    return [it for it in reports if it.kind != HEARTBEAT]


def _copied(pending: deque[Report]) -> list[Report]:
    while True:
        try:
            return list(pending)
        except RuntimeError:  # It changed under us.
            continue


def _ends(states: list[RunState], outcome: Outcome | None) -> list[Report]:
    """Return the ends of runs that nobody ended."""
    reports: list[Report] = []
    for state in states:
        if state.is_ended or state.is_attached or outcome is None:
            continue
        state.is_ended = True
        body: dict[str, Any] = {
            "scheduler_id": state.scheduler_id,
            "run_id": state.run_id,
            "sequence": next(state.sequence),
            "timestamp": text_of(time.time_ns()),
            "status": outcome.status,
        }
        if outcome.message is not None:
            body["error_message"] = outcome.message
        if outcome.metadata:
            body["metadata"] = outcome.metadata
        reports.append(Report(STATUS, body))
    return reports


def _seconds(text: object) -> float | None:
    try:
        return float(str(text).removesuffix("s")) if text is not None else None
    except ValueError:
        return None
