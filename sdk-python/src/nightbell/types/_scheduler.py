"""Made from ``scheduler.proto`` by ``make generate``; not to be edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from nightbell.types._incident import Delivery, Incident, IncidentEvent, Severity
from nightbell.types._report import ReportWarning
from nightbell.types._run import Run
from nightbell.types._silence import Silence


class Health(str, Enum):
    """Says how a scheduler fares, worst first in lists."""

    UNSPECIFIED = ""
    """Not a value."""
    NEW = "new"
    """Registered, and nothing heard of it yet."""
    UP = "up"
    """No open incident."""
    DOWN = "down"
    """At least one open incident."""
    PAUSED = "paused"
    """Not judged at present."""


class CronProfile(str, Enum):
    """Says which real scheduler runs the job.

    They differ in what they do on nights on which clocks change.
    """

    UNSPECIFIED = ""
    """Not said: in settings it means vixie."""
    VIXIE = "vixie"
    """Debian's cron, and most others that come with Unix.

    A time that does not exist runs as soon as the clock has moved on, one that comes
    twice runs the first time; with "*" as the hour or minute both follow the clock. A
    star in either field of days, even with a step, makes both fields count.
    """
    KUBERNETES = "kubernetes"
    """Kubernetes' CronJob.

    A time that does not exist is skipped, one that comes twice runs twice.
    """
    SYSTEMD = "systemd"
    """A systemd timer, its times written as cron fields.

    A time that does not exist is skipped, one that comes twice runs the first time
    only.
    """
    QUARTZ = "quartz"
    """Quartz.

    A time that does not exist is skipped, one that comes twice runs the second time
    only. Weekdays are 1 (Sunday) to 7, and 5/15 steps from 5 on.
    """
    UTC = "utc"
    """A scheduler on UTC: the time zone is not looked at."""


class LimitState(str, Enum):
    """Says how a limit stands."""

    UNSPECIFIED = ""
    """Not a value."""
    RUNNING = "running"
    """It is kept so far, and breached at its deadline unless something is heard."""
    BREACHED = "breached"
    """It is breached."""
    IDLE = "idle"
    """It judges nothing at present."""


@dataclass(frozen=True)
class Schedule:
    """Says when a job is expected to run."""

    every: timedelta | None = None
    """The time from the start of one run to the start of the next; 5 seconds to
    366 days.

    Any run restarts the interval.
    """
    cron: str | None = None
    """The wall-clock times at which a run is expected: minute, hour, day of the
    month, month and weekday, with seconds before them if there are six fields.

    Names, L, W and # as usual; @hourly, @daily, @midnight, @weekly, @monthly, @yearly
    and @annually are known. At most 256 characters, the times at least 5 seconds apart.
    A run takes the slot that its reports name as scheduled_for, else the nearest that
    has none, from its early_tolerance before the slot until the next; any other run
    neither meets a slot nor breaks one.
    """


@dataclass(frozen=True)
class SchedulerSettings:
    """Is what can be set of a scheduler."""

    service_name: str | None = None
    """The team's system that the job belongs to.

    1 to 200 characters.
    """
    job_name: str | None = None
    """The job's name for people.

    1 to 200 characters.
    """
    owner_email: str | None = None
    """Who is told by mail, besides the channels.

    At most 254 characters, one address. Unless the operator trusts its domain, it gets
    one mail that asks first, and is told once that is answered with yes.
    """
    alert_user_id: str | None = None
    """Who is mentioned in Slack: a member id such as "U1234567890"."""
    schedules: list[Schedule] = field(default_factory=list["Schedule"])
    """When the job is expected: at the earliest of all that these say.

    At most 16; none means that it is not.
    """
    start_grace: timedelta | None = None
    """How long after its slot a run may start.

    0 to 7 days; unset means 5 minutes, or finish_by if that is shorter. Matters only
    with a schedule.
    """
    heartbeat_interval: timedelta | None = None
    """How often the job means to send heartbeats.

    2 seconds to 24 hours; unset means that it did not say.
    """
    heartbeat_timeout: timedelta | None = None
    """How long a run may be silent.

    2 seconds to 7 days, not shorter than heartbeat_interval nor longer than
    max_runtime. Unset means three times heartbeat_interval, or 15 minutes once a run
    has sent a heartbeat.
    """
    max_runtime: timedelta | None = None
    """How long a run may take.

    1 second to 366 days; unset means no limit.
    """
    labels: dict[str, str] = field(default_factory=dict[str, str])
    """Names and values to filter by.

    At most 32; names of 1 to 63 characters of a-z, 0-9, ".", "_", "-", values of at
    most 200 characters.
    """
    timezone: str | None = None
    """The time zone of cron expressions: an IANA name such as "Europe/Berlin".

    Unset means UTC.
    """
    cron_profile: CronProfile = CronProfile.UNSPECIFIED
    """Which scheduler runs the job.

    Unset means vixie.
    """
    min_runtime: timedelta | None = None
    """How long a run takes at least, from *running* to *completed*.

    A success that came sooner, by the job's clock as well as by ours, is an incident
    and proves nothing. 1 second to 366 days, not longer than max_runtime; unset means
    no limit.
    """
    progress_timeout: timedelta | None = None
    """How long the progress that a run tells with its heartbeats may stay the
    same.

    2 seconds to 7 days; unset means no limit. Counts from the first progress on.
    """
    failure_threshold: int | None = None
    """How many outcomes must be bad before an incident opens: runs that failed,
    were lost or too quick, and slots without a run.

    1 to 100; unset means 1. What is wrong with a run that is still open waits for no
    threshold.
    """
    failure_window: int | None = None
    """Among how many of the last outcomes the bad ones are counted.

    1 to 100, not smaller than failure_threshold; unset means that the bad ones must
    follow each other.
    """
    recovery_threshold: int | None = None
    """How many outcomes must be good before such an incident ends.

    1 to 100; unset means 1.
    """
    recovery_window: int | None = None
    """Among how many of the last outcomes the good ones are counted.

    1 to 100, not smaller than recovery_threshold; unset means that the good ones must
    follow each other.
    """
    severity: Severity = Severity.UNSPECIFIED
    """How much it matters that the job is not well; incidents carry it.

    Unspecified means normal.
    """
    finish_by: timedelta | None = None
    """How long after its slot a run must have ended.

    1 second to 366 days, not shorter than start_grace; unset means no limit. Matters
    only with a schedule.
    """
    early_tolerance: timedelta | None = None
    """How long before its slot a run may start to be the one of that slot.

    0 to 24 hours; unset means a tenth of the time since the slot before, at most 5
    minutes. Matters only for cron.
    """
    depends_on: str | None = None
    """The id of the scheduler that this one cannot be well without.

    While that has an open incident, nobody is told of one that opens here; if it is
    still open when that is well again, it is told then. Judged it is all the same. Of
    what the other depends on in its turn nothing is asked.
    """


@dataclass(frozen=True)
class Scheduler:
    """A registered job and how it fares."""

    scheduler_id: str = ""
    """The scheduler's id within its project."""
    settings: SchedulerSettings | None = None
    """What was set."""
    health: Health = Health.UNSPECIFIED
    """How it fares."""
    paused_at: datetime | None = None
    """Since when it is not judged.

    Unset: it is.
    """
    paused_until: datetime | None = None
    """When it will be judged again.

    Unset: when somebody resumes it.
    """
    created_at: datetime | None = None
    """When it was first registered."""
    updated_at: datetime | None = None
    """When its settings last changed."""
    last_report_at: datetime | None = None
    """When the last live report of it arrived.

    Unset: none did.
    """
    next_slot_at: datetime | None = None
    """When its next run is expected.

    Unset: none is.
    """
    next_deadline_at: datetime | None = None
    """The next instant at which a limit would be breached if nothing were heard
    until then.

    Unset: no limit is running.
    """
    open_incident_ids: list[str] = field(default_factory=list[str])
    """The ids of its open incidents."""
    open_runs: list[Run] = field(default_factory=list["Run"])
    """Its runs that have not ended."""
    last_success_at: datetime | None = None
    """When a run of it last ended well, corrected for the sender's clock."""
    held_settings: list[str] = field(default_factory=list[str])
    """The names of settings that a person has set: registrations leave them alone
    until they are released.
    """


