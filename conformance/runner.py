"""Runs one scenario with one driver over one transport, and gathers what came of it."""

import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from calls import Fault
from drivers import REFERENCE, Driver
from faultproxy import FaultProxy, Seen
from repository import environment
from scenario import Scenario

# Far more than any phase takes: a driver that is still there then hangs.
PHASE_MAX_S = 180.0
# The exit budget of the SDKs, and a larger one where the server is there: on a busy machine 1.5 s
# are soon over.
EXIT_MS, PATIENT_EXIT_MS = 1_500, 10_000
# What a busy machine needs to end a process.
EXIT_MARGIN_MS = 2_500
RUNS_PAGE = 500
# In memory where that can be: how fast the disk is shall not matter.
SPOOLS = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
FAKETIME = "/usr/lib/*/faketime/libfaketime.so.1"


@dataclass
class Phase:
    """What was seen of a run of a driver."""

    exit_code: int | None = None
    # What the driver printed once the job was over; None when it did not come to it.
    printed: dict | None = None
    # From the end of the job's own work, or from the signal, to the end of the process; None when
    # neither was seen.
    exit_ms: float | None = None
    exit_within_ms: float = 0.0
    injected: int = 0
    # What it was told to speak, and what it spoke instead.
    transport: str = ""
    other_transports: set[str] = field(default_factory=set)
    rss_mb: float = 0.0
    stderr: str = ""
    ended_at: float = 0.0
    # The spool's files at its end: name, mode, text.
    spool: list[tuple[str, int, str]] = field(default_factory=list)


