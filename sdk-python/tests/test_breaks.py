"""Short breaks of the network between a live run and the real server."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from nightbell import Client, UnavailableError
from nightbell._grpc import GrpcTransport

from .support import programs
from .support.programs import env_for
from .support.proxy import Network
from .support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .support.server import Server

# The server takes a run for lost after three of these without a sign of life.
HEARTBEAT_S = 3.0
BREAK_S = 2.0
CODE = """
    import sys, nightbell
    with nightbell.job({scheduler_id!r}) as run:
        run.progress(1, total=2)
        sys.stdin.readline()
    """


@pytest.fixture
def network(server: Server) -> Iterator[Network]:
    it = Network(server.port)
    yield it
    it.close()


@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_a_call_goes_through_as_soon_as_the_network_is_whole(
    server: Server, network: Network, transport: str
) -> None:
    with Client(network.url, server.key, transport=transport, timeout=30) as client:
        client.list_schedulers()
        network.cut()
        # So many that a channel would wait for seconds before it connects again.
        for _ in range(10):
            with pytest.raises(UnavailableError):
                client.list_schedulers()
        network.mend()
        client.list_schedulers()


def test_a_call_that_fails_ends_no_other_on_its_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    class Channel:
        is_closed = False

        def close(self) -> None:
            self.is_closed = True

    monkeypatch.setattr(GrpcTransport, "_open", lambda _: Channel())
    transport = GrpcTransport("http://127.0.0.1:1", "key")
    slow, failing = transport._take(), transport._take()
    channel: Any = slow.channel
    transport._give_back(failing, is_lost=True)
    assert not channel.is_closed
    assert transport._take().channel is not channel
    transport._give_back(slow, is_lost=False)
    assert channel.is_closed
    transport.close()


@pytest.mark.parametrize("how", ["cut", "forgotten"])
@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_a_run_outlives_a_short_break_of_the_network(
    server: Server, network: Network, scheduler_id: str, transport: str, how: str
) -> None:
    spoken = {"NIGHTBELL_TRANSPORT": transport, "NIGHTBELL_EXIT_TIMEOUT_MS": "30000"}
    env = env_for(network.url, server.key, NIGHTBELL_HEARTBEAT_MS="3000", **spoken)
    job = programs.begin(CODE.format(scheduler_id=scheduler_id), env)
    try:
        server.wait_for_run(scheduler_id, "running")
        wait_until(lambda: server.run(scheduler_id).last_heartbeat_at, "a heartbeat")
        if how == "cut":
            network.cut()
            until = time.monotonic() + BREAK_S
            wait_until(lambda: time.monotonic() > until, "the break to last")
            network.mend()
        else:
            network.forget()
        mended_at = datetime.now(timezone.utc)

        def lives_on() -> bool:
            run = server.run(scheduler_id)
            assert run.status == "running"
            assert run.last_heartbeat_at is not None
            return (run.last_heartbeat_at - mended_at).total_seconds() > 3 * HEARTBEAT_S

        wait_until(lives_on, "heartbeats for longer than a lost run has")
    finally:
        ended = programs.end_of(job, "\n")
    assert ended.code == 0, ended.err
    assert server.run(scheduler_id).status == "completed"
