"""Channels against the real parts: SMTP servers with TLS, and Prometheus's Alertmanager."""

import hashlib
import hmac
import json
import re
import socket
import subprocess
import time
from urllib.parse import quote, urlencode

import pytest
import requests

from mail_server import PASSWORD, USER, MailServer, certificate
from server import Server
from waiting import wait_until


@pytest.fixture
def files(tmp_path):
    return certificate(tmp_path)


@pytest.fixture(params=["smtp", "smtps"])
def mail(files, request):
    with MailServer(files, starttls=request.param == "smtp") as it:
        login = f"{USER}:{quote(PASSWORD, safe='')}"
        it.url = f"{request.param}://{login}@localhost:{it.port}"
        yield it


@pytest.fixture
def server(tmp_path, files, mail):
    it = Server(tmp_path)
    it.env |= {
        "NIGHTBELL_SMTP_URL": mail.url,
        "NIGHTBELL_MAIL_FROM": "bell@example.org",
        "SSL_CERT_FILE": str(files[0]),
    }
    try:
        it.start()
        yield it
        assert it.stop() == 0, "the server did not end well"
    finally:
        if it.process:
            it.process.kill()
        if it.log.exists():
            print(it.log.read_text())


def fail_and_recover(server) -> dict:
    """A job that fails and is well again; its incident."""
    job = {"scheduler_id": "svc-job", "service_name": "svc", "job_name": "A <job>\r\nBcc: x@y.example"}
    server.post("/schedulers/register", job)
    server.report("svc-job", "running")
    server.report("svc-job", "failed", error_message="disk full\n<script>alert(1)</script>")
    wait_until(lambda: server.get("/incidents")["incidents"], "the incident")
    server.report("svc-job", "running")
    server.report("svc-job", "completed")
    return server.get("/incidents")["incidents"][0]


def test_an_incident_is_one_thread_of_mail(server, mail):
    to = {"to": ["team@example.org", "nobody@example.org"]}
    channel = server.post("/channels", {"name": "mail", "email": to})["channel"]
    assert channel["settings"]["email"]["to"] == to["to"]

    fail_and_recover(server)
    wait_until(lambda: len(mail.taken) == 2, "both mails")

    (recipients, opened), (_, resolved) = mail.taken
    assert mail.was_secret
    # One address that is refused keeps the other from nothing.
    assert recipients == ["team@example.org"]
    assert opened["From"] == "Nightbell <bell@example.org>"
    assert opened["Bcc"] is None and opened["Subject"].startswith("A <job> Bcc: x@y.example failed")
    assert resolved["Subject"].startswith("Recovered: ")
    assert resolved["In-Reply-To"] == resolved["References"] == opened["Message-ID"]
    assert resolved["Message-ID"] != opened["Message-ID"]
    assert opened["Message-ID"].startswith("<nb1.") and opened["Auto-Submitted"] == "auto-generated"
    text = opened.get_body(["plain"]).get_content()
    page = opened.get_body(["html"]).get_content()
    assert "disk full" in text and "<script>" in text
    assert "disk full" in page and "<script>" not in page


def test_a_test_of_a_mail_channel_shows_what_the_server_said(server, mail):
    made = server.post("/channels", {"name": "mail", "email": {"to": ["team@example.org"]}})
    path = f"/channels/{made['channel']['channel_id']}"

    receipt = server.post(f"{path}/test", {})
    assert receipt["delivered"] is True
    assert receipt["result"] == "delivered: 250 2.0.0 queued as 42"

    nobody = {"email": {"to": ["nobody@example.org"]}}
    assert server.call("PATCH", path, nobody).status_code == 200
    receipt = server.post(f"{path}/test", {})
    assert receipt["delivered"] is False
    assert "nobody@example.org was refused" in receipt["result"]
    assert "no such mailbox" in receipt["result"]


