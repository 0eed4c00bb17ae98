"""gRPC's errors as the classes that REST raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightbell.errors import (
    FieldViolation,
    NightbellError,
    RequestTimeoutError,
    UnavailableError,
    api_error,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import grpc

# The canonical codes over HTTP, as the server maps them.
HTTP_STATUS = {
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
    "UNAUTHENTICATED": 401,
}
DETAILS = "grpc-status-details-bin"
TYPE = "type.googleapis.com/google.rpc."


def translated(error: grpc.RpcError) -> NightbellError:
    """Return the error that a call's failure stands for."""
    code = error.code().name
    message = str(error.details() or code)
    trailers = {it.key: it.value for it in error.trailing_metadata() or ()}
    details = trailers.get(DETAILS)
    if code == "DEADLINE_EXCEEDED" and details is None:
        return RequestTimeoutError("no answer in time")
    if code in ("UNAVAILABLE", "CANCELLED", "UNKNOWN") and details is None:
        # Nothing of Nightbell's spoke: the connection did not come about or broke.
        return UnavailableError(message)
    facts = Facts(details or b"")
    status = HTTP_STATUS.get(code, 500)
    return api_error(
        status,
        message,
        code=code,
        reason=facts.reason,
        request_id=_text(trailers.get("x-request-id")),
        retry_after=facts.retry_after,
        field_violations=facts.violations,
    )


def _text(value: object) -> str | None:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else value  # type: ignore[return-value]


class Facts:
    """What the details of a google.rpc.Status say.

    They are read field by field, which spares the dependency on
    googleapis-common-protos. What cannot be read is passed over.
    """

    def __init__(self, details: bytes) -> None:
        self.reason = ""
        self.retry_after: float | None = None
        self.violations: list[FieldViolation] = []
        for number, item in fields(details):
            if number == 3 and isinstance(item, bytes):
                self._any(dict_of(item))

    def _any(self, fact: dict[int, list[int | bytes]]) -> None:
        kind = text_of(fact, 1)
        (value,) = fact.get(2, [b""])[:1]
        if not isinstance(value, bytes):
            return
        parts = dict_of(value)
        if kind == TYPE + "ErrorInfo":
            self.reason = text_of(parts, 1)
        elif kind == TYPE + "RetryInfo":
            (delay,) = parts.get(1, [b""])[:1]
            if isinstance(delay, bytes):
                self.retry_after = _seconds(dict_of(delay))
        elif kind == TYPE + "BadRequest":
            for item in parts.get(1, []):
                if isinstance(item, bytes):
                    it = dict_of(item)
                    self.violations.append(
                        FieldViolation(text_of(it, 1), text_of(it, 3), text_of(it, 2))
                    )


def _seconds(duration: dict[int, list[int | bytes]]) -> float:
    (seconds,), (nanos,) = duration.get(1, [0])[:1], duration.get(2, [0])[:1]
    return (seconds if isinstance(seconds, int) else 0) + (
        nanos if isinstance(nanos, int) else 0
    ) / 1e9


def text_of(parts: dict[int, list[int | bytes]], number: int) -> str:
    (value,) = parts.get(number, [b""])[:1]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def dict_of(data: bytes) -> dict[int, list[int | bytes]]:
    found: dict[int, list[int | bytes]] = {}
    for number, value in fields(data):
        found.setdefault(number, []).append(value)
    return found


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the fields of an encoded message, up to the first that cannot be read."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            number, at = _varint(data, at)
            yield key >> 3, number
            continue
        if kind == 2:
            size, at = _varint(data, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            return
        yield key >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    return value, at
