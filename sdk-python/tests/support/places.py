"""Where things are, and what programs get of the environment."""

from __future__ import annotations

import os
from pathlib import Path

SDK = Path(__file__).resolve().parents[2]
ROOT = SDK.parent
SERVER = Path(os.environ.get("NIGHTBELL_SERVER_BIN", ROOT / "target/debug/nightbell-server"))

# Everything else, above all variables of Nightbell itself, would make a test depend on
# who runs it.
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


def environment(**more: str) -> dict[str, str]:
    return {name: os.environ[name] for name in KEPT if name in os.environ} | more
