"""What the SDK has to say, seldom: the logger ``nightbell``."""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging

# A message of one kind is logged at most this often.
QUIET_S = 60.0
_KINDS_MAX = 256
_logged_at: dict[str, float] = {}


def warn(kind: str, message: str, *details: object) -> None:
    """Log a warning, unless one of this kind was logged just now. Never raises."""
    now = time.monotonic()
    last = _logged_at.get(kind)
    if last is not None and now - last < QUIET_S:
        return
    if len(_logged_at) >= _KINDS_MAX:
        _logged_at.clear()
    _logged_at[kind] = now
    try:
        _logger().warning(message, *details)
    except Exception:  # A handler of the job's that fails is no reason to fail.
        pass


def debug(message: str, *details: object) -> None:
    """Log what only somebody who looks for a fault wants to know. Never raises."""
    try:
        _logger().debug(message, *details)
    except Exception:
        pass


def _logger() -> logging.Logger:
    # Here, not above: importing logging takes a good part of what the SDK may cost.
    import logging

    logger = logging.getLogger("nightbell")
    level = os.environ.get("NIGHTBELL_LOG", "").upper()
    if level and logger.level == logging.NOTSET:
        known = {"DEBUG", "INFO", "WARN", "WARNING", "ERROR"}
        logger.setLevel(level if level in known else "WARNING")
    return logger