@dataclass(frozen=True)
class RejectedReport:
    """A report that was refused and kept for 24 hours."""

    received_at: datetime | None = None
    """When it arrived."""
    reason: str = ""
    """The stable reason in upper case."""
    message: str = ""
    """What was wrong, for a person."""
    raw: str = ""
    """The report as it came, at most 2 KiB of it."""


@dataclass(frozen=True)
class RegisterSchedulerResponse:
    """Shows the scheduler as it now stands."""

    scheduler_id: str = ""
    """The scheduler's id."""
    created: bool = False
    """Whether this call made it."""
    scheduler: Scheduler | None = None
    """The scheduler."""
    warnings: list[ReportWarning] = field(default_factory=list["ReportWarning"])
    """What was left out of the request, and why.

    Empty when nothing.
    """


@dataclass(frozen=True)
class GetSchedulerResponse:
    """Shows a scheduler."""

    scheduler: Scheduler | None = None
    """The scheduler."""
    rejected_reports: list[RejectedReport] = field(default_factory=list["RejectedReport"])
    """Reports for it that were refused in the last 24 hours, the newest first, at
    most 20.
    """


@dataclass(frozen=True)
class LimitNote:
    """Tells how one limit stands."""

    setting: str = ""
    """The setting that it comes from, such as "max_runtime"."""
    run_id: str = ""
    """The run that it bounds.

    Empty: the scheduler as a whole.
    """
    state: LimitState = LimitState.UNSPECIFIED
    """How it stands."""
    deadline_at: datetime | None = None
    """When it is breached.

    Set while it is running.
    """
    judged_at: datetime | None = None
    """When that is judged: later than deadline_at if Nightbell could not see for a
    while.

    Set while it is running.
    """
    because: str = ""
    """Why it stands so, in one sentence."""


