"""The smallest client that keeps the contract over REST. It exists to test the suite."""

import http.client
import json
import os
import queue
import random
import sys
import threading
import time
import urllib.parse
import uuid
from pathlib import Path

import rules
from spool import Spool

TIMEOUT_S, BATCH_MAX = 3.0, 500


class Refused(Exception):
    def __init__(self, status: int, retry_after: float | None = None):
        super().__init__(status)
        self.status, self.retry_after = status, retry_after


def now() -> str:
    nanos = time.time_ns()
    head = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(nanos // 10**9))
    return f"{head}.{nanos % 10**9 // 1000:06}Z"


class Run:
    def __init__(self, client: "Client", job: str):
        self.client, self.job, self.id = client, job, str(uuid.uuid4())
        self.sequence, self.done = 0, None
        self.data: dict = {}
        self.cancelled = threading.Event()
        client.register(job)
        client.status(self, "running")
        client.runs[self.id] = self

    def end(self, status: str, message: str | None = None) -> None:
        if self.client.runs.pop(self.id, None):
            self.client.status(self, status, message)


class Client:
    def __init__(self):
        env = os.environ
        self.url = urllib.parse.urlsplit(rules.address(env["NIGHTBELL_URL"]))
        self.key = env["NIGHTBELL_API_KEY"]
        self.exit_s = int(env.get("NIGHTBELL_EXIT_TIMEOUT_MS", "1500")) / 1000
        self.interval = int(env.get("NIGHTBELL_HEARTBEAT_MS", "30000")) / 1000
        self.spool = Spool(Path(env["NIGHTBELL_SPOOL_DIR"]) / rules.folder(env["NIGHTBELL_URL"]))
        self.runs: dict[str, Run] = {}
        self.known: set[str] = set()
        self.queue: queue.SimpleQueue = queue.SimpleQueue()
        # What is not yet with the server; the first stays until its place is found.
        self.waiting: list[tuple[str, dict]] = []
        self.claims: list = []
        self.over = threading.Event()
        self.is_down = False
        self.worker = threading.Thread(target=self._work, daemon=True)
        self.beater = threading.Thread(target=self._beat, daemon=True)
        self.worker.start()
        self.beater.start()

    def register(self, job: str) -> None:
        if job not in self.known:
            self.known.add(job)
            self._put("register", self._registration(job))

    def _registration(self, job: str) -> dict:
        return {"scheduler_id": job, "service_name": "Conformance", "job_name": job}

    def status(self, run: Run, status: str, message: str | None = None) -> None:
        run.sequence += 1
        body = {"scheduler_id": run.job, "run_id": run.id, "sequence": run.sequence}
        body |= {"status": status, "timestamp": now()}
        if message is not None:
            body["error_message"] = message
        if run.data and status != "running":
            body["metadata"] = run.data
        if status != "running" and run.done is not None:
            self._put("heartbeat", self._sign(run))
        self._put("status", body)

    def _put(self, kind: str, body: dict) -> None:
        self.queue.put((kind, body))

    def close(self) -> None:
        """Delivers or spools what there is, within the exit budget."""
        for run in list(self.runs.values()):
            run.end("failed", "abandoned: the process ended")
        self._put("close", {})
        self.over.wait(self.exit_s)
        self.over.set()
        while not self.queue.empty():
            self.waiting.append(self.queue.get())
        for kind, body in self.waiting:
            if kind in ("register", "status"):
                self.spool.write(kind, body)
        self._give_back()

    # The worker.

    def _work(self) -> None:
        self._replay()
        while not self.over.is_set():
            kind, body = self.queue.get()
            if kind == "replay":
                self._replay()
                continue
            if kind == "close":
                self._replay()
                self.over.set()
                return
            self.waiting.append((kind, body))
            if self._settle(kind, body) and not self.over.is_set():
                self.waiting.pop()

    def _settle(self, kind: str, body: dict) -> bool:
        """Gets a report to the server or onto the disk. False: neither, as the time is over."""
        for tries in range(1, 5):
            if self.is_down or self.over.is_set():
                break
            if (wait := self._try(kind, body, tries)) is None:
                return True
            self.over.wait(wait)
        if self.over.is_set():
            return False
        self.is_down = True
        if kind != "heartbeat":
            self.spool.write(kind, body)
        return True

    def _try(self, kind: str, body: dict, tries: int) -> float | None:
        try:
            self.send(kind, body)
        except (OSError, http.client.HTTPException):
            return rules.backoff(tries, random.random())
        except Refused as refused:
            then = rules.verdict(refused.status)
            if then == "hold":
                self.is_down = True
                return 0.0
            if then == "register":
                self.send("register", self._registration(body["scheduler_id"]))
                return 0.0
            if then == "retry" and refused.status == 429:
                return rules.retry_after(refused.retry_after)
            return rules.backoff(tries, random.random()) if then == "retry" else None
        return None

    def send(self, kind: str, body: dict) -> dict:
        if kind == "register":
            return self.call("POST", "/schedulers/register", body)
        path = f"/schedulers/{body['scheduler_id']}/{kind}"
        method = "PUT" if kind == "status" else "POST"
        return self.call(method, path, {**body, "sent_at": now()})

    def call(self, method: str, path: str, body: dict) -> dict:
        connection = http.client.HTTPConnection(self.url.netloc, timeout=TIMEOUT_S)
        try:
            headers = {"x-api-key": self.key, "content-type": "application/json"}
            connection.request(method, "/api/v1" + path, json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            after = answer.getheader("retry-after")
            raise Refused(answer.status, None if after is None else float(after))
        return json.loads(text)

    def _replay(self) -> None:
        """Sends what waits in the spool, as it is ordered: many status reports at a time."""
        if self.is_down:
            return
        self.claims = self.spool.claim()
        try:
            while self.claims and not self.over.is_set():
                kinds = [record["kind"] for _, record in self.claims[:BATCH_MAX]]
                count = (kinds + ["register"]).index("register") or 1
                several = self.claims[:count]
                settled = self._replay_some(kinds[0], [record["body"] for _, record in several])
                for (claim, _), is_settled in zip(several, settled):
                    claim.unlink() if is_settled else self.spool.give_back(claim)
                self.claims = self.claims[count:]
        except (OSError, http.client.HTTPException, Refused) as error:
            print(f"no replay: {error!r}", file=sys.stderr)
            self._give_back()

    def _give_back(self) -> None:
        """Leaves what could not be sent to the next process, or to the next try."""
        for claim, _ in self.claims:
            if claim.exists():
                self.spool.give_back(claim)
        self.claims = []

    def _replay_some(self, kind: str, bodies: list[dict]) -> list[bool]:
        if kind == "register":
            self.send("register", bodies[0])
            return [True]
        items = [{"status": {**body, "sent_at": now()}} for body in bodies]
        results = self.call("POST", "/reports:batch", {"items": items})["results"]
        for it in results:
            if it.get("code", 0):
                print(f"in a replay: {it}", file=sys.stderr)
        # Stored, or refused for good.
        return [it.get("code", 0) in (0, 3, 6, 9, 10, 11) for it in results]

    # Heartbeats.

    def _sign(self, run: Run) -> dict:
        sign = {"scheduler_id": run.job, "run_id": run.id, "timestamp": now()}
        sign["interval"] = f"{self.interval}s"
        return sign if run.done is None else {**sign, "progress": run.done}

    def _beat(self) -> None:
        due: dict[str, float] = {}
        failures = 0
        while not self.over.wait(0.05):
            for run in list(self.runs.values()):
                if time.monotonic() < due.get(run.id, 0.0):
                    continue
                # One that did not arrive is sent again soon: by then the server doubts the run.
                failures = 0 if self._beat_once(run) else failures + 1
                wait = self.interval * (1 - 0.1 * random.random())
                due[run.id] = time.monotonic() + (rules.backoff(failures, random.random()) if failures else wait)

    def _beat_once(self, run: Run) -> bool:
        try:
            answer = self.send("heartbeat", self._sign(run))
        except Refused as refused:
            if rules.verdict(refused.status) != "hold":
                self._be_up()
            return True
        except (OSError, http.client.HTTPException):
            return False
        self._be_up()
        if answer.get("directives", {}).get("cancel_requested"):
            run.cancelled.set()
        return True

    def _be_up(self) -> None:
        """What heartbeats reach may take what was kept."""
        if self.is_down:
            self.is_down = False
            self._put("replay", {})
