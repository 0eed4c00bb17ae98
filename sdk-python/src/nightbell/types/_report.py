"""Made from ``report.proto`` by ``make generate``; not to be edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from nightbell.types._run import Progress, RunStatus


@dataclass(frozen=True)
class UpdateStatusRequest:
    """A status report of one run."""

    scheduler_id: str = ""
    """The scheduler.

    Required; as in RegisterSchedulerRequest.
    """
    service_name: str | None = None
    """The service's name, as registered.

    Accepted for clients that always send it; what was registered stays.
    """
    job_name: str | None = None
    """The job's name, as registered.

    Accepted for clients that always send it; what was registered stays.
    """
    status: RunStatus = RunStatus.UNSPECIFIED
    """What the run does now.

    Required; one of pending, running, completed, failed, cancelled.
    """
    timestamp: datetime | None = None
    """When it happened, by the sender's clock.

    Unset or unreadable means on arrival. Without sent_at it is believed within 24 hours
    before arrival.
    """
    execution_time_ms: int | None = None
    """How long the run took, in milliseconds.

    Optional; 0 to 31,622,400,000 (366 days), anything else is dropped with a warning.
    """
    error_message: str | None = None
    """What went wrong.

    Optional; cut to 16 KiB with a warning, head and tail kept.
    """
    metadata: dict[str, Any] | None = None
    """Anything worth keeping.

    Optional; cut to 16 KiB, 64 keys and 8 levels with a warning.
    """
    run_id: str | None = None
    """Which run, chosen by the sender: 1 to 64 characters of A-Z, a-z, 0-9, ".",
    "_", "-".

    Unset means the scheduler's one unnamed run.
    """
    sequence: int | None = None
    """The report's number within its run, rising.

    Optional; meaningful only with run_id.
    """
    sent_at: datetime | None = None
    """When the sender sent this, by the same clock as timestamp.

    Optional; lets the server correct a wrong clock.
    """
    scheduled_for: datetime | None = None
    """The slot that the run is for, as the job's own scheduler names it.

    Optional; of use where runs start late or early and cannot be told apart by time.
    What names no slot that waits for its run is ignored with a warning (NO_SUCH_SLOT).
    Needs a schedule of cron expressions only.
    """


@dataclass(frozen=True)
class UpdateStatusResponse:
    """Says that the report is stored."""

    scheduler_id: str = ""
    """The scheduler the report was stored for."""
    run_id: str = ""
    """The run the report was counted to; made by the server for an unnamed run."""
    status: RunStatus = RunStatus.UNSPECIFIED
    """The run's status after this report."""
    received_at: datetime | None = None
    """When the server had read the report."""
    effective_at: datetime | None = None
    """When it happened, corrected for the sender's clock."""
    directives: Directives | None = None
    """What the server wants of the job."""
    warnings: list[ReportWarning] = field(default_factory=list["ReportWarning"])
    """What was changed or left out of the report, and why.

    Empty when nothing.
    """


@dataclass(frozen=True)
class SendHeartbeatRequest:
    """Is proof of life."""

    scheduler_id: str = ""
    """The scheduler.

    Required; as in RegisterSchedulerRequest.
    """
    run_id: str | None = None
    """The run that is alive.

    Unset means the scheduler's unnamed open run, or the scheduler itself when none is
    open.
    """
    sequence: int | None = None
    """The report's number within its run, rising.

    Optional.
    """
    timestamp: datetime | None = None
    """When it happened, by the sender's clock.

    Shown, never judged.
    """
    sent_at: datetime | None = None
    """When the sender sent this, by the same clock.

    Optional.
    """
    progress: Progress | None = None
    """How far the run has come.

    Optional.
    """
    interval: timedelta | None = None
    """The time between this and the next heartbeat, as the sender intends it.

    Optional; 2 seconds to 24 hours. The run's heartbeat timeout is three times this
    unless the scheduler sets one.
    """
    extend: timedelta | None = None
    """How much longer than its max_runtime the run is going to take.

    Adds up over its heartbeats; one that is sent again, with the same sequence and
    timestamp, adds nothing. Optional; 1 second to 7 days, anything else is dropped with
    a warning, as is the 101st of a run.
    """


@dataclass(frozen=True)
class SendHeartbeatResponse:
    """Says that the heartbeat is stored."""

    scheduler_id: str = ""
    """The scheduler the heartbeat was stored for."""
    run_id: str = ""
    """The run it was counted to.

    Empty: the scheduler itself.
    """
    received_at: datetime | None = None
    """When the server had read the heartbeat."""
    directives: Directives | None = None
    """What the server wants of the job."""
    warnings: list[ReportWarning] = field(default_factory=list["ReportWarning"])
    """What was changed or left out, and why.

    Empty when nothing.
    """


@dataclass(frozen=True)
class StreamHello:
    """Ties a run to the stream."""

    scheduler_id: str = ""
    """The scheduler.

    Required.
    """
    run_id: str | None = None
    """The run.

    Unset means the scheduler's unnamed open run.
    """
    interval: timedelta | None = None
    """The time between heartbeats, as the sender intends it.

    Unset means 5 seconds; 2 seconds to 24 hours.
    """
    spool_pending: int | None = None
    """How many reports wait in the sender's spool to be replayed.

    Unset means that the sender has no spool.
    """


@dataclass(frozen=True)
class StreamGoodbye:
    """Ends the tie of a run to the stream without suspicion."""

    scheduler_id: str = ""
    """The scheduler.

    Required.
    """
    run_id: str | None = None
    """The run, as in its hello."""


@dataclass(frozen=True)
class StreamHeartbeatsResponse:
    """One frame to a job."""

    stored_sequence: int = 0
    """The highest frame_sequence up to which every frame is stored or refused.

    Never goes down; a sender may forget what it covers.
    """
    directives: list[Directives] = field(default_factory=list["Directives"])
    """What the server wants of the runs on this stream; only those for which it
    wants something.
    """
    refusals: list[FrameRefusal] = field(default_factory=list["FrameRefusal"])
    """The frames that were refused."""


@dataclass(frozen=True)
class FrameRefusal:
    """Says why one frame was not stored."""

    frame_sequence: int = 0
    """The frame."""
    code: int = 0
    """The canonical code, as in google.rpc.Code."""
    reason: str = ""
    """The stable reason in upper case, such as "UNKNOWN_SCHEDULER"."""
    message: str = ""
    """What to do about it, for a person."""


@dataclass(frozen=True)
class Directives:
    """Are what the server wants of a job."""

    scheduler_id: str = ""
    """The scheduler they are for."""
    run_id: str = ""
    """The run they are for.

    Empty: the scheduler itself.
    """
    cancel_requested: bool = False
    """Somebody asked for this run to stop."""
    heartbeat_interval: timedelta | None = None
    """How often to send heartbeats from now on.

    Unset means as before.
    """


@dataclass(frozen=True)
class ReportWarning:
    """Says what was changed or left out of a report."""

    reason: str = ""
    """The stable reason in upper case, such as "TRUNCATED"."""
    field: str = ""
    """The path of the field, such as "metadata.records".

    Empty: the whole report.
    """
    message: str = ""
    """What was done, for a person."""
