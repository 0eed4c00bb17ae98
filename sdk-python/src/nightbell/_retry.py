"""What a failed call means, and how long to wait before the next.

Pure, and the same in every SDK: held by ``proto/vectors``.
"""

from __future__ import annotations

from nightbell.errors import ApiError, NightbellError, TransportError

TRIES_MAX = 4
BACKOFF_FIRST_S = 0.2
BACKOFF_MAX_S = 5.0
RETRY_AFTER_MAX_S = 60.0
# After a refused key, and between looks at a server that is down.
HOLD_S = 60.0
PROBE_FIRST_S = 5.0

# What becomes of a report.
DONE = "done"
RETRY = "retry"
REGISTER = "register"
HOLD = "hold"
DROP = "drop"

_RETRIED = (408, 425, 429)
# What lies between may be the one that says so, and would say so again.
TOO_LARGE = 413


def verdict(error: NightbellError) -> str:
    """Return what becomes of a report that met this error."""
    if isinstance(error, TransportError):
        return RETRY
    if not isinstance(error, ApiError):
        return HOLD
    if error.status in _RETRIED or error.status >= 500:
        return RETRY
    if error.status in (401, 403):
        return HOLD
    if error.is_foreign and error.status != TOO_LARGE:
        # A page of something in between. It is not the server's word on a report.
        return RETRY
    if error.status == 404:
        return REGISTER
    if error.status == 409:
        # It is stored already, or beside an end that came first.
        return DONE
    return DROP


def retry_after(error: NightbellError) -> float | None:
    """Return how long the server wants to be left alone, if it said so."""
    return error.retry_after if isinstance(error, ApiError) else None


def backoff(tries: int, chance: float) -> float:
    """Return how long to wait after so many tries; ``chance`` is from 0 to 1."""
    ceiling = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2.0**tries)
    return BACKOFF_FIRST_S + chance * (ceiling - BACKOFF_FIRST_S)


def probe(failures: int, chance: float) -> float:
    """Return how long to wait before the next look at a server that is down."""
    ceiling = min(HOLD_S, PROBE_FIRST_S * 2.0 ** min(failures, 10))
    return ceiling * (0.5 + chance / 2)


class Gate:
    """Whether the server is spoken to now. One for everything that a worker sends."""

    def __init__(self) -> None:
        self.tries = 0
        self.failures = 0
        self.opens_at = 0.0
        # Whether no answer came at all.
        self.is_silent = False

    @property
    def is_down(self) -> bool:
        """Whether so many tries failed that reports no longer wait for the next."""
        return self.failures > 0

    def succeeded(self) -> None:
        """Open the gate: an answer came."""
        self.tries = self.failures = 0
        self.opens_at = 0.0
        self.is_silent = False

    def heard(self) -> None:
        """Open the gate if it is closed for silence: something else was answered."""
        if self.is_silent:
            self.succeeded()

    def met(self, error: NightbellError, now: float, chance: float) -> None:
        """Close the gate for a while: a call failed that is worth another try."""
        self.is_silent = isinstance(error, TransportError)
        self.failed(now, retry_after(error), chance)

    def failed(self, now: float, retry_after: float | None, chance: float) -> None:
        """Close the gate for as long as the server said, or as many tries failed."""
        if retry_after is not None:
            # The server is there and said when. That is no failed try.
            self.opens_at = now + min(retry_after, RETRY_AFTER_MAX_S)
            return
        self.tries += 1
        if self.tries < TRIES_MAX:
            self.opens_at = now + backoff(self.tries, chance)
            return
        self.opens_at = now + probe(self.failures, chance)
        self.failures += 1

    def held(self, now: float) -> None:
        """Close the gate for a minute: no try can succeed before a person acts."""
        self.failures += 1
        self.is_silent = False
        self.opens_at = now + HOLD_S
