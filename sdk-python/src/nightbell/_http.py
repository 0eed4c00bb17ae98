"""REST over the standard library's HTTP/1.1, with a bound on everything."""

from __future__ import annotations

import http.client
import io
import os
import socket
import time
from collections import deque
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from nightbell import _rest
from nightbell._version import user_agent
from nightbell.errors import (
    ConfigError,
    NightbellError,
    RequestTimeoutError,
    UnavailableError,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

    from nightbell._calls import Call

# Longer than any answer to a report, and than any page of a list.
ANSWER_BYTES_MAX = 16 * 1024 * 1024
# The server closes connections that idle for 75 s. Using one that is about to close
# would make every slow heartbeat a retry.
IDLE_MAX_S = 50.0
CONNECTIONS_KEPT_MAX = 8
# The server sends something on a stream of events at least every 15 s.
STREAM_SILENCE_MAX_S = 60.0


class HttpTransport:
    """Makes calls over REST. Threads may share one."""

    name = "http"

    def __init__(self, url: str, api_key: str, *, ca_file: str = "") -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"{url!r} is no address of a server, such as https://host:443")
        try:
            self._port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError as error:
            raise ConfigError(f"{url!r} has a bad port") from error
        if not api_key.isascii() or not api_key.isprintable():
            raise ConfigError("the API key holds characters that no key has")
        self._host = parts.hostname
        self._prefix = parts.path.rstrip("/")
        self._is_secure = parts.scheme == "https"
        self._ca_file = ca_file
        self._tls: ssl.SSLContext | None = None
        self._headers = {
            "x-api-key": api_key,
            "content-type": "application/json",
            "user-agent": user_agent(self.name),
        }
        self._idle: deque[_Connection] = deque(maxlen=CONNECTIONS_KEPT_MAX)
        self._pid = os.getpid()
        self._is_over = False
        # What calls go to, before ``/api/v1``.
        self.address = url

    def call(self, call: Call, body: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        """Make a call and return its answer, or raise within about ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        path, content = _rest.request(call, body)
        kept = self._kept()
        if kept is not None:
            try:
                return self._exchange(kept, call, path, content, deadline)
            except _ClosedError as error:
                # The server closed the connection while it idled: not a failure yet.
                if not call.is_repeatable:
                    raise UnavailableError(str(error)) from error
        try:
            return self._exchange(self._connection(), call, path, content, deadline)
        except _ClosedError as error:
            raise UnavailableError(str(error)) from error

    def events(self, call: Call, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Make a call that is answered by server-sent events, and yield each."""
        path, content = _rest.request(call, body)
        connection = self._connection()
        try:
            connection.deadline = time.monotonic() + STREAM_SILENCE_MAX_S
            response = self._send(connection, call, path, content)
            if response.status != 200:
                raise _refusal(response)
            kind = "message"
            for line in response:
                connection.deadline = time.monotonic() + STREAM_SILENCE_MAX_S
                name, _, value = line.decode("utf-8").rstrip("\r\n").partition(":")
                if name == "event":
                    kind = value.strip()
                elif name == "data" and kind == "error":
                    raise _rest.refusal(_status_in(value), value.encode(), None)
                elif name == "data":
                    yield _rest.answer(value.encode())
                elif not name:
                    kind = "message"
        except (OSError, http.client.HTTPException) as error:
            raise _translated(error) from error
        finally:
            connection.close()

    def close(self) -> None:
        """Close the connections that wait for their next use."""
        while self._idle:
            try:
                self._idle.pop().close()
            except IndexError:  # Another thread took the last.
                return

    def end(self) -> None:
        """Close for good: no call is made any more. For any thread."""
        self._is_over = True
        self.close()

    def __del__(self) -> None:
        for connection in getattr(self, "_idle", ()):
            connection.drop()

    def abandon(self) -> None:
        """Forget the connections of the process that this one was forked from.

        The descriptors are closed and nothing is said on them: a farewell in TLS
        would end the parent's connection.
        """
        self._pid = os.getpid()
        idle, self._idle = list(self._idle), deque(maxlen=CONNECTIONS_KEPT_MAX)
        for connection in idle:
            connection.drop()

    def _kept(self) -> _Connection | None:
        if self._pid != os.getpid():
            self.abandon()
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # Another thread took the last.
                return None
            if time.monotonic() - connection.used_at < IDLE_MAX_S:
                return connection
            connection.close()
        return None

    def _connection(self) -> _Connection:
        if self._is_over:
            raise UnavailableError("the process ends")
        return _Connection(self._host, self._port, self._context() if self._is_secure else None)

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            import ssl

            try:
                self._tls = ssl.create_default_context(cafile=self._ca_file or None)
            except OSError as error:
                raise ConfigError(f"cannot read {self._ca_file!r}: {error}") from error
        return self._tls

    def _exchange(
        self,
        connection: _Connection,
        call: Call,
        path: str,
        content: bytes | None,
        deadline: float,
    ) -> dict[str, Any]:
        is_kept = connection.sock is not None
        connection.deadline = deadline
        is_done = False
        try:
            response = self._send(connection, call, path, content)
            if response.status >= 300:
                raise _refusal(response)
            body = response.read(ANSWER_BYTES_MAX + 1)
            if len(body) > ANSWER_BYTES_MAX:
                raise UnavailableError("the answer is too long to be Nightbell's")
            is_done = not response.will_close
            return _rest.answer(body)
        except (http.client.RemoteDisconnected, ConnectionError) as error:
            if is_kept:
                raise _ClosedError(str(error)) from error
            raise _translated(error) from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise _translated(error) from error
        finally:
            if is_done:
                connection.used_at = time.monotonic()
                self._idle.append(connection)
            else:
                connection.close()

    def _send(
        self, connection: _Connection, call: Call, path: str, content: bytes | None
    ) -> http.client.HTTPResponse:
        if connection.sock is not None:
            connection.sock.settimeout(connection.remaining())
        connection.request(call.verb, self._prefix + path, body=content, headers=self._headers)
        return connection.getresponse()


class _ClosedError(Exception):
    """A kept connection turned out to be closed."""


def _refusal(response: http.client.HTTPResponse) -> NightbellError:
    body = response.read(ANSWER_BYTES_MAX)
    return _rest.refusal(response.status, body, response.getheader("retry-after"))


def _status_in(text: str) -> int:
    error = _rest.answer(text.encode()).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) else 500


