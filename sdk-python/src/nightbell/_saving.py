"""Reports onto the disk from a thread that must not be held by one that hangs."""

from __future__ import annotations

import _thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nightbell._report import Report
    from nightbell._spool import Spool

# A disk on which nothing is written for so long is taken for hung.
HUNG_S = 1.0


class _Saving:
    def __init__(self, spool: Spool, reports: list[Report], *, is_last: bool) -> None:
        self._spool = spool
        self._reports = reports
        self._is_last = is_last
        self.done = 0
        self.saved = 0
        # Not of `threading`: a signal handler may have interrupted whoever holds its locks.
        self.is_busy = _thread.allocate_lock()
        self.is_busy.acquire()

    def run(self) -> None:
        try:
            for report in self._reports:
                report.is_kept = report.is_kept or self._spool.write(report)
                self.saved += report.is_kept
                self.done += 1
            if self._is_last:
                self._spool.release()
        finally:
            self.is_busy.release()


def save(spool: Spool, reports: list[Report], *, is_last: bool = False) -> int:
    """Spool reports and return how many are not on the disk.

    They are written as long as it takes, but no hung disk holds the caller. With
    ``is_last`` the process ends, and claims are given up too.
    """
    if not spool.is_open:
        return sum(not it.is_kept for it in reports)
    saving = _Saving(spool, reports, is_last=is_last)
    try:
        _thread.start_new_thread(saving.run, ())
    except RuntimeError:  # No threads any more: the interpreter ends.
        saving.run()
    seen = -1
    while not saving.is_busy.acquire(timeout=HUNG_S) and saving.done > seen:
        seen = saving.done
    return len(reports) - saving.saved
