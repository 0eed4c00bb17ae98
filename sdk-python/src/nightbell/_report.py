"""A report on its way to the server."""

from __future__ import annotations

import time

from nightbell._ids import uuid7

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nightbell._run import RunState

REGISTER = "register"
STATUS = "status"
# Only ever the last progress of a run, before its end. It is worth one try.
HEARTBEAT = "heartbeat"


class Report:
    """A registration or a status report."""

    __slots__ = (
        "body",
        "has_registered",
        "id",
        "is_kept",
        "is_of_unknown",
        "kind",
        "made_at",
        "registration",
        "state",
    )

    def __init__(
        self,
        kind: str,
        body: dict[str, Any],
        *,
        state: RunState | None = None,
        registration: dict[str, Any] | None = None,
        report_id: str = "",
    ) -> None:
        self.kind = kind
        self.body = body
        self.state = state
        # What to register when the server does not know the scheduler.
        self.registration = registration
        self.has_registered = False
        # It is in the spool as well.
        self.is_kept = False
        # A registration because the server said that it does not know the scheduler.
        self.is_of_unknown = False
        self.id = report_id or uuid7()
        self.made_at = time.monotonic()
