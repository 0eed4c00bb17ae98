"""Messages to JSON and back, as the guide writes JSON.

Both transports speak this form, so that everything above them knows one only.
"""

from __future__ import annotations

import dataclasses
import functools
import types as builtin_types
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Json = Any


def encode(value: object) -> Json:
    """Return a value as JSON. What was not said in a message is left out."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, timedelta):
        return duration_text(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        said = ((it.name, getattr(value, it.name)) for it in dataclasses.fields(value))
        return {name: encode(it) for name, it in said if it is not None and it != "" and it != []}
    if isinstance(value, Mapping):
        entries = cast("Mapping[str, object]", value)
        return {str(key): encode(it) for key, it in entries.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [encode(it) for it in cast("Sequence[object]", value)]
    return value


def decode(kind: type[T], value: Json) -> T:
    """Return the message of a kind that JSON stands for.

    Fields that this version does not know are passed over, words it does not know
    become ``UNSPECIFIED``: an older client understands a newer server.
    """
    return cast("T", _decode(kind, value))


def time_text(value: datetime) -> str:
    """Return a time as RFC 3339 in UTC. One without a zone is local time."""
    text = value.astimezone(timezone.utc).isoformat()
    return text.replace("+00:00", "Z")


def duration_text(value: timedelta) -> str:
    """Return a duration in seconds, such as ``300s``."""
    micros = value // timedelta(microseconds=1)
    sign = "-" if micros < 0 else ""
    whole, part = divmod(abs(micros), 1_000_000)
    fraction = f".{part:06}".rstrip("0") if part else ""
    return f"{sign}{whole}{fraction}s"


def parse_time(text: str) -> datetime:
    """Return the time that RFC 3339 text stands for, to the microsecond."""
    text = text.replace("Z", "+00:00").replace("z", "+00:00")
    head, dot, rest = text.partition(".")
    if dot:
        digits = next((i for i, it in enumerate(rest) if not it.isdigit()), len(rest))
        # Python 3.10 reads three or six digits and nothing else.
        text = f"{head}.{rest[:digits][:6]:0<6}{rest[digits:]}"
    return datetime.fromisoformat(text)


def parse_duration(value: str | float) -> timedelta:
    """Return the duration that ``300s``, or a number of seconds, stands for."""
    return timedelta(seconds=float(value.removesuffix("s") if isinstance(value, str) else value))


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _decode(kind: Any, value: Json) -> Any:  # noqa: ANN401 - types are data here
    origin = get_origin(kind)
    if origin in (Union, builtin_types.UnionType):
        (kind,) = (it for it in get_args(kind) if it is not type(None))
        return None if value is None else _decode(kind, value)
    if origin is list:
        if isinstance(value, str):  # A field mask is one text in JSON.
            return [it for it in value.split(",") if it]
        return [_decode(get_args(kind)[0], it) for it in value or []]
    if origin is dict:
        return dict(value or {})
    if kind is datetime:
        return parse_time(value)
    if kind is timedelta:
        return parse_duration(value)
    if issubclass(kind, Enum):
        known = {it.value: it for it in kind}
        return known.get(value or "", known[""])
    if dataclasses.is_dataclass(kind):
        hints = _hints(cast("type", kind))
        said = {name: it for name, it in (value or {}).items() if name in hints and it is not None}
        make: Any = kind
        return make(**{name: _decode(hints[name], it) for name, it in said.items()})
    return value
