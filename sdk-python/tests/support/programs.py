"""Jobs as programs of their own: the only way to see how processes end."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .places import SDK, environment

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_S = 120.0


@dataclass
class Ended:
    code: int
    out: str
    err: str
    took: float


@dataclass
class Started:
    process: subprocess.Popen[str]
    at: float


def env_for(url: str, key: str = "nbi_none", **more: str) -> dict[str, str]:
    """The environment of a job. Its spool is off unless the test gives it a place."""
    spool = {} if "NIGHTBELL_SPOOL_DIR" in more else {"NIGHTBELL_SPOOL": "off"}
    said = {
        "NIGHTBELL_URL": url,
        "NIGHTBELL_API_KEY": key,
        "PYTHONPATH": str(SDK / "src"),
        "PYTHONUNBUFFERED": "1",
    }
    return environment(**{**said, **spool, **more})


def start(
    code: str, env: dict[str, str], python: str | Path = sys.executable, *options: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [python, *options, "-c", textwrap.dedent(code)],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_text(text: str, env: dict[str, str]) -> Ended:
    """Run a program as it is written."""
    return run(f"exec({text!r})", env)


def run(code: str, env: dict[str, str], python: str | Path = sys.executable) -> Ended:
    """Run a program to its end."""
    return end_of(begin(code, env, python))


def begin(code: str, env: dict[str, str], python: str | Path = sys.executable) -> Started:
    """Begin a program that takes its time."""
    began = time.monotonic()
    return Started(start(code, env, python), began)


def end_of(it: Started, told: str | None = None) -> Ended:
    """Wait for a program to end, once it was told something."""
    try:
        out, err = it.process.communicate(told, timeout=LIMIT_S)
    finally:
        it.process.kill()
    return Ended(it.process.returncode, out, err, time.monotonic() - it.at)
