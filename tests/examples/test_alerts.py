"""A failing job reaches the receiver of a webhook, signed and once, and so does its recovery."""

import pytest

import programs
from receiver import Receiver, signature
from waiting import wait_until


@pytest.fixture
def receiver():
    with Receiver() as it:
        yield it


def test_a_failure_is_told_once_and_then_its_end(server, receiver, tmp_path):
    webhook = {"name": "tests", "webhook": {"url": receiver.url}}
    secret = server.post("/channels", webhook)["secret"]

    programs.guide_client_ts(server, tmp_path, job="  throw new Error('disk full');\n")
    wait_until(lambda: receiver.of("incident.opened"), "the incident to be told")
    programs.guide_client_ts(server, tmp_path)
    wait_until(lambda: receiver.of("incident.resolved"), "the recovery to be told")

    (opened,), (resolved,) = receiver.of("incident.opened"), receiver.of("incident.resolved")
    assert opened["data"]["scheduler_id"] == "my-service-eod-process"
    assert opened["data"]["reason"] == "failed"
    assert opened["data"]["error_message"] == "disk full"
    assert resolved["data"]["incident_id"] == opened["data"]["incident_id"]
    assert resolved["data"]["resolution"] == "recovered"

    assert len({headers["webhook-id"] for headers, _ in receiver.received}) == 2
    for headers, body in receiver.received:
        signed = signature(secret, headers["webhook-id"], headers["webhook-timestamp"], body)
        assert headers["webhook-signature"] == signed

    incident = server.get(f"/incidents/{opened['data']['incident_id']}")
    assert incident["incident"]["state"] == "resolved"
    assert [it["event"] for it in incident["deliveries"]] == ["opened", "resolved"]


def test_a_target_that_the_server_does_not_allow_is_refused(server):
    webhook = {"name": "tests", "webhook": {"url": "http://10.0.0.1/hook"}}

    answer = server.call("POST", "/channels", webhook)

    assert answer.status_code == 400
    assert answer.json()["error"]["reason"] == "BLOCKED_TARGET"
