"""What a process that ends keeps for the next, whatever its thread was doing."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from nightbell._report import REGISTER, STATUS, Report
from nightbell._reporter import Reporter
from nightbell._settings import Settings
from nightbell._spool import Spool

from .support import spooled

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_was_written_twice_is_replayed_once_and_leaves_nothing(tmp_path: Path) -> None:
    env = {"NIGHTBELL_URL": "http://127.0.0.1:1", "NIGHTBELL_SPOOL_DIR": str(tmp_path)}
    spool = Spool.open(Settings(env))
    spool.write(Report(REGISTER, {"scheduler_id": "eod"}))
    (once,) = tmp_path.rglob("*.json")
    later = f"{int(once.name[:13]) + 1:013}{once.name[13:]}"
    (once.parent / later).write_bytes(once.read_bytes())
    claimed = spool.claim(500)
    assert len(claimed) == 1
    spool.settle(claimed)
    assert [it.name for it in tmp_path.rglob("*") if it.is_file()] == []


def test_what_was_written_in_one_millisecond_is_replayed_in_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = {"NIGHTBELL_URL": "http://127.0.0.1:1", "NIGHTBELL_SPOOL_DIR": str(tmp_path)}
    spool = Spool.open(Settings(env))
    now_ns = time.time_ns()
    monkeypatch.setattr("nightbell._spool.time.time_ns", lambda: now_ns)
    written = [Report(STATUS, {"scheduler_id": "eod", "status": "running"}) for _ in range(20)]
    for report in written:
        assert spool.write(report)
    assert [it.id for it in spool.claim(500)] == [it.id for it in written]


def test_what_the_thread_took_before_it_was_ready_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_starting, may_go_on = threading.Event(), threading.Event()

    class Slow:
        def __init__(self, *_: object) -> None:
            is_starting.set()
            may_go_on.wait(30)
            raise RuntimeError("too late")

    monkeypatch.setattr("nightbell._worker.Worker", Slow)
    env = {
        "NIGHTBELL_URL": "http://127.0.0.1:1",
        "NIGHTBELL_SPOOL_DIR": str(tmp_path),
        "NIGHTBELL_EXIT_TIMEOUT_MS": "100",
    }
    reporter = Reporter(Settings(env))
    reporter.take(Report(REGISTER, {"scheduler_id": "eod"}))
    assert is_starting.wait(30)
    reporter.take(Report(STATUS, {"scheduler_id": "eod", "status": "completed"}))
    reporter.close()
    may_go_on.set()
    kept = [it["kind"] for it in spooled.reports(tmp_path)]
    assert kept == ["register", "status"]
