import sys
from pathlib import Path

# The real server, and how to wait, are those of the examples' tests.
sys.path[:0] = [
    str(Path(__file__).parent / "reference"),
    str(Path(__file__).parents[1] / "tests/examples"),
]

import pytest

from server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    it = Server(tmp_path_factory.mktemp("server"))
    try:
        it.start()
        yield it
        assert it.stop() == 0, "the server did not end well"
    finally:
        if it.process:
            it.process.kill()
