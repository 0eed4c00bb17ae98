"""The job's side of the SDK: takes reports in and never waits.

There is one reporter in a process, with one daemon thread behind it. Jobs hand reports
over through a queue that is safe from every thread, signal handlers and destructors
included; no lock is taken that could be held by whoever was interrupted.
"""

from __future__ import annotations

import os
import sys
import threading
import time

from nightbell import _log, _outcome
from nightbell._report import HEARTBEAT, REGISTER, STATUS, Report
from nightbell._settings import SECONDS_MAX
from nightbell._times import now_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from queue import SimpleQueue
    from typing import Any

    from nightbell._outcome import Outcome
    from nightbell._registration import Registration
    from nightbell._run import RunState
    from nightbell._settings import Settings
    from nightbell._spool import Spool
    from nightbell._worker import Worker

# Reports handed over and not yet taken by the worker. It takes them as they come, to
# send or to spool; so many wait only when a job leaves it no time at all.
INBOX_MAX = 20_000
# Schedulers remembered as registered by this process.
REGISTERED_MAX = 1_024

# Of the exit budget, for what must be spooled when no answer came.
SPOOLING_S = 0.1

# Commands to the worker.
BEGIN = "begin"
ATTACH = "attach"
LEAVE = "leave"
REPORT = "report"
END = "end"
FLUSH = "flush"


class Flush:
    """A wish to be told when everything handed over before has found its place."""

    def __init__(self, deadline: float, *, is_last: bool, outcome: Outcome | None = None) -> None:
        self.deadline = deadline
        # The process ends: nothing may wait beyond the deadline.
        self.is_last = is_last
        # What to say of runs that are still open.
        self.outcome = outcome
        self.goal = 0
        self.is_delivered = False
        self.made_at = time.monotonic()
        self.done = threading.Event()


