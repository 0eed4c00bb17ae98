"""Takes the pictures of docs/screenshots: every page, in both themes, wide and narrow.

    .venv/bin/python tests/examples/screenshots.py docs/screenshots
"""

import itertools
import shutil
import socket
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from server import Server
from waiting import wait_until

ERROR = """Traceback (most recent call last):
  File "backup.py", line 12, in <module>
    dump(database)
OSError: [Errno 28] No space left on device: '/var/backups/2026-11-27.dump'"""
JOBS = ["Nightly backup", "Invoices", "Import of rates", "Ledger close", "Mail digest", "Cleanup"]


def fill(server: Server) -> str:
    """Jobs that fare well and badly; the id of an open incident."""
    for name in JOBS:
        scheduler_id = name.lower().replace(" ", "-")
        body = {"scheduler_id": scheduler_id, "service_name": "Billing", "job_name": name}
        server.post("/schedulers/register", {**body, "max_runtime": "3600s"})
        server.report(scheduler_id, "running", run_id="r1")
        server.report(scheduler_id, "completed", run_id="r1", execution_time_ms=5_200)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    server.post("/channels", {"name": "Night shift", "webhook": {"url": url}})
    window = {"cron": "0 2 * * 7", "timezone": "Europe/Berlin", "duration": "2h"}
    covers = {"scheduler_id": "nightly-backup"}
    server.post("/silences", {"note": "Weekly maintenance", "covers": covers, "window": window})
    for scheduler_id, error in [("nightly-backup", ERROR), ("invoices", "connection refused")]:
        server.report(scheduler_id, "running", run_id="r2")
        server.report(scheduler_id, "failed", run_id="r2", error_message=error)
    server.report("ledger-close", "running", run_id="r2")
    beat = {"run_id": "r2", "progress": {"done": 4200, "total": 9000, "message": "accounts"}}
    server.post("/schedulers/ledger-close/heartbeat", beat)
    server.post("/schedulers/cleanup/pause", {})
    found = server.get("/incidents?scheduler_id=nightly-backup")["incidents"]
    path = f"/incidents/{found[0]['incident_id']}"
    wait_until(lambda: server.get(path)["deliveries"][0]["attempts"] > 1, "a second attempt")
    return found[0]["incident_id"]


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
        job = "/schedulers/nightly-backup"
        pages = {"home": "/", "scheduler": job, "incident": f"/incidents/{incident}"}
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
        page.get_by_label("API key").fill(server.admin_key)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        for name, path in pages.items():
            page.goto(path)
            page.get_by_role("heading").first.wait_for()
            # What comes after the first answer.
            page.wait_for_timeout(1_000)
            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
        context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
