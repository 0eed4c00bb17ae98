"""Calls over gRPC."""

from __future__ import annotations

import importlib
import os
import threading
import weakref
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import grpc

from nightbell import _process
from nightbell._grpc import _convert
from nightbell._grpc._errors import translated
from nightbell._grpc._stream import HeartbeatStream
from nightbell._version import user_agent
from nightbell.errors import ConfigError, TransportError, UnavailableError, api_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nightbell._calls import Call

ANSWER_BYTES_MAX = 16 * 1024 * 1024

OPTIONS = (
    # Retries are the SDK's own, so that both transports agree.
    ("grpc.enable_retries", 0),
    ("grpc.max_receive_message_length", ANSWER_BYTES_MAX),
    # A connection that died without a word is found 5 s after something was sent on it, as
    # this bounds TCP too, and within 25 s when nothing was.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    # Connecting may take so long, by its name nothing else, instead of 20 s.
    ("grpc.min_reconnect_backoff_ms", 3_000),
    # Two clients in one process are two connections.
    ("grpc.use_local_subchannel_pool", 1),
)


class _Line:
    """A channel, and how many calls are under way on it."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.channel = channel
        self.users = 0
        self.is_lost = False


class GrpcTransport:
    """Makes calls over one channel. Threads may share one; forked processes may not."""

    name = "grpc"

    def __init__(self, url: str, api_key: str, *, ca_file: str = "") -> None:
        _refuse_a_childs_use()
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"{url!r} is no address of a server, such as https://host:443")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self._target = f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
        self._is_secure = parts.scheme == "https"
        self._ca_file = ca_file
        self.metadata = (("x-api-key", api_key),)
        # What calls go over, and others on which some are still under way.
        self._line: _Line | None = None
        self._lines: set[_Line] = set()
        self._lock = threading.Lock()
        self._is_over = False

    def _take(self) -> _Line:
        """Return a line for one call, opened at its first use. It is given back."""
        # First: the parent may have held the lock as it forked.
        _refuse_a_childs_use()
        with self._lock:
            if self._is_over:
                raise UnavailableError("the process ends")
            if self._line is None:
                self._line = _Line(self._open())
                self._lines.add(self._line)
                _opened.add(self)
                _process.hook()
            self._line.users += 1
            return self._line

    def _give_back(self, line: _Line, *, is_lost: bool) -> None:
        """Take back a line. One on which no answer came is used for no other call.

        A channel that failed fails the calls that follow without a try, and between
        calls, while nobody polls, it does not connect either. A new one connects at once.
        """
        with self._lock:
            line.users -= 1
            line.is_lost = line.is_lost or is_lost
            if line.is_lost and self._line is line:
                self._line = None
            is_done = line.is_lost and not line.users
            if is_done:
                self._lines.discard(line)
        if is_done:
            line.channel.close()

    def _open(self) -> grpc.Channel:
        global _user_pid
        _user_pid = os.getpid()
        options = (*OPTIONS, ("grpc.primary_user_agent", user_agent(self.name)))
        if not self._is_secure:
            return grpc.insecure_channel(self._target, options=options)
        roots: bytes | None = None
        if self._ca_file:
            try:
                with open(self._ca_file, "rb") as file:
                    roots = file.read()
            except OSError as error:
                raise ConfigError(f"cannot read {self._ca_file!r}: {error}") from error
        return grpc.secure_channel(self._target, grpc.ssl_channel_credentials(roots), options)

    def call(self, call: Call, body: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        """Make a call and return its answer as JSON."""
        line, is_lost = self._take(), False
        try:
            method, request = self._prepare(line, call, body)
            answer = method(request, timeout=timeout, metadata=self.metadata)
        except grpc.RpcError as error:
            problem = translated(error)
            is_lost = isinstance(problem, TransportError)
            raise problem from error
        finally:
            self._give_back(line, is_lost=is_lost)
        return _convert.to_json(answer)

    def events(self, call: Call, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Make a call that many answers follow, and yield each as JSON."""
        line, is_lost = self._take(), False
        try:
            method, request = self._prepare(line, call, body)
            answers = method(request, metadata=self.metadata)
            try:
                for answer in answers:
                    yield _convert.to_json(answer)
            finally:
                answers.cancel()
        except grpc.RpcError as error:
            problem = translated(error)
            is_lost = isinstance(problem, TransportError)
            raise problem from error
        finally:
            self._give_back(line, is_lost=is_lost)

    def stream(self) -> HeartbeatStream:
        """Open a stream of reports."""
        line = self._take()
        return HeartbeatStream(
            line.channel, self.metadata, lambda is_lost: self._give_back(line, is_lost=is_lost)
        )

    def close(self) -> None:
        """Close the channel. The next call opens another."""
        with self._lock:
            lines, self._lines, self._line = self._lines, set(), None
        for line in lines:
            line.channel.close()

    def end(self) -> None:
        """Close the channel for good, and end the calls under way. For any thread."""
        self._is_over = True
        self.close()

    def abandon(self) -> None:
        """Leave the channel of the parent alone: closing it in a child may hang."""
        _abandoned.extend(self._lines)
        self._lines, self._line = set(), None
        self._lock = threading.Lock()

    @staticmethod
    def _prepare(line: _Line, call: Call, body: Mapping[str, Any]) -> tuple[Any, Any]:
        stubs, messages = _modules(call.service)
        stub = getattr(stubs, f"{call.service}Stub")(line.channel)
        request = getattr(messages, f"{call.name}Request")()
        try:
            _convert.fill(request, dict(body))
        except Exception as error:  # Whatever is raised by a field that takes no such value.
            raise api_error(400, str(error), code="INVALID_ARGUMENT") from error
        return getattr(stub, call.name), request


# Those that have opened a channel, and the process that opened the first.
_opened: weakref.WeakSet[GrpcTransport] = weakref.WeakSet()
_user_pid = 0


def _refuse_a_childs_use() -> None:
    if _user_pid not in (0, os.getpid()):
        message = "gRPC was used before this process was forked, and cannot be used any more"
        raise ConfigError(f"{message}: set transport='http'")


def close_all() -> None:
    """Close every channel of this process, for the end of the interpreter.

    Once TLS was used, gRPC keeps a process that ends with a channel open for 2 s.
    """
    # A child can only leave those of its parent alone.
    if _user_pid == os.getpid():
        for transport in list(_opened):
            transport.close()


# Kept for ever, so that no destructor runs in a forked process.
_abandoned: list[_Line] = []


def _modules(service: str) -> tuple[Any, Any]:
    name = service.removesuffix("Service").lower()
    stubs = importlib.import_module(f"nightbell.v1.{name}_pb2_grpc")
    return stubs, importlib.import_module(f"nightbell.v1.{name}_pb2")
