"""Ids that sort by the time at which they were made, and chance."""

from __future__ import annotations

import os
import time

SCHEDULER_ID_MAX = 128


def uuid7() -> str:
    """Return a UUID of version 7 (RFC 9562)."""
    millis = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10), "big")
    value = (millis & 0xFFFF_FFFF_FFFF) << 80 | tail
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_scheduler_id(text: str) -> bool:
    """Whether a scheduler may have this id, as the contract says."""
    plain = text.replace(".", "").replace("_", "").replace("-", "")
    is_plain = text.isascii() and (plain.isalnum() or not plain)
    return is_plain and 1 <= len(text) <= SCHEDULER_ID_MAX and text[0].isalnum()


def chance() -> float:
    """Return a number from 0 to 1. The module random takes 5 ms to import."""
    return int.from_bytes(os.urandom(4), "big") / 2**32
