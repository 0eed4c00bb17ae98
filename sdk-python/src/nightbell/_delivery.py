"""One report to the server, as the call that its kind is."""

from __future__ import annotations

from nightbell import _calls, _log
from nightbell._registration import with_names
from nightbell._report import HEARTBEAT, REGISTER
from nightbell._times import now_text
from nightbell.errors import InvalidArgumentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nightbell._link import Link
    from nightbell._report import Report

# The server names the fields that it refuses one by one.
REFUSALS_MAX = 8


def deliver(link: Link, report: Report) -> dict[str, Any]:
    """Send a report and return the answer, or raise what the low-level client raises."""
    if report.kind == REGISTER:
        return register(link, report.body, is_new=report.is_of_unknown)
    call = _calls.SEND_HEARTBEAT if report.kind == HEARTBEAT else _calls.UPDATE_STATUS
    return link.call(call, {**report.body, "sent_at": now_text()})


def register(link: Link, body: dict[str, Any], *, is_new: bool = False) -> dict[str, Any]:
    """Register a scheduler. One that the server wants names of gets some.

    Of one that the server does not know, what it refuses is left out: a typing error in
    a schedule must not keep the runs from being reported. One that it knows stays as it
    was.
    """
    for _ in range(REFUSALS_MAX):
        try:
            return link.call(_calls.REGISTER_SCHEDULER, body)
        except InvalidArgumentError as error:
            refused = {_first_part(it.field) for it in error.field_violations}
            refused &= body.keys() if is_new else set()
            rest = {name: it for name, it in body.items() if name not in refused}
            named = with_names({**rest, "scheduler_id": body["scheduler_id"]})
            if named == body:
                raise
            if refused:
                _log.warn(f"refused {error}", "registered without what was refused: %s", error)
            body = named
    return link.call(_calls.REGISTER_SCHEDULER, body)


def _first_part(field: str) -> str:
    """Return ``schedules`` of ``schedules[0].cron``."""
    return field.partition(".")[0].partition("[")[0]