def _translated(error: Exception) -> NightbellError:
    if isinstance(error, TimeoutError):
        return RequestTimeoutError("no answer in time")
    if isinstance(error, ConnectionRefusedError):
        return UnavailableError("connection refused")
    return UnavailableError(f"{type(error).__name__}: {error}")


class _Connection(http.client.HTTPConnection):
    """A connection whose connecting and reading end by one deadline.

    The standard timeout is per read: a server that sends a byte every second would
    hold the caller for ever.
    """

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        super().__init__(host, port)
        self._context = tls
        self.deadline = 0.0
        self.used_at = 0.0
        self.response_class = self._response  # type: ignore[assignment]

    def remaining(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no time left")
        return left

    def connect(self) -> None:
        """Connect to the first address that answers."""
        # Resolving has no timeout in any standard library. It holds this thread only.
        # A name in bytes is not encoded, which would import a codec: see `importing`.
        host = self.host.encode() if self.host.isascii() else self.host
        found = socket.getaddrinfo(host, self.port, 0, socket.SOCK_STREAM)
        problem: OSError = OSError(f"{self.host} has no address")
        for family, kind, protocol, _, address in found:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self.remaining())
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.sock = self._secured(sock)
            except OSError as error:
                sock.close()
                problem = error
            else:
                return
        raise problem

    def _secured(self, sock: socket.socket) -> socket.socket:
        if self._context is None:
            return sock
        sock.settimeout(self.remaining())
        return self._context.wrap_socket(sock, server_hostname=self.host)

    def drop(self) -> None:
        """Close the descriptor and say nothing, not even a farewell in TLS."""
        if self.sock is not None:
            sock, self.sock = self.sock, None
            try:
                socket.close(sock.detach())
            except OSError:
                pass

    def _response(
        self, sock: socket.socket, debuglevel: int = 0, method: str | None = None
    ) -> http.client.HTTPResponse:
        response = http.client.HTTPResponse(sock, debuglevel, method)
        response.fp = io.BufferedReader(_Reader(sock, self, response.fp))
        return response


class _Reader(io.RawIOBase):
    """Reads from a socket until the deadline of its connection.

    The reader that it stands in for is kept open for as long: it keeps the socket from
    being closed under an answer after which the connection ends.
    """

    def __init__(
        self, sock: socket.socket, connection: _Connection, replaced: io.BufferedReader
    ) -> None:
        super().__init__()
        self._sock = sock
        self._connection = connection
        self._replaced = replaced

    def close(self) -> None:
        super().close()
        self._replaced.close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a writable buffer has no name in 3.10
        self._sock.settimeout(self._connection.remaining())
        return self._sock.recv_into(buffer)
