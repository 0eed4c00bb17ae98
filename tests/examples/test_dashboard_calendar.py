"""What is expected in the next 24 hours."""

from playwright.sync_api import expect

from dashboard import HOSTILE, register, section


def test_the_next_day_is_told_hour_by_hour_and_what_comes_often_once(server, page):
    register(server, "daily", "Daily job", schedules=[{"cron": "30 2 * * *"}])
    register(server, "thrice", "Thrice a day", schedules=[{"cron": "0 */8 * * *"}])
    register(server, "often", "Every five minutes", schedules=[{"every": "5m"}])
    register(server, "other", "Of others", service_name="Billing", schedules=[{"every": "12h"}])
    register(server, "paused", "Paused job", schedules=[{"cron": "30 2 * * *"}])
    server.post("/schedulers/paused/pause", {})
    register(server, "free", "Without a schedule")
    page.get_by_role("link", name="Next 24 h").click()
    hours = page.locator(".hour")
    expect(hours.get_by_role("link", name="Thrice a day")).to_have_count(3)
    expect(hours.get_by_role("link", name="Daily job")).to_have_count(1)
    expect(section(page, "All the time")).to_contain_text("Every five minutes")
    expect(page.locator("main")).not_to_contain_text("Paused job")
    expect(page.locator("main")).not_to_contain_text("Without a schedule")
    page.get_by_label("Filter by service").select_option("Billing")
    expect(hours.get_by_role("link", name="Daily job")).to_have_count(0)
    expect(hours.get_by_role("link", name="Of others").first).to_be_visible()


def test_silences_of_the_next_day_are_told_and_hostile_names_do_nothing(server, page):
    for number, name in enumerate(HOSTILE):
        register(server, f"job-{number}", name, schedules=[{"cron": "0 3 * * *"}])
    window = {"cron": "0 3 * * *", "duration": "1h"}
    server.post("/silences", {"note": HOSTILE[0], "everything": True, "window": window})
    page.goto("/calendar")
    expect(section(page, "Nobody is told")).to_contain_text(HOSTILE[0])
    for name in HOSTILE[:-1]:
        expect(page.locator(".hour").first).to_contain_text(name)