@dataclass
class Observed:
    """What was seen of a scenario: of its phases, and of what the server has stored."""

    phases: list[Phase] = field(default_factory=list)
    runs: dict[str, list[dict]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    api_key: str = ""


def observe(server, scenario: Scenario, driver: Driver, transport: str, folder: Path) -> Observed:
    """Does what the scenario says, against the real server."""
    seen = Observed(api_key=server.make_key("reporter"))
    with FaultProxy(server.address) as proxy, TemporaryDirectory(dir=SPOOLS) as made:
        spool = Path(made) / "spool"
        for number, phase in enumerate(scenario.phases):
            proxy.set(Fault())
            proxy.seen = Seen()
            one = _Phase(server, scenario, phase, proxy, folder / str(number))
            at = driver if phase.get("driver", "own") == "own" else REFERENCE
            over = transport if transport in at.transports else at.transports[0]
            seen.phases.append(one.run(at, over, spool, seen.api_key))
            seen.calls += proxy.seen.calls
    for job in _jobs(scenario):
        seen.runs[job] = runs_of(server, job)
    return seen


def _spool(folder: Path) -> list[tuple[str, int, str]]:
    files = (it for it in sorted(folder.rglob("*")) if it.is_file())
    return [(it.name, it.stat().st_mode, it.read_text("utf-8", errors="replace")) for it in files]


def _jobs(scenario: Scenario) -> list[str]:
    return [scenario.whole["job"], *scenario.whole["expect"].get("other", {})]


def runs_of(server, job: str) -> list[dict]:
    """All runs of a job, the oldest first; none when it is not known."""
    runs, token = [], ""
    while True:
        answer = server.call("GET", f"/schedulers/{job}/runs?page_size={RUNS_PAGE}&page_token={token}")
        if answer.status_code == 404:
            return []
        assert answer.status_code == 200, answer.text
        runs += answer.json().get("runs", [])
        token = answer.json().get("next_page_token", "")
        if not token:
            return sorted(runs, key=lambda it: instant(_began(it)))


def _began(run: dict) -> str:
    """When it began, as far as is known: what was heard of it first may be a heartbeat."""
    return run.get("started_at") or run.get("ended_at") or run["first_received_at"]


def instant(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class _Phase:
    def __init__(self, server, scenario: Scenario, phase: dict, proxy: FaultProxy, folder: Path):
        self.server, self.phase, self.proxy, self.folder = server, phase, proxy, folder
        self.job = phase.get("job", scenario.whole["job"])
        self.over = threading.Event()
        self.acted_at: float | None = None
        self.job_over_at: float | None = None
        self.seen = Phase()
        self.process: subprocess.Popen | None = None

    def run(self, driver: Driver, transport: str, spool: Path, api_key: str) -> Phase:
        self.folder.mkdir(parents=True)
        command = [*driver.command, *self._arguments(driver)]
        env = self._environment(driver, transport, spool, api_key)
        beside = [threading.Thread(target=it) for it in (self._harm, self._act)]
        first = self._faults()[:1]
        if first and not first[0][0]:
            # In place before the driver begins.
            self.proxy.set(first[0][1])
        with (self.folder / "stderr").open("wb") as stderr:
            self.process = subprocess.Popen(
                command, cwd=driver.folder, env=env, stdout=subprocess.PIPE, stderr=stderr
            )
        beside.append(threading.Thread(target=self._read))
        for it in beside:
            it.start()
        self._wait()
        self.over.set()
        for it in beside:
            it.join()
        since = self.job_over_at or self.acted_at
        if since is not None:
            self.seen.exit_ms = (self.seen.ended_at - since) * 1000
        self.seen.spool = _spool(spool)
        self.seen.exit_within_ms = EXIT_MARGIN_MS + (EXIT_MS if self._stays_away() else PATIENT_EXIT_MS)
        self.seen.injected = self.proxy.seen.injected
        self.seen.transport = transport
        self.seen.other_transports = self.proxy.seen.transports - {transport}
        self.seen.stderr = (self.folder / "stderr").read_text(errors="replace")
        return self.seen

    def _arguments(self, driver: Driver) -> list[str]:
        if driver.language == "exec":
            return [self.job, "--", "sh", "-c", self.phase["script"]]
        file = self.folder / "scenario.json"
        file.write_text(json.dumps({**self.phase, "job": self.job}))
        return [str(file)]

    def _environment(self, driver: Driver, transport: str, spool: Path, api_key: str) -> dict:
        more = {
            "NIGHTBELL_URL": f"http://127.0.0.1:{self.proxy.port}",
            "NIGHTBELL_API_KEY": self.phase.get("key", api_key),
            "NIGHTBELL_TRANSPORT": transport,
            "NIGHTBELL_SPOOL_DIR": str(spool),
            "NIGHTBELL_SERVICE": "Conformance",
            **dict(driver.env),
        }
        if not self._stays_away():
            more["NIGHTBELL_EXIT_TIMEOUT_MS"] = str(PATIENT_EXIT_MS)
        more |= self.phase.get("env", {})
        if "faketime" in self.phase:
            (library,) = Path("/").glob(FAKETIME.lstrip("/"))
            more |= {"LD_PRELOAD": str(library), "FAKETIME": self.phase["faketime"]}
            more |= {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        return environment(**more)

    def _stays_away(self) -> bool:
        """Whether the driver ends without the server, within the budget that SDKs have by themselves."""
        last = (self._faults() or [(0, Fault())])[-1][1]
        return last.mode in ("refuse", "blackhole") or "key" in self.phase

    def _wait(self) -> None:
        """Waits for the end of the driver, and takes its measure."""
        deadline = time.monotonic() + PHASE_MAX_S
        while True:
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                self.process.send_signal(signal.SIGKILL)
                deadline += PHASE_MAX_S
            time.sleep(0.005)
        self.seen.ended_at = time.monotonic()
        self.seen.exit_code = self.process.returncode = os.waitstatus_to_exitcode(status)
        self.seen.rss_mb = usage.ru_maxrss / 1024

    def _read(self) -> None:
        for line in self.process.stdout:
            # Anything else that a driver prints is for people.
            if not line.startswith(b"{"):
                continue
            said = json.loads(line)
            if "over" in said:
                self.job_over_at = time.monotonic()
            else:
                self.seen.printed = said
        self.process.stdout.close()

    def _faults(self) -> list[tuple[int, Fault]]:
        return [(it.get("at_ms", 0), Fault.read(it)) for it in self.phase.get("faults", [])]

    def _harm(self) -> None:
        while self.phase.get("faults_since") == "run" and not self._open_runs():
            if self.over.wait(0.05):
                return
        began = time.monotonic()
        for at_ms, fault in self._faults():
            if at_ms and not self.over.wait(max(0.0, began + at_ms / 1000 - time.monotonic())):
                self.proxy.set(fault)

    def _open_runs(self) -> list[str]:
        """Those that the server knows of."""
        return [it["run_id"] for it in runs_of(self.server, self.job) if it["status"] == "running"]

    def _act(self) -> None:
        """Does what is to be done as soon as the server knows of an open run."""
        then = self.phase.get("then")
        while then and not self.over.wait(0.05):
            ids = self._open_runs()
            if not ids:
                continue
            self.acted_at = time.monotonic()
            if then == "cancel":
                self.server.post(f"/schedulers/{self.job}/runs/{ids[0]}/cancel", {})
            elif then == "delete":
                self.server.call("DELETE", f"/schedulers/{self.job}")
            else:
                self.process.send_signal(signal.Signals[then])
            return
