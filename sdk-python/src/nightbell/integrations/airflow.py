"""Airflow 2.10 and newer: every task that runs, without a change to any DAG.

Installing `nightbell` beside Airflow is enough: the listener is found as a plugin, and
does nothing until NIGHTBELL_URL is set. A task is the scheduler `DAG.TASK`.
NIGHTBELL_AIRFLOW_DAGS names the DAGs to watch, separated by commas; all if it is empty.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

import nightbell
from nightbell.integrations._watching import OpenRuns, scheduler_id_of

if TYPE_CHECKING:
    from nightbell import Run

__all__ = ["NightbellPlugin"]

_runs = OpenRuns()


def _key(task: Any) -> tuple[str, str, str, int, int]:  # noqa: ANN401 - two kinds in two versions
    return (
        task.dag_id,
        task.task_id,
        task.run_id,
        getattr(task, "map_index", -1),
        getattr(task, "try_number", 1),
    )


def _is_watched(dag_id: str) -> bool:
    named = [it.strip() for it in os.environ.get("NIGHTBELL_AIRFLOW_DAGS", "").split(",")]
    return not any(named) or dag_id in named


@hookimpl  # type: ignore[untyped-decorator]
def on_task_instance_running(task_instance: Any) -> None:  # noqa: ANN401
    """Begin the run of a task."""
    if not _is_watched(task_instance.dag_id):
        return
    name = f"{task_instance.dag_id}.{task_instance.task_id}"
    run = _runs.begin(_key(task_instance), scheduler_id_of(name), name=name)
    if run is not None:
        _, _, run_id, map_index, try_number = _key(task_instance)
        run.metadata(airflow_run_id=run_id, map_index=map_index, try_number=try_number)


@hookimpl  # type: ignore[untyped-decorator]
def on_task_instance_success(task_instance: Any) -> None:  # noqa: ANN401
    """End the run of a task: it went well."""
    run = _taken(task_instance)
    if run is not None:
        run.complete()


@hookimpl  # type: ignore[untyped-decorator]
def on_task_instance_failed(task_instance: Any, error: object) -> None:  # noqa: ANN401
    """End the run of a task: it went wrong."""
    run = _taken(task_instance)
    if run is not None:
        run.fail(error if isinstance(error, BaseException) else str(error or "failed"))


@hookimpl  # type: ignore[untyped-decorator]
def before_stopping(component: object) -> None:  # noqa: ARG001 - as Airflow names it
    """End what Airflow told no end of, and wait for the reports: the process may just exit.

    A task that was skipped, deferred or put off is told of by no other event.
    """
    for run in _runs.take_all():
        run.metadata(airflow_state="skipped, deferred or put off")
        run.cancel()
    nightbell.flush()


def _taken(task_instance: Any) -> Run | None:  # noqa: ANN401
    return _runs.take(_key(task_instance))


class NightbellPlugin(AirflowPlugin):  # type: ignore[misc]
    """Found by Airflow through the package's entry point."""

    name = "nightbell"
    # Of the module: Airflow looks for the hooks in it.
    listeners = [sys.modules[__name__]]  # noqa: RUF012 - as Airflow declares it
