"""A real server on a free port, with a database of its own."""

import functools
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import requests

from repository import ROOT, environment, run
from waiting import wait_until

BINARY = Path(os.environ.get("NIGHTBELL_SERVER_BIN", ROOT / "target/debug/nightbell-server"))


def asked(method: str, url: str, **more) -> requests.Response:
    """Makes a request that looks for no proxy: whoever lists the environment in one thread
    while pytest changes it in another fails."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, url, **more)


class Server:
    def __init__(self, folder: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{self.address}"
        self.log = folder / "server.log"
        self.env = environment(
            NIGHTBELL_DATABASE_URL=f"sqlite://{folder / 'nightbell.db'}",
            NIGHTBELL_LISTEN=self.address,
            # Webhooks of the tests go to this machine.
            NIGHTBELL_ALLOW_TARGETS="127.0.0.0/8",
        )
        self.process: subprocess.Popen | None = None

    def command(self, *arguments: str) -> str:
        """Runs another command of the server on the same database, and gives its output."""
        return run(BINARY, *arguments, **self.env)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([BINARY], env=self.env, stdout=log, stderr=log)
        wait_until(self._is_ready, "the server to be ready")

    @functools.cached_property
    def admin_key(self) -> str:
        """The key that the first start prints, and only the first."""
        (key,) = re.findall(r"^Your admin key, shown only now: (\S+)$", self.log.read_text(), re.M)
        return key

    def _is_ready(self) -> bool:
        ended = self.process.poll()
        assert ended is None, f"the server ended with {ended}:\n{self.log.read_text()}"
        try:
            return asked("GET", f"{self.url}/readyz", timeout=5).ok
        except requests.ConnectionError:
            return False

    def stop(self) -> int:
        """Asks the server to end, and gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=60)
        finally:
            self.process.kill()

    def call(self, method: str, path: str, body=None, key: str | None = None) -> requests.Response:
        """Makes a REST call, as admin unless told otherwise."""
        headers = {"x-api-key": key or self.admin_key}
        return asked(
            method, f"{self.url}/api/v1{path}", json=body, headers=headers, timeout=30
        )

    def get(self, path: str) -> dict:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: dict) -> dict:
        answer = self.call("POST", path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def report(self, scheduler_id: str, status: str, **more) -> dict:
        path = f"/schedulers/{scheduler_id}/status"
        answer = self.call("PUT", path, {"status": status, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def runs(self, scheduler_id: str) -> list[dict]:
        return self.get(f"/schedulers/{scheduler_id}/runs")["runs"]

    def make_key(self, role: str, **more) -> str:
        return self.post("/keys", {"name": "tests", "role": role, **more})["api_key"]
