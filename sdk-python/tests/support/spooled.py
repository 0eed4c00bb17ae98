"""What waits in a spool."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def reports(folder: Path) -> list[dict[str, Any]]:
    """The reports in their order. One that was on its way when its process ended may stand
    there twice under one id; whoever takes it takes it once."""
    found = [json.loads(it.read_text()) for it in sorted(folder.rglob("*.json"))]
    return list({it["id"]: it for it in found}.values())
