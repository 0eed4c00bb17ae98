"""Made from ``route.proto`` by ``make generate``; not to be edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nightbell.types._incident import IncidentReason, Severity


@dataclass(frozen=True)
class Selector:
    """Chooses schedulers.

    All that it says must be so; what it leaves out may be anything.
    """

    scheduler_id: str = ""
    """The id of one scheduler.

    Empty: any.
    """
    service_name: str = ""
    """The service.

    Empty: any.
    """
    labels: dict[str, str] = field(default_factory=dict[str, str])
    """Labels that it has, each with this value.

    At most 32.
    """


@dataclass(frozen=True)
class RouteSettings:
    """Is what can be set of a route."""

    name: str = ""
    """Its name for people.

    1 to 100 characters.
    """
    selects: Selector | None = None
    """The schedulers whose incidents it selects.

    Unset: all.
    """
    severities: list[Severity] = field(default_factory=list["Severity"])
    """Only incidents that matter so much.

    Empty: any.
    """
    reasons: list[IncidentReason] = field(default_factory=list["IncidentReason"])
    """Only incidents of these reasons.

    Empty: any.
    """
    channel_ids: list[str] = field(default_factory=list[str])
    """The channels that it leads to.

    1 to 20.
    """
    delay: timedelta | None = None
    """How long to wait before the channels are told: of an incident that is over
    by then, or that somebody has acknowledged, they are told nothing.

    Up to 24 hours; unset means at once.
    """
    repeat_every: timedelta | None = None
    """How often to tell the channels again of an incident that is still open and
    that nobody has acknowledged.

    5 minutes to 7 days; unset means not again.
    """
    instead_of_default: bool = False
    """That the default channels are not told of what it selects."""


@dataclass(frozen=True)
class Route:
    """Says where some incidents go."""

    route_id: str = ""
    """The route's id."""
    settings: RouteSettings | None = None
    """What was set."""
    created_by: str = ""
    """The name of the key that made it."""
    created_at: datetime | None = None
    """When it was made."""


@dataclass(frozen=True)
class CreateRouteResponse:
    """Shows the new route."""

    route: Route | None = None
    """The route."""


@dataclass(frozen=True)
class GetRouteResponse:
    """Shows a route."""

    route: Route | None = None
    """The route."""


@dataclass(frozen=True)
class ListRoutesResponse:
    """Lists the routes."""

    routes: list[Route] = field(default_factory=list["Route"])
    """The routes, the oldest first."""


@dataclass(frozen=True)
class UpdateRouteResponse:
    """Shows the route as it now stands."""

    route: Route | None = None
    """The route."""


@dataclass(frozen=True)
class DeleteRouteResponse:
    """Says that it is forgotten."""