class Reporter:
    """Takes reports from jobs to the worker, and starts it when there is need."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.is_off = settings.is_disabled or not settings.url
        self._registered: dict[str, dict[str, Any]] = {}
        self._dropped = 0
        self._is_complained = False
        self.reset()

    def reset(self) -> None:
        """Begin anew without a thread: at the start, and in a forked process."""
        from queue import SimpleQueue

        self.pid = os.getpid()
        self.inbox: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self._worker: Worker | None = None
        # What the thread has taken while there is no worker yet.
        self._first: tuple[str, Any] | None = None
        self._is_started = False
        self._starting = threading.Lock()
        self._is_closed = False
        # When the process began to end. One deadline for all that waits for it.
        self._exit_deadline: float | None = None

    # What jobs say.

    def began(self, state: RunState, status: dict[str, Any], registration: Registration) -> None:
        """Take the beginning of a run."""
        body = self._body_of(registration)
        if self._registered.get(state.scheduler_id) is not body:
            if len(self._registered) >= REGISTERED_MAX:
                self._registered.clear()
            self._registered[state.scheduler_id] = body
            self._put(REPORT, Report(REGISTER, body, registration=body))
        state.interval = registration.interval
        state.registration = body
        self._put(BEGIN, state)
        self._put(REPORT, Report(STATUS, status, state=state, registration=body))

    def ended(
        self,
        state: RunState,
        status: dict[str, Any],
        registration: Registration | None,
    ) -> None:
        """Take the end of a run, and the last of its progress before it."""
        self._put(END, state)
        self._put_progress(state, status["timestamp"])
        body = None if registration is None else self._body_of(registration)
        self._put(REPORT, Report(STATUS, status, registration=body))

    def _put_progress(self, state: RunState, timestamp: str) -> None:
        if state.progress is None or state.progress is state.progress_sent:
            return
        beat = {
            "scheduler_id": state.scheduler_id,
            "run_id": state.run_id,
            "timestamp": timestamp,
            "progress": state.progress,
        }
        self._put(REPORT, Report(HEARTBEAT, beat))

    def _body_of(self, registration: Registration) -> dict[str, Any]:
        """Return what registers a job: one object for all its runs, for many may wait."""
        body = registration.filled(self.settings)
        known = self._registered.get(registration.scheduler_id)
        return known if known is not None and known == body else body

    def take(self, report: Report) -> None:
        """Take a report that belongs to no run of this process."""
        self._put(REPORT, report)

    def attached(self, state: RunState) -> None:
        """Send heartbeats for a run that another process began."""
        self._put(ATTACH, state)

    def left(self, state: RunState) -> None:
        """Send no more heartbeats for a run that another process began."""
        self._put(LEAVE, state)
        self._put_progress(state, now_text())

    def heard(self, state: RunState) -> None:
        """Take note of progress. A forked process speaks for its parent's run with it."""
        if state.pid != os.getpid():
            state.pid = os.getpid()
            state.is_attached = True
            self._put(ATTACH, state)

    # Waiting.

    def flush(self, timeout: float) -> bool:
        """Wait until everything is with the server, at most so long; say whether it is."""
        if self.is_off:
            return True
        if not self._is_started and self.inbox.empty():
            return True
        if self._is_closed:
            return False
        timeout = min(timeout, SECONDS_MAX) if timeout > 0 else 0.0
        flush = Flush(time.monotonic() + timeout, is_last=False)
        self._put(FLUSH, flush)
        flush.done.wait(timeout)
        if not flush.is_delivered:
            self._keep(flush)
        return flush.is_delivered

    def _keep(self, flush: Flush) -> None:
        """Put copies of what waits onto the disk: the process may end without a word."""
        try:
            from nightbell._ends import waiting
            from nightbell._saving import save

            # What came later has time of its own.
            reports = waiting(self._worker, self._first, self.inbox, flush.made_at)
            save(self._spool_in_use(), reports)
        except Exception as error:
            _log.debug("could not spool: %r", error)

    def close(self, outcome: Outcome | None = None, deadline: float | None = None) -> None:
        """End with the process: deliver or spool what there is, by the deadline.

        Without one it is the exit budget from now. Runs still open are reported as
        ended by ``outcome``. Raises nothing but what interrupts it.
        """
        if self.is_off or self._is_closed or self.pid != os.getpid():
            return
        if not self._is_started and self.inbox.empty():
            return
        if self._exit_deadline is None:
            self._exit_deadline = deadline or exit_deadline(self.settings)
        flush = Flush(self._exit_deadline, is_last=True, outcome=outcome or _abandoned())
        self._put(FLUSH, flush)
        try:
            if self._is_started:
                flush.done.wait(max(0.0, self._exit_deadline - time.monotonic()))
        finally:  # Somebody may not have the patience.
            self._is_closed = True
            # Other threads may have said something since the worker had done all.
            if not flush.done.is_set() or not self.inbox.empty():
                self._rescue(flush)
                if self._worker is not None:
                    self._worker.disconnect()

    def _rescue(self, flush: Flush) -> None:
        """Spool on this thread what the worker did not get rid of in time."""
        try:
            from nightbell._ends import leftovers
            from nightbell._saving import save

            reports = leftovers(self._worker, self._first, self.inbox, flush.outcome)
            lost = save(self._spool_in_use(), reports, is_last=True)
            if lost:
                _log.warn("lost", "%d reports lost: no answer in time, and no spool", lost)
        except Exception as error:
            _log.debug("could not spool at exit: %r", error)

    # The thread.

    def _put(self, command: str, value: object) -> None:
        if self.is_off:
            return
        if self._is_closed and isinstance(value, Report):
            self._put_late(value)
            return
        if self.inbox.qsize() >= INBOX_MAX and command != FLUSH:
            self._dropped += 1
            _log.warn("inbox", "%d reports dropped: more than can be taken", self._dropped)
            return
        if not self._is_started:
            self._start()
        self.inbox.put((command, value))

    def _put_late(self, report: Report) -> None:
        """Spool what comes after the end, such as from a job in an exit handler."""
        try:
            from nightbell._saving import save

            if report.kind != HEARTBEAT and save(self._spool_in_use(), [report]):
                _log.warn("lost", "a %s report lost: the process had ended", report.kind)
        except Exception as error:
            _log.debug("could not spool: %r", error)

    def _start(self) -> None:
        # Whoever does not get the lock goes on: somebody is starting the thread.
        if not self._starting.acquire(blocking=False):
            return
        try:
            if self._is_started:
                return
            threading.Thread(target=self._work, name="nightbell", daemon=True).start()
            self._is_started = True
            from nightbell._process import call_at_exit_of_child

            call_at_exit_of_child()
        except Exception as error:  # No threads any more: the interpreter ends.
            _log.debug("could not start: %r", error)
        finally:
            self._starting.release()

    def _work(self) -> None:
        # Waiting comes first: importing at once would keep the job from going on.
        inbox = self.inbox
        self._first = first = inbox.get()
        try:
            from nightbell import _process

            with _process.importing:
                from nightbell._worker import Worker

                worker = Worker(self.settings, inbox, self._spool(), first)
                worker.load()
        except Exception as error:
            _log.warn("start", "jobs are not watched: %r", error)
            return
        self._worker = worker
        if self._is_closed:  # Too late: what came was taken from the inbox.
            worker.is_over = True
        worker.run()

    def _spool_in_use(self) -> Spool:
        return self._worker.spool if self._worker is not None else self._spool()

    def _spool(self) -> Spool:
        from nightbell._spool import Spool

        return Spool.open(self.settings)

    @property
    def worker(self) -> Worker | None:
        """The worker, if there was need of one."""
        return self._worker


def _abandoned() -> Outcome:
    last = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    why = "the process ended" if last is None else f"the process ended with {type(last).__name__}"
    return _outcome.abandoned(why)


def exit_deadline(settings: Settings) -> float:
    """Return when a process that begins to end now waits no longer for answers."""
    return time.monotonic() + max(settings.exit_timeout - SPOOLING_S, 0.0)
