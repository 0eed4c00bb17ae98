"""Made from ``silence.proto`` by ``make generate``; not to be edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nightbell.types._route import Selector


@dataclass(frozen=True)
class SilenceSettings:
    """Is what can be set of a silence.

    It says either when it begins and ends, or when its window opens again and again.
    """

    note: str = ""
    """Why nobody is to be told, for people.

    1 to 500 characters.
    """
    covers: Selector | None = None
    """Which schedulers it covers.

    Required, unless it covers everything.
    """
    everything: bool = False
    """That it covers every scheduler of the project.

    Must be said: nobody silences everything by forgetting a field.
    """
    starts_at: datetime | None = None
    """When it begins.

    Unset: at once.
    """
    ends_at: datetime | None = None
    """When it ends.

    Required without a window; at most 366 days from now.
    """
    window: MaintenanceWindow | None = None
    """When it opens again and again.

    Neither starts_at nor ends_at then.
    """


@dataclass(frozen=True)
class MaintenanceWindow:
    """A time that comes again and again."""

    cron: str = ""
    """When it opens: a cron expression of five fields, such as "0 2 * * 7"."""
    timezone: str = ""
    """The time zone of the expression: an IANA name.

    Empty means UTC.
    """
    duration: timedelta | None = None
    """How long it stays open.

    1 minute to 7 days.
    """


@dataclass(frozen=True)
class Silence:
    """A time in which nobody is told of incidents."""

    silence_id: str = ""
    """The silence's id."""
    settings: SilenceSettings | None = None
    """What was set."""
    created_by: str = ""
    """The name of the key that made it."""
    created_at: datetime | None = None
    """When it was made."""
    active: bool = False
    """Whether it holds notifications at present."""
    active_until: datetime | None = None
    """Until when it does.

    Unset: it does not.
    """
    next_start_at: datetime | None = None
    """When it begins to, the next time.

    Unset: it does at present, or never will.
    """


@dataclass(frozen=True)
class CreateSilenceResponse:
    """Shows the new silence."""

    silence: Silence | None = None
    """The silence."""


@dataclass(frozen=True)
class GetSilenceResponse:
    """Shows a silence."""

    silence: Silence | None = None
    """The silence."""


@dataclass(frozen=True)
class ListSilencesResponse:
    """Lists the silences."""

    silences: list[Silence] = field(default_factory=list["Silence"])
    """The silences, the oldest first."""


@dataclass(frozen=True)
class UpdateSilenceResponse:
    """Shows the silence as it now stands."""

    silence: Silence | None = None
    """The silence."""


@dataclass(frozen=True)
class DeleteSilenceResponse:
    """Says that it is forgotten."""
