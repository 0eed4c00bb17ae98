"""How much later a job ends when Nightbell does not do its part.

The promise is 1.6 s: the exit budget of 1.5 s, and what the interpreter needs to end.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from tests.support import faults, programs
from tests.support.programs import env_for
from tests.test_faults import FULL_DISK, GOOD_DISK, JOB, READ_ONLY_DISK, spool_on

from .table import Table, middle_and_most

PROMISED_S = 1.6
DISKS = (GOOD_DISK, FULL_DISK, READ_ONLY_DISK)


def measure(rounds: int) -> None:
    for transport in ("http", "grpc"):
        off = env_for("http://127.0.0.1:9", NIGHTBELL_DISABLED="1", NIGHTBELL_TRANSPORT=transport)
        alone = statistics.median(_took(JOB.format(before=""), off) for _ in range(2 * rounds))
        title = f"Added to a job of 0.1 s over {transport}: median (most) of {rounds}"
        table = Table(title, "", *DISKS, width=17)
        worst = 0.0
        for fault in faults.ALL:
            cells = []
            for disk in DISKS:
                added = [it - alone for it in _times(fault, disk, transport, rounds)]
                worst = max(worst, statistics.median(added))
                cells.append(middle_and_most(added))
            table.row(fault, *cells)
        kept = "kept" if worst <= PROMISED_S else "BROKEN"
        print(f"The promise of {PROMISED_S} s is {kept}: {worst:.2f} s.")


def _times(fault: str, disk: str, transport: str, rounds: int) -> list[float]:
    with faults.address(fault) as url, tempfile.TemporaryDirectory() as folder:
        more, before = spool_on(disk, Path(folder))
        env = env_for(url, NIGHTBELL_TRANSPORT=transport, **more)
        return [_took(JOB.format(before=before), env) for _ in range(rounds)]


def _took(code: str, env: dict[str, str]) -> float:
    ended = programs.run(code, env)
    assert (ended.code, ended.out[:6]) == (7, "worked"), ended.err
    return ended.took
