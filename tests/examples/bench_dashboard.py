"""Measures Home with 10,000 schedulers in Chromium: opening, scrolling and filtering.

    make bench-dashboard
    .venv/bin/python tests/examples/bench_dashboard.py 1000
"""

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

import dashboard
from server import Server

# Milliseconds between the frames that were drawn while the page scrolled by 600 pixels a frame.
SCROLL = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  scrollTo(0, 0);
  await frame();
  const times = [];
  let before = await frame();
  for (let drawn = 0; drawn < 300; drawn += 1) {
    scrollBy(0, 600);
    const now = await frame();
    times.push(now - before);
    before = now;
  }
  return times;
}"""

# Milliseconds from a key press until what it finds is drawn.
FILTER = """async (texts) => {
  const input = document.querySelector('[aria-label="Filter by text"]');
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  const frame = () => new Promise(requestAnimationFrame);
  const times = [];
  for (const text of texts) {
    await frame();
    const began = performance.now();
    set.call(input, text);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await frame();
    await frame();
    times.push(performance.now() - began);
  }
  return times;
}"""


def fill(server: Server, count: int) -> None:
    def one(number: int) -> None:
        body = {
            "scheduler_id": f"job-{number:05}",
            "service_name": f"Service {number % 40}",
            "job_name": f"Job {number} of the night",
            "labels": {"team": f"team-{number % 25}", "tier": str(number % 3)},
            "schedules": [{"cron": f"{number % 60} {number % 24} * * *"}],
        }
        server.post("/schedulers/register", body)
        if number % 100 == 0:
            server.report(body["scheduler_id"], "failed", error_message="disk full")
        elif number % 50 == 1:
            server.report(body["scheduler_id"], "running")

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(one, range(count)))


def worked(session) -> float:
    """For how many milliseconds the page's own thread has had the processor: what else the
    machine does is no part of it."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * sum(it["value"] for it in metrics if it["name"] == "ThreadTime")


def told(what: str, times: list[float]) -> None:
    ordered = sorted(times)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * part))] for part in (0.5, 0.95)]
    print(f"{what}: p50 {at[0]:.0f} ms, p95 {at[1]:.0f} ms, max {ordered[-1]:.0f} ms")


def measure(server: Server, count: int) -> None:
    with sync_playwright() as playwright:
        browser = dashboard.launch(playwright)
        for width in (1440, 360):
            page = dashboard.open_page(browser, server, width)
            page.get_by_label("API key").fill(server.admin_key)
            began = time.monotonic()
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_text(f"{count} of {count}")).to_be_visible()
            print(f"{width} px: all {count} known {time.monotonic() - began:.1f} s after signing in")
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable")
            before = worked(session)
            frames = page.evaluate(SCROLL)
            each = (worked(session) - before) / len(frames)
            told(f"{width} px: a frame while scrolling", frames)
            print(f"{width} px: the page worked {each:.1f} ms for each such frame")
            print(f"{width} px: {page.locator('.fleet li').count()} tiles drawn")
            words = ["n", "ni", "nig", "nigh", "night", "job 9", "job 99", "job 999", "team-7", ""]
            told(f"{width} px: a key press in the filter", page.evaluate(FILTER, words * 3))
            page.context.close()
        browser.close()


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        server = Server(Path(home))
        server.start()
        try:
            fill(server, count)
            measure(server, count)
        finally:
            server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
