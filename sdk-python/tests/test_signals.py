"""Who handles SIGTERM, and what a person at the keyboard can cut short."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from nightbell import _signals
from nightbell._reporter import Reporter
from nightbell._settings import Settings

from .support import faults, programs, spooled
from .support.programs import env_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def sigterm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process as it begins: nobody handles SIGTERM."""
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    monkeypatch.setattr(_signals, "_installed_pid", 0)
    yield
    signal.signal(signal.SIGTERM, before)


def reporter() -> Reporter:
    return Reporter(Settings({"NIGHTBELL_URL": "http://127.0.0.1:1"}))


@pytest.mark.usefixtures("sigterm")
def test_a_signal_that_nobody_handles_is_reported() -> None:
    _signals.install(reporter())
    assert signal.getsignal(signal.SIGTERM) is _signals._handle


@pytest.mark.usefixtures("sigterm")
def test_a_handler_of_the_job_is_left_alone() -> None:
    def mine(*_: object) -> None: ...

    signal.signal(signal.SIGTERM, mine)
    _signals.install(reporter())
    assert signal.getsignal(signal.SIGTERM) is mine


@pytest.mark.usefixtures("sigterm")
def test_the_first_process_of_a_container_goes_on_and_so_does_its_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The kernel does nothing to it for a signal that nobody handles.
    monkeypatch.setattr(os, "getpid", lambda: 1)
    _signals.install(reporter())
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_an_impatient_person_loses_no_report(tmp_path: Path) -> None:
    code = """
        import os, signal, sys, threading, time, traceback, nightbell
        def stack():
            frame = sys._current_frames()[threading.main_thread().ident]
            return [it.name for it in traceback.extract_stack(frame)]
        def interrupt_the_wait_for_the_last_answers():
            while not {"close", "wait"} <= set(stack()):
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGINT)
        threading.Thread(target=interrupt_the_wait_for_the_last_answers, daemon=True).start()
        with nightbell.job("eod"):
            pass
        """
    with faults.address(faults.BLACK_HOLE) as url:
        env = env_for(url, NIGHTBELL_SPOOL_DIR=str(tmp_path), NIGHTBELL_EXIT_TIMEOUT_MS="60000")
        ended = programs.run(code, env)
    assert ended.took < 30
    assert ended.code == 0
    assert "Traceback" not in ended.err
    assert [it["kind"] for it in spooled.reports(tmp_path)] == ["register", "status", "status"]
