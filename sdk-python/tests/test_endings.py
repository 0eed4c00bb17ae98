"""How processes end, and what the real server knows of it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from .support import faults, programs, spooled
from .support.programs import env_for
from .support.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from .support.server import Server

# Ends that must arrive may take as long as a busy machine needs.
PATIENT = {"NIGHTBELL_EXIT_TIMEOUT_MS": "30000"}


@pytest.mark.parametrize(
    ("end", "code", "status", "message"),
    [
        ("pass", 0, "completed", None),
        ("sys.exit(0)", 0, "completed", None),
        ("sys.exit(3)", 3, "failed", "exit status 3"),
        ("sys.exit('no input')", 1, "failed", "no input"),
        ("raise ValueError('disk full')", 1, "failed", "disk full"),
        ("raise KeyboardInterrupt", -2, "failed", "stopped by SIGINT"),
        ("os.kill(os.getpid(), signal.SIGTERM)", -15, "failed", "stopped by SIGTERM"),
    ],
)
@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_a_process_ends_as_it_would_have_and_its_run_is_told_so(
    server: Server,
    scheduler_id: str,
    transport: str,
    end: str,
    code: int,
    status: str,
    message: str | None,
) -> None:
    code_of_job = f"""
        import os, signal, sys, nightbell
        with nightbell.job({scheduler_id!r}):
            {end}
        """
    env = env_for(server.url, server.key, NIGHTBELL_TRANSPORT=transport, **PATIENT)
    ended = programs.run(code_of_job, env)
    assert ended.code == code, ended.err
    run = server.run(scheduler_id)
    assert (run.status, run.error_message) == (status, message)


def test_a_run_that_is_open_at_the_end_was_abandoned(server: Server, scheduler_id: str) -> None:
    code = f"import nightbell; run = nightbell.start({scheduler_id!r})"
    assert programs.run(code, env_for(server.url, server.key, **PATIENT)).code == 0
    run = server.run(scheduler_id)
    assert run.status == "failed"
    assert (run.error_message or "").startswith("abandoned")


def test_a_killed_process_is_found_lost(server: Server, scheduler_id: str) -> None:
    code = f"""
        import time, nightbell
        with nightbell.job({scheduler_id!r}):
            time.sleep(600)
        """
    env = env_for(server.url, server.key, NIGHTBELL_TRANSPORT="grpc", NIGHTBELL_HEARTBEAT_MS="2000")
    process = programs.start(code, env)
    try:
        wait_until(
            lambda: server.knows(scheduler_id) and server.run(scheduler_id).last_heartbeat_at,
            "a heartbeat",
        )
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.communicate()
    server.wait_for_run(scheduler_id, "lost")


FORKS = """
    import os, sys, nightbell
    def work():
        with nightbell.job({child!r}):
            pass
        return nightbell.flush(30)
    with nightbell.job({parent!r}):
        nightbell.flush(30)
        ends = []
        for _ in range(60):
            pid = os.fork()
            if pid == 0:
                os._exit(0 if work() else 1)
            ends.append(os.waitpid(pid, 0)[1])
        print(ends.count(0))
    """


@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_sixty_of_sixty_forked_children_report(
    server: Server, scheduler_id: str, transport: str
) -> None:
    child = f"{scheduler_id}-child"
    code = FORKS.format(parent=scheduler_id, child=child)
    env = env_for(server.url, server.key, NIGHTBELL_TRANSPORT=transport, **PATIENT)
    ended = programs.run(code, env)
    assert ended.code == 0, ended.err
    assert ended.out.strip() == "60"
    assert [it.status for it in server.runs(child)] == ["completed"] * 60
    assert server.run(scheduler_id).status == "completed"


def test_workers_of_a_pool_report(server: Server, scheduler_id: str) -> None:
    code = f"""
        import multiprocessing, nightbell

        @nightbell.job({scheduler_id + "-part"!r})
        def part(number):
            return number * number

        if __name__ == "__main__":
            with nightbell.job({scheduler_id!r}):
                with multiprocessing.get_context("fork").Pool(4) as pool:
                    print(sum(pool.map(part, range(20))))
                    pool.close()
                    pool.join()
        """
    ended = programs.run(code, env_for(server.url, server.key, **PATIENT))
    assert (ended.code, ended.out.strip()) == (0, "2470"), ended.err
    runs = server.runs(f"{scheduler_id}-part")
    assert [it.status for it in runs] == ["completed"] * 20
    assert server.run(scheduler_id).status == "completed"


def test_what_one_process_spooled_another_sends(
    server: Server, scheduler_id: str, tmp_path: Path
) -> None:
    code = f"""
        import nightbell
        with nightbell.job({scheduler_id!r}) as run:
            run.metadata(number=1)
        """
    spool = {"NIGHTBELL_SPOOL_DIR": str(tmp_path), "NIGHTBELL_EXIT_TIMEOUT_MS": "1"}
    assert programs.run(code, env_for(server.url, server.key, **spool)).code == 0
    later = f"import nightbell\nwith nightbell.job({scheduler_id + '-later'!r}): pass"
    env = env_for(server.url, server.key, **{**spool, **PATIENT})
    assert programs.run(later, env).code == 0
    run = server.run(scheduler_id)
    assert (run.status, run.metadata) == ("completed", {"number": 1})
    assert not list(tmp_path.rglob("*.json*"))


@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_greenlets_report(server: Server, scheduler_id: str, transport: str) -> None:
    code = f"""
        from gevent import monkey; monkey.patch_all()
        import gevent, nightbell
        def work(number):
            with nightbell.job({scheduler_id!r}) as run:
                gevent.sleep(0.05)
                run.metadata(is_mine=nightbell.current_run() is run)
        gevent.joinall([gevent.spawn(work, it) for it in range(20)])
        """
    env = env_for(server.url, server.key, NIGHTBELL_TRANSPORT=transport, **PATIENT)
    ended = programs.run(code, env)
    assert ended.code == 0, ended.err
    runs = server.runs(scheduler_id)
    assert [(it.status, it.metadata) for it in runs] == [("completed", {"is_mine": True})] * 20


@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_greenlets_go_on_while_nothing_answers(transport: str) -> None:
    code = """
        from gevent import monkey; monkey.patch_all()
        import gevent, nightbell
        with nightbell.job("eod"):
            for _ in range(20):
                gevent.sleep(0.01)
        """
    hasty = {"NIGHTBELL_TIMEOUT_MS": "60000", "NIGHTBELL_EXIT_TIMEOUT_MS": "1"}
    with faults.address(faults.BLACK_HOLE) as url:
        ended = programs.run(code, env_for(url, NIGHTBELL_TRANSPORT=transport, **hasty))
    assert ended.code == 0, ended.err
    # A call that held them would be given up after 60 s.
    assert ended.took < 30


@pytest.mark.parametrize("fault", [faults.REFUSED, faults.BLACK_HOLE])
def test_what_a_flush_could_not_deliver_outlives_the_process(fault: str, tmp_path: Path) -> None:
    code = """
        import os, nightbell
        with nightbell.job("eod"):
            pass
        delivered = [nightbell.flush(0.5) for _ in range(3)]
        print(delivered, flush=True)
        os._exit(0)
        """
    with faults.address(fault) as url:
        ended = programs.run(code, env_for(url, NIGHTBELL_SPOOL_DIR=str(tmp_path)))
    assert ended.out.strip() == "[False, False, False]", ended.err
    assert [it["kind"] for it in spooled.reports(tmp_path)] == ["register", "status", "status"]


def test_what_a_flush_kept_is_stored_once(
    server: Server, scheduler_id: str, tmp_path: Path
) -> None:
    code = f"""
        import nightbell
        for _ in range(5):
            with nightbell.job({scheduler_id!r}):
                pass
            nightbell.flush(0)
        """
    env = env_for(server.url, server.key, NIGHTBELL_SPOOL_DIR=str(tmp_path), **PATIENT)
    assert programs.run(code, env).code == 0
    assert [it.status for it in server.runs(scheduler_id)] == ["completed"] * 5
    assert not list(tmp_path.rglob("*.json*"))


def test_a_job_that_runs_after_the_end_is_spooled(tmp_path: Path) -> None:
    code = """
        import atexit, nightbell
        def late():
            with nightbell.job("late"):
                pass
            assert not nightbell.flush(60)
        # Exit handlers run in the reverse order: this one after the SDK's own.
        atexit.register(late)
        with nightbell.job("eod"):
            pass
        """
    with faults.address(faults.REFUSED) as url:
        ended = programs.run(code, env_for(url, NIGHTBELL_SPOOL_DIR=str(tmp_path)))
    assert ended.code == 0, ended.err
    ids = [it["body"]["scheduler_id"] for it in spooled.reports(tmp_path)]
    assert ids == ["eod"] * 3 + ["late"] * 3
    assert ended.took < 30, "and nobody was left to wait for"
