"""Heartbeats: when they come, and that no break of the network loses a run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

import nightbell
from nightbell import _calls, _retry
from nightbell._calls import REGISTER_SCHEDULER, SEND_HEARTBEAT, UPDATE_STATUS
from nightbell._run import attach
from nightbell.errors import UnavailableError, api_error

from .support.scripted import Scripted, ScriptedStreams, reporter, started, stored, taken
from .support.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from nightbell._calls import Call
    from nightbell.testing import FakeNightbell

# Far longer than a test: what comes within it comes for another reason.
SELDOM = {"NIGHTBELL_HEARTBEAT_MS": "600000"}
OFTEN = {"NIGHTBELL_HEARTBEAT_MS": "20"}


class Failing:
    """A server that fails heartbeats for a while."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error = error
        self.left = times

    def __call__(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if call is SEND_HEARTBEAT and self.left > 0:
            self.left -= 1
            raise self.error
        return taken(call, body)


@pytest.mark.parametrize("error", [UnavailableError("gone"), api_error(500, "oops")])
def test_a_heartbeat_that_failed_is_sent_again_soon(error: Exception) -> None:
    server = Scripted(Failing(error, 3))
    it = reporter(server, env=SELDOM)
    run = started(it)
    server.wait_for(SEND_HEARTBEAT, 4)
    run.complete()
    it.close()


def test_a_server_that_is_not_there_is_asked_by_one_run_and_not_by_all_of_them() -> None:
    failing = Failing(UnavailableError("gone"), 10**6)
    server = Scripted(failing)
    it = reporter(server, env=SELDOM)
    runs = [started(it, f"job-{number}") for number in range(50)]
    server.wait_for(UPDATE_STATUS, 50)
    server.wait_for(SEND_HEARTBEAT, 3)
    asked = len(server.bodies(SEND_HEARTBEAT))
    assert asked < 20
    failing.left = 0
    wait_until(
        lambda: len({body["run_id"] for body in server.bodies(SEND_HEARTBEAT)[asked:]}) == 50,
        "a heartbeat of every run",
    )
    for run in runs:
        run.complete()
    it.close()


def test_a_run_whose_heartbeats_fail_alone_keeps_no_other_from_its_own() -> None:
    def answer(call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if call is SEND_HEARTBEAT and body["scheduler_id"] == "bad":
            raise api_error(500, "oops")
        return taken(call, body)

    server = Scripted(answer)
    it = reporter(server, env=OFTEN)
    bad, good = started(it, "bad"), started(it, "good")
    server.wait_for(SEND_HEARTBEAT, 20, scheduler_id="good")
    assert len(server.bodies(SEND_HEARTBEAT, scheduler_id="bad")) < 20
    bad.complete()
    good.complete()
    it.close()


@pytest.mark.parametrize("kind", [Scripted, ScriptedStreams])
def test_heartbeats_go_on_while_reports_wait(kind: type[Scripted], tmp_path: Path) -> None:
    is_failing = False

    def answer(call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if is_failing and call is not SEND_HEARTBEAT:
            raise api_error(500, "oops")
        return taken(call, body)

    server = kind(answer)
    it = reporter(server, tmp_path, env=OFTEN)
    run = started(it)
    server.wait_for(UPDATE_STATUS)
    is_failing = True
    other = started(it, "other")
    wait_until(lambda: list(tmp_path.rglob("*.json")), "the server to count as away")
    before = beats(server)
    wait_until(lambda: beats(server) > before + 5, "heartbeats")
    run.complete()
    other.complete()
    it.close()


def beats(server: Scripted) -> int:
    streams = server.streams if isinstance(server, ScriptedStreams) else []
    return len(server.bodies(SEND_HEARTBEAT)) + sum(len(it.of("heartbeat")) for it in streams)


@pytest.mark.parametrize("wish", [0, -5, 0.003, "3ms", float("inf"), float("nan")])
def test_a_job_cannot_wish_for_heartbeats_without_a_pause(wish: object) -> None:
    server = Scripted(taken)
    it = reporter(server)
    run = started(it, heartbeat_interval=wish)
    server.wait_for(SEND_HEARTBEAT)
    for number in range(20):
        with started(it, f"other-{number}"):
            pass
    server.wait_for(UPDATE_STATUS, 40 + 1)
    (declared,) = {body["interval"] for body in server.bodies(SEND_HEARTBEAT, run_id=run.id)}
    assert 2 <= float(declared.removesuffix("s")) <= 24 * 3600
    assert len(server.bodies(SEND_HEARTBEAT, run_id=run.id)) < 10
    run.complete()
    it.close()


@pytest.mark.parametrize("wish", ["0s", "-5s", "0.003s", "infs", "nans"])
def test_a_server_cannot_wish_for_heartbeats_without_a_pause(wish: str) -> None:
    def answer(call: Call, body: dict[str, Any]) -> dict[str, Any]:
        directives = {"run_id": body.get("run_id", ""), "heartbeat_interval": wish}
        return {**taken(call, body), "directives": directives}

    server = Scripted(answer)
    it = reporter(server)
    run = started(it)
    server.wait_for(SEND_HEARTBEAT)
    for number in range(20):
        with started(it, f"other-{number}"):
            pass
    server.wait_for(UPDATE_STATUS, 40 + 1)
    assert len(server.bodies(SEND_HEARTBEAT, run_id=run.id)) < 10
    run.complete()
    it.close()


# Progress.


def test_the_last_progress_is_not_lost_with_the_heartbeat_that_carried_it() -> None:
    failing = Failing(api_error(400, "no"), 10**6)
    server = Scripted(failing)
    it = reporter(server, env=OFTEN)
    run = started(it)
    run.progress(7, total=9)
    wait_until(lambda: [b for b in server.bodies(SEND_HEARTBEAT) if "progress" in b], "a heartbeat")
    failing.left = 0
    failing.error = UnavailableError("gone")
    run.complete()
    server.wait_for(UPDATE_STATUS, status="completed")
    (last,) = [it for it in server.bodies(SEND_HEARTBEAT) if "interval" not in it]
    assert last["progress"] == {"done": 7, "total": 9}
    it.close()


def test_the_last_progress_is_sent_again_when_that_fails() -> None:
    server = Scripted(taken)
    it = reporter(server, env=SELDOM)
    run = started(it)
    server.wait_for(SEND_HEARTBEAT)
    server.answer = Failing(UnavailableError("gone"), 1)
    run.progress(9, total=9)
    run.complete()
    server.wait_for(UPDATE_STATUS, status="completed")
    assert len(server.bodies(SEND_HEARTBEAT, progress={"done": 9, "total": 9})) == 2
    it.close()


def test_the_last_progress_of_a_run_that_somebody_else_ends_is_sent() -> None:
    server = Scripted(taken)
    it = reporter(server, env=SELDOM)
    run = attach(it, "eod", "of-somebody-else")
    server.wait_for(SEND_HEARTBEAT)
    run.progress(3)
    run.complete()
    server.wait_for(SEND_HEARTBEAT, run_id="of-somebody-else", progress={"done": 3})
    assert server.bodies(UPDATE_STATUS) == []
    it.close()


def test_progress_on_a_stream_that_broke_is_not_lost() -> None:
    server = ScriptedStreams(taken, lambda _, frame: None if "heartbeat" in frame else {})
    it = reporter(server, env=OFTEN)
    run = started(it)
    run.progress(7, total=9)
    wait_until(lambda: server.streams and server.streams[0].of("heartbeat"), "a heartbeat")
    run.complete()
    server.wait_for(UPDATE_STATUS, status="completed")
    assert server.bodies(SEND_HEARTBEAT, progress={"done": 7, "total": 9})
    it.close()


# Streams.


def test_a_stream_that_broke_is_followed_by_a_heartbeat_at_once_and_opened_again() -> None:
    server = ScriptedStreams(taken)
    it = reporter(server, env=SELDOM)
    runs = [started(it, f"job-{number}") for number in range(3)]
    wait_until(lambda: server.streams and len(server.streams[0].of("heartbeat")) == 3, "heartbeats")
    server.is_refusing = True
    server.streams[0].break_off()
    sent = server.wait_for(SEND_HEARTBEAT, 3)
    assert {it["run_id"] for it in sent} == {it.id for it in runs}
    server.is_refusing = False
    wait_until(
        lambda: len(server.streams) > 1 and len(server.streams[1].of("hello")) == 3, "hellos"
    )
    for run in runs:
        run.complete()
    it.close()


def test_heartbeats_are_calls_until_a_stream_comes_about() -> None:
    server = ScriptedStreams(taken)
    server.is_refusing = True
    it = reporter(server, env=OFTEN)
    run = started(it)
    server.wait_for(SEND_HEARTBEAT, 5)
    server.is_refusing = False
    wait_until(lambda: server.streams and len(server.streams[0].of("heartbeat")) > 3, "heartbeats")
    run.complete()
    it.close()


def test_a_stream_that_acknowledges_nothing_is_given_up() -> None:
    server = ScriptedStreams(taken, lambda *_: None)
    it = reporter(server, env={"NIGHTBELL_HEARTBEAT_MS": "2000"})
    run = started(it)
    began = time.monotonic()
    server.wait_for(SEND_HEARTBEAT)
    assert time.monotonic() - began < 30
    assert server.streams[0].is_closed
    run.complete()
    it.close()


def test_a_stream_whose_key_is_refused_is_left_alone_for_a_while() -> None:
    server = ScriptedStreams(taken)
    it = reporter(server, env=OFTEN)
    run = started(it)
    wait_until(lambda: server.streams, "a stream")
    server.streams[0]._heard.put(api_error(401, "revoked"))
    server.wait_for(SEND_HEARTBEAT, 50)
    assert len(server.streams) == 1
    run.complete()
    it.close()


# Runs that the server does not know yet.


def unknown_at_first(known: set[str]) -> Any:
    def answer(call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if call is REGISTER_SCHEDULER:
            known.add(body["scheduler_id"])
        elif call is SEND_HEARTBEAT and body["scheduler_id"] not in known:
            raise api_error(404, "no such scheduler", reason="UNKNOWN_SCHEDULER")
        return taken(call, body)

    return answer


def test_a_heartbeat_of_an_unknown_scheduler_registers_it_once() -> None:
    known: set[str] = set()
    server = Scripted(unknown_at_first(known))
    it = reporter(server, env=OFTEN)
    run = started(it, service="Billing")
    server.wait_for(SEND_HEARTBEAT)
    known.clear()
    server.wait_for(REGISTER_SCHEDULER, 2, service_name="Billing")
    count = len(server.bodies(SEND_HEARTBEAT))
    known.clear()
    server.wait_for(SEND_HEARTBEAT, count + 20)
    assert len(server.bodies(REGISTER_SCHEDULER)) == 2
    run.complete()
    it.close()


def test_a_refusal_on_a_stream_of_an_unknown_scheduler_registers_it_once() -> None:
    def stream_answer(number: int, frame: dict[str, Any]) -> dict[str, Any]:
        if len(server.bodies(REGISTER_SCHEDULER)) > 1:
            return stored(number, frame)
        refusal = {"frame_sequence": number, "code": 5, "reason": "UNKNOWN_SCHEDULER"}
        return {"stored_sequence": number, "refusals": [refusal]}

    server = ScriptedStreams(taken, stream_answer)
    it = reporter(server, env=SELDOM)
    run = started(it, service="Billing")
    server.wait_for(REGISTER_SCHEDULER, 2, service_name="Billing")
    wait_until(lambda: len(server.streams[0].of("hello")) > 1, "the run to be declared again")
    assert len(server.bodies(REGISTER_SCHEDULER)) == 2
    run.complete()
    it.close()


@pytest.mark.parametrize("kind", [Scripted, ScriptedStreams])
def test_a_run_that_began_while_the_server_was_away_is_looked_after_once_it_is_back(
    kind: type[Scripted], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_retry, "TRIES_MAX", 1)
    is_away = True
    known: set[str] = set()

    def answer(call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if is_away:
            raise UnavailableError("gone")
        if call is _calls.BATCH_REPORT:
            known.update(item["status"]["run_id"] for item in body["items"])
        cancels = call is SEND_HEARTBEAT and body["run_id"] in known
        directives = {"run_id": body.get("run_id", ""), "cancel_requested": cancels}
        return {**taken(call, body), "directives": directives}

    def stream_answer(number: int, frame: dict[str, Any]) -> dict[str, Any] | None:
        if is_away:
            return None
        ((_, body),) = frame.items()
        wants = [{"run_id": body["run_id"], "cancel_requested": body["run_id"] in known}]
        return {"stored_sequence": number, "directives": wants}

    server = kind(answer)
    if isinstance(server, ScriptedStreams):
        server.stream_answer = stream_answer
    it = reporter(server, tmp_path, env=SELDOM)
    run = started(it)
    run.progress(1, total=2)
    wait_until(lambda: len(list(tmp_path.rglob("*.json"))) == 2, "the reports to be spooled")
    is_away = False
    wait_until(lambda: run.cancelled, "the run to be asked to stop", deadline_s=20)
    assert not list(tmp_path.rglob("*.json*"))
    run.cancel()
    it.close()


def test_a_run_lives_on_when_the_same_job_inside_it_has_ended(
    nightbell_fake: FakeNightbell,
) -> None:
    with nightbell.job("eod") as outer:
        with nightbell.job("eod") as inner:
            inner.progress(1, total=2)
        assert inner.is_ended
        (run,) = nightbell_fake.runs_of("eod")
        before = run.heartbeats
        wait_until(lambda: run.heartbeats > before + 2, "heartbeats")
        nightbell_fake.cancel_next("eod")
        wait_until(lambda: outer.cancelled, "the run to be asked to stop")
    assert nightbell_fake.assert_run("eod").progress == {"done": 1, "total": 2}
