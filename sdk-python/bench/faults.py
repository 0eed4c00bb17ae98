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

from .table import Table

PROMISED_S = 1.6
DISKS = (GOOD_DISK, FULL_DISK, READ_ONLY_DISK)


def measure(rounds: int) -> None:
    for transport in ("http", "grpc"):
        off = env_for("http://127.0.0.1:9", NIGHTBELL_DISABLED="1", NIGHTBELL_TRANSPORT=transport)
        alone = [_took(JOB.format(before=""), off) for _ in range(2 * rounds)]
        title = f"Added to a job of 0.1 s over {transport}: least (median) of {rounds}"
        table = Table(title, "", *DISKS, width=17)
        found = []
        for fault in faults.ALL:
            cells = []
            for disk in DISKS:
                times = _times(fault, disk, transport, rounds)
                # What other programs take is in every figure, and least in the least.
                least = min(times) - min(alone)
                middle = statistics.median(times) - statistics.median(alone)
                found.append((least, middle))
                cells.append(f"{least:.2f} ({middle:.2f}) s")
            table.row(fault, *cells)
        least, middle = (max(it) for it in zip(*found, strict=True))
        print(f"At most {least:.2f} ({middle:.2f}) s; promised are {PROMISED_S} s.")


def _times(fault: str, disk: str, transport: str, rounds: int) -> list[float]:
    with faults.address(fault) as url, tempfile.TemporaryDirectory() as folder:
        more, before = spool_on(disk, Path(folder))
        env = env_for(url, NIGHTBELL_TRANSPORT=transport, **more)
        return [_took(JOB.format(before=before), env) for _ in range(rounds)]


def _took(code: str, env: dict[str, str]) -> float:
    ended = programs.run(code, env)
    assert (ended.code, ended.out[:6]) == (7, "worked"), ended.err
    return ended.took
