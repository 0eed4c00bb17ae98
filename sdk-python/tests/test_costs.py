"""What the SDK costs a job: imports and memory."""

from __future__ import annotations

import subprocess
import sys

from .support import faults, programs
from .support.places import SDK, environment
from .support.programs import env_for

# Their number, for how long they take says nothing beside other programs: see bench.
MODULES_MAX = 50
IMPORTS = """
    import sys
    before = len(sys.modules)
    import nightbell
    print(len(sys.modules) - before)
    print(*sorted({"ssl", "http", "asyncio", "inspect", "grpc", "logging"} & set(sys.modules)))
    """
RUNS = """
    import resource, nightbell
    @nightbell.job("eod")
    def eod():
        nightbell.current_run().metadata(number=1)
    for _ in range(5_000):
        eod()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(25_000):
        eod()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
GROWTH_MAX_KB = 40 * 1024


def test_importing_takes_little_and_leaves_what_is_heavy_for_later() -> None:
    ended = programs.run(IMPORTS, env_for("http://127.0.0.1:9"))
    count, _, heavy = ended.out.partition("\n")
    assert int(count) < MODULES_MAX
    assert heavy.strip() == ""


def test_nothing_is_kept_of_thousands_of_runs_that_nobody_takes() -> None:
    with faults.address(faults.BLACK_HOLE) as url:
        ended = programs.run(RUNS, env_for(url))
    assert ended.code == 0, ended.err
    assert int(ended.out) < GROWTH_MAX_KB


def test_the_package_needs_nothing_but_python() -> None:
    path = f"import sys; sys.path.insert(0, {str(SDK / 'src')!r})"
    code = f"{path}; import nightbell, nightbell.compat, nightbell.testing"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], env=environment(), check=True)
