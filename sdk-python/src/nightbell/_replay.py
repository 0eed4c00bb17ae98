"""Sends what waits in the spool, from this process or an earlier one."""

from __future__ import annotations

import time
from collections import deque

from nightbell import _log, _retry
from nightbell._batch import send_batch
from nightbell._delivery import register
from nightbell._ids import chance
from nightbell._report import REGISTER, STATUS
from nightbell.errors import NightbellError, PermissionDeniedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nightbell._link import Link
    from nightbell._report import Report
    from nightbell._spool import Spool

# Reports claimed at a time.
CLAIM_MAX = 500
# After so long the rest is given back, for heartbeats and new reports wait meanwhile.
TURN_MAX_S = 1.0
# How often the spool is looked at for what other processes left.
LOOK_EVERY_S = 60.0
# How long reports of a scheduler are left alone for which this process's key may not speak.
ASIDE_S = 30.0
ASIDE_MAX = 1_024

# What becomes of such a report: another process, with another key, may send it.
LEAVE = "leave"


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
        # Schedulers for which this process may not speak, and until when they are left alone.
        self._aside: dict[str, float] = {}

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

    @property
    def leaves_own(self) -> bool:
        """Whether something is left alone that this process itself put there."""
        return not self._spool.written_of.isdisjoint(self._aside)

    def turn(self, now: float) -> bool:
        """Send some of what the spool holds; say whether there was something."""
        spool = self._spool
        self._aside = {it: until for it, until in self._aside.items() if until > now}
        if not spool.is_waiting and (now < self._looks_at or not spool.look()):
            if now >= self._looks_at:
                self._looks_at = min([now + LOOK_EVERY_S, *self._aside.values()])
            return False
        claimed = spool.claim(CLAIM_MAX)
        if not claimed:
            return False
        settled: list[Report] = []
        try:
            self._send(claimed, settled)
        except NightbellError as error:
            if _retry.verdict(error) == _retry.RETRY:
                self._gate.met(error, now, chance())
            else:
                self._gate.held(now)
                _log.warn(f"hold {error}", "Nightbell refuses (%s); reports wait", error)
        else:
            self._gate.succeeded()
        finally:
            spool.settle(settled)
        return True

    def _send(self, claimed: list[Report], settled: list[Report]) -> None:
        """Send claimed reports in order, and add those that need not be sent again."""
        left, until = deque(claimed), time.monotonic() + TURN_MAX_S
        while left and not self._is_over() and time.monotonic() < until:
            if left[0].kind == REGISTER:
                report = left.popleft()
                if not self._leaves(report) and self._registers(report.body) != LEAVE:
                    settled.append(report)
                continue
            several: list[Report] = []
            while left and left[0].kind == STATUS:
                report = left.popleft()
                if not self._leaves(report):
                    several.append(report)
            if several:
                left.extendleft(reversed(self._send_several(several, settled)))

    def _send_several(self, several: list[Report], settled: list[Report]) -> list[Report]:
        """Send status reports. Return those of schedulers that had to be registered first.

        Raises what holds up every report.
        """
        unknown: list[Report] = []
        stop: NightbellError | None = None
        results = send_batch(self._link, several)
        for report, refusal in zip(several, results, strict=True):
            fate = _retry.DONE if refusal is None else self._fate(report, refusal)
            if fate == _retry.REGISTER:
                unknown.append(report)
            elif fate in (_retry.DONE, _retry.DROP):
                settled.append(report)
            elif fate == LEAVE:
                self._leaves(report)
            else:
                stop = stop or refusal
        if stop is not None:
            raise stop
        fates = {
            it: self._registers({"scheduler_id": it})
            for it in {report.body["scheduler_id"]: None for report in unknown}
        }
        for report in unknown:
            report.has_registered = True
        # Of a scheduler that cannot be registered nothing can be said.
        settled += [it for it in unknown if fates[it.body["scheduler_id"]] == _retry.DROP]
        return [it for it in unknown if fates[it.body["scheduler_id"]] != _retry.DROP]

    def _fate(self, report: Report, error: NightbellError) -> str:
        verdict = self._verdict(error, report.body["scheduler_id"])
        if verdict == _retry.REGISTER and report.has_registered:
            verdict = _retry.DROP
        if verdict == _retry.DROP:
            _log.warn(f"drop {error}", "a spooled report was refused: %s", error)
        return verdict

    def _registers(self, body: dict[str, Any]) -> str:
        """Register a scheduler and say what became of it. Raises what holds up everything."""
        try:
            register(self._link, body)
        except NightbellError as error:
            verdict = self._verdict(error, body["scheduler_id"])
            if verdict in (_retry.RETRY, _retry.HOLD, _retry.REGISTER):
                raise
            if verdict == _retry.DROP:
                _log.warn(f"drop {error}", "a spooled registration was refused: %s", error)
                return _retry.DROP
            if verdict == LEAVE:
                return LEAVE
        return _retry.DONE

    def _verdict(self, error: NightbellError, scheduler_id: str) -> str:
        if not isinstance(error, PermissionDeniedError) or error.is_foreign:
            return _retry.verdict(error)
        # The spool is the server's, not the key's: this is another process's to send.
        _log.warn(f"leave {error}", "a spooled report of %r is left: %s", scheduler_id, error)
        if len(self._aside) >= ASIDE_MAX:
            del self._aside[next(iter(self._aside))]
        self._aside[scheduler_id] = time.monotonic() + ASIDE_S
        return LEAVE

    def _leaves(self, report: Report) -> bool:
        """Give a report back if it is of a scheduler that is left alone."""
        until = self._aside.get(report.body["scheduler_id"])
        if until is None:
            return False
        self._spool.set_aside([report], until)
        return True
