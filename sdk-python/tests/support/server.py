"""A real server on a free port, with a database of its own."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import urllib.request
from typing import TYPE_CHECKING

from nightbell import Client, NotFoundError, types

from .places import SERVER, environment
from .waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path


class Server:
    def __init__(self, folder: Path, **more: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self.env = environment(
            NIGHTBELL_DATABASE_URL=f"sqlite://{folder / 'nightbell.db'}",
            NIGHTBELL_LISTEN=f"127.0.0.1:{self.port}",
            **more,
        )
        self.process: subprocess.Popen[bytes] | None = None
        self._key = ""

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([SERVER], env=self.env, stdout=log, stderr=log)
        wait_until(self._is_ready, "the server to be ready")

    def _is_ready(self) -> bool:
        assert self.process is not None
        ended = self.process.poll()
        assert ended is None, f"the server ended with {ended}:\n{self.log.read_text()}"
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    @property
    def key(self) -> str:
        """The admin key that the first start prints, and only the first."""
        if not self._key:
            text = self.log.read_text()
            (self._key,) = re.findall(r"^Your admin key, shown only now: (\S+)$", text, re.M)
        return self._key

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            assert self.process.wait(timeout=60) == 0, "the server did not end well"
        finally:
            self.process.kill()

    def client(self, transport: str = "http") -> Client:
        return Client(self.url, self.key, transport=transport, timeout=30)

    def knows(self, scheduler_id: str) -> bool:
        """Whether there are runs of a scheduler."""
        with self.client() as client:
            try:
                return bool(client.list_runs(scheduler_id, page_size=1).runs)
            except NotFoundError:
                return False

    def runs(self, scheduler_id: str) -> list[types.Run]:
        """The runs of a scheduler, the newest first."""
        with self.client() as client:
            return client.list_runs(scheduler_id, page_size=500).runs

    def run(self, scheduler_id: str) -> types.Run:
        """The only run of a scheduler."""
        (run,) = self.runs(scheduler_id)
        return run

    def wait_for_run(self, scheduler_id: str, status: str) -> types.Run:
        """The newest run, as soon as it has a status."""

        def found() -> types.Run | None:
            runs = self.runs(scheduler_id) if self.knows(scheduler_id) else []
            return runs[0] if runs and runs[0].status == status else None

        run = wait_until(found, f"a {status} run of {scheduler_id}")
        assert run is not None
        return run
