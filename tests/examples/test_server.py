"""What an operator sees of the server: its first start, its end, its keys."""

import requests

from waiting import wait_until


def test_only_the_first_start_prints_a_key_and_what_was_reported_outlives_an_end(server):
    key = server.admin_key
    registration = {"scheduler_id": "kept", "service_name": "S", "job_name": "J"}
    server.post("/schedulers/register", registration)
    server.report("kept", "completed", metadata={"rows": 12})
    before = server.runs("kept")

    assert server.stop() == 0
    server.start()

    assert server.log.read_text().count("admin key") == 1
    assert server.call("GET", "/schedulers", key=key).status_code == 200
    assert server.runs("kept") == before


def test_what_was_answered_outlives_a_kill(server):
    registration = {"scheduler_id": "killed", "service_name": "S", "job_name": "J"}
    server.post("/schedulers/register", registration)
    for number in range(20):
        server.report("killed", "completed", run_id=f"run-{number}")

    server.process.kill()
    server.process.wait()
    server.start()

    assert {run["run_id"] for run in server.runs("killed")} == {f"run-{n}" for n in range(20)}


def test_keys_are_made_and_revoked_beside_a_running_server(server):
    key = server.command("keys", "create", "--name", "ci", "--role", "viewer").strip()
    wait_until(lambda: status_for(server, key) == 200, "the new key to be good")

    key_id = key.split("_")[1]
    assert key_id in server.command("keys", "list")
    server.command("keys", "revoke", key_id)

    wait_until(lambda: status_for(server, key) == 401, "the revoked key to be refused")


def status_for(server, key: str) -> int:
    return server.call("GET", "/schedulers", key=key).status_code


def test_a_watcher_is_told_to_come_again_when_the_server_ends(server):
    path = f"{server.url}/api/v1/schedulers/watch"
    headers = {"x-api-key": server.admin_key}
    with requests.get(path, headers=headers, stream=True, timeout=60) as watch:
        lines = watch.iter_lines(decode_unicode=True)
        assert next(lines) == "data: {}"

        assert server.stop() == 0

        assert "DRAINING" in "".join(lines)


def test_the_documentation_needs_no_key(server):
    assert "<html" in requests.get(f"{server.url}/api/docs", timeout=30).text
    described = requests.get(f"{server.url}/api/openapi.json", timeout=30).json()
    assert "/api/v1/schedulers/{scheduler_id}/status" in described["paths"]
