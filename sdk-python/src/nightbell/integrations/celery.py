"""Celery: every run of a task, from the worker that runs it.

    from nightbell.integrations.celery import watch

    watch()                               # every task, under its name
    watch({"shop.tasks.eod": "shop-eod"})  # these

Call it once, where the app is made. It works with beat in a process of its own, and
with workers that fork: each reports for itself, and one that is killed is found lost.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from celery import signals

from nightbell._run import current
from nightbell.integrations._watching import Chosen, OpenRuns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["watch"]

_NAME = "nightbell"


def watch(tasks: Mapping[str, str] | Iterable[str] | None = None) -> None:
    """Watch tasks: those named, under the ids given or their own names; or all.

    A later call takes the place of an earlier one.
    """
    _Watching(Chosen(tasks)).connect()


class _Watching:
    def __init__(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self._runs = OpenRuns()
        self._errors: dict[str, BaseException | str] = {}
        self._tokens: dict[str, Any] = {}

    def connect(self) -> None:
        for signal, receiver in (
            (signals.task_prerun, self.began),
            (signals.task_failure, self.failed),
            (signals.task_retry, self.retried),
            (signals.task_postrun, self.ended),
        ):
            signal.disconnect(dispatch_uid=_NAME)
            signal.connect(receiver, weak=False, dispatch_uid=_NAME)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._runs.forget)

    def began(self, task_id: str = "", task: Any = None, **_: object) -> None:  # noqa: ANN401
        name = getattr(task, "name", "") or ""
        scheduler_id = self._chosen.id_of(name)
        if scheduler_id is None:
            return
        run = self._runs.begin(task_id, scheduler_id, name=name)
        if run is not None:
            run.metadata(celery_task_id=task_id)
            self._tokens[task_id] = current.set(run)

    def failed(
        self, task_id: str = "", exception: BaseException | None = None, **_: object
    ) -> None:
        if exception is not None and task_id in self._tokens:
            self._errors[task_id] = exception

    def retried(self, request: Any = None, reason: object = None, **_: object) -> None:  # noqa: ANN401
        task_id = getattr(request, "id", "")
        if task_id in self._tokens:
            self._errors[task_id] = f"to be tried again: {reason}"

    def ended(self, task_id: str = "", state: str = "", **_: object) -> None:
        run = self._runs.take(task_id)
        error = self._errors.pop(task_id, None)
        token = self._tokens.pop(task_id, None)
        if run is None:
            return
        if token is not None:
            try:
                current.reset(token)
            except ValueError:  # Another context: it forgets by itself.
                pass
        if error is not None or state in ("FAILURE", "RETRY"):
            run.fail(error)
        elif state == "REVOKED":
            run.cancel()
        else:
            run.complete()
