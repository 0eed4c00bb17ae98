"""Anything a job puts into its metadata, as JSON. Cannot fail.

The same in every SDK, held by ``proto/vectors``.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

DEPTH_MAX = 8
KEYS_MAX = 64
BYTES_MAX = 32 * 1024
# Numbers beyond it change on their way: JSON readers, and gRPC's Struct, hold them as
# floating point.
INTEGER_MAX = 2**53 - 1
MASK = "***"
TOO_DEEP = "..."

_SECRETS = (
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "authorization",
    "credential",
    "private_key",
    "privatekey",
)


def normalise(value: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a mapping as a JSON object of bounded size."""
    try:
        result = _object(value, 1)
    except Exception as error:  # A mapping that fails when it is read.
        return {"unreadable": type(error).__name__}
    return _bounded(result)


def _object(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, item in list(value.items())[:KEYS_MAX]:
        name = _text(key if isinstance(key, str) else _described(key))
        result[name] = MASK if _is_secret(name) else _value(item, depth + 1)
    return result


def _is_secret(name: str) -> bool:
    name = name.lower()
    return any(it in name for it in _SECRETS)


def _value(value: Any, depth: int) -> Any:  # noqa: ANN401 - anything at all
    try:
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        if kind is str:
            return _text(value)
        if kind is int:
            return value if -INTEGER_MAX <= value <= INTEGER_MAX else str(value)
        if kind is float:
            return _float(value)
        if depth > DEPTH_MAX and isinstance(value, (dict, list, tuple, set, frozenset)):
            return TOO_DEEP
        return _other(value, depth)
    except Exception as error:
        return f"unreadable: {type(error).__name__}"


def _other(value: Any, depth: int) -> Any:  # noqa: ANN401, C901 - anything at all
    if _is("enum", "Enum", value):
        return _value(value.value, depth)
    if isinstance(value, dict):
        return _object(value, depth)
    if isinstance(value, (list, tuple)):
        return [_value(it, depth + 1) for it in value]
    if isinstance(value, (set, frozenset)):
        return sorted((_value(it, depth + 1) for it in value), key=_order)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, str):
        return _text(str.__str__(value))
    if isinstance(value, int):
        return _value(int(value), depth)
    if isinstance(value, float):
        return _float(float(value))
    if _is("datetime", "datetime", value):
        return _time(value)
    if _is("datetime", "date", value) or _is("datetime", "time", value):
        return value.isoformat()
    if _is("datetime", "timedelta", value):
        return f"{value.total_seconds():.6f}".rstrip("0").rstrip(".") + "s"
    if _is("decimal", "Decimal", value) or _is("uuid", "UUID", value):
        return str(value)
    if _is("pathlib", "PurePath", value):
        return _text(str(value))
    if isinstance(value, BaseException):
        return _text(f"{type(value).__name__}: {value}")
    return _text(_described(value))


def _is(module: str, name: str, value: object) -> bool:
    """Say whether a value is of a kind, without importing what the job did not."""
    loaded = sys.modules.get(module)
    kind = getattr(loaded, name, None)
    return isinstance(kind, type) and isinstance(value, kind)


def _float(value: float) -> float | str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _time(value: Any) -> str:  # noqa: ANN401 - datetime is not imported here
    from datetime import timezone

    return str(value.astimezone(timezone.utc).isoformat()).replace("+00:00", "Z")


def _text(value: str) -> str:
    # Half of a surrogate pair has no bytes in UTF-8.
    return value.encode("utf-8", "replace").decode("utf-8")


def _described(value: object) -> str:
    return repr(value)[:1024]


def _order(value: object) -> tuple[str, str]:
    return type(value).__name__, str(value)


def _bounded(value: dict[str, Any]) -> dict[str, Any]:
    import json

    size = 2
    kept: dict[str, Any] = {}
    for key, item in value.items():
        entry = json.dumps({key: item}, ensure_ascii=False).encode("utf-8", "replace")
        size += len(entry)
        if size > BYTES_MAX:
            break
        kept[key] = item
    return kept
