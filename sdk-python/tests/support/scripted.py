"""A server that is a function of the test's, in the process of the test."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Any

from nightbell import _calls
from nightbell._registration import Registration
from nightbell._reporter import Reporter
from nightbell._run import Run, begin
from nightbell._settings import Settings
from nightbell.errors import UnavailableError

from .waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from nightbell._calls import Call

    Answer = Callable[[Call, dict[str, Any]], dict[str, Any]]
    StreamAnswer = Callable[[int, dict[str, Any]], dict[str, Any] | None]

URL = "http://nightbell.invalid"


class Scripted:
    """Answers every call as the test says, and remembers it."""

    name = "scripted"

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self._calls: list[tuple[Call, dict[str, Any]]] = []
        self._lock = threading.Lock()

    def bodies(self, call: Call, **wanted: object) -> list[dict[str, Any]]:
        """What was sent in such calls, as far as it is as wanted."""
        with self._lock:
            sent = [body for it, body in self._calls if it is call]
        return [it for it in sent if wanted.items() <= it.items()]

    def wait_for(self, call: Call, count: int = 1, **wanted: object) -> list[dict[str, Any]]:
        """What was sent in such calls, as soon as it is so many."""

        def sent() -> list[dict[str, Any]]:
            found = self.bodies(call, **wanted)
            return found if len(found) >= count else []

        return wait_until(sent, f"{count} of {call.name}")

    def call(self, call: Call, body: Mapping[str, Any], timeout: float) -> dict[str, Any]:  # noqa: ARG002
        with self._lock:
            self._calls.append((call, dict(body)))
        return self.answer(call, dict(body))

    def events(self, call: Call, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:  # noqa: ARG002
        return iter(())

    def close(self) -> None: ...

    def end(self) -> None: ...

    def abandon(self) -> None: ...


class Stream:
    """A stream of heartbeats to a server of the test's."""

    def __init__(self, answer: StreamAnswer) -> None:
        self.answer = answer
        self.frames: list[dict[str, Any]] = []
        self.is_closed = False
        self._heard: queue.SimpleQueue[dict[str, Any] | Exception | None] = queue.SimpleQueue()

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The frames of a kind."""
        return [it[kind] for it in list(self.frames) if kind in it]

    def send(self, frame: dict[str, Any]) -> int:
        self.frames.append(frame)
        number = len(self.frames)
        answer = self.answer(number, frame)
        if answer is not None:
            self._heard.put(answer)
        return number

    def answers(self) -> Iterator[dict[str, Any]]:
        while (it := self._heard.get()) is not None:
            if isinstance(it, Exception):
                raise it
            yield it

    def break_off(self) -> None:
        self._heard.put(UnavailableError("the connection broke"))

    def finish(self) -> None:
        self._heard.put(None)

    def close(self) -> None:
        self.is_closed = True
        self._heard.put(None)

    def drop(self) -> None:
        self.close()


class ScriptedStreams(Scripted):
    """The same over gRPC, with streams of heartbeats."""

    name = "grpc"

    def __init__(self, answer: Answer, stream_answer: StreamAnswer | None = None) -> None:
        super().__init__(answer)
        self.streams: list[Stream] = []
        self.stream_answer = stream_answer or stored
        self.is_refusing = False

    def stream(self) -> Stream:
        if self.is_refusing:
            raise UnavailableError("nobody is there")
        self.streams.append(Stream(self.stream_answer))
        return self.streams[-1]


def stored(number: int, frame: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    """The answer to a frame of a server that stores everything."""
    return {"stored_sequence": number}


def taken(call: Call, body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of a server that takes everything."""
    if call is _calls.BATCH_REPORT:
        return {"results": [{"index": it} for it in range(len(body["items"]))]}
    return {"scheduler_id": body["scheduler_id"]}


def settings(
    server: Scripted, folder: Path | None = None, env: Mapping[str, str] | None = None
) -> Settings:
    """Settings of a process that speaks to such a server, with or without a spool."""
    spool = {"NIGHTBELL_SPOOL": "off"} if folder is None else {"NIGHTBELL_SPOOL_DIR": str(folder)}
    it = Settings({"NIGHTBELL_URL": URL, **spool, **(env or {})})
    it.opener = lambda: server
    it.transport = server.name if server.name == "grpc" else "http"
    return it


def reporter(
    server: Scripted, folder: Path | None = None, env: Mapping[str, str] | None = None
) -> Reporter:
    """What jobs of such a process report to."""
    return Reporter(settings(server, folder, env))


def started(it: Reporter, scheduler_id: str = "eod", **options: Any) -> Run:
    """A run of a job of such a process."""
    return begin(it, Registration(scheduler_id, options))
