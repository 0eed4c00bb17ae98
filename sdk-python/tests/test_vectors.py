"""What all SDKs do alike: `proto/vectors`."""

from __future__ import annotations

import base64
import datetime
import decimal
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from nightbell import _outcome, _records, _retry, _spool, errors
from nightbell._beats import INTERVAL_DEFAULT_S
from nightbell._grpc._beats import INTERVAL_S
from nightbell._http import HttpTransport
from nightbell._normalise import normalise
from nightbell._registration import Registration
from nightbell._report import Report
from nightbell._rest import answer, refusal
from nightbell._settings import Settings
from nightbell._transport import open_transport

from .support.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def vectors(name: str) -> Any:
    return json.loads((ROOT / f"proto/vectors/{name}.json").read_text(encoding="utf-8"))


def own(cases: list[Any]) -> list[Any]:
    return [it for it in cases if "python" in it.get("languages", ["python"])]


URL, RETRY, ERRORS, BEATS = (vectors(it) for it in ("url", "retry", "errors", "heartbeat"))
METADATA, OUTCOME, SPOOL = (vectors(it) for it in ("metadata", "outcome", "spool"))


@pytest.mark.parametrize("case", URL["cases"], ids=lambda it: repr(it["written"]))
def test_addresses_are_read_alike(case: Any) -> None:
    settings = Settings({"NIGHTBELL_URL": case["written"]})
    if case["url"] is None:
        assert settings.url == ""
        return
    transport = open_transport("http", settings.url, "key", "")
    assert isinstance(transport, HttpTransport)
    assert transport.address == case["url"]


@pytest.mark.parametrize("case", RETRY["statuses"], ids=lambda it: it["status"])
def test_a_status_has_its_consequence(case: Any) -> None:
    assert _retry.verdict(errors.api_error(case["status"], "")) == case["then"]


@pytest.mark.parametrize("case", RETRY["foreign"], ids=lambda it: f"{it['status']} {it['body']}")
def test_an_answer_that_is_not_nightbells_makes_nothing_be_forgotten(case: Any) -> None:
    body = case["body"].encode()
    error: errors.NightbellError
    if case["status"] < 300:
        with pytest.raises(errors.NightbellError) as caught:
            answer(body)
        error = caught.value
    else:
        error = refusal(case["status"], body, None)
    assert _retry.verdict(error) == case["then"]


def test_a_broken_connection_is_worth_another_try() -> None:
    assert {it["then"] for it in RETRY["transport"]} == {"retry"}
    assert _retry.verdict(errors.UnavailableError()) == "retry"
    assert _retry.verdict(errors.RequestTimeoutError()) == "retry"


def test_waits_are_bounded_alike() -> None:
    settings = Settings({})
    assert (settings.timeout, settings.exit_timeout) == (RETRY["timeout_s"], RETRY["exit_s"])
    assert RETRY["tries_max"] == _retry.TRIES_MAX
    assert RETRY["hold_s"] == _retry.HOLD_S
    for it in RETRY["backoff"]:
        tries = it["after_tries"]
        assert _retry.backoff(tries, 0.0) == pytest.approx(it["least_s"])
        assert _retry.backoff(tries, 1.0) == pytest.approx(it["most_s"])
    for it in RETRY["probe"]:
        assert _retry.probe(it["failures"], 0.0) == pytest.approx(it["least_s"])
        assert _retry.probe(it["failures"], 1.0) == pytest.approx(it["most_s"])


@pytest.mark.parametrize("case", RETRY["retry_after"], ids=lambda it: it["said_s"])
@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_that_a_server_names_is_kept_within_bounds(status: int, case: Any) -> None:
    if status == 503 and case["said_s"] is None:
        return  # Then it is tried again as any other failure is.
    header = None if case["said_s"] is None else str(case["said_s"])
    error = refusal(status, b"", header)
    gate = _retry.Gate()
    gate.failed(100.0, error.retry_after, 0.5)
    assert gate.opens_at == pytest.approx(100.0 + case["wait_s"])


@pytest.mark.parametrize("case", ERRORS["statuses"], ids=lambda it: it["status"])
def test_a_status_has_its_class(case: Any) -> None:
    error = errors.api_error(case["status"], "")
    assert type(error).__name__ == case["class"]
    assert (error.retry_after is not None) == case["retry_after"]


def test_heartbeats_come_as_often() -> None:
    assert BEATS["default_unary_s"] == INTERVAL_DEFAULT_S
    assert BEATS["default_stream_s"] == INTERVAL_S


@pytest.mark.parametrize(
    "case", [it for it in BEATS["cases"] if it["timeout_s"] and not it["server_s"]]
)
def test_a_declared_timeout_makes_the_interval(case: Any) -> None:
    if case["interval_s"]:
        pytest.fail("a case that this test does not read")
    registration = Registration("eod", {"heartbeat_timeout": case["timeout_s"]})
    assert registration.interval == case["most_s"]


