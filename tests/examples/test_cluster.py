"""Nothing is lost when a server dies and the database moves, whether it dies or hangs."""

import os
import subprocess
import sys

import pytest

from repository import ROOT, environment
from server import BINARY


@pytest.mark.parametrize("primary", ["kill", "hang"])
def test_a_cluster_loses_nothing_when_its_primary_ends(primary, tmp_path):
    # To a file: what outlives the program would keep a pipe open.
    with (tmp_path / "printed").open("w+") as printed:
        done = subprocess.run(
            [sys.executable, ROOT / "examples/cluster/run.py", "--seconds", "20", "--primary", primary],
            env=environment(NIGHTBELL_SERVER_BIN=os.fspath(BINARY)),
            stdout=printed, stderr=printed, timeout=500, check=False,
        )
        printed.seek(0)
        text = printed.read()

    assert done.returncode == 0, text
    assert "nothing was lost" in text
    assert "longest wait" in text
