"""The files of the spool: names and records, held by ``proto/vectors``."""

from __future__ import annotations

import json
import os
import time

from nightbell._report import REGISTER, STATUS, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION = 1
FILE_BYTES_MAX = 256 * 1024

READY = ".json"
CLAIMED = ".claimed"
WRITING = ".tmp"


class NewerError(Exception):
    """A record is of a version or kind that this SDK does not know."""


def write(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
    finally:
        os.close(descriptor)


def read(path: str) -> Report | None:
    """Return the report in a file. One that holds none, such as half of one, is nobody's.

    Raises OSError when it cannot be read, which says nothing of what it holds.
    """
    with open(path, "rb") as file:
        data = file.read(FILE_BYTES_MAX + 1)
    try:
        value: Any = json.loads(data) if len(data) <= FILE_BYTES_MAX else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    version, kind, body = value.get("v"), value.get("kind"), value.get("body")
    if isinstance(version, int) and version > VERSION:
        raise NewerError
    if version != VERSION or not isinstance(kind, str) or not isinstance(body, dict):
        return None
    if kind not in (REGISTER, STATUS):
        raise NewerError
    if not isinstance(body.get("scheduler_id"), str):
        return None
    return Report(kind, body, report_id=str(value.get("id") or os.path.basename(path)[14:50]))


def is_ours(name: str, state: str) -> bool:
    """Say whether this is the name of a report in a state, and not somebody else's file."""
    stem, _, rest = name.partition(".")
    time_ms, _, report_id = stem.partition("-")
    if len(time_ms) != 13 or not time_ms.isdecimal() or len(report_id) != 36:
        return False
    if state == CLAIMED:
        return f".{rest}".startswith(READY + CLAIMED + "-")
    return f".{rest}" == state


def age_s(name: str) -> float:
    return time.time() - int(name[:13]) / 1000


def size_of(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def remove(path: str) -> bool:
    try:
        os.unlink(path)
    except OSError:
        return False
    return True
