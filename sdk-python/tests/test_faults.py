"""Nothing that Nightbell fails to do changes what a job does."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest

from .support import faults, programs, spooled
from .support.programs import env_for

if TYPE_CHECKING:
    from pathlib import Path

    from .support.programs import Ended

JOB = """
    import resource, sys, time, nightbell
    {before}
    began = time.monotonic()
    with nightbell.job("eod") as run:
        print("delayed", time.monotonic() - began, file=sys.stderr)
        run.progress(1, 2)
        time.sleep(0.1)
    print("worked", nightbell.__version__, flush=True)
    sys.exit(7)
    """
# 1.5 s is the exit budget, the rest what a busy machine needs; a fault lasts 30 s and more.
ADDED_MAX_S = 20.0
# A single call to a server that does not answer is given up after 3 s.
DELAYED_MAX_S = 2.5
GOOD_DISK, FULL_DISK, READ_ONLY_DISK, NO_SPOOL = "good disk", "full disk", "read-only", "no spool"
EVERY_DISK = (GOOD_DISK, FULL_DISK, READ_ONLY_DISK, NO_SPOOL)


def spool_on(disk: str, folder: Path) -> tuple[dict[str, str], str]:
    """The environment and the beginning of a program that spools onto such a disk."""
    if disk == NO_SPOOL:
        return {}, ""
    if disk == READ_ONLY_DISK:
        # Nobody, not even root, makes a folder there.
        return {"NIGHTBELL_SPOOL_DIR": "/proc/nightbell"}, ""
    # A file can be made and not a byte be written.
    before = "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))" if disk == FULL_DISK else ""
    return {"NIGHTBELL_SPOOL_DIR": str(folder)}, before


@functools.cache
def alone(transport: str) -> Ended:
    """The job without Nightbell, its imports aside."""
    env = env_for("http://127.0.0.1:9", NIGHTBELL_DISABLED="1", NIGHTBELL_TRANSPORT=transport)
    ended = programs.run(JOB.format(before=""), env)
    assert ended.code == 7, ended.err
    return ended


@pytest.mark.parametrize("transport", ["http", "grpc"])
@pytest.mark.parametrize("fault", faults.ALL)
def test_a_fault_changes_neither_result_nor_exit_code(
    fault: str, transport: str, tmp_path: Path
) -> None:
    jobs = []
    with faults.address(fault) as url:
        for disk in EVERY_DISK:
            more, before = spool_on(disk, tmp_path / disk)
            env = env_for(url, NIGHTBELL_TRANSPORT=transport, **more)
            jobs.append(programs.begin(JOB.format(before=before), env))
        ends = [programs.end_of(it) for it in jobs]
    for disk, ended in zip(EVERY_DISK, ends, strict=True):
        assert (ended.code, ended.out) == (7, alone(transport).out), f"{disk}: {ended.err}"
        assert ended.took - alone(transport).took < ADDED_MAX_S, disk
        (delayed,) = (it for it in ended.err.splitlines() if it.startswith("delayed "))
        assert float(delayed.split()[1]) < DELAYED_MAX_S, disk
        # The registration, the beginning and the end of the run.
        kept = [it["kind"] for it in spooled.reports(tmp_path / disk)]
        assert kept == (["register", "status", "status"] if disk == GOOD_DISK else []), disk
        assert not list((tmp_path / disk).rglob("*.tmp")), disk


@pytest.mark.parametrize("fault", [faults.NO_TLS, faults.UNTRUSTED])
def test_the_interpreter_does_not_wait_for_a_channel_that_never_came_about(fault: str) -> None:
    # Long enough to have tried, and gone before the worker could let go of anything.
    code = JOB.format(before="").replace("sleep(0.1)", "sleep(0.6)")
    hasty = {"NIGHTBELL_TRANSPORT": "grpc", "NIGHTBELL_EXIT_TIMEOUT_MS": "1"}
    added = []
    with faults.address(fault) as url:
        for _ in range(5):
            without = programs.run(code, env_for(url, NIGHTBELL_DISABLED="1", **hasty))
            added.append(programs.run(code, env_for(url, **hasty)).took - without.took)
            if added[-1] < 1.5:
                return
    # A busy machine adds to some, gRPC's wait of 2 s to every one.
    pytest.fail(f"{added} s later than without")


def test_a_job_is_not_delayed_at_its_start() -> None:
    code = """
        import time, nightbell
        delays = []
        for number in range(200):
            began = time.perf_counter()
            run = nightbell.start("eod")
            delays.append(time.perf_counter() - began)
            run.complete()
        print(sorted(delays)[100])
        """
    with faults.address(faults.BLACK_HOLE) as url:
        ended = programs.run(code, env_for(url))
    assert ended.code == 0, ended.err
    # 5 ms, with room for a machine that does much else.
    assert float(ended.out) < 0.05
