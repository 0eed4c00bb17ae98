"""Programs in the background, and waiting for what they do."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, Callable


class NeverHappened(Exception):
    pass


def wait_until(condition: Callable[[], Any], what: str, most_s: float = 60) -> Any:
    """Gives what `condition` gives as soon as that is something."""
    deadline = time.monotonic() + most_s
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise NeverHappened(f"waited {most_s:.0f} s in vain for {what}")
        time.sleep(0.05)
    return result


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Program:
    """A program with a log of its own."""

    def __init__(self, command: list, log: Path, env: dict[str, str] | None = None, **how: Any):
        self.command, self.log, self.env, self.how = command, log, env, how
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                **self.how,
            )

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """Ends it, and what it has started, as a power cut would."""
        if self.is_running():
            for pid in self.family():
                signal_to(pid, signal.SIGKILL)
            self.process.wait()

    def hang(self) -> None:
        """Stops it where it stands: its machine still takes connections for it."""
        for pid in self.family():
            signal_to(pid, signal.SIGSTOP)

    def family(self) -> list[int]:
        """It and its children."""
        children = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # It has ended meanwhile.
            if int(fields[1]) == self.process.pid:
                children.append(int(stat.parent.name))
        return [self.process.pid, *children]


def signal_to(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        pass
