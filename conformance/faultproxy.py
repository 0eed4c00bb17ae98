"""Stands between a driver and the server, and does harm as told.

It speaks enough of HTTP/1.1 and HTTP/2 to know which call a request makes, so that one kind of
call can be hurt on either transport. What it does not hurt it passes on as it came.
"""

import asyncio
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

import http1
import http2
from calls import Fault


@dataclass
class Seen:
    """What went through the proxy."""

    # Every call, in the order in which its request came.
    calls: list[str] = field(default_factory=list)
    # What they came over: "http" or "grpc".
    transports: set[str] = field(default_factory=set)
    # How often a fault was done.
    injected: int = 0


class FaultProxy:
    """A proxy on a port of its own, with one fault at a time. Use it with `with`."""

    def __init__(self, upstream: str):
        host, port = upstream.split(":")
        self.upstream = (host, int(port))
        self.seen = Seen()
        self.fault = Fault()
        self._writers: set[asyncio.StreamWriter] = set()
        self._listener: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        # Bound for as long as the proxy lives, so that nobody else gets the port while it refuses.
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def __enter__(self) -> "FaultProxy":
        self._thread.start()
        self.set(Fault())
        return self

    def __exit__(self, *_) -> None:
        self._wait(self._refuse())
        self._wait(self._settle())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._socket.close()

    def set(self, fault: Fault) -> None:
        """From now on do this, to open connections too."""
        self._wait(self._set(fault))

    def _wait(self, work) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _set(self, fault: Fault) -> None:
        before, self.fault = self.fault, fault
        if fault.mode == "refuse":
            await self._refuse()
        elif self._listener is None:
            listening = socket.socket()
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listening.bind(("127.0.0.1", self.port))
            self._listener = await asyncio.start_server(self._serve, sock=listening)
        if before.mode == "blackhole":
            # What was swallowed does not come back.
            self._reset_all()

    async def _refuse(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self._reset_all()

    async def _settle(self) -> None:
        tasks = [it for it in asyncio.all_tasks() if it is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _reset_all(self) -> None:
        for writer in list(self._writers):
            reset(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        up_writer = None
        try:
            up_reader, up_writer = await asyncio.open_connection(*self.upstream)
            start = await reader.readexactly(3)
            speak = http2.relay if start == b"PRI" else http1.relay
            await speak(self, start, reader, writer, up_reader, up_writer)
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            for it in (writer, up_writer):
                if it is not None:
                    it.close()

    # What the protocols ask.

    def takes(self, call: str, transport: str) -> Fault | None:
        """Notes a call, and gives the fault to do to it, if any."""
        self.seen.calls.append(call)
        self.seen.transports.add(transport)
        return self.fault if self.fault.hits(call) else None

    def done(self, fault: Fault) -> None:
        """Notes that a fault was done."""
        self.seen.injected += 1
        fault.left -= 1

    async def pause(self, came_at: float) -> None:
        """Waits as long as the fault asks before bytes go to the client; for ever in a black hole."""
        while self.fault.mode == "blackhole":
            await asyncio.sleep(0.05)
        if self.fault.mode == "slow":
            await asyncio.sleep(came_at + self.fault.delay_ms / 1000 - time.monotonic())


def reset(writer: asyncio.StreamWriter) -> None:
    """Breaks a connection, as a crash would."""
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
