"""Made from ``audit.proto`` by ``make generate``; not to be edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class AuditEntry:
    """One thing that was done."""

    entry_id: str = ""
    """The entry's id."""
    at: datetime | None = None
    """When."""
    by: str = ""
    """The name of the key that it was done with, as it was then, or of the person."""
    key_id: str = ""
    """The id of the key.

    Empty: it was done without one, by a button of Slack's.
    """
    action: str = ""
    """What was done, such as "key.created" or "scheduler.paused"."""
    target: str = ""
    """The id of what it was done to."""
    note: str = ""
    """More about it, for people: a name, a note, the settings that were changed."""


@dataclass(frozen=True)
class ListAuditEntriesResponse:
    """A page of entries."""

    entries: list[AuditEntry] = field(default_factory=list["AuditEntry"])
    """The entries, the newest first."""
    next_page_token: str = ""
    """What to ask for the next page with.

    Empty: this is the last.
    """
