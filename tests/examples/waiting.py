"""The one way to wait: for a condition, with a deadline."""

import time
from typing import Callable, TypeVar

T = TypeVar("T")

# Far longer than anything takes, so that a slow machine does not fail a test.
DEADLINE_S = 60.0


def wait_until(condition: Callable[[], T], what: str) -> T:
    """Gives what `condition` gives as soon as that is something."""
    deadline = time.monotonic() + DEADLINE_S
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {DEADLINE_S:.0f} s in vain for {what}")
        time.sleep(0.02)
    return result
