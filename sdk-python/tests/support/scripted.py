"""A server that is a function of the test's, in the process of the test."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from nightbell import _calls
from nightbell._reporter import Reporter
from nightbell._settings import Settings

from .waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from nightbell._calls import Call

    Answer = Callable[[Call, dict[str, Any]], dict[str, Any]]

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


def taken(call: Call, body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of a server that takes everything."""
    if call is _calls.BATCH_REPORT:
        return {"results": [{"index": it} for it in range(len(body["items"]))]}
    return {"scheduler_id": body["scheduler_id"]}


def settings(server: Scripted, folder: Path | None = None, **env: str) -> Settings:
    """Settings of a process that speaks to such a server, with or without a spool."""
    spool = {"NIGHTBELL_SPOOL": "off"} if folder is None else {"NIGHTBELL_SPOOL_DIR": str(folder)}
    it = Settings({"NIGHTBELL_URL": URL, **spool, **env})
    it.opener = lambda: server
    return it


def reporter(server: Scripted, folder: Path | None = None, **env: str) -> Reporter:
    """What jobs of such a process report to."""
    return Reporter(settings(server, folder, **env))
