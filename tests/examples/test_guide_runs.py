"""Each of the guide's programs leaves exactly the history that it means to leave."""

import programs
import pytest
from repository import ProgramFailed


def only_run(server, scheduler_id: str) -> dict:
    (run,) = server.runs(scheduler_id)
    return run


def is_number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def test_the_typescript_client_leaves_one_completed_run(server, tmp_path):
    printed = programs.guide_client_ts(server, tmp_path)

    assert "EOD process completed successfully" in printed
    run = only_run(server, "my-service-eod-process")
    assert run["status"] == "completed"
    assert is_number(run["execution_time_ms"])
    assert run["metadata"] == {"records_processed": 1000, "files_generated": 5}


def test_the_typescript_client_reports_a_failure(server, tmp_path):
    programs.guide_client_ts(server, tmp_path, job="  throw new TypeError('disk full');\n")

    run = only_run(server, "my-service-eod-process")
    assert run["status"] == "failed"
    assert run["error_message"] == "disk full"
    assert run["metadata"]["error_type"] == "TypeError"
    assert "performEODTasks" in run["metadata"]["stack_trace"]


def test_the_typescript_quick_start_leaves_one_completed_run(server, tmp_path):
    printed = programs.guide_quick_start_ts(server, tmp_path)

    assert "Scheduler registered:" in printed
    assert "failed" not in printed
    run = only_run(server, "my-service-eod-process")
    assert (run["status"], run["execution_time_ms"]) == ("completed", 15000)
    assert run["metadata"] == {"records_processed": 1000, "environment": "production"}
    assert "last_heartbeat_at" in run
    settings = server.get("/schedulers/my-service-eod-process")["scheduler"]["settings"]
    assert settings["alert_user_id"] == "U1234567890"
    assert settings["owner_email"] == "team@example.com"


def test_the_python_client_leaves_one_completed_run(server, tmp_path):
    programs.guide_client_py(server, tmp_path)

    run = only_run(server, "python-service-eod")
    assert run["status"] == "completed"
    assert is_number(run["execution_time_ms"])
    assert run["metadata"] == {"records_processed": 1000}


def test_the_python_client_reports_a_failure(server, tmp_path):
    failing = "        raise OSError('disk full')\n"
    with pytest.raises(ProgramFailed, match="disk full"):
        programs.guide_client_py(server, tmp_path, job=failing)

    run = only_run(server, "python-service-eod")
    assert (run["status"], run["error_message"]) == ("failed", "disk full")


def test_the_curl_commands_leave_one_completed_run_however_often_they_run(server):
    for _ in range(2):
        programs.guide_sh(server)

    run = only_run(server, "test-service-eod")
    assert (run["status"], run["execution_time_ms"]) == ("completed", 5000)
