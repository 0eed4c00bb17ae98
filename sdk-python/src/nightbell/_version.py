"""What this is, for the server's logs."""

from __future__ import annotations

import sys

__version__ = "0.1.0"


def user_agent(transport: str) -> str:
    """Return the name that goes with every request."""
    version = ".".join(map(str, sys.version_info[:3]))
    return f"nightbell-python/{__version__} ({transport}; {sys.implementation.name}/{version})"
