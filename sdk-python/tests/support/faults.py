"""Servers that do harm."""

from __future__ import annotations

import contextlib
import functools
import socket
import ssl
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REFUSED, BLACK_HOLE, SLOW, ERRORS, NO_TLS, UNTRUSTED, NO_NAME = (
    "connection refused",
    "black hole",
    "30 s slow",
    "status 500",
    "no TLS",
    "untrusted certificate",
    "no such name",
)
ALL = (REFUSED, BLACK_HOLE, SLOW, ERRORS, NO_TLS, UNTRUSTED, NO_NAME)
SLOW_S = 30.0
PAGE = b"<h1>Internal Server Error</h1>"
ANSWER = b"HTTP/1.1 500 Oops\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n" % len(PAGE)
GOOD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
# An empty frame of settings, with which every server of HTTP/2 begins.
SETTINGS = b"\0\0\0\x04\0\0\0\0\0"


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
            serving = (listening, *_behaviour(fault))
            threading.Thread(target=_serve, args=serving, daemon=True).start()
        scheme = "https" if fault in (NO_TLS, UNTRUSTED) else "http"
        yield f"{scheme}://127.0.0.1:{port}"
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


def _behaviour(fault: str) -> tuple[Callable[[socket.socket], None] | None, threading.Event]:
    """What is done with every connection, and what ends the waiting in it."""
    is_over = threading.Event()
    if fault == BLACK_HOLE:
        return None, is_over
    if fault == SLOW:
        return functools.partial(_answer_late, is_over=is_over), is_over
    if fault == UNTRUSTED:
        return functools.partial(_answer_securely, tls=_nobodys_certificate()), is_over
    return _answer, is_over


def _serve(
    listening: socket.socket,
    serve: Callable[[socket.socket], None] | None,
    is_over: threading.Event,
) -> None:
    kept = []
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            break
        kept.append(connection)
        if serve is not None:
            threading.Thread(target=serve, args=(connection,), daemon=True).start()
    is_over.set()
    for it in kept:
        it.close()


def _answer(connection: socket.socket) -> None:
    # A request of the SDK's comes whole, or its rest is taken for the next one: either way refused.
    with contextlib.suppress(OSError):
        while connection.recv(1 << 16):
            connection.sendall(ANSWER + PAGE)


def _answer_late(connection: socket.socket, is_over: threading.Event) -> None:
    """A connection comes about at once, over either transport, and every answer late."""
    with contextlib.suppress(OSError):
        data = connection.recv(1 << 16)
        if data.startswith(b"PRI "):
            connection.sendall(SETTINGS)
        while data:
            if is_over.wait(SLOW_S):
                return
            connection.sendall(GOOD)
            data = connection.recv(1 << 16)


def _answer_securely(connection: socket.socket, tls: ssl.SSLContext) -> None:
    # Whoever looks at the certificate goes no further.
    with contextlib.suppress(OSError), tls.wrap_socket(connection, server_side=True) as it:
        _answer(it)


@functools.cache
def _nobodys_certificate() -> ssl.SSLContext:
    """A certificate for the right address that nobody has signed but itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = Path(folder, "key.pem"), Path(folder, "certificate.pem")
        new = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        files = ["-keyout", str(key), "-out", str(certificate)]
        subprocess.run([*new.split(), *name, *files], check=True, stderr=subprocess.DEVNULL)
        context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context
