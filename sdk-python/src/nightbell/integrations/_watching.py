"""Runs that are begun by one event and ended by another."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

import nightbell
from nightbell import _log

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping
    from typing import Any

    from nightbell import Run

# Events of ends may be lost; runs whose end is not told do not pile up.
OPEN_MAX = 10_000
_ID_MAX = 128


def scheduler_id_of(name: str) -> str:
    """Return a name as the id of a scheduler: what ids cannot hold becomes a hyphen."""
    text = re.sub(r"[^A-Za-z0-9._-]", "-", name).lstrip("._-")
    return text[:_ID_MAX] or "job"


class Chosen:
    """Which jobs are watched, and under which ids."""

    def __init__(self, jobs: Mapping[str, str] | Iterable[str] | None) -> None:
        self._ids: dict[str, str] | None = None
        if isinstance(jobs, dict):
            self._ids = {str(name): str(it) for name, it in jobs.items()}
        elif jobs is not None:
            self._ids = {str(name): scheduler_id_of(str(name)) for name in jobs}

    def id_of(self, name: str) -> str | None:
        """Return the scheduler's id of a job; None if it is not watched."""
        return scheduler_id_of(name) if self._ids is None else self._ids.get(name)


class OpenRuns:
    """The runs that have begun, by what their events name them. Never raises."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[Hashable, Run] = {}

    def begin(self, key: Hashable, scheduler_id: str, **options: Any) -> Run | None:  # noqa: ANN401
        """Begin a run. One of the same key that is open was lost, and ends so."""
        return _quietly(lambda: self._begin(key, scheduler_id, options))

    def _begin(self, key: Hashable, scheduler_id: str, options: dict[str, Any]) -> Run:
        run = nightbell.start(scheduler_id, **options)
        with self._lock:
            before = self._runs.pop(key, None)
            self._runs[key] = run
            if len(self._runs) > OPEN_MAX:
                self._runs.pop(next(iter(self._runs)))
        if before is not None:
            before.fail("it began again, and its end was not told")
        return run

    def take(self, key: Hashable) -> Run | None:
        """Return an open run and forget it."""
        with self._lock:
            return self._runs.pop(key, None)

    def take_all(self) -> list[Run]:
        """Return every open run and forget them."""
        with self._lock:
            runs, self._runs = list(self._runs.values()), {}
        return runs

    def forget(self) -> None:
        """Begin anew, in a forked process: these are the parent's."""
        self._lock = threading.Lock()
        self._runs = {}


def _quietly(what: Callable[[], Run]) -> Run | None:
    try:
        return what()
    except Exception as error:
        _log.warn("integration", "a job is not watched: %r", error)
        return None
