"""Reports that are sent many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nightbell import _calls
from nightbell._batch import send_batch
from nightbell._link import Link
from nightbell._report import STATUS, Report
from nightbell.errors import InvalidArgumentError, UnavailableError, api_error

from .support.scripted import Scripted, settings, taken

if TYPE_CHECKING:
    from nightbell._calls import Call

ITEMS_MAX = 10


def reports(count: int) -> list[Report]:
    return [
        Report(STATUS, {"scheduler_id": f"job-{it}", "status": "completed"}) for it in range(count)
    ]


def link(server: Scripted) -> Link:
    return Link(settings(server))


def test_a_batch_that_is_too_large_for_a_proxy_is_sent_in_halves() -> None:
    stored: list[str] = []

    def answer(call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if len(body["items"]) > ITEMS_MAX:
            raise api_error(413, "")
        stored.extend(it["status"]["scheduler_id"] for it in body["items"])
        return taken(call, body)

    results = send_batch(link(Scripted(answer)), reports(100))
    assert results == [None] * 100
    assert stored == [f"job-{it}" for it in range(100)], "and in their order"


def test_of_a_batch_with_one_bad_report_only_that_one_is_refused() -> None:
    def answer(call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if any(it["status"]["scheduler_id"] == "job-7" for it in body["items"]):
            raise api_error(400, "one of them is bad")
        return taken(call, body)

    results = send_batch(link(Scripted(answer)), reports(20))
    assert isinstance(results[7], InvalidArgumentError)
    assert [it for it in results if it is not None] == [results[7]]


def test_halves_that_were_stored_stay_so_when_the_server_goes_away() -> None:
    server = Scripted(taken)

    def answer(call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if len(body["items"]) > ITEMS_MAX:
            raise api_error(413, "")
        if len(server.bodies(_calls.BATCH_REPORT)) > 3:
            raise UnavailableError("gone")
        return taken(call, body)

    server.answer = answer
    results = send_batch(link(server), reports(4 * ITEMS_MAX))
    stored = [it is None for it in results]
    assert stored == sorted(stored, reverse=True)
    assert 0 < sum(stored) < len(results)
