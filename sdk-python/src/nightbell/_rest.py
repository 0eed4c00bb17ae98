"""A call as an HTTP request, and an HTTP answer as a result or an error."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlencode

from nightbell.errors import (
    ApiError,
    ConfigError,
    FieldViolation,
    UnavailableError,
    api_error,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nightbell._calls import Call

Json = dict[str, Any]


def request(call: Call, body: Mapping[str, Any]) -> tuple[str, bytes | None]:
    """Return the path with its query, and the body if there is one."""
    if not call.verb:
        message = f"{call.name} needs gRPC: install nightbell[grpc] and set transport='grpc'"
        raise ConfigError(message)
    rest = dict(body)

    def fill(match: re.Match[str]) -> str:
        # Whole, so that an id with a slash or dots stays one segment of the path.
        text = quote(str(rest.pop(match[1], "")), safe="")
        return {"": "%20", ".": "%2E", "..": "%2E%2E"}.get(text, text)

    path = re.sub(r"\{(\w+)\}", fill, call.path)
    if call.body == "*":
        return path, _bytes(rest)
    if call.body:
        return path, _bytes(_patch(rest, call.body))
    query = {name: it for name, it in rest.items() if it not in ("", None)}
    return (f"{path}?{urlencode(query)}" if query else path), None


def _patch(rest: dict[str, Any], name: str) -> Json:
    """Return the body of a PATCH: what is present is changed, null clears."""
    settings = cast("Json", rest.get(name) or {})
    mask = rest.get("update_mask")
    return settings if mask is None else {it: settings.get(it) for it in mask}


def _bytes(value: Json) -> bytes:
    # Half of a surrogate pair, which Python lets into text, has no bytes of its own.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def answer(body: bytes) -> Json:
    """Return the object that a good answer carries."""
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        # A page of a proxy, as a rule. It will go away.
        raise UnavailableError("the answer is not from Nightbell: no JSON object")
    return cast("Json", value)


def refusal(status: int, body: bytes, retry_after: str | None) -> ApiError:
    """Return the error for an answer that is not a good one. It may be anybody's page."""
    error: Json = {}
    try:
        parsed = json.loads(body)
        if isinstance(parsed, dict) and isinstance(parsed.get("error"), dict):
            error = parsed["error"]
    except (ValueError, RecursionError):
        pass
    listed = error.get("field_violations")
    violations = [
        FieldViolation(str(it.get("field")), str(it.get("reason")), str(it.get("description")))
        for it in (listed if isinstance(listed, list) else [])
        if isinstance(it, dict)
    ]
    made = api_error(
        status,
        str(error.get("message") or f"HTTP status {status}"),
        code=str(error.get("status") or ""),
        reason=str(error.get("reason") or ""),
        request_id=error.get("request_id"),
        retry_after=_retry_after(error.get("retry_after_ms"), retry_after),
        field_violations=violations,
    )
    made.is_foreign = type(error.get("code")) is not int
    return made


def _retry_after(millis: object, header: str | None) -> float | None:
    try:
        if isinstance(millis, (int, float)):
            return max(0.0, millis / 1000)
        return max(0.0, float(header)) if header else None
    except (ValueError, OverflowError):
        # A date. Nobody sends one here, and waiting a second is as good.
        return None
