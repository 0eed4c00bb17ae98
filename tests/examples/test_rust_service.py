import signal
import subprocess

from repository import environment
from server import BINARY
from waiting import wait_until

# Built with the server.
SERVICE = BINARY.with_name("nightly-report")


def test_a_rust_service_reports_each_run_of_its_job_and_stops_when_asked(server, tmp_path):
    env = environment(
        NIGHTBELL_URL=server.url,
        NIGHTBELL_API_KEY=server.admin_key,
        NIGHTBELL_SPOOL_DIR=str(tmp_path / "spool"),
        SCHEDULE="* * * * * *",
    )
    service = subprocess.Popen([SERVICE], env=env, stdout=subprocess.PIPE, text=True)
    try:
        def completed():
            try:
                runs = server.runs("nightly-report")
            except AssertionError:
                return []  # It has not registered yet.
            ended = [it for it in runs if it["status"] == "completed"]
            return ended if len(ended) >= 2 else []

        runs = wait_until(completed, "two runs of the job")
        service.send_signal(signal.SIGTERM)
        printed, _ = service.communicate(timeout=60)
    finally:
        service.kill()
    assert service.returncode == 0
    assert "wrote 120 pages" in printed and "asked to stop" in printed
    assert {it["progress"]["done"] for it in runs} == {40}
    assert {it["metadata"]["pages"] for it in runs} == {120}
