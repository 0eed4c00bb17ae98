"""HTTP/1.1 through the proxy: one request after the other on a connection."""

import json
import time

from calls import call_of

HEAD_MAX = 64 * 1024


async def relay(proxy, start, reader, writer, up_reader, up_writer) -> None:
    while start or (start := await reader.read(1)):
        head = start + await reader.readuntil(b"\r\n\r\n")
        start = b""
        body = await _body(head, reader)
        fault = proxy.takes(call_of(head.split(b" ", 2)[1].decode()), "http")
        if fault is not None and fault.mode == "status":
            proxy.done(fault)
            writer.write(_refusal(fault.status, fault.retry_after_s))
            await writer.drain()
            continue
        await _unless_swallowed(proxy)
        up_writer.write(head + body)
        await up_writer.drain()
        answer = await up_reader.readuntil(b"\r\n\r\n")
        answer += await _body(answer, up_reader)
        if fault is not None:
            from faultproxy import reset

            # The answer is there, so it is stored; the client never hears of it.
            proxy.done(fault)
            reset(writer)
            return
        await proxy.pause(time.monotonic())
        writer.write(answer)
        await writer.drain()


async def _unless_swallowed(proxy) -> None:
    if proxy.fault.mode == "blackhole":
        await proxy.pause(time.monotonic())
        # Later than any client waits: a request that was swallowed stays so.
        raise EOFError


async def _body(head: bytes, reader) -> bytes:
    fields = dict(
        (name.strip().lower(), value.strip())
        for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
    )
    if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
        return await _chunks(reader)
    return await reader.readexactly(int(fields.get(b"content-length", b"0")))


async def _chunks(reader) -> bytes:
    whole = b""
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.split(b";")[0], 16)
        whole += line + await reader.readexactly(size + 2)
        if size == 0:
            return whole


def _refusal(status: int, retry_after_s: int | None) -> bytes:
    code = {429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}.get(status, "INTERNAL")
    body = json.dumps(
        {"error": {"code": code, "status": status, "reason": "INJECTED", "message": "by the test"}}
    ).encode()
    head = f"HTTP/1.1 {status} Injected\r\ncontent-type: application/json\r\n"
    head += f"content-length: {len(body)}\r\n"
    if retry_after_s is not None:
        head += f"retry-after: {retry_after_s}\r\n"
    return head.encode() + b"\r\n" + body
