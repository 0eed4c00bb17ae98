"""Reports on disk, until a server takes them: from this process or any later one.

The format is the same in every SDK, held by ``proto/vectors``: a folder for each
server, a file for each report, names that sort by time. A file appears by rename and
is claimed by rename, so that none is read half-written and none sent by two processes.
"""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import contextmanager

from nightbell import _log
from nightbell._ids import uuid7
from nightbell._records import (
    CLAIMED,
    READY,
    VERSION,
    WRITING,
    NewerError,
    age_s,
    is_ours,
    read,
    remove,
    size_of,
    write,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from nightbell._report import Report
    from nightbell._settings import Settings

BYTES_MAX = 50 * 1024 * 1024
AGE_MAX_S = 7 * 24 * 3600
# A claim that its process did not settle in this time is given up by anybody.
CLAIM_MAX_S = 300
# A file that is still being written after so long is litter.
LITTER_MAX_S = 3600
# A file that cannot be read is left alone for so long.
UNREAD_S = 30.0
# For a write of another thread to end, before this one goes on without it.
WRITE_MAX_S = 0.5
# Names read of a folder at a time, so that a full one does not hold the worker.
NAMES_MAX = 200_000


class Spool:
    """The reports that wait for one server. Without a folder it takes none."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder
        self._claims: dict[str, str] = {}
        self._bytes: int | None = None
        self._last_ms = 0
        # Records of a newer SDK: they are for it.
        self._left: set[str] = set()
        # Those that cannot be sent or read now, and when to try again.
        self._aside: dict[str, float] = {}
        # Schedulers of which this process put something here.
        self.written_of: set[str] = set()
        self._writing = threading.Lock()
        # Whether something is known to wait.
        self.is_waiting = False

    @classmethod
    def open(cls, settings: Settings) -> Spool:
        """Return the spool of the server that the settings name. Touches no disk."""
        if not settings.spool:
            return cls(None)
        root = settings.spool_dir or _state_dir()
        return cls(os.path.join(root, folder_name(settings.url)) if root else None)

    @property
    def is_open(self) -> bool:
        """Whether there is a folder, so that something could wait in it."""
        return self._folder is not None

    def write(self, report: Report) -> bool:
        """Put a report onto the disk; say whether it need not be kept any longer."""
        if self._folder is None:
            return False
        value = {"v": VERSION, "kind": report.kind, "id": report.id, "body": report.body}
        try:
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        except (TypeError, ValueError, RecursionError) as error:
            _log.warn("unwritable", "a %s report is lost: %s", report.kind, error)
            return True
        data = text.encode("utf-8", "replace")
        if len(self.written_of) < NAMES_MAX:
            self.written_of.add(str(report.body.get("scheduler_id")))
        with self._turn():
            return self._write(report.id, data)

    def _write(self, report_id: str, data: bytes) -> bool:
        assert self._folder is not None, "looked at by the caller"
        # Always a name after the earlier ones, whatever the clock does: ids made in one
        # millisecond are in no order.
        self._last_ms = max(self._last_ms + 1, time.time_ns() // 1_000_000)
        path = os.path.join(self._folder, f"{self._last_ms:013}-{report_id}")
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            self._make_room(len(data))
            write(path + WRITING, data)
            os.rename(path + WRITING, path + READY)
        except OSError as error:
            _log.debug("cannot spool: %s", error)
            remove(path + WRITING)
            return False
        self.is_waiting = True
        return True

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for another thread's write, so that the end of the process cuts none off."""
        is_mine = self._writing.acquire(timeout=WRITE_MAX_S)
        try:
            yield
        finally:
            if is_mine:
                self._writing.release()

    def look(self) -> bool:
        """See whether something waits that this process did not put there."""
        for name in self._names(WRITING):
            if is_ours(name, WRITING) and age_s(name) > LITTER_MAX_S:
                remove(os.path.join(self._folder or "", name))
        found = self._unclaim()
        ready = self._names(READY)
        self._left.intersection_update(ready)
        self._aside = {it: until for it in ready if (until := self._aside.get(it, 0.0))}
        self.is_waiting = found or any(self._may_claim(it) for it in ready)
        return self.is_waiting

    def count(self) -> int:
        """Return how many reports wait."""
        return len(self._names(READY))

    def claim(self, count: int) -> list[Report]:
        """Take up to so many reports, the oldest first, so that no other process does."""
        claimed: list[Report] = []
        names = sorted(self._names(READY))
        for name in names:
            if len(claimed) >= count:
                return claimed
            report = self._claim(name)
            if report is not None:
                claimed.append(report)
        self.is_waiting = bool(claimed)
        return claimed

    def settle(self, reports: list[Report]) -> None:
        """Remove claimed reports that need not be sent again, and give up the rest."""
        for report in reports:
            path = self._claims.pop(report.id, None)
            if path is not None:
                remove(path)
        self._bytes = None
        is_waiting = bool(self._claims)
        self.release()
        self.is_waiting = is_waiting or self.is_waiting

    def set_aside(self, reports: list[Report], until: float) -> None:
        """Give up claimed reports, and claim them no more for a while."""
        for report in reports:
            claim = self._claims.pop(report.id, None)
            if claim is not None:
                self._put_aside(claim, until)

    def release(self) -> None:
        """Give up what is claimed, for any process to take."""
        with self._turn():
            claims, self._claims = self._claims, {}
            for path in claims.values():
                self._give_up(path)

    def abandon(self) -> None:
        """Forget the claims of the parent, in a forked process."""
        self._claims = {}
        self._writing = threading.Lock()

    def _names(self, suffix: str) -> list[str]:
        """Return the names of reports in a state; of all of them if none is named."""
        if self._folder is None:
            return []
        try:
            with os.scandir(self._folder) as entries:
                names = [it.name for it, _ in zip(entries, range(NAMES_MAX), strict=False)]
        except OSError:
            return []
        return [it for it in names if not suffix or is_ours(it, suffix)]

    def _may_claim(self, name: str) -> bool:
        return name not in self._left and self._aside.get(name, 0.0) <= time.monotonic()

    def _claim(self, name: str) -> Report | None:
        path = os.path.join(self._folder or "", name)
        if not self._may_claim(name):
            return None
        claim = f"{path}{CLAIMED}-{int(time.time())}-{os.getpid()}-{uuid7()[-12:]}"
        try:
            os.rename(path, claim)
        except OSError:  # Another process was first.
            return None
        try:
            report = None if age_s(name) > AGE_MAX_S else read(claim)
        except NewerError:
            self._left.add(name)
            self._give_up(claim)
            return None
        except OSError as error:
            # No descriptor free, as a rule. What it holds may be in order.
            _log.debug("cannot read %s: %s", name, error)
            self._put_aside(claim, time.monotonic() + UNREAD_S)
            return None
        # Two threads that both saved it at the end of a process wrote it twice.
        if report is None or report.id in self._claims:
            remove(claim)
            return None
        self._claims[report.id] = claim
        return report

    def _unclaim(self) -> bool:
        """Give up claims of processes that did not come back."""
        found = False
        for name in self._names(CLAIMED):
            try:
                since = int(name.partition(CLAIMED + "-")[2].partition("-")[0])
            except ValueError:
                since = 0
            if time.time() - since > CLAIM_MAX_S:
                self._give_up(os.path.join(self._folder or "", name))
                found = True
        return found

    def _put_aside(self, claim: str, until: float) -> None:
        self._aside[os.path.basename(claim).partition(CLAIMED)[0]] = until
        self._give_up(claim)

    def _give_up(self, claim: str) -> None:
        try:
            os.rename(claim, claim.partition(CLAIMED)[0])
        except OSError as error:
            _log.debug("cannot give up a claim: %s", error)

    def _make_room(self, size: int) -> None:
        """Remove the oldest until there is room."""
        if self._folder is None:
            return
        if self._bytes is not None:
            self._bytes += size
        if self._bytes is None or self._bytes > BYTES_MAX:
            # Other processes take reports away too: counted anew before any is lost.
            sizes = [size_of(os.path.join(self._folder, it)) for it in self._names("")]
            self._bytes = size + sum(sizes)
        if self._bytes <= BYTES_MAX:
            return
        _log.warn("spool full", "the spool is full; the oldest reports are lost")
        for name in sorted(self._names(READY)):
            if self._bytes <= BYTES_MAX * 0.9:
                return
            path = os.path.join(self._folder, name)
            its = size_of(path)
            if remove(path):
                self._bytes -= its


def folder_name(url: str) -> str:
    """Return the name of a server's folder."""
    import hashlib

    return hashlib.sha256(url.rstrip("/").removesuffix("/api/v1").encode()).hexdigest()[:16]


def _state_dir() -> str:
    base = os.environ.get("XDG_STATE_HOME", "")
    if not base:
        home = os.path.expanduser("~")
        if home in ("", "~"):
            return ""
        base = os.path.join(home, ".local", "state")
    return os.path.join(base, "nightbell", "spool")
