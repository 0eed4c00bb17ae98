"""What is left of reports and runs when the process ends."""

from __future__ import annotations

import time
from queue import Empty

from nightbell._report import HEARTBEAT, STATUS, Report
from nightbell._reporter import BEGIN, END, REPORT
from nightbell._times import text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import deque
    from queue import SimpleQueue
    from typing import Any

    from nightbell._outcome import Outcome
    from nightbell._run import RunState
    from nightbell._worker import Worker


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
    reports += ends_of(list(runs.values()), outcome)
    return [it for it in reports if it.kind != HEARTBEAT]


def waiting(
    worker: Worker | None,
    first: tuple[str, Any] | None,
    inbox: SimpleQueue[tuple[str, Any]],
    until: float,
) -> list[Report]:
    """Return what waits to be sent since before a time, and leave it where it is.

    For any thread.
    """
    reports = [] if worker is None else _copied(worker.pending)
    taken: list[tuple[str, Any]] = []
    try:
        while True:
            taken.append(inbox.get_nowait())
    except Empty:
        pass
    for it in taken:
        inbox.put(it)
    if worker is None and first is not None:
        taken.insert(0, first)
    reports += [value for command, value in taken if command == REPORT]
    return [it for it in reports if it.kind != HEARTBEAT and it.made_at <= until]


def _copied(pending: deque[Report]) -> list[Report]:
    while True:
        try:
            return list(pending)
        except RuntimeError:  # It changed under us.
            continue


def ends_of(states: list[RunState], outcome: Outcome | None) -> list[Report]:
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
