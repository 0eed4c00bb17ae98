"""Heartbeats on a stream: a dead process is known in seconds."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from nightbell import _log, _retry
from nightbell._beats import UnaryBeats, heartbeat
from nightbell._ids import chance
from nightbell._times import duration_text
from nightbell.errors import NightbellError

if TYPE_CHECKING:
    from queue import SimpleQueue

    from nightbell._grpc._stream import HeartbeatStream
    from nightbell._grpc._transport import GrpcTransport
    from nightbell._link import Link
    from nightbell._pulse import Pulse
    from nightbell._run import RunState
    from nightbell._spool import Spool

# The server takes a killed process for dead after three of these.
INTERVAL_S = 5.0
# Proxies kill streams that are silent for longer.
SILENCE_MAX_S = 15.0
# A frame that is not acknowledged for so long, or its run's interval, was lost: something
# between holds the stream open and passes nothing on.
PATIENCE_MIN_S = 2.0
PATIENCE_MAX_S = 6.0
# For the last frames to leave, when the process ends.
FAREWELL_S = 0.2

NOT_FOUND = 5


class StreamBeats:
    """Heartbeats of all runs on one stream; one call each while there is none."""

    interval = INTERVAL_S
    wait_max = SILENCE_MAX_S

    def __init__(self, link: Link, inbox: SimpleQueue[tuple[str, Any]], spool: Spool) -> None:
        self._link = link
        self._inbox = inbox
        self._spool = spool
        self._unary = UnaryBeats(link)
        self._reading: _Reading | None = None
        # The runs that live on the stream, or will on the next.
        self._runs: dict[str, tuple[RunState, float]] = {}
        self._tries = 0
        self._opens_at = 0.0

    @property
    def is_streaming(self) -> bool:
        """Whether heartbeats go onto a stream."""
        return self._reading is not None and self._reading.is_alive

    @property
    def due_at(self) -> float | None:
        """When there is something to do for the stream itself."""
        if self._reading is not None:
            return self._reading.patience_ends_at
        return self._opens_at if self._runs else None

    def turn(self, now: float) -> bool:
        """Open the stream if it is time; say whether one was given up."""
        reading = self._reading
        if reading is not None:
            ends_at = reading.patience_ends_at
            if reading.is_alive and (ends_at is None or now < ends_at):
                return False
            if reading.is_alive:
                reading.stream.drop()
            self._give_up(reading, now)
            return True
        if self._runs and now >= self._opens_at:
            self._open(now)
        return False

    def begin(self, state: RunState, interval: float) -> None:
        """Declare a run."""
        self._runs[state.run_id] = state, interval
        now = time.monotonic()
        if self.is_streaming:
            self._declare(state, interval)
        elif self._reading is None and now >= self._opens_at:
            self._open(now)

    def beat(self, state: RunState, interval: float) -> dict[str, Any] | None:
        """Send a heartbeat. What the server says to it comes through the inbox."""
        self._runs[state.run_id] = state, interval
        reading = self._reading
        if reading is None or not reading.is_alive:
            return self._unary.beat(state, interval)
        self._declare(state, interval)
        reading.send("heartbeat", heartbeat(state, interval), state, interval)
        return None

    def take(self, heard: tuple[_Reading, dict[str, Any] | None], pulse: Pulse) -> None:
        """Take what the reader of a stream heard, or that it ended."""
        reading, answer = heard
        if answer is None:
            if reading is self._reading:
                self._give_up(reading, time.monotonic())
                pulse.broke()
            return
        for directives in answer.get("directives") or ():
            pulse.obey(directives)
        for refusal in answer.get("refusals") or ():
            _log.debug("a heartbeat was refused: %s", refusal.get("message"))
            sent = reading.unstored.pop(refusal.get("frame_sequence") or 0, None)
            if sent is not None and refusal.get("code") == NOT_FOUND:
                reading.declared.discard(sent.state.run_id)
                pulse.unknown(sent.state)
        for sent in reading.stored(answer.get("stored_sequence") or 0):
            sent.state.progress_sent = sent.progress or sent.state.progress_sent
            pulse.acknowledged(sent.state)

    def renew(self, state: RunState) -> None:
        """Declare a run again: the server did not know it."""
        if self._reading is not None:
            self._reading.declared.discard(state.run_id)

    def end(self, state: RunState) -> None:
        """Let a run leave the stream."""
        self._runs.pop(state.run_id, None)
        reading = self._reading
        if reading is not None and state.run_id in reading.declared:
            reading.declared.discard(state.run_id)
            if reading.is_alive:
                goodbye = {"scheduler_id": state.scheduler_id, "run_id": state.run_id}
                reading.stream.send({"goodbye": goodbye})

    def leave_all(self) -> None:
        """Open no stream any more for the runs there are."""
        self._runs.clear()

    def close(self) -> None:
        """End the stream with what was sent on it."""
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.end()

    def abandon(self) -> None:
        """Leave the stream to the parent."""
        # What was heard of earlier streams holds on to them.
        _abandoned.append((self._reading, self._inbox))
        self._reading = None
        self._runs = {}

    def _open(self, now: float) -> None:
        try:
            transport = cast("GrpcTransport", self._link.transport)
            self._reading = _Reading(transport.stream(), self._inbox, self._spool.count())
        except (NightbellError, RuntimeError) as error:  # No thread any more, say.
            _log.debug("no stream: %s", error)
            self._wait(now, None)
            return
        for state, interval in self._runs.values():
            self._declare(state, interval)

    def _declare(self, state: RunState, interval: float) -> None:
        reading = self._reading
        if reading is None or state.run_id in reading.declared:
            return
        reading.declared.add(state.run_id)
        hello = {
            "scheduler_id": state.scheduler_id,
            "run_id": state.run_id,
            "interval": duration_text(min(max(interval, 2.0), SILENCE_MAX_S)),
            "spool_pending": reading.spool_pending,
        }
        reading.send("hello", hello, state, interval)

    def _give_up(self, reading: _Reading, now: float) -> None:
        self._reading = None
        reading.stream.close()
        # One that ends as soon as it was opened is no better than none.
        if reading.has_heard and now - reading.opened_at > _retry.BACKOFF_MAX_S:
            self._tries = 0
        self._wait(now, reading.error)

    def _wait(self, now: float, error: NightbellError | None) -> None:
        self._tries += 1
        wait = _retry.retry_after(error) if error is not None else None
        if wait is None and error is not None and _retry.verdict(error) == _retry.HOLD:
            wait = _retry.HOLD_S
        if wait is None:
            wait = _retry.backoff(self._tries, chance())
        self._opens_at = now + min(wait, _retry.RETRY_AFTER_MAX_S)


class _Sent(NamedTuple):
    """A frame of which it is not known whether it is stored."""

    state: RunState
    progress: dict[str, Any] | None
    patience_ends_at: float


class _Reading:
    """A stream with the thread that reads it. The rest belongs to the worker's thread."""

    def __init__(
        self, stream: HeartbeatStream, inbox: SimpleQueue[tuple[str, Any]], spool_pending: int
    ) -> None:
        self.stream = stream
        self.spool_pending = spool_pending
        self.declared: set[str] = set()
        # By frame, in the order in which they were sent.
        self.unstored: dict[int, _Sent] = {}
        self.opened_at = time.monotonic()
        self.is_alive = True
        self.has_heard = False
        self.error: NightbellError | None = None
        self._inbox = inbox
        self._thread = threading.Thread(target=self._read, name="nightbell-stream", daemon=True)
        self._thread.start()

    @property
    def patience_ends_at(self) -> float | None:
        """When the stream is taken for broken, unless it answers."""
        for sent in self.unstored.values():
            return sent.patience_ends_at
        return None

    def send(self, frame: str, body: dict[str, Any], state: RunState, interval: float) -> None:
        patience = min(max(interval, PATIENCE_MIN_S), PATIENCE_MAX_S)
        number = self.stream.send({frame: body})
        self.unstored[number] = _Sent(state, body.get("progress"), time.monotonic() + patience)

    def stored(self, number: int) -> list[_Sent]:
        """Forget the frames up to a number, and return them."""
        covered: list[_Sent] = []
        while self.unstored and next(iter(self.unstored)) <= number:
            covered.append(self.unstored.pop(next(iter(self.unstored))))
        return covered

    def end(self) -> None:
        self.stream.finish()
        self._thread.join(FAREWELL_S)
        self.stream.close()

    def _read(self) -> None:
        try:
            for answer in self.stream.answers():
                self.has_heard = True
                self._inbox.put(("heard", (self, answer)))
        except NightbellError as error:
            self.error = error
            _log.debug("the stream broke: %s", error)
        except Exception as error:  # The interpreter ends, or grpc in a way of its own.
            _log.debug("the stream broke: %r", error)
        finally:
            self.is_alive = False
            self._inbox.put(("heard", (self, None)))


# Kept for ever, so that no destructor runs in a forked process.
_abandoned: list[object] = []
