"""The README's walk to the first alert, command by command."""

import json
import re
import socket
import subprocess
from urllib.parse import urlsplit

from guide import LOCAL_ADDRESS, replace
from repository import ROOT, environment, run
from waiting import wait_until

README = (ROOT / "README.md").read_text()
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RECEIVER_PORT = "9000"


def walk() -> list[str]:
    start = README.index("\n## Five minutes to the first alert\n")
    return SHELL.findall(README[start : README.index("\n## ", start + 1)])


def test_the_readmes_walk_ends_in_an_alert_and_its_end(server, tmp_path):
    start, receive, *rest = walk()
    assert "make run" in start
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    commands = replace("".join(rest), LOCAL_ADDRESS, server.url)
    commands = replace(commands, "the-key-that-was-printed", server.admin_key)
    commands = replace(commands, RECEIVER_PORT, port)
    received = tmp_path / "received"

    with received.open("w") as out, receiver(replace(receive, RECEIVER_PORT, port), out):
        wait_until(lambda: listens(port), "the receiver to listen")
        printed = run("bash", "-euc", commands)
        assert '"error"' not in printed
        wait_until(lambda: len(alerts(received)) == 2, "two alerts")

    opened, resolved = alerts(received)
    assert (opened["type"], resolved["type"]) == ("incident.opened", "incident.resolved")
    # What the README shows is what arrives, but for ids and times.
    assert shape(shown_alert()) == shape(opened)


class receiver:
    """The README's own receiver, for as long as it is needed."""

    def __init__(self, command: str, out):
        self.command, self.out = command, out

    def __enter__(self):
        command = ["bash", "-c", f"exec {self.command}"]
        self.process = subprocess.Popen(
            command, env=environment(), stdout=self.out, stderr=subprocess.DEVNULL
        )

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def listens(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def alerts(received) -> list[dict]:
    return [json.loads(line) for line in received.read_text().splitlines() if line.endswith("}")]


def shown_alert() -> dict:
    (text,) = re.findall(r"^```json\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return json.loads(text)


def shape(alert: dict) -> dict:
    varies = {"incident_id", "run_ids", "onset_at", "opened_at"}
    data = {name: "…" if name in varies else value for name, value in alert["data"].items()}
    incident = "/" + alert["data"]["incident_id"]
    data["url"] = replace(urlsplit(data["url"]).path, incident, "/…")
    return {"type": alert["type"], "data": data}
