"""Made from ``replay.proto`` by ``make generate``; not to be edited."""

from __future__ import annotations

from dataclasses import dataclass, field

from nightbell.types._report import ReportWarning, SendHeartbeatRequest, UpdateStatusRequest


@dataclass(frozen=True)
class BatchItem:
    """One report."""

    status: UpdateStatusRequest | None = None
    """A status report.

    Its timestamp must be readable and at most 7 days old.
    """
    heartbeat: SendHeartbeatRequest | None = None
    """A heartbeat."""


@dataclass(frozen=True)
class BatchReportResponse:
    """Tells what became of each item."""

    results: list[BatchResult] = field(default_factory=list["BatchResult"])
    """One result per item, in the order of the items."""


@dataclass(frozen=True)
class BatchResult:
    """Tells what became of one item."""

    index: int = 0
    """The item's place in the request, from 0."""
    code: int = 0
    """The canonical code, as in google.rpc.Code; 0 means stored."""
    reason: str = ""
    """The stable reason in upper case.

    Empty when stored.
    """
    message: str = ""
    """What to do about it, for a person.

    Empty when stored.
    """
    run_id: str = ""
    """The run it was counted to.

    Empty when refused or for a scheduler's own heartbeat.
    """
    warnings: list[ReportWarning] = field(default_factory=list["ReportWarning"])
    """What was changed or left out.

    Empty when nothing.
    """
