"""HTTP/2 through the proxy, frame by frame.

Header blocks of the client are read and written anew, since those of a call that is answered here
must not reach the server. Answers made here use no dynamic table, so that those of the server,
which pass as they are, stay readable.
"""

import asyncio
import struct
import time

from hpack import Decoder, Encoder

from calls import call_of

DATA, HEADERS, RST_STREAM, CONTINUATION = 0, 1, 3, 9
END_STREAM, END_HEADERS, PADDED, PRIORITY = 1, 4, 8, 32
PREFACE_REST = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") - 3


async def relay(proxy, start, reader, writer, up_reader, up_writer) -> None:
    up_writer.write(start + await reader.readexactly(PREFACE_REST))
    connection = _Connection(proxy, writer)
    ways = [
        asyncio.create_task(connection.requests(reader, up_writer)),
        asyncio.create_task(connection.answers(up_reader)),
        asyncio.create_task(connection.hand_on()),
    ]
    try:
        done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in done:
            way.result()
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


class _Connection:
    def __init__(self, proxy, writer):
        self.proxy = proxy
        self.writer = writer
        # Streams answered here, and those whose answer is to be lost.
        self.answered: set[int] = set()
        self.doomed: dict[int, object] = {}
        self.beats: set[int] = set()
        # Frames for the client, and when they came.
        self.coming: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        self.decoder, self.encoder = Decoder(), Encoder()

    async def requests(self, reader, up_writer) -> None:
        while True:
            kind, flags, stream, payload = await _frame(reader)
            if self.proxy.fault.mode == "blackhole":
                continue  # Everything is read and nothing happens.
            if kind == HEADERS:
                block = await _block(flags, payload, reader)
                await self._request(flags, stream, block, up_writer)
                continue
            if stream in self.answered and stream:
                continue
            if kind == DATA and stream in self.beats and payload:
                self.proxy.seen.calls.append("SendHeartbeat")
            up_writer.write(_bytes(kind, flags, stream, payload))
            await up_writer.drain()

    async def _request(self, flags, stream, block, up_writer) -> None:
        fields = self.decoder.decode(block, raw=True)
        path = next((value.decode() for name, value in fields if name == b":path"), "")
        # Trailers have no path: a client that half-closes sends none of note.
        fault = self.proxy.takes(call_of(path), "grpc") if path else None
        if call_of(path) == "StreamHeartbeats":
            self.beats.add(stream)
        if fault is not None and fault.mode == "status":
            self.proxy.done(fault)
            self.answered.add(stream)
            self.writer.write(_bytes(HEADERS, END_HEADERS | END_STREAM, stream, _refusal(fault)))
            await self.writer.drain()
            return
        if fault is not None:
            self.doomed[stream] = fault
        again = self.encoder.encode(fields)
        up_writer.write(_bytes(HEADERS, flags & END_STREAM | END_HEADERS, stream, again))
        await up_writer.drain()

    async def answers(self, up_reader) -> None:
        while True:
            kind, flags, stream, payload = await _frame(up_reader)
            if kind == HEADERS and stream in self.doomed:
                from faultproxy import reset

                # The answer is there, so it is stored; the client never hears of it.
                self.proxy.done(self.doomed[stream])
                reset(self.writer)
                return
            frame = _bytes(kind, flags, stream, payload)
            self.coming.put_nowait((time.monotonic(), frame))

    async def hand_on(self) -> None:
        """Gives the client what came, each frame as late as the fault asks."""
        while True:
            came_at, frame = await self.coming.get()
            await self.proxy.pause(came_at)
            self.writer.write(frame)
            await self.writer.drain()


async def _frame(reader) -> tuple[int, int, int, bytes]:
    head = await reader.readexactly(9)
    size = int.from_bytes(head[:3], "big")
    stream = int.from_bytes(head[5:], "big") & 0x7FFF_FFFF
    return head[3], head[4], stream, await reader.readexactly(size)


async def _block(flags: int, payload: bytes, reader) -> bytes:
    if flags & PADDED:
        payload = payload[1 : len(payload) - payload[0]]
    if flags & PRIORITY:
        payload = payload[5:]
    while not flags & END_HEADERS:
        _, flags, _, more = await _frame(reader)
        payload += more
    return payload


def _bytes(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _refusal(fault) -> bytes:
    """A gRPC answer of trailers only: every field literal and never indexed."""
    code = {429: 8, 503: 14}.get(fault.status, 13)
    fields = [
        (b":status", b"200"),
        (b"content-type", b"application/grpc"),
        (b"grpc-status", str(code).encode()),
        (b"grpc-message", b"by the test"),
    ]
    if fault.retry_after_s is not None:
        fields.append((b"retry-after", str(fault.retry_after_s).encode()))
    return b"".join(
        b"\x10" + bytes([len(name)]) + name + bytes([len(value)]) + value for name, value in fields
    )
