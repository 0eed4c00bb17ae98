"""The worker's way to the server."""

from __future__ import annotations

import os
import sys
import time

from nightbell import _log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from nightbell._calls import Call
    from nightbell._settings import Settings
    from nightbell._transport import Transport

# What makes greenlets of threads, and how it is asked whether it did.
_PATCHERS = {"gevent.monkey": "is_module_patched", "eventlet.patcher": "is_monkey_patched"}
# A call that has less time is not begun.
CALL_MIN_S = 0.02


class Link:
    """Opens the transport at the first call, and bounds every call."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._transport: Transport | None = None
        self._pid = os.getpid()
        # When the process ends: no call may last longer.
        self.deadline: float | None = None

    @property
    def transport(self) -> Transport:
        """The transport. Raises ConfigError when the settings are wrong."""
        if self._pid != os.getpid():
            self.abandon()
        if self._transport is None:
            from nightbell._transport import open_transport

            it = self._settings
            if it.transport == "grpc" and are_threads_greenlets():
                # Its calls hold the only thread there is: the job hangs.
                _log.warn("greenlets", "gRPC hangs beside greenlets; reports go over REST")
                it.transport = "http"
            if it.opener is not None:
                self._transport = it.opener()
            else:
                self._transport = open_transport(it.transport, it.url, it.api_key, it.ca_file)
        return self._transport

    def call(self, call: Call, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make a call, or raise what the low-level client raises."""
        timeout = self._settings.timeout
        if self.deadline is not None:
            timeout = max(CALL_MIN_S, min(timeout, self.deadline - time.monotonic()))
        return self.transport.call(call, body, timeout)

    def close(self) -> None:
        """Let go of the connections."""
        if self._transport is not None:
            self._transport.close()

    def end(self) -> None:
        """Close for good, and end the call that is under way. For any thread."""
        if self._transport is not None:
            self._transport.end()

    def abandon(self) -> None:
        """Let go of a parent's connections, in a forked process. Calls go on over REST."""
        self._pid = os.getpid()
        it, self._transport = self._transport, None
        if it is None:
            return
        it.abandon()
        if it.name == "grpc":
            # No version of grpcio works in a child whose parent used it.
            self._settings.transport = "http"


def are_threads_greenlets() -> bool:
    """Whether gevent or eventlet has put greenlets in the place of threads."""
    for name, question in _PATCHERS.items():
        ask = getattr(sys.modules.get(name), question, None)
        if ask is not None and (ask("threading") or ask("thread")):
            return True
    return False
