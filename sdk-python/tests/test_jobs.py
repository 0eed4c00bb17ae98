"""What a job sees of being watched, and what is reported of it."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import TYPE_CHECKING, Any

import pytest

import nightbell
from nightbell import _log, _process
from nightbell._run import RunState
from nightbell._settings import Settings

from .support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nightbell.testing import FakeNightbell


def test_a_function_keeps_its_result_and_its_name(nightbell_fake: FakeNightbell) -> None:
    @nightbell.job("eod", service="Billing", every="0 1 * * *", max_runtime="2h")
    def eod(day: str, *, times: int = 1) -> str:
        nightbell.current_run().metadata(records=1000)
        return day * times

    assert eod("x", times=3) == "xxx"
    assert eod.__name__ == "eod"
    nightbell_fake.assert_run("eod", status="completed", metadata={"records": 1000})
    registered = nightbell_fake.registrations["eod"]
    assert registered["schedules"] == [{"cron": "0 1 * * *"}]
    assert registered["max_runtime"] == "7200s"
    assert registered["service_name"] == "Billing"


def test_an_exception_passes_through_as_it_is(nightbell_fake: FakeNightbell) -> None:
    error = ValueError("disk full")

    @nightbell.job("eod")
    def eod() -> None:
        raise error

    with pytest.raises(ValueError, match="disk full") as caught:
        eod()
    assert caught.value is error
    run = nightbell_fake.assert_run("eod", status="failed", error_message="disk full")
    assert run.metadata["error_type"] == "ValueError"
    assert "raise error" in run.metadata["stack_trace"]


def test_a_block_is_a_run(nightbell_fake: FakeNightbell) -> None:
    with nightbell.job("eod") as run:
        run.progress(1, total=2)
        run.progress(2, total=2, message="both")
    fake = nightbell_fake.assert_run("eod", status="completed")
    assert fake.statuses == ["running", "completed"]
    assert fake.progress == {"done": 2, "total": 2, "message": "both"}


def test_an_async_function_is_a_run_for_as_long_as_it_works(nightbell_fake: FakeNightbell) -> None:
    @nightbell.job("eod")
    async def eod() -> str:
        nightbell_fake.assert_run("eod", status="running")
        await asyncio.sleep(0)
        return nightbell.current_run().scheduler_id

    work = eod()
    nightbell_fake.assert_no_run("eod")
    assert asyncio.run(work) == "eod"
    nightbell_fake.assert_run("eod", status="completed")


def test_an_async_block_is_a_run(nightbell_fake: FakeNightbell) -> None:
    async def work() -> None:
        async with nightbell.job("eod") as run:
            run.metadata(files=5)

    asyncio.run(work())
    nightbell_fake.assert_run("eod", status="completed", metadata={"files": 5})


def test_a_plain_function_that_hands_on_a_coroutine_is_measured_to_its_end(
    nightbell_fake: FakeNightbell,
) -> None:
    async def later() -> int:
        nightbell_fake.assert_run("eod", status="running")
        return 7

    @nightbell.job("eod")
    def eod() -> Any:
        return later()

    assert asyncio.run(eod()) == 7
    nightbell_fake.assert_run("eod", status="completed")


@pytest.mark.parametrize("is_async", [False, True])
def test_generator_functions_are_refused(is_async: bool) -> None:
    def rows() -> Iterator[int]:
        yield 1

    async def later_rows() -> Any:
        yield 1

    function: Any = later_rows if is_async else rows
    with pytest.raises(TypeError, match="a generator function returns before its work begins"):
        nightbell.job("eod")(function)


def test_overlapping_runs_of_one_job_are_kept_apart(nightbell_fake: FakeNightbell) -> None:
    both = threading.Barrier(2)

    @nightbell.job("eod")
    def eod(number: int) -> None:
        both.wait(30)
        nightbell.current_run().metadata(number=number)
        both.wait(30)
        if number:
            raise ValueError("only this one")

    def quietly(number: int) -> None:
        try:
            eod(number)
        except ValueError:
            pass

    threads = [threading.Thread(target=quietly, args=(it,)) for it in (0, 1)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    runs = nightbell_fake.runs_of("eod")
    ends = {it.metadata["number"]: it.status for it in runs}
    assert ends == {0: "completed", 1: "failed"}
    assert len({it.run_id for it in runs}) == 2


def test_overlapping_tasks_of_one_job_are_kept_apart(nightbell_fake: FakeNightbell) -> None:
    @nightbell.job("eod")
    async def eod(number: int) -> None:
        await asyncio.sleep(0)
        nightbell.current_run().metadata(number=number)
        await asyncio.sleep(0)

    async def both() -> None:
        await asyncio.gather(*(eod(it) for it in range(5)))

    asyncio.run(both())
    runs = nightbell_fake.runs_of("eod")
    assert sorted(it.metadata["number"] for it in runs) == [0, 1, 2, 3, 4]


def test_the_same_job_inside_itself_is_one_run(nightbell_fake: FakeNightbell) -> None:
    with nightbell.job("eod") as outer, nightbell.job("eod") as inner:
        assert inner.id == outer.id
    assert len(nightbell_fake.runs_of("eod")) == 1


def test_a_run_that_is_asked_to_stop_is_cancelled(nightbell_fake: FakeNightbell) -> None:
    nightbell_fake.cancel_next("eod")

    @nightbell.job("eod")
    def eod() -> None:
        nightbell.current_run().sleep(30)

    with pytest.raises(nightbell.Cancelled):
        eod()
    nightbell_fake.assert_run("eod", status="cancelled")


def test_a_task_is_cancelled_where_the_job_wants_that(nightbell_fake: FakeNightbell) -> None:
    nightbell_fake.cancel_next("eod")

    @nightbell.job("eod", cancel="task")
    async def eod() -> None:
        await asyncio.sleep(30)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(eod())
    nightbell_fake.assert_run("eod", status="cancelled")


def test_an_explicit_run_is_ended_by_its_methods(nightbell_fake: FakeNightbell) -> None:
    run = nightbell.start("eod")
    run.complete(metadata={"files": 5})
    run.fail("too late")
    nightbell_fake.assert_run("eod", status="completed", metadata={"files": 5})


def test_a_run_that_nobody_holds_was_abandoned(nightbell_fake: FakeNightbell) -> None:
    nightbell.start("eod")
    nightbell_fake.assert_run("eod", status="failed", error_message="abandoned")


def test_a_bound_thread_belongs_to_the_run(nightbell_fake: FakeNightbell) -> None:
    seen: list[str] = []

    def work() -> None:
        seen.append(nightbell.current_run().id)

    with nightbell.job("eod") as run:
        for it in (threading.Thread(target=nightbell.bind(work)), threading.Thread(target=work)):
            it.start()
            it.join()
    assert seen == [run.id, ""]
    nightbell_fake.assert_run("eod", status="completed")


@pytest.mark.parametrize(
    ("code", "status", "message"),
    [(0, "completed", None), (None, "completed", None), (3, "failed", "exit status 3")],
)
def test_the_exit_status_decides(
    nightbell_fake: FakeNightbell, code: int | None, status: str, message: str | None
) -> None:
    @nightbell.job("eod")
    def eod() -> None:
        raise SystemExit(code)

    with pytest.raises(SystemExit) as caught:
        eod()
    assert caught.value.code == code
    assert nightbell_fake.assert_run("eod", status=status).error_message == message


def test_nothing_of_an_exception_is_sent_where_that_is_wanted(
    nightbell_fake: FakeNightbell,
) -> None:
    with pytest.raises(ValueError), nightbell.job("eod", capture="none"):
        raise ValueError("the name of a patient")
    run = nightbell_fake.assert_run("eod", status="failed")
    assert run.error_message is None
    assert run.metadata == {"error_type": "ValueError"}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_report_that_was_refused_for_now_is_sent_again(
    nightbell_fake: FakeNightbell, status: int
) -> None:
    nightbell_fake.fail_with(status, retry_after=0.01)
    with nightbell.job("eod"):
        pass
    assert nightbell_fake.assert_run("eod").statuses == ["running", "completed"]


def test_a_scheduler_that_the_server_forgot_is_registered_again(
    nightbell_fake: FakeNightbell,
) -> None:
    with nightbell.job("eod"):
        nightbell_fake.settle()
        nightbell_fake.registrations.clear()
        nightbell_fake.fail_with(404)
    nightbell_fake.assert_run("eod", status="completed")
    assert "eod" in nightbell_fake.registrations


def test_without_an_address_nothing_is_watched_and_nothing_fails(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("NIGHTBELL_URL", raising=False)
    monkeypatch.setattr(_log, "_logged_at", {})
    nightbell.configure()
    with nightbell.job("eod") as run:
        assert run.id == ""
    assert _process.reporter().worker is None
    assert "NIGHTBELL_URL is not set" in caplog.text


def test_a_disabled_sdk_starts_no_thread() -> None:
    nightbell.configure(url="http://127.0.0.1:9", disabled=True)
    with nightbell.job("eod") as run:
        run.progress(1)
    assert _process.reporter().worker is None


def test_runs_that_have_ended_are_forgotten(nightbell_fake: FakeNightbell) -> None:
    for _ in range(300):
        with nightbell.job("eod"):
            pass
    nightbell_fake.settle()
    worker = _process.reporter().worker
    assert worker is not None
    wait_until(lambda: not worker.states(), "no run to be open")
    assert len(worker.pending) == 0


def test_threads_whose_first_jobs_begin_at_once_report_to_one_reporter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = threading.Barrier(2)

    class Slow(Settings):
        def __init__(self) -> None:
            both.wait(30)
            super().__init__({"NIGHTBELL_URL": "http://127.0.0.1:1"})

    monkeypatch.setattr(_process, "Settings", Slow)
    monkeypatch.setattr(_process, "_ours", {})
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(_process.reporter())) for _ in range(2)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    assert len(found) == 2
    assert found[0] is found[1]


@pytest.mark.parametrize("kind", [classmethod, staticmethod])
def test_a_job_below_its_class_is_asked_for_where_it_would_break(kind: Any) -> None:
    def eod() -> None: ...

    with pytest.raises(TypeError, match=f"below @{kind.__name__}"):
        nightbell.job("eod")(kind(eod))


def test_a_function_that_hands_on_a_generator_is_complained_about(
    nightbell_fake: FakeNightbell,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_log, "_logged_at", {})

    def rows() -> Iterator[int]:
        yield 1

    @nightbell.job("eod")
    def eod() -> Iterator[int]:
        return rows()

    assert list(eod()) == [1]
    assert "returned a generator" in caplog.text
    nightbell_fake.assert_run("eod", status="completed")


def test_a_block_that_is_left_in_another_context_ends_its_run(
    nightbell_fake: FakeNightbell,
) -> None:
    # As fixtures and middlewares that are async generators are.
    job = nightbell.job("eod")
    contextvars.copy_context().run(job.__enter__)
    error = ValueError("disk full")
    job.__exit__(ValueError, error, None)
    nightbell_fake.assert_run("eod", status="failed", error_message="disk full")


def test_runs_whose_end_was_not_heard_take_no_place_for_ever(
    nightbell_fake: FakeNightbell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nightbell._pulse.RUNS_MAX", 3)
    with nightbell.job("warm"):
        nightbell_fake.settle()
        worker = _process.reporter().worker
        assert worker is not None
        unheard = [RunState("eod", f"run-{it}") for it in range(3)]
        for it in unheard:
            _process.reporter().attached(it)
            it.is_ended = True
    with nightbell.job("eod") as run:
        nightbell_fake.settle()
        assert run.id in [it.run_id for it in worker.states()]
