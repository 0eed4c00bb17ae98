"""The reference driver: what a driver does, with the standard library only."""

import datetime
import json
import os
import signal
import sys
import threading
import time

from client import Client, Run
from rules import normalise

CLIENT: Client


class Cancelled(Exception):
    pass


def plain(value):
    """Reads the tags of a scenario's metadata."""
    if isinstance(value, list):
        return [plain(it) for it in value]
    if not isinstance(value, dict):
        return value
    if "$date" in value:
        return datetime.datetime.fromisoformat(value["$date"].replace("Z", "+00:00"))
    if "$bigint" in value:
        return int(value["$bigint"])
    if "$float" in value:
        return float(value["$float"])
    return {name: plain(it) for name, it in value.items()}


def over() -> None:
    """Says that the job has done its own work: what comes now is monitoring."""
    print(json.dumps({"over": True}), flush=True)


def step(run: Run, name: str, value) -> None:
    if name == "sleep_ms":
        # In slices: Python leaves a signal that comes just before a sleep until its end.
        until = time.monotonic() + value / 1000
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
    elif name == "spin_ms":
        until = time.monotonic() + value / 1000
        while time.monotonic() < until:
            pass
    elif name == "progress":
        run.done = dict(zip(("done", "total", "message"), value))
    elif name == "progress_to":
        for done in range(value):
            run.done = {"done": done + 1, "total": value}
    elif name == "metadata":
        run.data.update(normalise(plain(value)))
    elif name == "until_cancelled_ms":
        if run.cancelled.wait(value / 1000):
            over()
            raise Cancelled
    elif name == "nested":
        job(value)
    else:
        raise SystemExit(f"no such step: {name}")


def job(scenario: dict):
    """Runs one job as the scenario says, and gives what it returns."""
    run = Run(CLIENT, scenario["job"])
    try:
        for it in scenario.get("do", []):
            ((name, value),) = it.items()
            step(run, name, value)
        over()
        end = scenario.get("end", {})
        if "raise" in end:
            raise RuntimeError(end["raise"])
        if "exit" in end:
            raise SystemExit(end["exit"])
    except Cancelled:
        run.end("cancelled")
        raise
    except SystemExit as error:
        run.end(*(("failed", f"exit status {error.code}") if error.code else ("completed",)))
        raise
    except BaseException as error:
        run.end("failed", str(error))
        raise
    run.end("completed")
    return end.get("return")


def main() -> None:
    global CLIENT
    CLIENT = Client()
    with open(sys.argv[1], encoding="utf-8") as file:
        scenario = json.load(file)
    signal.signal(signal.SIGTERM, stopped)
    seen = {"result": None, "error": None}
    code = 0
    try:
        if "overlap" in scenario:
            several = [threading.Thread(target=job, args=(it,)) for it in scenario["overlap"]]
            [it.start() for it in several]
            [it.join() for it in several]
        else:
            for _ in range(scenario.get("repeat", 1)):
                seen["result"] = job(scenario)
    except Cancelled:
        seen["error"] = "cancelled"
    except SystemExit as error:
        code = error.code
    except Exception as error:
        seen["error"], code = str(error), 1
    print(json.dumps(seen), flush=True)
    CLIENT.close()
    os._exit(code)


def stopped(number: int, _) -> None:
    for run in list(CLIENT.runs.values()):
        run.end("failed", "stopped by SIGTERM")
    CLIENT.close()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


if __name__ == "__main__":
    main()