@pytest.mark.parametrize("mail", ["smtp"], indirect=True)
def test_an_owner_is_asked_once_and_told_after_a_yes(server, mail):
    job = {"service_name": "svc", "job_name": "A job", "owner_email": "Team@example.com"}
    for name in ("first", "second"):
        server.post("/schedulers/register", job | {"scheduler_id": name})
        server.report(name, "failed", error_message="disk full")
    wait_until(lambda: len(deliveries(server, "asked to confirm")) == 1, "the question")
    wait_until(lambda: len(deliveries(server, "has not confirmed")) == 1, "what else waits")

    (recipients, question), *more = mail.taken
    assert not more and recipients == ["team@example.com"] and mail.was_secret
    assert question["From"] == "Nightbell <bell@example.org>"
    (link,) = re.findall(rf"{server.url}/confirm/\S+", question.get_content())
    page = requests.get(link, timeout=30)
    assert page.status_code == 200 and "team@example.com" in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert len(mail.taken) == 1, "whoever only looks has not said yes"
    other = link[:-1] + ("A" if link[-1] != "A" else "B")
    for method in ("GET", "POST"):
        assert requests.request(method, other, timeout=30).status_code == 404

    answer = requests.post(link, timeout=30)
    assert answer.status_code == 200 and "Thank you" in answer.text
    wait_until(lambda: len(mail.taken) == 3, "what had waited")
    told = sorted(it["Subject"] for _, it in mail.taken[1:])
    assert told == ["A job failed"] * 2
    server.report("first", "completed")
    wait_until(lambda: len(mail.taken) == 4, "the end")
    assert mail.taken[3][1]["Subject"] == "Recovered: A job"
    assert all(it["channel_id"] == "owner" for it in deliveries(server, "delivered"))


@pytest.mark.parametrize("mail", ["smtp"], indirect=True)
def test_what_is_over_before_a_yes_is_told_to_no_owner_and_trusted_domains_are_not_asked(
    server, mail
):
    server.stop()
    server.env["NIGHTBELL_MAIL_DOMAINS"] = "example.com"
    server.start()
    job = {"service_name": "svc", "job_name": "A job"}
    for name, owner in (("ours", "a@Example.COM"), ("theirs", "a@sub.example.com")):
        server.post("/schedulers/register", job | {"scheduler_id": name, "owner_email": owner})
        server.report(name, "failed")
    wait_until(lambda: deliveries(server, "delivered"), "our own")
    wait_until(lambda: deliveries(server, "asked to confirm"), "theirs")
    server.report("theirs", "completed")
    asked = next(it for recipients, it in mail.taken if recipients == ["a@sub.example.com"])
    (link,) = re.findall(rf"{server.url}/confirm/\S+", asked.get_content())
    assert requests.post(link, timeout=30).status_code == 200
    wait_until(lambda: len(deliveries(server, "not told")) == 2, "both to be withheld")
    assert len(mail.taken) == 2


def deliveries(server, result: str) -> list[dict]:
    """What of all incidents came to such a result."""
    ids = [it["incident_id"] for it in server.get("/incidents")["incidents"]]
    all_of = [it for id in ids for it in server.get(f"/incidents/{id}")["deliveries"]]
    return [it for it in all_of if result in it["last_result"]]


