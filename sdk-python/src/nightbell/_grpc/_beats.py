"""Heartbeats on a stream: a dead process is known in seconds."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, cast

from nightbell import _log
from nightbell._beats import UnaryBeats, heartbeat
from nightbell._ids import chance
from nightbell._times import duration_text
from nightbell.errors import NightbellError

if TYPE_CHECKING:
    from queue import SimpleQueue

    from nightbell._grpc._stream import HeartbeatStream
    from nightbell._grpc._transport import GrpcTransport
    from nightbell._link import Link
    from nightbell._run import RunState
    from nightbell._spool import Spool

# The server takes a killed process for dead after three of these.
INTERVAL_S = 5.0
# Proxies kill streams that are silent for longer.
SILENCE_MAX_S = 15.0
REOPEN_FIRST_S = 0.5
REOPEN_MAX_S = 30.0
# For the last frames to leave, when the process ends.
FAREWELL_S = 0.2


class StreamBeats:
    """Heartbeats of all runs on one stream; one call each while it is broken."""

    interval = INTERVAL_S

    def __init__(self, link: Link, inbox: SimpleQueue[tuple[str, Any]], spool: Spool) -> None:
        self._link = link
        self._inbox = inbox
        self._spool = spool
        self._unary = UnaryBeats(link)
        self._stream: _Reading | None = None
        self._declared: set[str] = set()
        self._failures = 0
        self._opens_at = 0.0

    def begin(self, state: RunState) -> None:
        """Declare a run."""
        self._declare(state, self.interval)

    def beat(self, state: RunState, interval: float) -> dict[str, Any] | None:
        """Send a heartbeat. What the server says to it comes through the inbox."""
        if not self._declare(state, interval):
            return self._unary.beat(state, interval)
        stream = self._stream
        if stream is not None:
            stream.stream.send({"heartbeat": heartbeat(state, interval)})
        return None

    def end(self, state: RunState) -> None:
        """Let a run leave the stream."""
        if state.run_id in self._declared:
            self._declared.discard(state.run_id)
            if self._stream is not None and self._stream.is_alive:
                goodbye = {"scheduler_id": state.scheduler_id, "run_id": state.run_id}
                self._stream.stream.send({"goodbye": goodbye})

    def close(self) -> None:
        """End the stream with what was sent on it."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.end()

    def abandon(self) -> None:
        """Leave the stream to the parent."""
        if self._stream is not None:
            _abandoned.append(self._stream)
        self._stream = None
        self._declared = set()

    def _declare(self, state: RunState, interval: float) -> bool:
        """Have a stream that knows a run; say whether there is one."""
        if not self._open():
            return False
        stream = self._stream
        if stream is not None and state.run_id not in self._declared:
            self._declared.add(state.run_id)
            hello = {
                "scheduler_id": state.scheduler_id,
                "run_id": state.run_id,
                "interval": duration_text(min(max(interval, 2.0), SILENCE_MAX_S)),
                "spool_pending": self._spool.count(),
            }
            stream.stream.send({"hello": hello})
        return True

    def _open(self) -> bool:
        now = time.monotonic()
        if self._stream is not None:
            if self._stream.is_alive:
                return True
            if self._stream.has_heard:
                self._failures = 0
            self._stream = None
            self._declared.clear()
            ceiling = min(REOPEN_MAX_S, REOPEN_FIRST_S * 2**self._failures)
            self._failures = min(self._failures + 1, 10)
            self._opens_at = now + ceiling * chance()
        if now < self._opens_at:
            return False
        transport = cast("GrpcTransport", self._link.transport)
        self._stream = _Reading(transport.stream(), self._inbox)
        return True


class _Reading:
    """A stream with the thread that reads it."""

    def __init__(self, stream: HeartbeatStream, inbox: SimpleQueue[tuple[str, Any]]) -> None:
        self.stream = stream
        self.is_alive = True
        self.has_heard = False
        self._inbox = inbox
        self._thread = threading.Thread(target=self._read, name="nightbell-stream", daemon=True)
        self._thread.start()

    def end(self) -> None:
        self.stream.finish()
        self._thread.join(FAREWELL_S)
        self.stream.close()

    def _read(self) -> None:
        try:
            for answer in self.stream.answers():
                self.has_heard = True
                for directives in answer.get("directives") or ():
                    self._inbox.put(("directives", directives))
                for refusal in answer.get("refusals") or ():
                    _log.debug("a heartbeat was refused: %s", refusal.get("message"))
        except NightbellError as error:
            _log.debug("the stream broke: %s", error)
        except Exception as error:  # The interpreter ends, or grpc in a way of its own.
            _log.debug("the stream broke: %r", error)
        finally:
            self.is_alive = False


# Kept for ever, so that no destructor runs in a forked process.
_abandoned: list[_Reading] = []
