"""How long a job waits for its run to begin: nothing is sent while it waits."""

from __future__ import annotations

import statistics

from tests.support import faults, programs
from tests.support.programs import env_for

from .table import Table, millis

COUNT = 5_000
CODE = f"""
    import time, nightbell
    delays = []
    for _ in range({COUNT}):
        began = time.perf_counter()
        run = nightbell.start("eod")
        delays.append(time.perf_counter() - began)
        run.complete()
        time.sleep(0.0002)
    first, rest = delays[0], sorted(delays[1:])
    print(first, rest[len(rest) // 2], rest[len(rest) * 99 // 100], rest[-1])
    """


def measure(rounds: int) -> None:
    table = Table(
        f"Starting a run, of {COUNT} in a process (median of {rounds} processes)",
        "server",
        *("first", "p50", "p99", "longest"),
    )
    for fault in (faults.REFUSED, faults.BLACK_HOLE):
        for transport in ("http", "grpc"):
            found: list[list[float]] = []
            with faults.address(fault) as url:
                for _ in range(rounds):
                    env = env_for(url, NIGHTBELL_TRANSPORT=transport, NIGHTBELL_EXIT_TIMEOUT_MS="1")
                    found.append([float(it) for it in programs.run(CODE, env).out.split()])
            cells = [millis(statistics.median(it)) for it in zip(*found, strict=True)]
            table.row(f"{fault}, {transport}", *cells)
