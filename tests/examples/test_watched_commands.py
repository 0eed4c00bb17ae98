"""The command `nightbell` where jobs are started by others: cron, systemd, Kubernetes."""

import re
import shutil
import subprocess
from pathlib import Path

import yaml

from repository import ROOT, environment, run
from server import BINARY, Server

EXAMPLES = ROOT / "examples"
# Built with the server.
COMMAND = BINARY.with_name("nightbell")


def watched(server: Server, folder: Path) -> dict[str, str]:
    """The environment of a machine that has the command, the address and the key."""
    machine = environment()
    return machine | {
        "NIGHTBELL_URL": server.url,
        "NIGHTBELL_API_KEY": server.admin_key,
        "NIGHTBELL_SPOOL_DIR": str(folder / "spool"),
        "PATH": f"{COMMAND.parent}:{machine['PATH']}",
    }


def settings(server: Server, scheduler_id: str) -> dict:
    return server.get(f"/schedulers/{scheduler_id}")["scheduler"]["settings"]


def test_a_crontab_becomes_watched_and_its_lines_do_what_they_did(server, tmp_path):
    before = (EXAMPLES / "crontab/crontab").read_text()
    crontab = tmp_path / "crontab"
    crontab.write_text(before)
    env = watched(server, tmp_path)

    sync = (COMMAND, "crontab", "sync", crontab, "--prefix", "", "--timezone", "Europe/Berlin")
    run(*sync, "--dry-run", **env)
    assert crontab.read_text() == before
    run(*sync, "--yes", **env)

    crons = {"end-of-day": "0 1 * * *", "send-invoices": "30 6 * * 1-5", "fetch-rates": "*/15 * * * *"}
    for scheduler_id, cron in crons.items():
        has = settings(server, scheduler_id)
        assert has["schedules"] == [{"cron": cron}]
        assert has["timezone"] == "Europe/Berlin"
    after = crontab.read_text()
    run(*sync, "--yes", **env)
    assert crontab.read_text() == after, "what is watched stays as it is"

    # What is in front of each line is all that is new: as cron would run the first.
    (line,) = [it for it in after.splitlines() if "end-of-day --all" in it]
    ended = subprocess.run(["sh", "-c", line.split(None, 5)[5]], env=env, capture_output=True)
    assert ended.returncode == 127, "there is no /opt/billing here"
    assert [it["status"] for it in server.runs("end-of-day")] == ["failed"]


def test_the_units_of_systemd_are_sound_and_their_schedule_is_understood(server, tmp_path):
    for unit in EXAMPLES.glob("systemd/*.*"):
        text = unit.read_text().replace("/usr/local/bin/nightbell", str(COMMAND))
        (tmp_path / unit.name).write_text(text)
    service, timer = tmp_path / "end-of-day.service", tmp_path / "end-of-day.timer"
    if shutil.which("systemd-analyze"):
        assert run("systemd-analyze", "verify", service, timer) == ""
    else:
        print("systemd-analyze is not here: the units were not verified")

    run(
        COMMAND, "systemd", "discover", "--folder", EXAMPLES / "systemd", "--register",
        **watched(server, tmp_path),
    )
    has = settings(server, "end-of-day")
    assert has["schedules"] == [{"cron": "0 1 * * *"}]
    assert has["timezone"] == "Europe/Berlin"

    (start,) = re.findall(r"^ExecStart=(.+)$", service.read_text(), re.M)
    words = start.replace("/opt/billing/end-of-day --all", "true").split()
    run(*words, **watched(server, tmp_path))
    assert [it["status"] for it in server.runs("end-of-day")] == ["completed"]


def test_the_manifest_of_kubernetes_runs_and_tells_its_own_schedule(server, tmp_path):
    manifest = yaml.safe_load((EXAMPLES / "kubernetes/cronjob.yaml").read_text())
    assert (manifest["apiVersion"], manifest["kind"]) == ("batch/v1", "CronJob")
    pod = manifest["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    volumes = {it["name"] for it in pod["volumes"]}
    for each in [container, *pod["initContainers"]]:
        assert {it["name"] for it in each["volumeMounts"]} <= volumes

    program, *words = container["command"]
    assert program == "/nightbell/nightbell"
    ours = words[: words.index("--") + 1]
    given = {it["name"]: it["value"] for it in container["env"] if "value" in it}
    run(COMMAND, *ours, "true", **(given | watched(server, tmp_path)))
    has = settings(server, "end-of-day")
    assert has["schedules"] == [{"cron": manifest["spec"]["schedule"]}]
    assert has["timezone"] == manifest["spec"]["timeZone"]
    assert has["service_name"] == "Billing"
    assert [it["status"] for it in server.runs("end-of-day")] == ["completed"]


def test_the_image_of_the_command_is_built_from_what_there_is():
    text = (EXAMPLES / "kubernetes/Dockerfile").read_text()
    (profile,) = re.findall(r"--profile (\S+)", text)
    (package,) = re.findall(r"--package (\S+)", text)
    assert f"[profile.{profile}]" in (ROOT / "Cargo.toml").read_text()
    assert f'name = "{package}"' in (ROOT / "sdk-rust/cli/Cargo.toml").read_text()
    assert f"target/{profile}/nightbell " in text
    (toolchain,) = re.findall(r"RUSTUP_TOOLCHAIN=(\S+)", text)
    assert f'channel = "{toolchain}"' in (ROOT / "rust-toolchain.toml").read_text()
