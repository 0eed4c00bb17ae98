"""Nightbell on three servers and two databases: breaks both, and looks for what was lost.

    python run.py [--seconds 30] [--primary kill|hang]

Ends with 1 if anything was lost.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests

from databases import Pair
from jobs import Grpc, Job, Promises, Rest
from processes import Program, free_port, wait_until
from receiver import Receiver
from reckoning import reckon

HERE = Path(__file__).resolve().parent
BINARY = Path(os.environ.get("NIGHTBELL_SERVER_BIN", HERE.parents[1] / "target/debug/nightbell-server"))
REST_JOBS, GRPC_JOBS = 6, 4


class Cluster:
    def __init__(self, folder: Path):
        self.pair = Pair(folder / "databases")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ports = [free_port() for _ in range(3)]
        plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.env = plain | {
            "NIGHTBELL_DATABASE_URL": self.pair.url,
            "NIGHTBELL_SECRET_FILE": str(folder / "secret"),
            "NIGHTBELL_PUBLIC_URL": self.url,
            "NIGHTBELL_REQUESTS_PER_SECOND": "100000",
            "NIGHTBELL_ALLOW_TARGETS": "127.0.0.0/8",
        }
        self.servers = [
            Program([BINARY], folder / f"server-{number}.log",
                    self.env | {"NIGHTBELL_LISTEN": f"127.0.0.1:{port}"})
            for number, port in enumerate(self.ports, start=1)
        ]
        ports = {f"SERVER_{number}": str(port) for number, port in enumerate(self.ports, start=1)}
        haproxy = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
        if not haproxy:
            raise RuntimeError("haproxy is missing: install the package haproxy")
        self.haproxy = Program([haproxy, "-db", "-f", HERE / "haproxy.cfg"], folder / "haproxy.log",
                               plain | ports | {"HAPROXY_PORT": str(self.port)})

    def start(self) -> str:
        """Starts everything; gives an admin's key."""
        self.pair.start()
        for number in range(len(self.servers)):
            self.start_server(number)
        self.haproxy.start()
        wait_until(lambda: is_ready(self.port), "HAProxy to find the servers")
        make = [BINARY, "keys", "create", "--name", "cluster", "--role", "admin"]
        made = subprocess.run(make, env=self.env, capture_output=True, text=True, check=True)
        return made.stdout.strip()

    def start_server(self, number: int) -> None:
        """As a supervisor would: one that finds no database in time ends, and begins again."""
        def is_up() -> bool:
            if not self.servers[number].is_running():
                self.servers[number].start()
            return is_ready(self.ports[number])

        wait_until(is_up, f"server {number + 1} to be ready")

    def stop(self) -> None:
        for program in (self.haproxy, *self.servers):
            program.kill()
        self.pair.stop()


def is_ready(port: int) -> bool:
    try:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(f"http://127.0.0.1:{port}/readyz", timeout=2).ok
    except requests.RequestException:
        return False


def break_it(cluster: Cluster, seconds: float, primary: str) -> None:
    """Breaks one thing after another, in six parts of equal length."""
    began = time.monotonic()

    def at(part: float, what: str) -> None:
        time.sleep(max(0.0, began + seconds * part / 6 - time.monotonic()))
        print(f"{time.monotonic() - began:5.1f} s  {what}", flush=True)

    at(0, f"ten jobs report to {cluster.url}; PostgreSQL {cluster.pair.version().strip()}")
    at(1, "server 2 is killed")
    cluster.servers[1].kill()
    at(2, "server 2 is started again")
    cluster.start_server(1)
    at(3, "the primary hangs" if primary == "hang" else "the primary is killed")
    cluster.pair.primary.hang() if primary == "hang" else cluster.pair.primary.kill()
    at(3.5, "the standby is promoted")
    cluster.pair.promote()
    at(6, "the load ends")


def run(cluster: Cluster, seconds: float, primary: str) -> list[str]:
    key = cluster.start()
    receiver, promises, over = Receiver(), Promises(), threading.Event()
    rest = Rest(cluster.url, key)
    rest.call("POST", "/channels", {"name": "receiver", "webhook": {"url": receiver.url}})
    ways = [Rest] * REST_JOBS + [Grpc] * GRPC_JOBS
    jobs = [
        Job(f"job-{number}", way(cluster.url, key), promises, over)
        for number, way in enumerate(ways)
    ]
    for job in jobs:
        job.start()
    break_it(cluster, seconds, primary)
    over.set()
    for job in jobs:
        job.join(timeout=120)
    return reckon(rest, promises, receiver, jobs)


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=30, help="how long jobs report")
    options.add_argument("--primary", choices=["kill", "hang"], default="kill")
    chosen = options.parse_args()
    # Whoever ends this program ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="nightbell-cluster-"))
    folder.chmod(0o711)  # PostgreSQL's user has a folder in it.
    cluster, lost = Cluster(folder), ["it was not run to its end"]
    try:
        lost = run(cluster, chosen.seconds, chosen.primary)
    finally:
        cluster.stop()
        if lost:
            print(f"the logs are kept in {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder)
    print("\n".join(lost) if lost else "nothing was lost")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
