"""Watches scheduled jobs with Nightbell, and never harms them.

    >>> import nightbell
    >>> @nightbell.job("eod", service="Billing", every="0 1 * * *")  # doctest: +SKIP
    ... def eod(day): ...

What is needed for that is imported here; the low-level client, the errors and the
messages at their first use.
"""

from __future__ import annotations

import os

from nightbell import _process
from nightbell._configure import configure, flush
from nightbell._job import bind, job, start
from nightbell._run import Run, current_run
from nightbell._version import __version__
from nightbell.errors import (
    ApiError,
    AuthenticationError,
    Cancelled,
    ConfigError,
    ConflictError,
    FieldViolation,
    InvalidArgumentError,
    NightbellError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
    TransportError,
    UnavailableError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nightbell import types
    from nightbell._client import AsyncClient, Client

__all__ = [
    "ApiError",
    "AsyncClient",
    "AuthenticationError",
    "Cancelled",
    "Client",
    "ConfigError",
    "ConflictError",
    "FieldViolation",
    "InvalidArgumentError",
    "NightbellError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitedError",
    "RequestTimeoutError",
    "Run",
    "ServerError",
    "TransportError",
    "UnavailableError",
    "__version__",
    "bind",
    "configure",
    "current_run",
    "flush",
    "job",
    "start",
    "types",
]


_process.prepare(os.environ.get("NIGHTBELL_TRANSPORT", "").strip().lower())


def __getattr__(name: str) -> object:
    if name in ("Client", "AsyncClient"):
        from nightbell import _client

        return getattr(_client, name)
    if name == "types":
        import importlib

        return importlib.import_module("nightbell.types")
    raise AttributeError(f"module 'nightbell' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
