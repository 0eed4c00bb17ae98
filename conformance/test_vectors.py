"""The reference keeps proto/vectors, so that they agree with each other and with what runs."""

import base64
import datetime
import decimal
import json
from pathlib import Path

import pytest

import rules
from spool import what_of

FOLDER = Path(__file__).resolve().parents[1] / "proto/vectors"
VECTORS = {it.stem: json.loads(it.read_text(encoding="utf-8")) for it in FOLDER.glob("*.json")}


def cases(file, name="cases"):
    return pytest.mark.parametrize("case", VECTORS[file][name], ids=lambda it: json.dumps(it)[:60])


@cases("url")
def test_addresses(case):
    assert rules.address(case["written"]) == case["url"]


@cases("retry", "statuses")
def test_what_becomes_of_a_report(case):
    assert rules.verdict(case["status"]) == case["then"]


@cases("retry", "foreign")
def test_what_becomes_of_a_report_that_something_in_between_has_answered(case):
    assert rules.verdict_of_answer(case["status"], case["body"]) == case["then"]


def test_codes_mean_what_their_statuses_do():
    statuses = {it["code"]: it["status"] for it in VECTORS["errors"]["codes"]}
    then = {it["status"]: it["then"] for it in VECTORS["retry"]["statuses"]}
    for case in VECTORS["retry"]["codes"]:
        if case["code"] in statuses and statuses[case["code"]] in then:
            assert then[statuses[case["code"]]] == case["then"], case


@cases("retry", "backoff")
def test_waits_between_tries(case):
    tries = case["after_tries"]
    waits = rules.backoff(tries, 0.0), rules.backoff(tries, 1.0)
    assert waits == pytest.approx((case["least_s"], case["most_s"]))


@cases("retry", "probe")
def test_waits_between_looks_at_a_server_that_is_down(case):
    waits = rules.probe(case["failures"], 0.0), rules.probe(case["failures"], 1.0)
    assert waits == pytest.approx((case["least_s"], case["most_s"]))


@cases("retry", "retry_after")
def test_waits_that_the_server_named(case):
    assert rules.retry_after(case["said_s"]) == case["wait_s"]


@cases("spool", "folders")
def test_folders(case):
    assert rules.folder(case["url"]) == case["folder"]


@cases("spool", "names")
def test_names(case):
    assert f"{case['at_ms']:013}-{case['id']}.json" == case["name"]


@cases("spool", "order")
def test_names_sort_by_time(case):
    assert sorted(case["names"]) == case["sorted"]


@cases("spool", "files")
def test_what_is_done_with_files(case):
    assert what_of(case["name"], case["text"], VECTORS["spool"]["now_ms"]) == case["then"]


@cases("metadata")
def test_metadata(case):
    if "python" not in case.get("languages", ["python"]):
        return
    given = untagged(case["in"])
    if "$cycle" in json.dumps(case["in"]):
        given["self"] = given
    got = rules.normalise(given)
    if "out" in case:
        assert json.dumps(got) == json.dumps(untagged(case["out"]))
    for name in case.get("out_has", []):
        assert isinstance(got[name], str) and got[name]


READ = {
    "$date": datetime.datetime.fromisoformat,
    "$bigint": int,
    "$decimal": decimal.Decimal,
    "$set": set,
    "$bytes": base64.b64decode,
    "$float": float,
    "$error": RuntimeError,
    "$repeat": lambda it: it[0] * it[1],
    "$cycle": lambda it: None,
}


def untagged(value):
    if isinstance(value, list):
        return [untagged(it) for it in value]
    if not isinstance(value, dict):
        return value
    for tag, read in READ.items():
        if tag in value:
            return read(value[tag])
    return {name: untagged(it) for name, it in value.items()}
