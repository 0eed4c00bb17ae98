"""Whoever waits for the SDK waits no longer than was said, whatever is broken behind it."""

from __future__ import annotations

import threading
import time
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pytest

from nightbell import _calls
from nightbell._ends import waiting
from nightbell._report import STATUS, Report
from nightbell._reporter import REPORT
from nightbell._settings import SECONDS_MAX, Settings
from nightbell._worker import Worker
from nightbell.errors import UnavailableError

from .support import programs, spooled
from .support.programs import env_for
from .support.scripted import Scripted, reporter, started, taken
from .support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nightbell._calls import Call

    from .support.server import Server

NAN, INFINITY = float("nan"), float("inf")
# What a wait of a tenth of a second may take on a busy machine, beside a hung disk.
SOON_S = 20.0
HASTY = {"NIGHTBELL_EXIT_TIMEOUT_MS": "100"}


def status(scheduler_id: str) -> Report:
    return Report(STATUS, {"scheduler_id": scheduler_id, "status": "completed"})


def away(*_: object) -> dict[str, Any]:
    raise UnavailableError("nobody is there")


@pytest.fixture
def soon() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SOON_S


@pytest.mark.parametrize("timeout", [INFINITY, 1e300, 10**30])
def test_a_flush_may_wait_for_ever(timeout: float) -> None:
    it = reporter(Scripted(taken))
    it.take(status("eod"))
    assert it.flush(timeout)
    it.close()


@pytest.mark.parametrize("timeout", [NAN, -1.0, -INFINITY])
@pytest.mark.usefixtures("soon")
def test_a_flush_with_no_time_does_not_wait(timeout: float) -> None:
    it = reporter(Scripted(away))
    it.take(status("eod"))
    assert not it.flush(timeout)
    it.settings.exit_timeout = 0.1
    it.close()


@pytest.mark.parametrize("seconds", [INFINITY, 1e300])
@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_endless_budgets_harm_nothing(
    server: Server, scheduler_id: str, transport: str, seconds: float
) -> None:
    code = f"""
        import nightbell
        nightbell.configure(timeout=float("{seconds}"), exit_timeout=float("{seconds}"))
        with nightbell.job({scheduler_id!r}) as run:
            pass
        """
    env = env_for(server.url, server.key, NIGHTBELL_TRANSPORT=transport)
    ended = programs.run(code, env)
    assert (ended.code, ended.err) == (0, "")
    assert [it.status for it in server.runs(scheduler_id)] == ["completed"]


@pytest.mark.parametrize("value", [NAN, -1, "soon", None])
def test_what_is_no_time_is_complained_about_and_left_out(value: Any) -> None:
    settings = Settings({})
    assert settings.bounded("timeout", value, 3.0) == 3.0
    assert len(settings.complaints) == 1
    assert settings.bounded("timeout", INFINITY, 3.0) == SECONDS_MAX


@pytest.mark.usefixtures("soon")
def test_a_disk_that_hangs_holds_neither_a_flush_nor_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mended = threading.Event()

    def hang(*_: object) -> None:
        mended.wait(600)
        raise OSError("mended")

    monkeypatch.setattr("nightbell._spool.write", hang)
    it = reporter(Scripted(away), tmp_path, HASTY)
    it.take(status("eod"))
    assert not it.flush(0.1)
    it.close()
    it.take(status("late"))
    mended.set()


def dead(self: Worker) -> None:
    self.inbox.get()


def faulty(_: Worker) -> None:
    raise RuntimeError("a fault")


@pytest.mark.parametrize("broken", [("run", dead), ("_turn", faulty)], ids=["dead", "faulty"])
@pytest.mark.usefixtures("soon")
def test_a_worker_that_does_nothing_holds_nobody_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: tuple[str, Any]
) -> None:
    monkeypatch.setattr(Worker, *broken)
    it = reporter(Scripted(taken), tmp_path, HASTY)
    run = started(it)
    assert not it.flush(0.1)
    run.complete()
    it.close()
    statuses = [it["body"].get("status") for it in spooled.reports(tmp_path)]
    assert {"completed"} <= set(statuses)


@pytest.mark.usefixtures("soon")
def test_what_is_said_after_the_end_is_on_the_disk_at_once(tmp_path: Path) -> None:
    server = Scripted(taken)
    it = reporter(server, tmp_path, {"NIGHTBELL_EXIT_TIMEOUT_MS": "60000"})
    it.take(status("eod"))
    it.close()
    with started(it, "late"):
        assert len(spooled.reports(tmp_path)) == 2
    late = [it["body"].get("status") for it in spooled.reports(tmp_path)]
    assert late == [None, "running", "completed"]
    assert server.bodies(_calls.UPDATE_STATUS, scheduler_id="late") == []


def test_what_others_said_while_the_worker_ended_is_kept(tmp_path: Path) -> None:
    it = reporter(Scripted(taken), tmp_path, {"NIGHTBELL_EXIT_TIMEOUT_MS": "60000"})
    it.take(status("eod"))
    assert it.flush(60)
    worker = it.worker
    assert worker is not None
    finish = worker._finish

    def finish_slowly(flush: Any, **more: bool) -> None:
        worker.is_over = True
        it.take(status("other"))
        finish(flush, **more)

    worker._finish = finish_slowly  # type: ignore[method-assign]
    it.close()
    assert [it["body"]["scheduler_id"] for it in spooled.reports(tmp_path)] == ["other"]


# Ends that follow one another.


def test_jobs_that_end_again_and_again_take_a_busy_server_for_none_that_is_away(
    tmp_path: Path,
) -> None:
    def answer(call: Call, body: dict[str, Any]) -> dict[str, Any]:
        time.sleep(0.01)
        return taken(call, body)

    server = Scripted(answer)
    it = reporter(server, tmp_path)
    delivered: list[bool] = []

    def work(number: int) -> None:
        for _ in range(10):
            with started(it, f"job-{number}"):
                pass
            delivered.append(it.flush(60))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert delivered == [True] * 60
    assert not list(tmp_path.rglob("*.json*"))
    assert len(server.bodies(_calls.UPDATE_STATUS)) == 120
    it.close()


def test_a_flush_in_vain_keeps_what_came_before_it_and_nothing_later() -> None:
    before = status("before")
    at = time.monotonic()
    wait_until(lambda: time.monotonic() > at, "the clock to go on")
    later = status("later")
    inbox: SimpleQueue[tuple[str, Any]] = SimpleQueue()
    inbox.put((REPORT, before))
    inbox.put((REPORT, later))
    assert waiting(None, None, inbox, at) == [before]
    assert [inbox.get(), inbox.get()] == [(REPORT, before), (REPORT, later)]
