"""The example of Prometheus, its rules and the Grafana dashboard, with a real Prometheus."""

import json
import re
import shutil
import socket
import subprocess

import pytest
import requests

from repository import ROOT
from server import Server
from waiting import wait_until

EXAMPLE = ROOT / "examples/monitoring"


@pytest.fixture
def server(tmp_path):
    it = Server(tmp_path)
    it.env |= {"NIGHTBELL_METRICS_SCHEDULERS_MAX": "1000"}
    it.start()
    try:
        yield it
        assert it.stop() == 0, "the server did not end well"
    finally:
        it.process.kill()


@pytest.fixture
def prometheus(server, tmp_path):
    """Prometheus with the example's files; only addresses and the pace differ."""
    shutil.copy(EXAMPLE / "rules.yml", tmp_path)
    made = server.command("keys", "create", "--name", "prometheus", "--role", "viewer")
    (tmp_path / "nightbell.key").write_text(made.strip())
    config = (EXAMPLE / "prometheus.yml").read_text()
    config = config.replace("127.0.0.1:8080", server.address).replace("15s", "1s")
    (tmp_path / "prometheus.yml").write_text(f"global: {{evaluation_interval: 1s}}\n{config}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [
        "prometheus",
        f"--config.file={tmp_path / 'prometheus.yml'}",
        f"--storage.tsdb.path={tmp_path / 'tsdb'}",
        f"--web.listen-address={address}",
    ]
    with (tmp_path / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield f"http://{address}/api/v1"
    finally:
        process.kill()
        process.wait()
        print((tmp_path / "prometheus.log").read_text())


def answered(url: str, **query) -> dict:
    try:
        answer = requests.get(url, params=query, timeout=5)
        return answer.json()["data"] if answer.ok else {}
    except requests.ConnectionError:
        return {}


def test_prometheus_reads_the_server_and_alerts_of_a_job_that_is_down(server, prometheus):
    server.post("/schedulers/register", {"scheduler_id": "eod", "service_name": "Books", "job_name": "EOD"})
    server.report("eod", "running")
    server.report("eod", "failed", error_message="disk full")

    def firing():
        alerts = answered(f"{prometheus}/alerts").get("alerts", [])
        return [it for it in alerts if it["state"] == "firing"]

    (alert,) = wait_until(firing, "an alert of Prometheus")
    assert alert["labels"]["alertname"] == "JobDown"
    assert alert["annotations"]["summary"] == "eod of Books is down"

    server.report("eod", "running")
    server.report("eod", "completed")
    wait_until(lambda: not firing(), "the alert to end")
    age = "time() - nightbell_scheduler_last_success_timestamp_seconds"
    (found,) = wait_until(
        lambda: answered(f"{prometheus}/query", query=age).get("result"), "the last success"
    )
    assert 0 <= float(found["value"][1]) < 3_600


def test_every_figure_that_the_rules_and_the_dashboard_ask_for_exists(server, prometheus):
    server.post("/schedulers/register", {"scheduler_id": "eod", "service_name": "Books", "job_name": "EOD"})
    # Each family appears with the first thing that it counts.
    server.post("/channels", {"name": "nobody", "webhook": {"url": "http://127.0.0.1:8099/"}})
    for status in ("running", "completed", "failed"):
        server.report("eod", status)
    assert server.call("GET", "/schedulers", key="nb_no_key").status_code == 401
    headers = {"x-api-key": server.admin_key}

    def families():
        text = requests.get(f"{server.url}/metrics", headers=headers, timeout=5).text
        return "nightbell_deliveries" in text and set(re.findall(r"^# TYPE (\S+)", text, re.M))

    exist = wait_until(families, "an attempt to deliver")
    dashboard = json.loads((EXAMPLE / "grafana.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    for expression in [*asked, (EXAMPLE / "rules.yml").read_text()]:
        for name in re.findall(r"\bnightbell_\w+", expression):
            assert re.sub("_(total|bucket)$", "", name) in exist, name
    for expression in asked:
        query = expression.replace("$__rate_interval", "1m")
        wait_until(
            lambda query=query: answered(f"{prometheus}/query", query=query),
            f"Prometheus to understand {query}",
        )
