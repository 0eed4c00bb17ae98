"""Made from ``run.proto`` by ``make generate``; not to be edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any


class RunStatus(str, Enum):
    """Says where a run stands."""

    UNSPECIFIED = ""
    """Not a value to send: the server refuses it."""
    PENDING = "pending"
    """Announced and queued, not begun."""
    RUNNING = "running"
    """Begun and not ended."""
    COMPLETED = "completed"
    """Ended well."""
    FAILED = "failed"
    """Ended badly."""
    CANCELLED = "cancelled"
    """Stopped because somebody asked."""
    LOST = "lost"
    """Inferred by the server: it was heard of no more.

    A true report replaces it. Not a value to send.
    """


class SlotEnding(str, Enum):
    """Says what became of a slot."""

    UNSPECIFIED = ""
    """Not a value."""
    OPEN = "open"
    """Its run has begun and not ended."""
    MET = "met"
    """Its run began in time and ended well."""
    MET_LATE = "met_late"
    """Its run ended well, but began after start_grace or ended after finish_by."""
    FAILED = "failed"
    """Its run ended badly, too soon to be believed, or is gone."""
    MISSED = "missed"
    """No run took it."""
    UNSEEN = "unseen"
    """Unknown: Nightbell could not see when its run was to begin."""
    SKIPPED_PAUSED = "skipped_paused"
    """It passed while the scheduler was paused."""
    SKIPPED_CANCELLED = "skipped_cancelled"
    """Its run was stopped because somebody asked."""


@dataclass(frozen=True)
class Run:
    """One execution of a job."""

    run_id: str = ""
    """The run's id within its scheduler."""
    scheduler_id: str = ""
    """The scheduler it belongs to."""
    named: bool = False
    """Whether the job named the run itself."""
    status: RunStatus = RunStatus.UNSPECIFIED
    """Where the run stands."""
    started_at: datetime | None = None
    """When it began, corrected for the sender's clock.

    Unset: not known.
    """
    ended_at: datetime | None = None
    """When it ended, likewise.

    Unset: it has not.
    """
    execution_time_ms: int | None = None
    """How long it took, in milliseconds: as reported, else from its start to its
    end.

    Unset when neither is known.
    """
    error_message: str | None = None
    """What went wrong, as reported."""
    metadata: dict[str, Any] | None = None
    """What its reports carried; the report of its end counts most."""
    last_heartbeat_at: datetime | None = None
    """When its last heartbeat arrived.

    Unset: it sent none.
    """
    progress: Progress | None = None
    """How far it said it had come.

    Unset: it said nothing.
    """
    stalled: bool = False
    """It is open and has been silent for longer than its heartbeat timeout."""
    overran: bool = False
    """It took, or takes, longer than its max_runtime."""
    suspect: bool = False
    """Its stream broke and has not come back yet."""
    cancel_requested: bool = False
    """Somebody asked for it to stop."""
    other_ends: list[RunEnd] = field(default_factory=list["RunEnd"])
    """Other ends that were reported for this run and did not decide."""
    first_received_at: datetime | None = None
    """When the first report of it arrived."""
    stuck: bool = False
    """It is open and its progress stands still for longer than its
    progress_timeout.
    """
    too_quick: bool = False
    """It ended well in less than its min_runtime."""
    extended_by: timedelta | None = None
    """How much longer than its max_runtime it said that it was going to take.

    Unset: no longer.
    """
    slot_at: datetime | None = None
    """The slot that it took.

    Unset: it took none.
    """
    finished_late: bool = False
    """It had not ended within finish_by of its slot."""


@dataclass(frozen=True)
class RunEnd:
    """An end that was reported and did not decide."""

    status: RunStatus = RunStatus.UNSPECIFIED
    """The status reported."""
    effective_at: datetime | None = None
    """When it happened, corrected for the sender's clock."""
    received_at: datetime | None = None
    """When it arrived."""
    error_message: str | None = None
    """What went wrong, as reported."""


@dataclass(frozen=True)
class Progress:
    """Says how far a run has come."""

    done: int = 0
    """How much is done, in units of the job's choice."""
    total: int | None = None
    """How much there is.

    Unset: not known.
    """
    message: str | None = None
    """What it is doing.

    Optional; cut to 512 bytes with a warning.
    """


@dataclass(frozen=True)
class ListRunsResponse:
    """A page of runs."""

    runs: list[Run] = field(default_factory=list["Run"])
    """The runs, the newest first."""
    next_page_token: str = ""
    """Asks for the next page.

    Empty: this was the last.
    """


@dataclass(frozen=True)
class Slot:
    """A time at which a run was expected."""

    slot_at: datetime | None = None
    """The time."""
    ending: SlotEnding = SlotEnding.UNSPECIFIED
    """What became of it."""
    run_id: str = ""
    """The run that took it.

    Empty: none did.
    """


@dataclass(frozen=True)
class ListSlotsResponse:
    """A page of slots."""

    slots: list[Slot] = field(default_factory=list["Slot"])
    """The slots, the newest first."""
    next_page_token: str = ""
    """Asks for the next page.

    Empty: this was the last.
    """


@dataclass(frozen=True)
class GetRunResponse:
    """Shows a run."""

    run: Run | None = None
    """The run."""


@dataclass(frozen=True)
class CancelRunResponse:
    """Shows the run that was asked to stop."""

    run: Run | None = None
    """The run."""
