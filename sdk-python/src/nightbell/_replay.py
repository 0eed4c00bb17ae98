"""Sends what waits in the spool, from this process or an earlier one."""

from __future__ import annotations

from collections import deque

from nightbell import _log, _retry
from nightbell._batch import send_batch
from nightbell._delivery import register
from nightbell._ids import chance
from nightbell._report import REGISTER, STATUS
from nightbell.errors import NightbellError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nightbell._link import Link
    from nightbell._report import Report
    from nightbell._spool import Spool

# Reports claimed at a time.
CLAIM_MAX = 500
# How often the spool is looked at for what other processes left.
LOOK_EVERY_S = 60.0


class Replay:
    """The spool's way to the server. Belongs to the worker's thread."""

    def __init__(
        self, spool: Spool, link: Link, gate: _retry.Gate, is_over: Callable[[], bool]
    ) -> None:
        self._spool = spool
        self._link = link
        self._gate = gate
        # Whether another thread ends the process, so that nothing may be touched.
        self._is_over = is_over
        # When the spool is looked at for what others left. Zero: it never was.
        self._looks_at = 0.0

    @property
    def due_at(self) -> float | None:
        """When there is something to do, or to look for."""
        if self._spool.is_waiting:
            return self._gate.opens_at
        return max(self._looks_at, self._gate.opens_at) if self._spool.is_open else None

    @property
    def may_find(self) -> bool:
        """Whether a process that ends now would leave behind what it never looked for."""
        return self._spool.is_open and not self._looks_at

    def turn(self, now: float) -> bool:
        """Send some of what the spool holds; say whether there was something."""
        spool = self._spool
        if not spool.is_waiting and (now < self._looks_at or not spool.look()):
            self._looks_at = max(self._looks_at, now + LOOK_EVERY_S)
            return False
        claimed = spool.claim(CLAIM_MAX)
        if not claimed:
            return False
        settled: list[Report] = []
        try:
            self._send(claimed, settled)
        except NightbellError as error:
            if _retry.verdict(error) == _retry.RETRY:
                self._gate.failed(now, _retry.retry_after(error), chance())
            else:
                self._gate.held(now)
        else:
            self._gate.succeeded()
        spool.settle(settled)
        return True

    def _send(self, claimed: list[Report], settled: list[Report]) -> None:
        """Send claimed reports in order, and add those that need not be sent again."""
        left = deque(claimed)
        while left and not self._is_over():
            if left[0].kind == REGISTER:
                self._register(left[0])
                settled.append(left.popleft())
                continue
            several: list[Report] = []
            while left and left[0].kind == STATUS:
                several.append(left.popleft())
            results = send_batch(self._link, several)
            done = [
                report
                for report, refusal in zip(several, results, strict=True)
                if refusal is None or self._settles(report, refusal)
            ]
            settled += done
            if len(done) < len(several):
                return

    def _register(self, report: Report) -> None:
        try:
            register(self._link, report.body)
        except NightbellError as error:
            if _retry.verdict(error) not in (_retry.DROP, _retry.DONE):
                raise
            _log.warn(f"drop {error}", "a spooled registration was refused: %s", error)

    def _settles(self, report: Report, error: NightbellError) -> bool:
        verdict = _retry.verdict(error)
        if verdict == _retry.REGISTER:
            register(self._link, {"scheduler_id": report.body["scheduler_id"]})
            return False
        if verdict == _retry.DROP:
            _log.warn(f"drop {error}", "a spooled report was refused: %s", error)
        return verdict in (_retry.DROP, _retry.DONE)
