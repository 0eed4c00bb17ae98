"""The spool as proto/vectors/README.md says it is."""

import json
import os
import re
import time
import uuid
from pathlib import Path

NAME = re.compile(r"(\d{13})-([0-9a-f-]{36})\.(json|tmp)(?:\.claimed-(\d+)-\d+-[0-9a-f]{12})?")


def what_of(name: str, text: str, now_ms: int) -> str:
    """Says what is done with a file: replay, leave or remove."""
    found = NAME.fullmatch(name)
    if not found:
        return "leave"
    written_ms, kind, claimed_s = int(found[1]), found[3], found[4]
    if kind == "tmp":
        return "remove" if now_ms - written_ms > 3_600_000 else "leave"
    if claimed_s and now_ms / 1000 - int(claimed_s) <= 300:
        return "leave"
    try:
        record = json.loads(text)
        if record["v"] > 1:
            return "leave"
        if record["kind"] not in ("register", "status"):
            return "leave"
        good = isinstance(record["body"], dict)
    except (ValueError, TypeError, KeyError):
        good = False
    return "replay" if good and now_ms - written_ms <= 604_800_000 else "remove"


class Spool:
    def __init__(self, folder: Path):
        self.folder = folder
        self.last_ms = 0

    def write(self, kind: str, body: dict) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        report_id = str(uuid.uuid4())
        # A later name sorts later, even within a millisecond.
        self.last_ms = max(self.last_ms + 1, time.time_ns() // 1_000_000)
        path = self.folder / f"{self.last_ms:013}-{report_id}"
        descriptor = os.open(path.with_suffix(".tmp"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump({"v": 1, "kind": kind, "id": report_id, "body": body}, file)
        path.with_suffix(".tmp").rename(path.with_suffix(".json"))

    def claim(self) -> list[tuple[Path, dict]]:
        """Takes what waits, in its order, so that nobody else does."""
        taken = []
        for path in sorted(self.folder.glob("*.json*")) if self.folder.is_dir() else []:
            text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
            done = what_of(path.name, text, time.time_ns() // 1_000_000)
            if done == "remove":
                path.unlink(missing_ok=True)
            if done != "replay":
                continue
            plain = path.name.partition(".claimed")[0]
            claim = path.with_name(
                f"{plain}.claimed-{int(time.time())}-{os.getpid()}-{uuid.uuid4().hex[:12]}"
            )
            try:
                path.rename(claim)
            except OSError:
                continue  # Somebody else was first.
            taken.append((claim, json.loads(text)))
        return taken

    def give_back(self, claim: Path) -> None:
        claim.rename(claim.with_name(claim.name.partition(".claimed")[0]))
