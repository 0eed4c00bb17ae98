"""The worker: one thread that sends what jobs report, in order.

It takes reports from the inbox in the order in which jobs gave them. While the server
does not answer it tries again, and after four tries puts reports into the spool, from
where it, or any later process, takes them up again.
"""

from __future__ import annotations

import time
from collections import deque
from queue import Empty

from nightbell import _log, _retry
from nightbell._batch import send_batch
from nightbell._delivery import deliver
from nightbell._ends import ends_of
from nightbell._ids import chance, is_scheduler_id
from nightbell._link import Link
from nightbell._pulse import Pulse
from nightbell._registration import with_names
from nightbell._replay import Replay
from nightbell._report import HEARTBEAT, REGISTER, STATUS, Report
from nightbell._reporter import ATTACH, BEGIN, END, FLUSH, LEAVE, REPORT, Flush
from nightbell.errors import ConfigError, NightbellError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from queue import SimpleQueue
    from typing import Any

    from nightbell._run import RunState
    from nightbell._settings import Settings
    from nightbell._spool import Spool
    from nightbell._transport import Transport

# Reports in memory. More go to the spool, the oldest first; without one they are lost.
PENDING_MAX = 10_000
# From so many on they are sent as batches: the job makes them faster than one by one.
BATCH_FROM = 100
BATCH_MAX = 500
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
        self._gate = _retry.Gate()
        self._pulse = Pulse(settings, self._link, self._gate)
        self._replay = Replay(spool, self._link, self._gate, lambda: self.is_over)
        self._has_replayed = False
        self._taken = 0
        self._flushes: list[Flush] = []
        self._last: Flush | None = None
        self._obey(*first)

    def states(self) -> list[RunState]:
        """Return the open runs. For any thread."""
        return self._pulse.states()

    def disconnect(self) -> None:
        """Make no call any more, and end the one under way. For any thread."""
        self._link.end()

    def abandon(self) -> None:
        """Let go of what a forked process may not use. For the child's only thread."""
        self.is_over = True
        self._pulse.beats.abandon()
        self._link.abandon()
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

                self._pulse.beats = StreamBeats(self._link, self.inbox, self.spool)
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
        # Whether the server takes reports or not: a sign of life cannot wait.
        self._pulse.turn(now)
        if self._gate.opens_at <= now:
            _ = self._send(now) or self._replays(now)
        elif self._gate.is_down:
            self._shelve()
        self._tell()

    # Taking.

    def _wait(self, now: float) -> float | None:
        """Return how long there is nothing to do, or None for ever."""
        dues = [self._pulse.due_at, self._replay.due_at]
        if self._last is not None:
            dues += [self._last.deadline, self._gate.opens_at]
        elif self.pending:
            dues.append(self._gate.opens_at)
        known = [it for it in dues if it is not None]
        return max(0.0, min(known) - now) if known else None

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
        if command in (REPORT, BEGIN, ATTACH) and not self._may_send(value):
            return
        if command == REPORT:
            self.pending.append(value)
            self._taken += 1
        elif command == BEGIN:
            self._pulse.open(value)
        elif command == ATTACH:
            self._pulse.attach(value)
        elif command in (END, LEAVE):
            self._pulse.leave(value)
        elif command == FLUSH:
            self._obey_flush(value)
        else:  # What the reader of a stream heard.
            self._pulse.beats.take(value, self._pulse)

    @staticmethod
    def _may_send(value: Report | RunState) -> bool:
        """Say whether the server could take a report. One that it cannot is lost alone."""
        its = value.body.get("scheduler_id") if isinstance(value, Report) else value.scheduler_id
        if not isinstance(its, str) or is_scheduler_id(its):
            return True
        _log.warn(f"id {its!r:.100}", "%.100r is no id of a scheduler: nothing is reported", its)
        return False

    def _obey_flush(self, flush: Flush) -> None:
        if flush.is_last:
            for report in ends_of(self.states(), flush.outcome):
                self._obey(REPORT, report)
            self._pulse.leave_all()
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

    def _replays(self, now: float) -> bool:
        has_sent = self._replay.turn(now)
        self._has_replayed = self._has_replayed or has_sent
        if self._has_replayed and not self.spool.is_waiting and not self.is_over:
            self._has_replayed = False
            self._pulse.renew()
        return has_sent

    def _send_one(self, report: Report, now: float) -> None:
        try:
            answer = deliver(self._link, report)
        except NightbellError as error:
            if not self.is_over:
                self._failed(report, error, now)
            return
        except (TypeError, ValueError, RecursionError) as error:
            # It has no bytes. The others must not wait for it.
            if not self.is_over:
                _log.warn("unwritable", "a %s report is lost: %s", report.kind, error)
                self._settled(report)
            return
        if self.is_over:
            return
        self._gate.succeeded()
        self._settled(report)
        self._pulse.hear(report, answer)

    def _failed(self, report: Report, error: NightbellError, now: float) -> None:
        verdict = _retry.verdict(error)
        if report.kind == HEARTBEAT and verdict not in (_retry.DONE, _retry.RETRY):
            verdict = _retry.DROP
        if verdict == _retry.REGISTER and not self._registers(report):
            verdict = _retry.HOLD if report.kind == REGISTER else _retry.DROP
        if verdict == _retry.RETRY:
            self._gate.met(error, now, chance())
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
        registers = Report(REGISTER, body)
        registers.is_of_unknown = True
        self.pending.appendleft(registers)
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
        except (TypeError, ValueError, RecursionError):
            # One of them has no bytes. One by one, then, and it comes to light.
            self._send_one(several[0], now)
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
                self._pulse.begin(report.state)

    def _shelve(self) -> None:
        """Put what waits into the spool. What it does not take stays."""
        while self.pending and not self.is_over:
            report = self.pending[0]
            if report.kind == HEARTBEAT or report.is_kept or self.spool.write(report):
                if report.state is not None:
                    report.state.was_spooled = True
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
            report = self.pending[0]
            lost += not self.spool.write(report)
            if report.state is not None:
                report.state.was_spooled = True
            self._settled(report)
        if lost:
            _log.warn("bound", "%d reports lost: more than can be kept", lost)

    # Being waited for.

    def _tell(self) -> None:
        """Tell those who wait for everything up to some report."""
        settled = self._taken - len(self.pending)
        waiting: list[Flush] = []
        for flush in self._flushes:
            is_late = time.monotonic() >= flush.deadline
            # A process that ends takes along what others left, if there is time.
            may_wait = self.spool.is_waiting or (flush.is_last and self._replay.may_find)
            if (settled < flush.goal and not (is_late and not flush.is_last)) or (
                may_wait and not (self._gate.is_down or is_late)
            ):
                waiting.append(flush)
            else:
                self._finish(flush, is_settled=settled >= flush.goal)
        self._flushes = waiting

    def _finish(self, flush: Flush, *, is_settled: bool) -> None:
        is_with_server = not (self.spool.is_waiting or self._replay.leaves_own)
        flush.is_delivered = is_settled and is_with_server and not self._gate.is_down
        if flush.is_last:
            self.is_over = True
            self.spool.release()
            self._pulse.beats.close()
            self._link.close()
        flush.done.set()
