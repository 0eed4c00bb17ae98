"""The guide's class: the same requests, without the harm."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from nightbell import NotFoundError, UnavailableError
from nightbell.compat import SchedulerMonitoringClient
from nightbell.errors import AuthenticationError

from . import guide
from .support import faults, programs, spooled
from .support.programs import env_for
from .support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .support.server import Server

SCHEDULER = "python-service-eod"
EXAMPLES = [guide.unchanged, guide.with_one_import_changed]


def env(url: str, **more: str) -> dict[str, str]:
    # The example uses datetime.utcnow(), of which newer Pythons warn.
    return env_for(url, NIGHTBELL_EXIT_TIMEOUT_MS="1500", PYTHONWARNINGS="ignore", **more)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda it: it.__name__)
def test_the_example_of_the_guide_reports_its_run(
    server: Server, example: Callable[[str, str, str], str]
) -> None:
    before = len(server.runs(SCHEDULER)) if server.knows(SCHEDULER) else 0
    ended = programs.run_text(example(server.url, server.key, "pass"), env(server.url))
    assert ended.code == 0, ended.err
    run, *_ = server.runs(SCHEDULER)
    assert len(server.runs(SCHEDULER)) == before + 1
    assert (run.status, run.metadata) == ("completed", {"records_processed": 1000})
    assert run.execution_time_ms is not None


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda it: it.__name__)
def test_the_example_of_the_guide_reports_a_failure_and_raises_it(
    server: Server, example: Callable[[str, str, str], str]
) -> None:
    code = example(server.url, server.key, "raise ValueError('disk full')")
    ended = programs.run_text(code, env(server.url))
    assert ended.code == 1
    assert ended.err.endswith("ValueError: disk full\n")
    run, *_ = server.runs(SCHEDULER)
    assert (run.status, run.error_message) == ("failed", "disk full")


@pytest.mark.parametrize("fault", [faults.REFUSED, faults.BLACK_HOLE, faults.ERRORS])
def test_the_job_runs_while_nothing_answers(fault: str, tmp_path: Path) -> None:
    with faults.address(fault) as url:
        code = guide.with_one_import_changed(url, "key", "print('worked')")
        ended = programs.run_text(code, env(url, NIGHTBELL_SPOOL_DIR=str(tmp_path)))
    assert (ended.code, ended.out) == (0, "worked\n"), ended.err
    # One wait for the first call, one for the end; and what a busy machine needs.
    assert ended.took < 10
    # Registered, running, completed: for any later process to send.
    assert len(spooled.reports(tmp_path)) == 3


def test_the_guides_own_class_fails_its_job_there() -> None:
    with faults.address(faults.REFUSED) as url:
        code = guide.unchanged(url, "key", "print('worked')")
        ended = programs.run_text(code, env(url))
    assert ended.code == 1, "then this table of the README is not true any more"
    assert "worked" not in ended.out


def client(server: Server, scheduler_id: str, **more: bool) -> SchedulerMonitoringClient:
    return SchedulerMonitoringClient(f"{server.url}/api/v1", server.key, scheduler_id, **more)


def test_an_unknown_scheduler_is_registered_with_the_names_of_its_report(
    server: Server, scheduler_id: str
) -> None:
    answer = client(server, scheduler_id).update_status("running", "Service", "Job")
    assert answer["status"] == "running"
    assert server.run(scheduler_id).status == "running"


def test_a_heartbeat_of_an_unknown_scheduler_raises(server: Server, scheduler_id: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        client(server, scheduler_id).send_heartbeat()
    assert caught.value.response.status_code == 404  # type: ignore[attr-defined]


def test_a_wrong_key_raises_what_it_raised_before(server: Server, scheduler_id: str) -> None:
    import requests

    monitor = SchedulerMonitoringClient(f"{server.url}/api/v1", "wrong", scheduler_id)
    with pytest.raises(requests.HTTPError) as caught:
        monitor.register("Service", "Job")
    assert isinstance(caught.value, AuthenticationError)
    response = caught.value.response
    assert response is not None
    assert response.status_code == 401
    assert response.json()["error"]["reason"] == "BAD_CREDENTIAL"


def test_strict_raises_where_nothing_answers(scheduler_id: str) -> None:
    with faults.address(faults.REFUSED) as url:
        monitor = SchedulerMonitoringClient(url, "key", scheduler_id, strict=True)
        with pytest.raises(UnavailableError):
            monitor.register("Service", "Job")


def test_heartbeats_are_sent_until_stopped(server: Server, scheduler_id: str) -> None:
    monitor = client(server, scheduler_id)
    monitor.register("Service", "Job")
    monitor.update_status("running", "Service", "Job")
    monitor.start_heartbeat(interval_minutes=0.05 / 60)
    monitor.start_heartbeat(interval_minutes=0.05 / 60)
    wait_until(lambda: server.run(scheduler_id).last_heartbeat_at, "a heartbeat")
    monitor.stop_heartbeat()
    monitor.stop_heartbeat()


def test_only_the_first_call_waits_for_a_server_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, scheduler_id: str
) -> None:
    monkeypatch.setenv("NIGHTBELL_TIMEOUT_MS", "300")
    monkeypatch.setenv("NIGHTBELL_SPOOL", "off")
    with faults.address(faults.BLACK_HOLE) as url:
        monitor = SchedulerMonitoringClient(url, "key", scheduler_id)
        began = time.monotonic()
        answers = [monitor.update_status("running", "S", "J") for _ in range(20)]
        assert time.monotonic() - began < 3, "and not 20 times 0.3 s"
    assert answers == [{"queued": True}] * 20
