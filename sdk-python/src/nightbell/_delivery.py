"""One report to the server, as the call that its kind is."""

from __future__ import annotations

from nightbell import _calls
from nightbell._registration import with_names
from nightbell._report import HEARTBEAT, REGISTER
from nightbell._times import now_text
from nightbell.errors import InvalidArgumentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nightbell._link import Link
    from nightbell._report import Report


def deliver(link: Link, report: Report) -> dict[str, Any]:
    """Send a report and return the answer, or raise what the low-level client raises."""
    if report.kind == REGISTER:
        return register(link, report.body)
    call = _calls.SEND_HEARTBEAT if report.kind == HEARTBEAT else _calls.UPDATE_STATUS
    return link.call(call, {**report.body, "sent_at": now_text()})


def register(link: Link, body: dict[str, Any]) -> dict[str, Any]:
    """Register a scheduler. One that the server wants names of gets some."""
    try:
        return link.call(_calls.REGISTER_SCHEDULER, body)
    except InvalidArgumentError as error:
        named = {it.field for it in error.field_violations}
        if not named & {"service_name", "job_name"} or with_names(body) == body:
            raise
        return link.call(_calls.REGISTER_SCHEDULER, with_names(body))
