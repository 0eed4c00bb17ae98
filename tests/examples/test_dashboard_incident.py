"""The page of an incident, and where the links of an alert lead."""

import socket

from playwright.sync_api import expect

from dashboard import fail, register, section
from waiting import wait_until


def test_an_incident_shows_which_channel_was_told_and_what_each_attempt_met(server, page):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    gone = {"name": "Nobody there", "webhook": {"url": url}}
    channel = server.post("/channels", gone)["channel"]["channel_id"]
    register(server, "told")
    fail(server, "told")
    find = "/incidents?scheduler_id=told"
    incident = wait_until(lambda: server.get(find)["incidents"], "the incident")[0]
    path = f"/incidents/{incident['incident_id']}"
    wait_until(lambda: server.get(path)["deliveries"][-1]["attempts"] > 1, "a second attempt")
    page.goto(path)
    told = section(page, "Who was told")
    expect(told).to_contain_text("Nobody there")
    told.get_by_text("attempts").last.click()
    expect(told.locator("details li").first).to_contain_text("✕")
    assert server.call("DELETE", f"/channels/{channel}").status_code == 200


def test_the_links_of_an_alert_show_the_run_the_reason_and_the_incident(server, page):
    register(server, "nightly-backup")
    server.report("nightly-backup", "running", run_id="r1")
    server.report("nightly-backup", "failed", run_id="r1", error_message="disk full")
    (incident,) = server.get("/incidents")["incidents"]
    page.goto("/schedulers/nightly-backup?run=r1")
    expect(page.locator("#run")).to_contain_text("disk full")
    page.goto("/schedulers/nightly-backup#explain")
    expect(page.locator("#explain")).to_be_in_viewport()
    page.goto(f"/incidents/{incident['incident_id']}")
    expect(page.locator("pre")).to_contain_text("disk full")
    page.get_by_label("Note").fill("I look at the disk")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("I look at the disk").first).to_be_visible()
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("ended by hand").first).to_be_visible()
    expect(page.get_by_role("button", name="Resolve")).to_have_count(0)
