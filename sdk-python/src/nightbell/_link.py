"""The worker's way to the server."""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from nightbell._calls import Call
    from nightbell._settings import Settings
    from nightbell._transport import Transport

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
