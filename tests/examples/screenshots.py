"""Takes the pictures of docs/screenshots: every page, in both themes, wide and narrow.

    .venv/bin/python tests/examples/screenshots.py docs/screenshots
"""

import itertools
import shutil
import socket
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from playwright.sync_api import sync_playwright
from server import Server
from waiting import wait_until

ERROR = """Traceback (most recent call last):
  File "backup.py", line 12, in <module>
    dump(database)
OSError: [Errno 28] No space left on device: '/var/backups/2026-11-27.dump'"""
JOBS = ["Nightly backup", "Invoices", "Import of rates", "Ledger close", "Mail digest", "Cleanup"]
TOOK_S = [312, 298, 305, 340, 322, 290, 301, 515, 330, 318, 296, 307, 411, 299, 303, 325]


def register(server: Server, name: str, service: str, **more) -> str:
    scheduler_id = name.lower().replace(" ", "-")
    body = {"scheduler_id": scheduler_id, "service_name": service, "job_name": name, **more}
    server.post("/schedulers/register", {"max_runtime": "3600s", **body})
    return scheduler_id


def fill(server: Server) -> str:
    """Jobs that fare well and badly; the id of an open incident."""
    for number, name in enumerate(JOBS):
        schedules = [{"cron": f"{7 * number} {2 + number % 4} * * *"}]
        more = {"timezone": "Europe/Berlin", "schedules": schedules}
        owner = {"owner_email": "night-shift@example.org", "labels": {"team": "billing"}}
        scheduler_id = register(server, name, "Billing", **more, **owner)
        server.report(scheduler_id, "running", run_id="r1")
        server.report(scheduler_id, "completed", run_id="r1", execution_time_ms=5_200)
    for number in range(40):
        scheduler_id = register(server, f"Report {number + 1}", "Reports")
        server.report(scheduler_id, "completed", execution_time_ms=1_000 * number)
    often(server)
    channels(server)
    for scheduler_id, error in [("nightly-backup", ERROR), ("invoices", "connection refused")]:
        server.report(scheduler_id, "running", run_id="r2")
        server.report(scheduler_id, "failed", run_id="r2", error_message=error)
    server.report("ledger-close", "running", run_id="r2")
    beat = {"run_id": "r2", "progress": {"done": 4200, "total": 9000, "message": "accounts"}}
    server.post("/schedulers/ledger-close/heartbeat", beat)
    server.post("/schedulers/cleanup/pause", {})
    for name, role in [("Jobs of billing", "reporter"), ("Wallboard", "viewer")]:
        server.post("/keys", {"name": name, "role": role})
    found = server.get("/incidents?scheduler_id=nightly-backup")["incidents"]
    path = f"/incidents/{found[0]['incident_id']}"
    wait_until(lambda: server.get(path)["deliveries"][0]["attempts"] > 1, "a second attempt")
    return found[0]["incident_id"]


def often(server: Server) -> None:
    """A job with a history: it ran every three hours, once it failed, and the last slot is missed."""
    now = datetime.now(timezone.utc)
    every = {"schedules": [{"every": "5s"}], "start_grace": "1s", "max_runtime": "600s"}
    scheduler_id = register(server, "Sync of stock", "Shop", **every)
    wait_until(lambda: server.get("/schedulers/sync-of-stock/slots")["slots"], "a missed slot")
    server.call("PATCH", f"/schedulers/{scheduler_id}", {"schedules": [{"every": "3h"}]})
    for number, took in enumerate(TOOK_S):
        began = now - timedelta(hours=16 - number, minutes=10)
        run = {"run_id": f"run-{number}"}
        server.report(scheduler_id, "running", timestamp=began.isoformat(), **run)
        ended = (began + timedelta(seconds=took)).isoformat()
        status = "failed" if number == 7 else "completed"
        server.report(scheduler_id, status, timestamp=ended, execution_time_ms=took * 1000, **run)


def channels(server: Server) -> None:
    """One that works, one where nobody answers, and what leads to them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    server.post("/channels", {"name": "Night shift", "webhook": {"url": url}})
    topic = {"name": "Billing team", "by_default": False, "ntfy": {"topic": "billing-nights"}}
    team = server.post("/channels", topic)["channel"]["channel_id"]
    route = {"name": "Critical of billing", "severities": ["critical"], "channel_ids": [team]}
    selects = {"service_name": "Billing"}
    server.post("/routes", {**route, "selects": selects, "delay": "300s", "repeat_every": "1800s"})
    window = {"cron": "0 2 * * 7", "timezone": "Europe/Berlin", "duration": "2h"}
    covers = {"scheduler_id": "nightly-backup"}
    server.post("/silences", {"note": "Weekly maintenance", "covers": covers, "window": window})
    ends = (datetime.now(timezone.utc) + timedelta(hours=2)).isoformat()
    shop = {"note": "Deployment of the shop", "covers": {"service_name": "Shop"}, "ends_at": ends}
    server.post("/silences", shop)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        server = Server(Path(home))
        server.start()
        try:
            shoot(server, folder)
        finally:
            server.stop()


def shoot(server: Server, folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        take(browser, server, folder, {"welcome": "/"})
        incident = fill(server)
        pages = {
            "home": "/",
            "scheduler": "/schedulers/sync-of-stock",
            "incident": f"/incidents/{incident}",
            "calendar": "/calendar",
            "silences": "/silences",
            "channels": "/channels",
            "routes": "/routes",
            "keys": "/keys",
            "audit": "/audit",
            "reference": "/api/docs",
        }
        take(browser, server, folder, pages)
        browser.close()


def take(browser, server: Server, folder: Path, pages: dict[str, str]) -> None:
    for width, scheme in itertools.product([360, 1440], ["light", "dark"]):
        context = browser.new_context(
            base_url=server.url,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            locale="en-GB",
            timezone_id="Europe/Berlin",
        )
        page = context.new_page()
        page.goto("/")
        if "welcome" in pages:
            page.get_by_role("button", name="Sign in").wait_for()
            page.screenshot(path=folder / f"signin-{width}-{scheme}.png")
        page.get_by_label("API key").fill(server.admin_key)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        for name, path in pages.items():
            page.goto(path)
            page.get_by_role("heading").first.wait_for()
            # What comes after the first answer.
            page.wait_for_timeout(1_000)
            # Home draws only the schedulers in sight, and the reference is very long.
            is_whole = name not in ("home", "reference")
            path = folder / f"{name}-{width}-{scheme}.png"
            page.screenshot(path=path, full_page=is_whole)
        context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