@pytest.mark.parametrize("mail", ["smtp"], indirect=True)
def test_alertmanager_opens_and_closes_an_alert(server, tmp_path):
    config = tmp_path / "alertmanager.yml"
    config.write_text("route:\n  receiver: none\nreceivers:\n  - name: none\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [
        "prometheus-alertmanager", f"--config.file={config}", f"--storage.path={tmp_path / 'am'}",
        f"--web.listen-address={address}", "--cluster.listen-address=",
    ]  # fmt: skip
    log = (tmp_path / "alertmanager.log").open("wb")
    alertmanager = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_until(lambda: is_ready(address), "Alertmanager")
        url = f"http://{address}"
        made = server.post("/channels", {"name": "am", "alertmanager": {"url": url}})
        path = f"/channels/{made['channel']['channel_id']}/test"
        assert server.post(path, {})["result"] == "delivered: 200"

        job = {"scheduler_id": "svc-job", "service_name": "svc", "job_name": "A job"}
        server.post("/schedulers/register", job)
        server.report("svc-job", "failed", error_message="disk full")
        alert = wait_until(lambda: alerts(address), "the alert")[0]
        assert alert["labels"]["alertname"] == "Nightbell_failed"
        assert alert["labels"]["scheduler_id"] == "svc-job"
        assert alert["status"]["state"] == "active"
        assert "disk full" in alert["annotations"]["description"]

        server.report("svc-job", "running")
        server.report("svc-job", "completed")
        wait_until(lambda: not alerts(address), "the alert to be over")
    finally:
        alertmanager.terminate()
        alertmanager.wait(timeout=30)
        log.close()


def is_ready(address: str) -> bool:
    try:
        return requests.get(f"http://{address}/-/ready", timeout=5).ok
    except requests.ConnectionError:
        return False


def alerts(address: str) -> list[dict]:
    """The alerts that have not ended, but for tests of the channel."""
    found = requests.get(f"http://{address}/api/v2/alerts?active=true", timeout=5).json()
    return [it for it in found if it["labels"]["alertname"] != "NightbellTest"]


def slack_signed(secret: str, body: str, at: int) -> dict[str, str]:
    signed = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "x-slack-request-timestamp": str(at),
        "x-slack-signature": f"v0={signed}",
        "content-type": "application/x-www-form-urlencoded",
    }


@pytest.mark.parametrize("mail", ["smtp"], indirect=True)
def test_buttons_in_slack_acknowledge_and_snooze_if_slack_signed_them(server):
    bot = {"token": "xoxb-1", "channel": "#ops", "signing_secret": "shh", "api_url": server.url}
    made = server.post("/channels", {"name": "slack", "slack_bot": bot})["channel"]
    assert made["settings"]["slack_bot"]["token"] is None
    job = {"scheduler_id": "svc-job", "service_name": "svc", "job_name": "A job"}
    server.post("/schedulers/register", job)
    server.report("svc-job", "failed")
    incident = wait_until(lambda: server.get("/incidents")["incidents"], "the incident")[0]
    pressed = {"action_id": "nightbell_acknowledge", "value": incident["incident_id"]}
    body = urlencode({"payload": json.dumps({"user": {"name": "ada"}, "actions": [pressed]})})
    url = f"{server.url}/api/v1/slack/actions/{made['channel_id']}"
    now = int(time.time())

    for headers in [
        {},
        slack_signed("wrong", body, now),
        slack_signed("shh", body + "x", now),
        slack_signed("shh", body, now - 600),
    ]:
        assert requests.post(url, body, headers=headers, timeout=30).status_code == 401
    unknown = requests.post(f"{url}0", body, headers=slack_signed("shh", body, now), timeout=30)
    assert unknown.status_code == 401
    path = f"/incidents/{incident['incident_id']}"
    assert server.get(path)["incident"]["acknowledgement"] is None

    answer = requests.post(url, body, headers=slack_signed("shh", body, now), timeout=30)
    assert answer.status_code == 200
    assert server.get(path)["incident"]["acknowledgement"]["by"] == "ada (Slack)"
    assert server.get("/silences")["silences"] == []

    pressed["action_id"] = "nightbell_snooze"
    body = urlencode({"payload": json.dumps({"user": {"name": "ada"}, "actions": [pressed]})})
    answer = requests.post(url, body, headers=slack_signed("shh", body, now), timeout=30)
    assert answer.status_code == 200
    (silence,) = server.get("/silences")["silences"]
    assert silence["settings"]["note"] == "Snoozed by ada (Slack)" and silence["active"]
    assert silence["settings"]["covers"]["scheduler_id"] == "svc-job"
    assert silence["created_by"] == "Slack, channel slack"
