"""One history, whichever way it is reported or read."""

import json

import programs


def history(runs: list[dict]) -> list[tuple]:
    """What a run comes to, with numbers as numbers: protobuf's JSON has long ones as text."""
    return [
        (run["run_id"], short(run["status"]), int(run["execution_time_ms"]), run["metadata"])
        for run in runs
    ]


def short(status: str) -> str:
    return status.removeprefix("RUN_STATUS_").lower()


def printed_runs(printed: str) -> list[dict]:
    return json.loads(printed[printed.index("{") :])["runs"]


def test_grpc_reports_streams_and_reads_what_rest_reads(server):
    printed = programs.grpc_python(server)

    assert "frame 5 of 5 is stored" in printed
    runs = server.runs("grpc-python-import")
    ((_, status, _, metadata),) = history(runs)
    assert (status, metadata) == ("completed", {"rows_imported": 1000, "environment": "staging"})
    assert "last_heartbeat_at" in runs[0]
    assert history(printed_runs(printed)) == history(runs)


def test_grpc_web_reports_and_reads_what_rest_reads(server):
    printed = programs.grpc_web(server)

    runs = server.runs("grpc-web-cleanup")
    ((_, status, took_ms, metadata),) = history(runs)
    assert (status, took_ms) == ("completed", 1200)
    assert metadata == {"files_removed": 12, "environment": "staging"}
    assert history(printed_runs(printed)) == history(runs)
