"""What is done with the records of a spool that several processes share."""

from __future__ import annotations

import errno
import json
import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest

from nightbell import _calls, _records, _retry, _spool
from nightbell._link import Link
from nightbell._replay import Replay
from nightbell._report import REGISTER, STATUS, Report
from nightbell._spool import Spool
from nightbell.errors import api_error

from .support import spooled
from .support.scripted import Scripted, reporter, settings, taken

if TYPE_CHECKING:
    from pathlib import Path

    from nightbell._calls import Call

DENIED = 7
UNKNOWN = 5


def denying(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A server whose key may not speak for ``theirs``."""
    if call is not _calls.BATCH_REPORT:
        if body["scheduler_id"] == "theirs":
            raise denied()
        return taken(call, body)
    ids = [it["status"]["scheduler_id"] for it in body["items"]]
    codes = [DENIED if it == "theirs" else 0 for it in ids]
    return {"results": [{"index": at, "code": code} for at, code in enumerate(codes)]}


def denied(*, is_foreign: bool = False) -> Exception:
    error = api_error(403, "not your scheduler", reason="NOT_YOUR_SCHEDULER")
    error.is_foreign = is_foreign
    return error


def status(scheduler_id: str) -> Report:
    return Report(STATUS, {"scheduler_id": scheduler_id, "status": "completed"})


def registration(scheduler_id: str) -> Report:
    return Report(REGISTER, {"scheduler_id": scheduler_id})


class Process:
    """The replay of a process, turn by turn."""

    def __init__(self, server: Scripted, folder: Path) -> None:
        said = settings(server, folder)
        self.spool = Spool.open(said)
        self.gate = _retry.Gate()
        self.replay = Replay(self.spool, Link(said), self.gate, lambda: False)

    def work(self) -> None:
        """Work as long as there is something to do."""
        for _ in range(100):
            now = time.monotonic()
            if self.gate.opens_at > now or not self.replay.turn(now):
                return
        pytest.fail("it never comes to rest")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def filled(folder: Path, *reports: Report) -> None:
    spool = Spool.open(settings(Scripted(taken), folder))
    for it in reports:
        assert spool.write(it)


def ids(folder: Path) -> list[str]:
    return [it["body"]["scheduler_id"] for it in spooled.reports(folder)]


def test_what_this_key_may_not_send_is_left_and_holds_up_nothing_behind_it(folder: Path) -> None:
    theirs = [registration("theirs"), status("theirs")]
    filled(folder, *theirs, registration("ours"), status("ours"), *[status("theirs")] * 1)
    server = Scripted(denying)
    process = Process(server, folder)
    process.work()
    assert ids(folder) == ["theirs"] * 3
    assert not list(folder.rglob("*.claimed-*")), "another process may take them"
    assert process.gate.opens_at == 0.0
    assert not process.spool.is_waiting
    assert not process.replay.leaves_own


def test_more_than_a_claim_of_forbidden_records_does_not_hide_what_is_behind_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nightbell._replay.CLAIM_MAX", 5)
    filled(folder, *(status("theirs") for _ in range(20)), status("ours"))
    server = Scripted(denying)
    process = Process(server, folder)
    process.work()
    assert ids(folder) == ["theirs"] * 20
    sent = [len(it["items"]) for it in server.bodies(_calls.BATCH_REPORT)]
    assert sent == [5, 1], "one refusal is enough to know"


def test_what_was_left_is_tried_again_after_a_while(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nightbell._replay.ASIDE_S", 0.0)
    filled(folder, status("theirs"))
    server = Scripted(denying)
    process = Process(server, folder)
    process.replay.turn(time.monotonic())
    server.answer = taken
    process.work()
    assert ids(folder) == []


@pytest.mark.parametrize("code", [401, 403])
def test_a_refused_key_holds_everything(folder: Path, code: int) -> None:
    filled(folder, status("ours"))

    def answer(*_: object) -> dict[str, Any]:
        raise api_error(code, "no")

    process = Process(Scripted(answer), folder)
    process.work()
    assert process.gate.opens_at == pytest.approx(time.monotonic() + _retry.HOLD_S, abs=10)
    assert ids(folder) == ["ours"]


def test_a_registration_that_a_proxy_forbids_holds_everything(folder: Path) -> None:
    filled(folder, registration("ours"))

    def answer(*_: object) -> dict[str, Any]:
        raise denied(is_foreign=True)

    process = Process(Scripted(answer), folder)
    process.work()
    assert process.gate.opens_at == pytest.approx(time.monotonic() + _retry.HOLD_S, abs=10)
    assert ids(folder) == ["ours"]


def test_a_report_that_was_not_stored_waits_for_its_next_try(folder: Path) -> None:
    filled(folder, status("first"), status("second"))

    def answer(*_: object) -> dict[str, Any]:
        return {"results": [{"index": 0, "code": 14}, {"index": 1}]}

    process = Process(Scripted(answer), folder)
    process.work()
    assert process.gate.opens_at > 0.0
    assert ids(folder) == ["first"]


@pytest.mark.parametrize(("refusal", "left"), [(None, []), (400, []), (403, ["new"])])
def test_an_unknown_scheduler_is_registered_once_or_its_reports_are_given_up_alone(
    folder: Path, refusal: int | None, left: list[str]
) -> None:
    known: set[str] = {"old"}
    stored: list[str] = []

    def answer(call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if call is _calls.REGISTER_SCHEDULER:
            if refusal is not None:
                raise api_error(refusal, "no")
            known.add(body["scheduler_id"])
            return taken(call, body)
        codes = [0 if it["status"]["scheduler_id"] in known else UNKNOWN for it in body["items"]]
        stored.extend(
            it["status"]["scheduler_id"]
            for it, code in zip(body["items"], codes, strict=True)
            if not code
        )
        return {"results": [{"index": at, "code": code} for at, code in enumerate(codes)]}

    filled(folder, status("new"), status("old"))
    process = Process(Scripted(answer), folder)
    process.work()
    assert ids(folder) == left
    assert stored == (["old", "new"] if refusal is None else ["old"])
    assert process.gate.opens_at == 0.0


def test_what_this_process_itself_may_not_send_is_known_not_to_be_delivered(folder: Path) -> None:
    process = Process(Scripted(denying), folder)
    assert process.spool.write(status("theirs"))
    process.work()
    assert process.replay.leaves_own


def test_a_process_that_ends_waits_for_nothing_that_it_may_not_send(folder: Path) -> None:
    filled(folder, status("theirs"), status("ours"))
    it = reporter(Scripted(denying), folder, env={"NIGHTBELL_EXIT_TIMEOUT_MS": "60000"})
    it.take(status("ours"))
    began = time.monotonic()
    it.close()
    assert time.monotonic() - began < 30
    assert ids(folder) == ["theirs"]


# Files.


def test_a_record_that_cannot_be_read_now_is_left_for_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(folder, status("first"), status("second"))
    spool = Spool.open(settings(Scripted(taken), folder))
    monkeypatch.setattr(_records, "open", no_descriptor, raising=False)
    assert spool.claim(10) == []
    assert ids(folder) == ["first", "second"]
    monkeypatch.undo()
    monkeypatch.setattr(_spool, "UNREAD_S", 0.0)
    assert [
        it.body["scheduler_id"] for it in Spool.open(settings(Scripted(taken), folder)).claim(10)
    ] == [
        "first",
        "second",
    ]


def no_descriptor(*_: object) -> None:
    raise OSError(errno.EMFILE, "Too many open files")


def test_a_kind_of_record_that_this_version_does_not_know_is_left(folder: Path) -> None:
    filled(folder, status("eod"))
    (file,) = folder.rglob("*.json")
    file.write_text(json.dumps({**json.loads(file.read_text()), "kind": "cancel"}))
    spool = Spool.open(settings(Scripted(taken), folder))
    assert spool.claim(10) == []
    assert not spool.look()
    assert file.exists()


@pytest.mark.parametrize("text", ["[" * 100_000, '{"v": 1, "kind": "status", "body": {}}'])
def test_a_record_that_holds_no_report_is_removed(folder: Path, text: str) -> None:
    filled(folder, status("eod"))
    (file,) = folder.rglob("*.json")
    file.write_text(text)
    assert Spool.open(settings(Scripted(taken), folder)).claim(10) == []
    assert not file.exists()


def test_a_folder_that_was_removed_is_made_again(folder: Path) -> None:
    spool = Spool.open(settings(Scripted(taken), folder))
    assert spool.write(status("first"))
    shutil.rmtree(folder)
    assert spool.write(status("second"))
    assert ids(folder) == ["second"]


def test_what_others_took_away_makes_room_before_anything_is_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool.open(settings(Scripted(taken), folder))
    assert spool.write(status("first"))
    size = sum(it.stat().st_size for it in folder.rglob("*.json"))
    monkeypatch.setattr(_spool, "BYTES_MAX", 3 * size)
    for _ in range(20):
        assert spool.write(status("later"))
        for it in sorted(folder.rglob("*.json"))[:-1]:
            it.unlink()
    assert spool.write(status("last"))
    assert ids(folder) == ["later", "last"]
