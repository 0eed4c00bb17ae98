"""The three refusals that the guide names, to any client and to the guide's own."""

import guide
import programs
import requests

BAD_KEY = "not-a-key"


def test_a_scheduler_that_is_not_registered_is_404(server):
    answer = server.call("PUT", "/schedulers/nobody/status", {"status": "running"})

    assert answer.status_code == 404
    assert answer.json()["error"]["status"] == "NOT_FOUND"


def test_a_bad_key_is_401_and_so_is_none(server):
    path = f"{server.url}/api/v1/schedulers/any/status"
    for headers in ({"x-api-key": BAD_KEY}, {}):
        answer = requests.put(path, json={"status": "running"}, headers=headers, timeout=30)

        assert answer.status_code == 401
        assert answer.json()["error"]["status"] == "UNAUTHENTICATED"


def test_too_many_requests_are_429_with_retry_after(server):
    key = server.make_key("viewer", requests_per_second=1)

    # A slow machine may make some requests at the rate allowed, but not all.
    answers = (server.call("GET", "/schedulers", key=key) for _ in range(1000))
    answer = next(answer for answer in answers if answer.status_code != 200)

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert answer.json()["error"]["retry_after_ms"] > 0


def error_handling(server, folder, key: str, times: int = 1) -> str:
    """Runs the guide's error handling around the guide's client, several times in a row."""
    usage = "// Usage in your EOD process\n"
    client = guide.TYPESCRIPT_CLIENT.split(usage)[0]
    code = f"""{client}
const monitor = new SchedulerMonitoringClient({{
  apiUrl: '{guide.LOCAL_ADDRESS}/api/v1',
  apiKey: process.env.MONITORING_API_KEY!,
  schedulerId: 'my-service-job',
  serviceName: 'My Service',
  jobName: 'Job'
}});

async function job() {{
{guide.ERROR_HANDLING}
}}

async function jobs() {{
  for (let i = 0; i < {times}; i++) {{
    await job();
  }}
}}

jobs();
"""
    return programs.typescript(code, server, folder, key)


def test_the_guides_error_handling_registers_what_is_not_registered(server, tmp_path):
    error_handling(server, tmp_path, server.admin_key)

    (run,) = server.runs("my-service-job")
    assert run["status"] == "running"


def test_the_guides_error_handling_sees_a_bad_key(server, tmp_path):
    printed = error_handling(server, tmp_path, BAD_KEY)

    assert "Authentication failed. Check your API key." in printed


def test_the_guides_error_handling_sees_the_rate_limit(server, tmp_path):
    key = server.make_key("operator", requests_per_second=1)
    registration = {"scheduler_id": "my-service-job", "service_name": "S", "job_name": "J"}
    server.post("/schedulers/register", registration)

    printed = error_handling(server, tmp_path, key, times=50)

    assert "Rate limit exceeded. Slow down requests." in printed
