"""APScheduler 3: every run of a job, whatever executor runs it.

    from nightbell.integrations.apscheduler import watch

    watch(scheduler)                    # every job, under its id
    watch(scheduler, {"3f1c": "eod"})   # these

Runs are told by the scheduler's events, so the jobs themselves see no current run:
decorate them with `nightbell.job` where they report progress.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from apscheduler import events

from nightbell.integrations._watching import Chosen, OpenRuns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["watch"]


def watch(scheduler: Any, jobs: Mapping[str, str] | Iterable[str] | None = None) -> None:  # noqa: ANN401
    """Watch the jobs of a scheduler: those named, under the ids given or their own; or all."""
    it = _Watching(Chosen(jobs))
    scheduler.add_listener(it.submitted, events.EVENT_JOB_SUBMITTED)
    ends = events.EVENT_JOB_EXECUTED | events.EVENT_JOB_ERROR | events.EVENT_JOB_MISSED
    scheduler.add_listener(it.ended, ends)


# Ends that came before their beginnings: a job may be over before the event is told.
_EARLY_MAX = 1_000
_MISSED = "missed: APScheduler came too late to run it"


class _Watching:
    def __init__(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self._runs = OpenRuns()
        self._early: dict[Any, Any] = {}
        self._lock = threading.Lock()

    def submitted(self, event: Any) -> None:  # noqa: ANN401 - the library has no types
        scheduler_id = self._chosen.id_of(event.job_id)
        if scheduler_id is None:
            return
        with self._lock:
            for at in event.scheduled_run_times:
                key = event.job_id, at
                self._runs.begin(key, scheduler_id)
                end = self._early.pop(key, None)
                if end is not None:
                    self._end(key, end)

    def ended(self, event: Any) -> None:  # noqa: ANN401
        if self._chosen.id_of(event.job_id) is None:
            return
        with self._lock:
            self._end((event.job_id, event.scheduled_run_time), event)

    def _end(self, key: Any, event: Any) -> None:  # noqa: ANN401
        run = self._runs.take(key)
        if run is None:
            self._early[key] = event
            if len(self._early) > _EARLY_MAX:
                self._early.pop(next(iter(self._early)))
        elif event.code == events.EVENT_JOB_MISSED:
            run.fail(_MISSED)
        elif event.exception is not None:
            run.fail(event.exception)
        else:
            run.complete()
