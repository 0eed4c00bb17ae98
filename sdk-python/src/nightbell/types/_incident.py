"""Made from ``incident.proto`` by ``make generate``; not to be edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum


class IncidentReason(str, Enum):
    """Says what was found."""

    UNSPECIFIED = ""
    """Not a value."""
    FAILED = "failed"
    """A run reported that it failed."""
    MISSED = "missed"
    """An expected run did not start within its grace."""
    NEVER_STARTED = "never_started"
    """As missed, and the job has never been heard of."""
    STALLED = "stalled"
    """A run, or a job that only beats, was silent for longer than it may be, or
    the progress of a run stood still for that long.
    """
    LOST = "lost"
    """A run is gone: its stream broke and it was not heard of again, or another
    run took its place without its end being reported.
    """
    OVERRAN = "overran"
    """A run took longer than its max_runtime."""
    FINISHED_LATE = "finished_late"
    """A run had not ended within finish_by of its slot."""
    TOO_QUICK = "too_quick"
    """A run ended well in less than its min_runtime."""


class Severity(str, Enum):
    """Says how much it matters that a job is not well."""

    UNSPECIFIED = ""
    """Not said: in settings it means normal."""
    CRITICAL = "critical"
    """Somebody must act at once."""
    NORMAL = "normal"
    """Somebody must act."""
    LOW = "low"
    """It can wait."""


class IncidentState(str, Enum):
    """Says whether anybody needs to act."""

    UNSPECIFIED = ""
    """Not a value."""
    OPEN = "open"
    """Nobody has it."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody has it."""
    RESOLVED = "resolved"
    """It is over."""


class Resolution(str, Enum):
    """Says how an incident ended."""

    UNSPECIFIED = ""
    """Not a value, or not resolved."""
    RECOVERED = "recovered"
    """The job showed that it is well again."""
    REPORTED_LATE = "reported_late"
    """A report came late and showed that what was inferred was not so."""
    MANUAL = "manual"
    """Somebody ended it."""
    WITHDRAWN = "withdrawn"
    """What it was judged by is gone: its limit or its scheduler was changed."""


class DeliveryState(str, Enum):
    """Says how far a notification has come."""

    UNSPECIFIED = ""
    """Not a value."""
    PENDING = "pending"
    """Waiting for its next attempt."""
    DELIVERED = "delivered"
    """The channel took it."""
    ABANDONED = "abandoned"
    """Given up after 72 hours, or because the channel is gone."""
    WITHHELD = "withheld"
    """Not told: it was over, or somebody had it, before it could be told."""


@dataclass(frozen=True)
class Incident:
    """Is something wrong with one scheduler, from its onset to its end."""

    incident_id: str = ""
    """The incident's id."""
    scheduler_id: str = ""
    """The scheduler it is about."""
    reason: IncidentReason = IncidentReason.UNSPECIFIED
    """What was found."""
    state: IncidentState = IncidentState.UNSPECIFIED
    """Whether anybody needs to act."""
    onset_at: datetime | None = None
    """When it went wrong: the deadline that was breached, or the failure."""
    opened_at: datetime | None = None
    """When Nightbell found it."""
    resolved_at: datetime | None = None
    """When it ended.

    Unset: it has not.
    """
    resolution: Resolution = Resolution.UNSPECIFIED
    """How it ended.

    Unspecified: it has not.
    """
    summary: str = ""
    """What was found, in one sentence."""
    error_message: str | None = None
    """The first lines of the job's own error.

    Unset: it gave none.
    """
    run_ids: list[str] = field(default_factory=list[str])
    """The runs concerned, the newest last, at most 20."""
    missed_slots: int = 0
    """How many slots passed without a run while it lasted."""
    acknowledgement: Acknowledgement | None = None
    """Who has it.

    Unset: nobody.
    """
    service_name: str = ""
    """The service of the scheduler."""
    job_name: str = ""
    """The job of the scheduler."""
    severity: Severity = Severity.UNSPECIFIED
    """How much its scheduler mattered when it was found."""
    duration: timedelta | None = None
    """How long it lasted, from its first onset to its end.

    Unset: it has not ended.
    """
    reopened_at: datetime | None = None
    """When its cause was last found again: an incident whose cause comes back
    within 5 minutes of its end is reopened, and nobody has it.

    Unset: that never happened.
    """
    reopenings: int = 0
    """How often it was reopened."""


@dataclass(frozen=True)
class IncidentEvent:
    """One thing that happened to an incident."""

    number: int = 0
    """Counts the events of the incident from 1."""
    event: str = ""
    """What happened: "opened", "acknowledged", "resolved" or "reopened"."""
    at: datetime | None = None
    """When."""
    by: str = ""
    """Who did it: the name given, else the name of the key.

    Empty: Nightbell found it.
    """
    note: str = ""
    """What they said.

    At most 1,000 characters.
    """
    resolution: Resolution = Resolution.UNSPECIFIED
    """How it ended, if it did."""


@dataclass(frozen=True)
class Acknowledgement:
    """Says who has an incident."""

    by: str = ""
    """The name given, else the name of the key."""
    note: str = ""
    """What they said.

    At most 1,000 characters.
    """
    at: datetime | None = None
    """When."""


@dataclass(frozen=True)
class Delivery:
    """Tells what became of one notification."""

    key: str = ""
    """The stable key that the channel sees with every attempt."""
    channel_id: str = ""
    """The channel; "owner": the owner of the scheduler, by mail."""
    event: str = ""
    """What it tells: "opened", "acknowledged", "resolved" or "reopened"."""
    state: DeliveryState = DeliveryState.UNSPECIFIED
    """How far it has come."""
    attempts: int = 0
    """How many attempts were made."""
    last_result: str = ""
    """What the last attempt met, for an operator.

    Empty: no attempt yet.
    """
    next_attempt_at: datetime | None = None
    """When the next attempt is due.

    Unset: none is.
    """
    delivered_at: datetime | None = None
    """When the channel took it.

    Unset: it has not.
    """
    repeat: int = 0
    """Which time it is that this is told again, by a route that repeats.

    0: the first time.
    """
    receipts: list[DeliveryAttempt] = field(default_factory=list["DeliveryAttempt"])
    """The last attempts, the newest first, at most 20.

    Shown by GetIncident only.
    """


@dataclass(frozen=True)
class DeliveryAttempt:
    """One try at sending a notification."""

    attempted_at: datetime | None = None
    """When it began."""
    took_ms: int = 0
    """How long it took, in milliseconds."""
    delivered: bool = False
    """Whether the channel took it."""
    result: str = ""
    """What it met, for an operator."""


@dataclass(frozen=True)
class ListIncidentsResponse:
    """A page of incidents."""

    incidents: list[Incident] = field(default_factory=list["Incident"])
    """The incidents, the newest first."""
    next_page_token: str = ""
    """Asks for the next page.

    Empty: this was the last.
    """


@dataclass(frozen=True)
class GetIncidentResponse:
    """Shows an incident."""

    incident: Incident | None = None
    """The incident."""
    deliveries: list[Delivery] = field(default_factory=list["Delivery"])
    """Its notifications."""
    history: list[IncidentEvent] = field(default_factory=list["IncidentEvent"])
    """What happened to it, in order: at most 50 events, the first and the last
    ones.
    """


@dataclass(frozen=True)
class AcknowledgeIncidentResponse:
    """Shows the incident as it now stands."""

    incident: Incident | None = None
    """The incident."""


@dataclass(frozen=True)
class ResolveIncidentResponse:
    """Shows the incident as it now stands."""

    incident: Incident | None = None
    """The incident."""
