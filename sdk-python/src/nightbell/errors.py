"""What the low-level client raises.

Jobs never see these: :func:`nightbell.job` and :func:`nightbell.start` log trouble
and go on. Only :class:`nightbell.Client`, :class:`nightbell.AsyncClient` and
:mod:`nightbell.compat` raise. Both transports raise the same classes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ApiError",
    "AuthenticationError",
    "Cancelled",
    "ConfigError",
    "ConflictError",
    "FieldViolation",
    "InvalidArgumentError",
    "NightbellError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitedError",
    "RequestTimeoutError",
    "ServerError",
    "TransportError",
    "UnavailableError",
]


class Cancelled(Exception):  # noqa: N818 - it is no error: somebody asked for it
    """Somebody asked the run to stop.

    Raised by ``run.raise_if_cancelled()`` and ``run.sleep()``, in the job that calls
    them. A run that ends with it counts as cancelled, not as failed.
    """


class NightbellError(Exception):
    """Anything that the low-level client can raise."""


class ConfigError(NightbellError):
    """The client cannot work as it is set up: no address, no key, or a bad one."""


class TransportError(NightbellError):
    """No answer came. Whether the server took the request is not known."""


class UnavailableError(TransportError):
    """The server could not be reached, or the connection broke."""


class RequestTimeoutError(TransportError):
    """The answer did not come in time."""


class FieldViolation:
    """One field of a request that broke its rule."""

    __slots__ = ("description", "field", "reason")

    def __init__(self, field: str, reason: str, description: str) -> None:
        self.field = field
        self.reason = reason
        self.description = description

    def __repr__(self) -> str:
        return f"FieldViolation({self.field!r}, {self.reason!r}, {self.description!r})"


class ApiError(NightbellError):
    """The server answered, and refused.

    ``status`` is the HTTP status, over gRPC the one that REST would have answered;
    ``code`` the canonical code, such as ``NOT_FOUND``; ``reason`` the stable reason,
    such as ``UNKNOWN_SCHEDULER``; ``retry_after`` seconds, when the server named some.
    ``is_foreign``: the answer is not Nightbell's own, but of something on the way to it.
    """

    is_foreign = False

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str = "",
        reason: str = "",
        request_id: str | None = None,
        retry_after: float | None = None,
        field_violations: Sequence[FieldViolation] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.reason = reason
        self.request_id = request_id
        self.retry_after = retry_after
        self.field_violations = tuple(field_violations)

    def __str__(self) -> str:
        said = f"{self.status} {self.reason or self.code}: {self.message}"
        return f"{said} (request {self.request_id})" if self.request_id else said


class AuthenticationError(ApiError):
    """401: the API key is missing, unknown, expired or revoked."""


class PermissionDeniedError(ApiError):
    """403: the API key may not do this."""


class NotFoundError(ApiError):
    """404: no such scheduler, run, incident, channel or key."""


class ConflictError(ApiError):
    """409: what is stored says otherwise."""


class InvalidArgumentError(ApiError):
    """400 or 422: the request breaks a rule; ``field_violations`` says which."""


class RateLimitedError(ApiError):
    """429: too many requests. ``retry_after`` is always set."""

    retry_after: float


class ServerError(ApiError):
    """5xx: the server's fault. Worth another try."""


_CLASSES: dict[int, type[ApiError]] = {
    400: InvalidArgumentError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: InvalidArgumentError,
    429: RateLimitedError,
}

# Waited after a 429 that names no time.
_RETRY_AFTER_DEFAULT_S = 1.0


def api_error(
    status: int,
    message: str,
    *,
    code: str = "",
    reason: str = "",
    request_id: str | None = None,
    retry_after: float | None = None,
    field_violations: Sequence[FieldViolation] = (),
) -> ApiError:
    """Return the error of the class that belongs to an HTTP status."""
    kind = _CLASSES.get(status, ServerError if status >= 500 else ApiError)
    if kind is RateLimitedError and retry_after is None:
        retry_after = _RETRY_AFTER_DEFAULT_S
    return kind(
        message,
        status=status,
        code=code,
        reason=reason,
        request_id=request_id,
        retry_after=retry_after,
        field_violations=field_violations,
    )
