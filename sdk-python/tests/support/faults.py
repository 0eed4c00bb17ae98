"""Servers that do harm."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUSED, BLACK_HOLE, ERRORS, NO_TLS, NO_NAME = (
    "connection refused",
    "black hole",
    "status 500",
    "no TLS",
    "no such name",
)
ALL = (REFUSED, BLACK_HOLE, ERRORS, NO_TLS, NO_NAME)
PAGE = b"<h1>Internal Server Error</h1>"
ANSWER = b"HTTP/1.1 500 Oops\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n" % len(PAGE)


@contextlib.contextmanager
def address(fault: str) -> Iterator[str]:
    """The address of a server that has a fault."""
    if fault == NO_NAME:
        yield "http://nightbell.invalid"
        return
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        if fault != REFUSED:
            listening.listen(64)
            answer = None if fault == BLACK_HOLE else ANSWER + PAGE
            threading.Thread(target=_serve, args=(listening, answer), daemon=True).start()
        yield f"{'https' if fault == NO_TLS else 'http'}://127.0.0.1:{port}"
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


def _serve(listening: socket.socket, answer: bytes | None) -> None:
    kept = []
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            break
        kept.append(connection)
        if answer is not None:
            threading.Thread(target=_answer, args=(connection, answer), daemon=True).start()
    for it in kept:
        it.close()


def _answer(connection: socket.socket, answer: bytes) -> None:
    # A request of the SDK's comes whole, or its rest is taken for the next one: either way refused.
    with contextlib.suppress(OSError):
        while connection.recv(1 << 16):
            connection.sendall(answer)
