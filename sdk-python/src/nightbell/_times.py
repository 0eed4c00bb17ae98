"""Times and durations as text, with nothing imported that the job did not."""

from __future__ import annotations

import time

# The 10,000 years of google.protobuf.Duration.
SECONDS_MAX = 315_576_000_000
_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def now_text() -> str:
    """Return the time it is as RFC 3339."""
    return text_of(time.time_ns())


def text_of(nanos: int) -> str:
    """Return nanoseconds since 1970 as RFC 3339, to the microsecond."""
    seconds, rest = divmod(nanos, 1_000_000_000)
    head = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{head}.{rest // 1000:06}Z"


def seconds_in(value: object) -> float:
    """Return the seconds of a duration: a number, a timedelta, or ``90``, ``1h30m``, ``2h``.

    Raises ValueError for anything else, and for more than the contract can carry.
    """
    seconds = _seconds_in(value)
    if not abs(seconds) <= SECONDS_MAX:
        raise ValueError(f"{value!r} is no duration")
    return seconds


def _seconds_in(value: object) -> float:
    if isinstance(value, bool):
        raise ValueError(f"{value!r} is no duration")
    if isinstance(value, (int, float)):
        return float(value)
    total = getattr(value, "total_seconds", None)  # datetime may not be imported yet.
    if total is not None:
        return float(total())
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no duration")
    return _parsed(value)


def _parsed(text: str) -> float:
    left, total = text.strip().lower(), 0.0
    try:
        return float(left)
    except ValueError:
        pass
    while left:
        digits = len(left) - len(left.lstrip("0123456789."))
        rest = left[digits:]
        letters = len(rest) - len(rest.lstrip("dhms"))
        unit = _UNITS.get(rest[:letters])
        if not digits or unit is None:
            raise ValueError(f"{text!r} is no duration, such as 90s, 1h30m or 2h")
        total += float(left[:digits]) * unit
        left = rest[letters:].lstrip()
    return total


def duration_text(seconds: float) -> str:
    """Return seconds as the contract writes durations."""
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"
