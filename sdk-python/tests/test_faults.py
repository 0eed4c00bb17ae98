"""Nothing that Nightbell fails to do changes what a job does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .support import faults, programs, spooled
from .support.programs import env_for

if TYPE_CHECKING:
    from pathlib import Path

JOB = """
    import resource, sys, time, nightbell
    {before}
    began = time.monotonic()
    with nightbell.job("eod") as run:
        delay = time.monotonic() - began
        run.progress(1, 2)
        time.sleep(0.1)
    print("worked", nightbell.__version__, flush=True)
    print(delay, time.monotonic() - began, file=sys.stderr)
    sys.exit(7)
    """
# 1.5 s is the exit budget; the rest is what a busy machine needs.
ADDED_MAX_S = 4.5
EVERY_DISK = ("a good disk", "no room", "read-only", "no spool")


def spool_on(disk: str, folder: Path) -> tuple[dict[str, str], str]:
    """The environment and the beginning of a program that spools onto such a disk."""
    if disk == "no spool":
        return {}, ""
    if disk == "read-only":
        # Nobody, not even root, makes a folder there.
        return {"NIGHTBELL_SPOOL_DIR": "/proc/nightbell"}, ""
    # A file can be made and not a byte be written.
    before = "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))" if disk == "no room" else ""
    return {"NIGHTBELL_SPOOL_DIR": str(folder)}, before


@pytest.mark.parametrize("disk", EVERY_DISK)
@pytest.mark.parametrize("fault", faults.ALL)
def test_a_fault_changes_neither_result_nor_exit_code(
    fault: str, disk: str, tmp_path: Path
) -> None:
    more, before = spool_on(disk, tmp_path / "spool")
    code = JOB.format(before=before)
    alone = programs.run(code, env_for("http://127.0.0.1:9", NIGHTBELL_DISABLED="1"))
    with faults.address(fault) as url:
        ended = programs.run(code, env_for(url, **more))
    assert (ended.code, ended.out) == (7, alone.out), ended.err
    assert alone.code == 7
    assert ended.took - alone.took < ADDED_MAX_S
    # The registration, the beginning and the end of the run.
    kept = spooled.reports(tmp_path / "spool")
    assert len(kept) == (3 if disk == "a good disk" else 0)
    assert not list((tmp_path / "spool").rglob("*.tmp"))


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
