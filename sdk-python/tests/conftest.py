from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .support.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the whole session: tests keep apart by scheduler ids of their own."""
    it = Server(tmp_path_factory.mktemp("server"))
    try:
        it.start()
        yield it
        it.stop()
    finally:
        if it.process is not None:
            it.process.kill()


@pytest.fixture
def scheduler_id(request: pytest.FixtureRequest) -> str:
    """An id that no other test uses."""
    name = "".join(it if it.isalnum() else "-" for it in request.node.nodeid.rpartition("::")[2])
    module = request.node.path.stem.removeprefix("test_")
    return f"{module}-{name.removeprefix('test_')}"[:120]
