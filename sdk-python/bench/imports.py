"""How long importing takes, beyond an interpreter that imports nothing."""

from __future__ import annotations

import statistics
import sys

from tests.support import programs
from tests.support.programs import env_for

from .table import Table, millis

# Wall time and time of the CPU.
BARE = "bare"
WHAT = {
    "nightbell": ("import nightbell", "http"),
    "nightbell over gRPC": ("import nightbell", "grpc"),
    "requests": ("import requests", "http"),
    "grpcio and protobuf": ("import grpc, google.protobuf.message", "http"),
}
MEASURED = """
    import resource
    {what}
    it = resource.getrusage(resource.RUSAGE_SELF)
    print(it.ru_utime + it.ru_stime)
    """


def measure(rounds: int) -> None:
    table = Table(
        f"Importing, beyond the bare interpreter (Python {sys.version.split()[0]}; median)",
        "",
        "wall",
        "CPU",
        "modules",
    )
    bare_wall, bare_cpu = _costs("pass", "http", rounds)
    bare_modules = _modules("pass", "http")
    for name, (what, transport) in WHAT.items():
        wall, cpu = _costs(what, transport, rounds)
        modules = _modules(what, transport) - bare_modules
        table.row(name, millis(wall - bare_wall), millis(cpu - bare_cpu), str(modules))


def _costs(what: str, transport: str, rounds: int) -> tuple[float, float]:
    env = env_for("http://127.0.0.1:9", NIGHTBELL_TRANSPORT=transport)
    walls, cpus = [], []
    for _ in range(4 * rounds + 1):
        ended = programs.run(MEASURED.format(what=what), env)
        walls.append(ended.took)
        cpus.append(float(ended.out))
    return statistics.median(walls), statistics.median(cpus)


def _modules(what: str, transport: str) -> int:
    env = env_for("http://127.0.0.1:9", NIGHTBELL_TRANSPORT=transport)
    ended = programs.run(f"import resource, sys\n{what}\nprint(len(sys.modules))", env)
    return int(ended.out)
