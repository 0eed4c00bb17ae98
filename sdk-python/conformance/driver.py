"""The Python driver of the conformance suite: does what a scenario says."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import sys
import threading
import time
import traceback
from typing import Any

import nightbell


def plain(value: Any) -> Any:
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


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def step(name: str, value: Any) -> None:
    run = nightbell.current_run()
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
        run.progress(*value)
    elif name == "progress_to":
        for done in range(value):
            run.progress(done + 1, value)
    elif name == "metadata":
        run.metadata(plain(value))
    elif name == "until_cancelled_ms":
        try:
            run.sleep(value / 1000)
        except nightbell.Cancelled:
            say(over=True)
            raise
    elif name == "nested":
        work(value)
    elif name == "fork":
        fork(value)
    else:
        raise SystemExit(f"no such step: {name}")


def fork(job: dict[str, Any]) -> None:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work(job)
            # os._exit runs no exit handlers: that is the time to wait.
            code = 0 if nightbell.flush() else 3
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    status = os.waitpid(pid, 0)[1]
    assert status == 0, f"the child ended with {os.waitstatus_to_exitcode(status)}"


def work(scenario: dict[str, Any]) -> Any:
    @nightbell.job(scenario["job"])
    def job() -> Any:
        for it in scenario.get("do", []):
            ((name, value),) = it.items()
            step(name, value)
        say(over=True)
        end = scenario.get("end", {})
        if "raise" in end:
            raise RuntimeError(end["raise"])
        if "exit" in end:
            sys.exit(end["exit"])
        return end.get("return")

    return job()


def quietly(scenario: dict[str, Any]) -> None:
    with contextlib.suppress(Exception):
        work(scenario)


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        scenario = json.load(file)
    result, error, code = None, None, 0
    try:
        if "overlap" in scenario:
            threads = [threading.Thread(target=quietly, args=(it,)) for it in scenario["overlap"]]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        else:
            for _ in range(scenario.get("repeat", 1)):
                result = work(scenario)
    except nightbell.Cancelled:
        error = "cancelled"
    except Exception as fault:
        error, code = str(fault), 1
    say(result=result, error=error)
    return code


if __name__ == "__main__":
    sys.exit(main())