def special(value: Any, whole: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [special(it, whole) for it in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((tag, it),) = value.items()
        made: dict[str, Callable[[], Any]] = {
            "$date": lambda: datetime.datetime.fromisoformat(it.replace("Z", "+00:00")),
            "$bigint": lambda: int(it),
            "$decimal": lambda: decimal.Decimal(it),
            "$set": lambda: set(it),
            "$bytes": lambda: base64.b64decode(it),
            "$float": lambda: float(it),
            "$error": lambda: ValueError(it),
            "$cycle": lambda: whole,
            "$repeat": lambda: it[0] * it[1],
        }
        if tag in made:
            return made[tag]()
    return {key: special(it, whole) for key, it in value.items()}


@pytest.mark.parametrize("case", own(METADATA["cases"]), ids=lambda it: it["name"])
def test_anything_becomes_metadata(case: Any) -> None:
    given: dict[str, Any] = {}
    given.update({key: special(it, given) for key, it in case["in"].items()})
    seen = normalise(given)
    if "out" in case:
        assert seen == special(case["out"], {})
        assert list(seen) == list(case["out"]), "in the order of the job"
    for name in case.get("out_has", []):
        assert isinstance(seen[name], str)
        assert seen[name]


def outcome(end: dict[str, Any]) -> _outcome.Outcome:
    ((how, value),) = end.items()
    if how == "return":
        return _outcome.of(None, was_cancelled=False, capture="stack")
    if how == "raise":
        return _outcome.of(RuntimeError(value), was_cancelled=False, capture="stack")
    if how == "exit":
        return _outcome.of(SystemExit(value), was_cancelled=False, capture="stack")
    if how == "asked_to_stop":
        return _outcome.of(errors.Cancelled("stop"), was_cancelled=True, capture="stack")
    if how == "signal":
        return _outcome.signalled(value)
    assert how == "abandoned"
    return _outcome.abandoned("nobody held the run any more")


@pytest.mark.parametrize("case", own(OUTCOME["cases"]), ids=lambda it: str(it["end"]))
def test_an_end_is_told_alike(case: Any) -> None:
    seen = outcome(case["end"])
    assert seen.status == case["status"]
    if "error_message" in case:
        assert seen.message == case["error_message"]
    assert (seen.message or "").startswith(case.get("error_message_starts", ""))
    if "error_type" in case:
        assert seen.metadata["error_type"] == case["error_type"]


@pytest.mark.parametrize("case", SPOOL["folders"], ids=lambda it: it["url"])
def test_a_server_has_its_folder(case: Any) -> None:
    settings = Settings({"NIGHTBELL_URL": case["url"]})
    assert _spool.folder_name(settings.url) == case["folder"]


def test_the_bounds_of_the_spool_are_alike() -> None:
    assert SPOOL["version"] == _records.VERSION
    assert SPOOL["bytes_max"] == _spool.BYTES_MAX
    assert SPOOL["age_max_s"] == _spool.AGE_MAX_S
    assert SPOOL["claim_max_s"] == _spool.CLAIM_MAX_S
    assert SPOOL["litter_max_s"] == _spool.LITTER_MAX_S
    assert SPOOL["file_bytes_max"] == _records.FILE_BYTES_MAX


@pytest.mark.parametrize("case", SPOOL["records"], ids=lambda it: it["record"]["kind"])
def test_a_record_is_written_and_read_alike(case: Any, tmp_path: Path) -> None:
    record = case["record"]
    spool = _spool.Spool(str(tmp_path))
    assert spool.write(Report(record["kind"], record["body"], report_id=record["id"]))
    (name,) = os.listdir(tmp_path)
    assert name.endswith(f"-{record['id']}.json")
    assert json.loads((tmp_path / name).read_bytes()) == record
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    (report,) = spool.claim(10)
    assert (report.kind, report.id, report.body) == (record["kind"], record["id"], record["body"])


@pytest.mark.parametrize("case", SPOOL["files"], ids=lambda it: it["what"])
def test_a_file_in_the_spool_is_treated_alike(
    case: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nightbell._spool.time.time", lambda: SPOOL["now_ms"] / 1000)
    file = tmp_path / case["name"]
    file.write_text(case["text"])
    spool = _spool.Spool(str(tmp_path))
    spool.look()
    claimed = spool.claim(10)
    assert len(claimed) == (case["then"] == "replay")
    spool.settle(claimed)
    left = os.listdir(tmp_path)
    assert left == ([case["name"]] if case["then"] == "leave" else [])


@pytest.mark.parametrize("case", SPOOL["order"])
def test_names_are_replayed_in_their_order(case: Any, tmp_path: Path) -> None:
    record = {"v": 1, "kind": "status", "body": {"scheduler_id": "eod"}}
    for name in case["names"]:
        later = str(int(name[:13]) + 10**12) + name[13:]
        (tmp_path / later).write_text(json.dumps({**record, "id": name}))
    assert [it.id for it in _spool.Spool(str(tmp_path)).claim(10)] == case["sorted"]
