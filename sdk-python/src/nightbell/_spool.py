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
from nightbell._report import REGISTER, STATUS, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from nightbell._settings import Settings

VERSION = 1
BYTES_MAX = 50 * 1024 * 1024
AGE_MAX_S = 7 * 24 * 3600
# A claim that its process did not settle in this time is given up by anybody.
CLAIM_MAX_S = 300
FILE_BYTES_MAX = 256 * 1024
# A file that is still being written after so long is litter.
LITTER_MAX_S = 3600
# For a write of another thread to end, before this one goes on without it.
WRITE_MAX_S = 0.5
# Names read of a folder at a time, so that a full one does not hold the worker.
NAMES_MAX = 200_000

READY = ".json"
CLAIMED = ".claimed"
WRITING = ".tmp"


class Spool:
    """The reports that wait for one server. Without a folder it takes none."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder
        self._claims: dict[str, str] = {}
        self._bytes: int | None = None
        self._last_ms = 0
        # Records of a newer SDK: they are for it.
        self._left: set[str] = set()
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
            _write(path + WRITING, data)
            os.rename(path + WRITING, path + READY)
        except OSError as error:
            _log.debug("cannot spool: %s", error)
            _remove(path + WRITING)
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
            if _is_ours(name, WRITING) and _age_s(name) > LITTER_MAX_S:
                _remove(os.path.join(self._folder or "", name))
        found = self._unclaim()
        self.is_waiting = found or any(it not in self._left for it in self._names(READY))
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
                _remove(path)
        self._bytes = None
        is_waiting = bool(self._claims)
        self.release()
        self.is_waiting = is_waiting or self.is_waiting

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
        return [it for it in names if not suffix or _is_ours(it, suffix)]

    def _claim(self, name: str) -> Report | None:
        path = os.path.join(self._folder or "", name)
        if name in self._left:
            return None
        claim = f"{path}{CLAIMED}-{int(time.time())}-{os.getpid()}-{uuid7()[-12:]}"
        try:
            os.rename(path, claim)
        except OSError:  # Another process was first.
            return None
        try:
            report = None if _age_s(name) > AGE_MAX_S else _read(claim)
        except _NewerError:
            self._left.add(name)
            self._give_up(claim)
            return None
        # Two threads that both saved it at the end of a process wrote it twice.
        if report is None or report.id in self._claims:
            _remove(claim)
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

    def _give_up(self, claim: str) -> None:
        try:
            os.rename(claim, claim.partition(CLAIMED)[0])
        except OSError as error:
            _log.debug("cannot give up a claim: %s", error)

    def _make_room(self, size: int) -> None:
        """Remove the oldest until there is room."""
        if self._folder is None:
            return
        if self._bytes is None:
            self._bytes = sum(_size(os.path.join(self._folder, it)) for it in self._names(""))
        self._bytes += size
        if self._bytes <= BYTES_MAX:
            return
        _log.warn("spool full", "the spool is full; the oldest reports are lost")
        for name in sorted(self._names(READY)):
            if self._bytes <= BYTES_MAX * 0.9:
                return
            path = os.path.join(self._folder, name)
            self._bytes -= _size(path)
            _remove(path)


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


def _write(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
    finally:
        os.close(descriptor)


def _read(path: str) -> Report | None:
    """Return the report in a file. One that holds none, such as half of one, is nobody's."""
    try:
        with open(path, "rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
        value: Any = json.loads(data) if len(data) <= FILE_BYTES_MAX else None
    except (OSError, ValueError):
        return None
    if not isinstance(value, dict):
        return None
    version = value.get("v")
    if isinstance(version, int) and version > VERSION:
        raise _NewerError
    kind, body = value.get("kind"), value.get("body")
    if version != VERSION or kind not in (REGISTER, STATUS) or not isinstance(body, dict):
        return None
    return Report(kind, body, report_id=str(value.get("id") or ""))


class _NewerError(Exception):
    """A record is of a version that this SDK does not know."""


def _is_ours(name: str, state: str) -> bool:
    """Say whether this is the name of a report in a state, and not somebody else's file."""
    stem, _, rest = name.partition(".")
    time_ms, _, report_id = stem.partition("-")
    if len(time_ms) != 13 or not time_ms.isdecimal() or len(report_id) != 36:
        return False
    if state == CLAIMED:
        return f".{rest}".startswith(READY + CLAIMED + "-")
    return f".{rest}" == state


def _age_s(name: str) -> float:
    return time.time() - int(name[:13]) / 1000


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
