"""Where things are, and how programs are run."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What programs get of the environment. Everything else, above all variables of
# Nightbell itself, would make a test depend on who runs it.
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


def environment(**more: str) -> dict[str, str]:
    return {name: os.environ[name] for name in KEPT if name in os.environ} | more


class ProgramFailed(Exception):
    pass


def run(*command: str | Path, cwd: Path = ROOT, **env: str) -> str:
    """Runs a program to its end, which must be a good one, and gives what it printed."""
    done = subprocess.run(
        command, cwd=cwd, env=environment(**env), capture_output=True, text=True, timeout=120
    )
    if done.returncode != 0:
        raise ProgramFailed(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr
