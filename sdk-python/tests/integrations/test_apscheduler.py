"""APScheduler 3, as it is."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from nightbell.integrations.apscheduler import watch

from ..support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nightbell.testing import FakeNightbell


@pytest.fixture
def scheduler() -> Iterator[Any]:
    it = BackgroundScheduler()
    it.start()
    yield it
    it.shutdown()


def boom() -> None:
    raise ValueError("disk full")


def ended(fake: FakeNightbell, scheduler_id: str) -> bool:
    runs = fake.runs_of(scheduler_id)
    return bool(runs) and runs[-1].status in ("completed", "failed")


def test_every_run_of_a_job_is_reported(scheduler: Any, nightbell_fake: FakeNightbell) -> None:
    watch(scheduler)
    scheduler.add_job(lambda: None, id="good")
    scheduler.add_job(boom, id="bad")
    wait_until(lambda: ended(nightbell_fake, "good"), "the end of the good one")
    wait_until(lambda: ended(nightbell_fake, "bad"), "the end of the bad one")
    nightbell_fake.assert_run("good", status="completed")
    nightbell_fake.assert_run("bad", status="failed", error_message="disk full")


def test_overlapping_runs_of_a_job_are_kept_apart(
    scheduler: Any, nightbell_fake: FakeNightbell
) -> None:
    watch(scheduler, {"both": "eod"})
    together = threading.Barrier(2)
    options = {"id": "both", "max_instances": 2, "trigger": "interval", "seconds": 0.05}
    scheduler.add_job(lambda: together.wait(30), **options)
    scheduler.add_job(lambda: None, id="other")
    wait_until(
        lambda: [it.status for it in nightbell_fake.runs_of("eod")].count("completed") >= 2,
        "two runs to end",
    )
    nightbell_fake.assert_no_run("other")
