"""What jobs say of themselves in values that JSON does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .support import faults, programs, spooled
from .support.programs import env_for

if TYPE_CHECKING:
    from pathlib import Path

    from .support.server import Server

PATIENT = {"NIGHTBELL_EXIT_TIMEOUT_MS": "30000"}
ODD = {
    "a time zone": "timezone=zoneinfo.ZoneInfo('Europe/Berlin')",
    "an object": "settings={'lateness': object()}",
    "no number": "settings={'lateness': float('nan')}",
    "a set": "labels={'a': {1, 2}}, settings={'tags': {1, 2}}",
    "what contains itself": "settings=circle",
}


BAD_IDS = {
    "nothing": "",
    "a blank": "a b",
    "a slash": "a/b",
    "dots": "..",
    "a long text": "x" * 20_000,
    "half a character": "\ud800",
}


@pytest.mark.parametrize("option", ODD.values(), ids=ODD)
@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_an_option_that_cannot_be_sent_is_left_out_and_the_run_is_reported(
    server: Server, scheduler_id: str, transport: str, option: str
) -> None:
    code = f"""
        import zoneinfo, nightbell
        circle = {{}}
        circle["circle"] = circle
        with nightbell.job({scheduler_id!r}, service="Odd", every="0 1 * * *", {option}):
            pass
        """
    env = env_for(server.url, server.key, NIGHTBELL_TRANSPORT=transport, **PATIENT)
    ended = programs.run(code, env)
    assert ended.code == 0, ended.err
    assert server.run(scheduler_id).status == "completed", ended.err
    with server.client() as client:
        scheduler = client.get_scheduler(scheduler_id).scheduler
    assert scheduler is not None
    assert scheduler.settings is not None
    assert scheduler.settings.service_name == "Odd"
    if "ZoneInfo" in option:
        assert scheduler.settings.timezone == "Europe/Berlin"


def test_an_id_may_be_any_object_that_has_a_text(server: Server) -> None:
    code = """
        import uuid, nightbell
        with nightbell.job(uuid.UUID("3f1c2f9e-7f0e-4c7e-9a53-1a2b3c4d5e6f")):
            pass
        """
    ended = programs.run(code, env_for(server.url, server.key, **PATIENT))
    assert ended.code == 0, ended.err
    assert server.run("3f1c2f9e-7f0e-4c7e-9a53-1a2b3c4d5e6f").status == "completed"


ONE_BAD_REPORT = """
    import nightbell
    from nightbell import _process
    from nightbell._report import REGISTER, Report
    _process.reporter().take(Report(REGISTER, {{"scheduler_id": object()}}))
    with nightbell.job({scheduler_id!r}):
        pass
    """


@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_a_report_that_cannot_be_written_holds_up_no_other(
    server: Server, scheduler_id: str, transport: str
) -> None:
    code = ONE_BAD_REPORT.format(scheduler_id=scheduler_id)
    env = env_for(server.url, server.key, NIGHTBELL_TRANSPORT=transport, **PATIENT)
    ended = programs.run(code, env)
    assert ended.code == 0, ended.err
    assert server.run(scheduler_id).status == "completed", ended.err


@pytest.mark.parametrize("fault", [faults.REFUSED, faults.BLACK_HOLE])
def test_a_report_that_cannot_be_written_keeps_no_other_from_the_disk(
    fault: str, tmp_path: Path
) -> None:
    with faults.address(fault) as url:
        env = env_for(url, NIGHTBELL_SPOOL_DIR=str(tmp_path))
        ended = programs.run(ONE_BAD_REPORT.format(scheduler_id="eod"), env)
    assert ended.code == 0, ended.err
    kept = [it["kind"] for it in spooled.reports(tmp_path)]
    assert kept == ["register", "status", "status"], ended.err


@pytest.mark.parametrize(
    "options",
    [
        "every='99 * * * *', start_grace='100d'",
        "timezone='Mars/Olympus', owner_email='nobody'",
        "service='', labels={'a b c': 'd'}",
        "settings={'no_such_setting': 1}",
    ],
)
@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_a_registration_that_is_refused_keeps_no_run_from_being_reported(
    server: Server, scheduler_id: str, transport: str, options: str
) -> None:
    code = f"""
        import nightbell
        with nightbell.job({scheduler_id!r}, name="Mistyped", {options}):
            pass
        """
    env = env_for(server.url, server.key, NIGHTBELL_TRANSPORT=transport, **PATIENT)
    ended = programs.run(code, env)
    assert ended.code == 0, ended.err
    assert server.run(scheduler_id).status == "completed", ended.err
    with server.client() as client:
        scheduler = client.get_scheduler(scheduler_id).scheduler
    assert scheduler is not None
    assert scheduler.settings is not None
    assert scheduler.settings.job_name == "Mistyped"


def test_a_registration_that_is_refused_leaves_a_known_scheduler_as_it_was(
    server: Server, scheduler_id: str
) -> None:
    for every in ("0 1 * * *", "99 1 * * *"):
        code = f"""
            import nightbell
            with nightbell.job({scheduler_id!r}, every={every!r}):
                pass
            """
        assert programs.run(code, env_for(server.url, server.key, **PATIENT)).code == 0
    with server.client() as client:
        scheduler = client.get_scheduler(scheduler_id).scheduler
    assert scheduler is not None
    assert scheduler.settings is not None
    assert [it.cron for it in scheduler.settings.schedules] == ["0 1 * * *"]
    assert [it.status for it in server.runs(scheduler_id)] == ["completed"] * 2


@pytest.mark.parametrize("bad", BAD_IDS.values(), ids=BAD_IDS)
@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_a_job_with_a_bad_id_harms_itself_alone(
    server: Server, scheduler_id: str, transport: str, bad: str, tmp_path: Path
) -> None:
    code = f"""
        import nightbell
        with nightbell.job({bad!a}) as run:
            run.progress(1)
            with nightbell.job({scheduler_id!r}):
                pass
        """
    spool = {"NIGHTBELL_SPOOL_DIR": str(tmp_path)}
    env = env_for(server.url, server.key, NIGHTBELL_TRANSPORT=transport, **PATIENT, **spool)
    ended = programs.run(code, env)
    assert ended.code == 0
    assert ended.err.count("is no id of a scheduler") == 1, ended.err
    assert server.run(scheduler_id).status == "completed"
    assert not list(tmp_path.rglob("*.json*"))
    assert ended.took < 25
