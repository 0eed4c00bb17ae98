"""Made from ``key.proto`` by ``make generate``; not to be edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class Role(str, Enum):
    """Says what a key may do."""

    UNSPECIFIED = ""
    """Not a value."""
    REPORTER = "reporter"
    """Register schedulers and report for them."""
    VIEWER = "viewer"
    """Read everything of the project but its keys."""
    OPERATOR = "operator"
    """What reporter and viewer may, and act: pause, change, acknowledge."""
    ADMIN = "admin"
    """Everything in the project."""


@dataclass(frozen=True)
class Key:
    """An API key without its text."""

    key_id: str = ""
    """The public part of the key."""
    name: str = ""
    """Its name for people."""
    role: Role = Role.UNSPECIFIED
    """What it may do."""
    service_name: str = ""
    """The only service it may speak for.

    Empty: any.
    """
    scheduler_id_prefix: str = ""
    """What the ids of the schedulers it may speak for begin with.

    Empty: any.
    """
    created_at: datetime | None = None
    """When it was made."""
    expires_at: datetime | None = None
    """When it ends by itself.

    Unset: never.
    """
    revoked_at: datetime | None = None
    """When it was ended.

    Unset: it was not.
    """
    last_used_at: datetime | None = None
    """When it was last used, to the minute.

    Unset: never.
    """
    requests_per_second: int = 0
    """How many requests a second it may make.

    0 means the server's default.
    """


@dataclass(frozen=True)
class CreateKeyResponse:
    """Shows the new key and, only here, its text."""

    key: Key | None = None
    """The key."""
    api_key: str = ""
    """The text to send as x-api-key.

    Shown only here.
    """


@dataclass(frozen=True)
class ListKeysResponse:
    """Lists the keys."""

    keys: list[Key] = field(default_factory=list["Key"])
    """The keys, the oldest first."""


@dataclass(frozen=True)
class RevokeKeyResponse:
    """Shows the ended key."""

    key: Key | None = None
    """The key."""


@dataclass(frozen=True)
class ExchangeKeyResponse:
    """A token."""

    token: str = ""
    """The token, to be sent as "authorization: Bearer"."""
    expires_at: datetime | None = None
    """When it ends."""
