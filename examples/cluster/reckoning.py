"""Whether everything that was promised is there, and was told."""

import time
from collections import Counter
from typing import Iterator

from jobs import Job, Json, Promises, Rest, Unanswered
from processes import NeverHappened, wait_until
from receiver import Receiver

# A notification that a killed server had taken is free again after a minute.
TOLD_S = 120


def reckon(rest: Rest, promises: Promises, receiver: Receiver, jobs: list[Job]) -> list[str]:
    """What was lost, in words; nothing if nothing was. Prints a summary."""
    lost = [f"{job.name} has not ended" for job in jobs if job.is_alive()] + promises.broken
    schedulers = {scheduler for scheduler, _ in promises.runs}
    found = {
        (scheduler, run["run_id"]): run
        for scheduler in schedulers
        for run in pages(rest, f"/schedulers/{scheduler}/runs", "runs")
    }
    for name, told in promises.runs.items():
        run = found.get(name)
        if run is None:
            lost.append(f"run {name} is not there")
        elif run["status"] != told.get("status"):
            lost.append(f"run {name} is {run['status']}, reported as {told.get('status')}")
        elif int(run.get("progress", {}).get("done", 0)) < told.get("done", 0):
            lost.append(f"run {name} lacks a heartbeat: {run.get('progress')}")
    lost += [f"run {name} was never reported" for name in found.keys() - promises.runs.keys()]

    expected = {name for (name, _), told in promises.runs.items() if told.get("status") == "failed"}
    try:
        wait_until(lambda: expected <= set(receiver.opened), "every incident to be told", TOLD_S)
    except NeverHappened:
        lost += [f"nobody was told of {it}" for it in expected - set(receiver.opened)]
    opened = Counter(it["scheduler_id"] for it in pages(rest, "/incidents", "incidents"))
    lost += [f"no incident of {it}" for it in expected - set(opened)]
    lost += [f"an incident of {it}, which is well" for it in set(opened) - expected]
    lost += [f"{count} incidents of {it}" for it, count in opened.items() if count > 1]

    answered = ", ".join(f"{count} {kind}" for kind, count in sorted(promises.answered.items()))
    print(f"reports       {promises.answered.total()} acknowledged ({answered}), "
          f"{promises.repeats.total()} tries repeated")
    print(f"incidents     {len(expected)} expected, {len(opened)} opened, "
          f"{len(receiver.opened)} told, {receiver.repeats()} calls repeated")
    print(f"longest wait  {promises.longest_s:.1f} s from the first try to the answer")
    return lost


def pages(rest: Rest, path: str, what: str) -> Iterator[Json]:
    token = ""
    while True:
        page = patiently(rest, f"{path}?page_size=500&page_token={token}")
        yield from page.get(what, [])
        token = page.get("next_page_token")
        if not token:
            return


def patiently(rest: Rest, path: str) -> Json:
    for _ in range(20):
        try:
            return rest.call("GET", path)
        except Unanswered:
            time.sleep(0.5)
    return rest.call("GET", path)