@dataclass(frozen=True)
class OpenIncident:
    """An incident with what came of it."""

    incident: Incident | None = None
    """The incident."""
    history: list[IncidentEvent] = field(default_factory=list["IncidentEvent"])
    """What happened to it, in order."""
    deliveries: list[Delivery] = field(default_factory=list["Delivery"])
    """Its notifications and their attempts."""


@dataclass(frozen=True)
class ExplainSchedulerResponse:
    """Tells why a scheduler alerts, or why it does not."""

    summary: str = ""
    """Why, in one sentence."""
    scheduler: Scheduler | None = None
    """The scheduler."""
    limits: list[LimitNote] = field(default_factory=list["LimitNote"])
    """Every limit, those that are not set included.

    None while it is paused.
    """
    open_incidents: list[OpenIncident] = field(default_factory=list["OpenIncident"])
    """The open incidents."""
    last_runs: list[Run] = field(default_factory=list["Run"])
    """The last runs, the newest first, at most 5."""
    silences: list[Silence] = field(default_factory=list["Silence"])
    """The silences that cover it and are not over."""


@dataclass(frozen=True)
class ListSchedulersResponse:
    """A page of schedulers."""

    schedulers: list[Scheduler] = field(default_factory=list["Scheduler"])
    """The schedulers, by id."""
    next_page_token: str = ""
    """Asks for the next page.

    Empty: this was the last.
    """


@dataclass(frozen=True)
class UpdateSchedulerResponse:
    """Shows the scheduler as it now stands."""

    scheduler: Scheduler | None = None
    """The scheduler."""


@dataclass(frozen=True)
class ReleaseSettingsResponse:
    """Shows the scheduler as it now stands."""

    scheduler: Scheduler | None = None
    """The scheduler."""


@dataclass(frozen=True)
class DeleteSchedulerResponse:
    """Says that it is forgotten."""


@dataclass(frozen=True)
class PauseSchedulerResponse:
    """Shows the scheduler as it now stands."""

    scheduler: Scheduler | None = None
    """The scheduler."""


@dataclass(frozen=True)
class ResumeSchedulerResponse:
    """Shows the scheduler as it now stands."""

    scheduler: Scheduler | None = None
    """The scheduler."""


@dataclass(frozen=True)
class WatchSchedulersResponse:
    """One change."""

    scheduler: Scheduler | None = None
    """The scheduler as it now stands."""
    deleted_scheduler_id: str | None = None
    """The id of a scheduler that is gone."""


@dataclass(frozen=True)
class ScheduleOccurrence:
    """One time at which a run would be expected."""

    at: datetime | None = None
    """The instant."""
    local: str = ""
    """The same on the clocks of the time zone, with their offset from UTC, such as
    "2026-03-29T03:00:00+02:00".
    """
    note: str = ""
    """What is peculiar about it, such as "second 02:30 of this night".

    Empty: nothing.
    """


@dataclass(frozen=True)
class ClockChange:
    """A change of the clocks that the schedules notice."""

    at: datetime | None = None
    """The instant."""
    note: str = ""
    """What it means for the schedules, such as "skipped: 02:30 does not exist on
    this night".
    """


@dataclass(frozen=True)
class PreviewScheduleResponse:
    """Tells when a run would be expected."""

    occurrences: list[ScheduleOccurrence] = field(default_factory=list["ScheduleOccurrence"])
    """The occurrences, in order.

    Fewer than asked for if no more are to come.
    """
    clock_changes: list[ClockChange] = field(default_factory=list["ClockChange"])
    """The changes of clocks among them that make a difference, in order; at most
    100.
    """
