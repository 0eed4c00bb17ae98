"""The page of a scheduler."""

from playwright.sync_api import expect

from dashboard import HOSTILE, fail, register, section
from waiting import wait_until


def test_a_job_is_silenced_and_heard_again_by_a_button(server, page):
    register(server, "quiet", "Quiet job")
    page.goto("/schedulers/quiet")
    silences = section(page, "Silences")
    silences.get_by_role("button", name="4 h", exact=True).click()
    expect(silences).to_contain_text("nobody is told at present")
    expect(silences).to_contain_text("From the page of Quiet job")
    (silence,) = server.get("/silences")["silences"]
    assert silence["active"] and silence["settings"]["covers"]["scheduler_id"] == "quiet"

    silences.get_by_role("button", name="End").click()
    expect(silences).not_to_contain_text("From the page of Quiet job")
    assert server.get("/silences")["silences"] == []


def test_durations_are_drawn_with_what_is_usual_and_the_limits(server, page):
    register(server, "import", max_runtime="3600s")
    for number in range(20):
        server.report("import", "running", run_id=f"r{number}")
        more = {"run_id": f"r{number}", "execution_time_ms": 1000 * (number + 1)}
        server.report("import", "failed" if number == 7 else "completed", **more)
    page.goto("/schedulers/import")
    durations = section(page, "Durations")
    expect(durations).to_contain_text("of the last 20 runs that ended")
    expect(durations).to_contain_text("p50 11 s · p95 20 s · longest run 1 h")
    expect(durations.locator("canvas")).to_be_visible()
    is_drawn = """canvas => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.some((part) => part !== 0);
    }"""
    assert durations.locator("canvas").evaluate(is_drawn)


def test_the_timeline_tells_what_was_missed_from_what_failed_and_what_was_late(server, page):
    register(server, "often", schedules=[{"every": "5s"}], start_grace="1s")
    wait_until(lambda: server.get("/schedulers/often/slots")["slots"], "a slot that is missed")
    server.report("often", "running", run_id="bad")
    server.report("often", "failed", run_id="bad", error_message="disk full")
    server.call("POST", "/schedulers/often/pause", {})
    page.goto("/schedulers/often")
    timeline = section(page, "Timeline")
    expect(timeline.locator(".row", has_text="∅ missed").first).to_contain_text("expected")
    expect(timeline.locator(".row", has_text="✕ failed").first).to_be_visible()
    timeline.locator(".row", has_text="✕ failed").get_by_role("link").first.click()
    expect(page.locator("#run")).to_contain_text("disk full")


def test_settings_are_changed_with_a_preview_and_given_back_to_the_job(server, page):
    register(server, "eod", owner_email="owner@example.org", schedules=[{"cron": "0 2 * * *"}])
    page.goto("/schedulers/eod")
    settings = section(page, "Settings")
    expect(settings).to_contain_text("owner@example.org")
    settings.get_by_role("button", name="Change the settings").click()
    expect(settings.locator(".preview")).to_contain_text("T02:00:00+00:00")
    settings.get_by_label("Schedules").fill("30 2 * * *\nevery 6 h")
    settings.get_by_label("Time zone").fill("Asia/Tokyo")
    expect(settings.locator(".preview")).to_contain_text("T02:30:00+09:00")
    settings.get_by_label("Schedules").fill("30 2 30 2 *")
    expect(settings.locator(".preview").get_by_role("alert")).to_be_visible()
    settings.get_by_label("Schedules").fill("30 2 * * *\nevery 6 h")
    settings.get_by_label("Longest run").fill("1 h 30 min")
    settings.get_by_label("Labels").fill("team=money")
    settings.get_by_role("button", name="Save").click()
    expect(settings).to_contain_text("30 2 * * * · every 6 h")
    expect(settings).to_contain_text("Set by a person")
    stored = server.get("/schedulers/eod")["scheduler"]
    assert stored["settings"]["max_runtime"] == "5400s"
    assert stored["settings"]["labels"] == {"team": "money"}
    assert "owner_email" not in stored["held_settings"]

    settings.get_by_role("button", name="Give back to the job").click()
    expect(settings).not_to_contain_text("Set by a person")
    settings.get_by_role("button", name="Delete …").click()
    settings.get_by_role("button", name="Delete the scheduler").click()
    expect(page).to_have_url(f"{server.url}/")
    assert server.get("/schedulers")["schedulers"] == []


def test_refused_reports_are_shown_as_they_came(server, page):
    register(server, "clumsy")
    for text in HOSTILE:
        answer = server.call("PUT", "/schedulers/clumsy/status", {"status": text})
        assert answer.status_code == 400
    fail(server, "clumsy")
    page.goto("/schedulers/clumsy")
    refused = section(page, "Refused reports")
    expect(refused.locator(".badge")).to_have_count(len(HOSTILE))
    refused.get_by_text("As it came").first.click()
    expect(refused.locator("pre").first).to_contain_text("status")
