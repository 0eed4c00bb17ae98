"""Jobs that report through the one address, and repeat whatever is not answered."""

import itertools
import os
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, Callable

# Other programs are started while jobs report: gRPC shall not meddle with forks.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"

import grpc  # noqa: E402
import requests  # noqa: E402

sys.path.append(str(Path(__file__).resolve().parents[1] / "grpc-python"))
from client import Nightbell  # noqa: E402

Json = dict[str, Any]

# Every so many runs one fails, as a job of its own: each owes one incident.
FAIL_EVERY = 5
HEARTBEATS = 3
PAUSE_S = 0.05

# How long one try may take, and how long a report is repeated.
TRY_S = 10
REPEAT_S = 90

# What another try does not change.
REFUSALS = {
    grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.OUT_OF_RANGE,
}


class Refused(Exception):
    pass


class Unanswered(Exception):
    """Whether it took place is not known; it may be repeated."""


class Promises:
    """What callers were answered, and what it cost them."""

    def __init__(self):
        self.lock = threading.Lock()
        self.runs: dict[tuple[str, str], Json] = {}
        self.answered, self.repeats = Counter(), Counter()
        self.longest_s = 0.0
        self.broken: list[str] = []

    def keep(self, kind: str, scheduler: str, run: str, **told: Any) -> None:
        with self.lock:
            self.answered[kind] += 1
            if run:
                self.runs.setdefault((scheduler, run), {}).update(told)


class Rest:
    kind = "REST"

    def __init__(self, url: str, key: str):
        self.url, self.session = f"{url}/api/v1", requests.Session()
        self.session.trust_env = False
        self.session.headers["x-api-key"] = key

    def register(self, scheduler: str, settings: Json) -> None:
        self.call("POST", "/schedulers/register", {"scheduler_id": scheduler, **settings})

    def report(self, scheduler: str, body: Json) -> None:
        self.call("PUT", f"/schedulers/{scheduler}/status", body)

    def heartbeat(self, scheduler: str, body: Json) -> None:
        self.call("POST", f"/schedulers/{scheduler}/heartbeat", body)

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        try:
            answer = self.session.request(method, self.url + path, json=body, timeout=TRY_S)
        except requests.RequestException as error:
            raise Unanswered(str(error)) from error
        if answer.status_code == 429 or answer.status_code >= 500:
            raise Unanswered(answer.text)
        if answer.status_code != 200:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()


class Grpc:
    kind = "gRPC"

    def __init__(self, url: str, key: str):
        self.nightbell = Nightbell(url, key)

    def register(self, scheduler: str, settings: Json) -> None:
        self.call("SchedulerService/RegisterScheduler", {"scheduler_id": scheduler, **settings})

    def report(self, scheduler: str, body: Json) -> None:
        status = f"RUN_STATUS_{body['status'].upper()}"
        self.call("ReportService/UpdateStatus", {"scheduler_id": scheduler, **body, "status": status})

    def heartbeat(self, scheduler: str, body: Json) -> None:
        self.call("ReportService/SendHeartbeat", {"scheduler_id": scheduler, **body})

    def call(self, name: str, request: Json) -> None:
        try:
            self.nightbell.call(name, request)
        except grpc.RpcError as error:
            if error.code() in REFUSALS:
                raise Refused(f"{name}: {error}") from error
            raise Unanswered(str(error)) from error


class Job(threading.Thread):
    """Runs again and again until told to stop, and then ends what it has begun."""

    def __init__(self, name: str, way: Rest | Grpc, promises: Promises, over: threading.Event):
        super().__init__(name=name, daemon=True)
        self.way, self.promises, self.over = way, promises, over

    def run(self) -> None:
        try:
            for number in itertools.count(1):
                self._one_run(number)
                if self.over.is_set():
                    return
        except Exception as error:  # Told in the end, among what was lost.
            self.promises.broken.append(f"{self.name}: {error!r}")

    def _one_run(self, number: int) -> None:
        fails = number % FAIL_EVERY == 0
        scheduler = f"{self.name}-fails-{number}" if fails else self.name
        run = f"run-{number}"
        if fails or number == 1:
            settings = {"service_name": "Cluster", "job_name": scheduler}
            self._tell(lambda: self.way.register(scheduler, settings))
            self.promises.keep(self.way.kind, scheduler, "")
        self._report(scheduler, run, "running")
        for done in range(1, HEARTBEATS + 1):
            time.sleep(PAUSE_S)
            beat = {"run_id": run, "sequence": done, "progress": {"done": done}}
            self._tell(lambda: self.way.heartbeat(scheduler, beat))
            self.promises.keep(self.way.kind, scheduler, run, done=done)
        self._report(scheduler, run, "failed" if fails else "completed")

    def _report(self, scheduler: str, run: str, status: str) -> None:
        more = {"error_message": "on purpose"} if status == "failed" else {}
        body = {"run_id": run, "status": status, **more}
        self._tell(lambda: self.way.report(scheduler, body))
        self.promises.keep(self.way.kind, scheduler, run, status=status)

    def _tell(self, send: Callable[[], None]) -> None:
        began = time.monotonic()
        while True:
            try:
                send()
                break
            except Unanswered:
                if time.monotonic() - began > REPEAT_S:
                    raise
                with self.promises.lock:
                    self.promises.repeats[self.way.kind] += 1
                time.sleep(0.2)
        with self.promises.lock:
            self.promises.longest_s = max(self.promises.longest_s, time.monotonic() - began)
