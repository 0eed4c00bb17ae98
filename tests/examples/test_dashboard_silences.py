"""The page of silences."""

from playwright.sync_api import expect

from dashboard import HOSTILE, register


def card(page, name):
    return page.locator(".card", has_text=name)


def test_a_service_is_silenced_for_a_while_and_heard_again(server, page):
    register(server, "invoices", "Invoices", service_name="Billing")
    page.get_by_role("link", name="Silences").click()
    expect(page.get_by_text("Nothing is silent.")).to_be_visible()
    page.get_by_label("Why").fill("Deployment")
    page.get_by_role("button", name="Add the silence").click()
    expect(page.get_by_role("alert")).to_contain_text("Say what it covers")
    page.get_by_label("Service").fill("Billing")
    page.get_by_label("For how long").fill("2 h")
    page.get_by_role("button", name="Add the silence").click()
    silence = card(page, "Deployment")
    expect(silence).to_contain_text("silent")
    expect(silence).to_contain_text("Covers the service Billing")
    expect(silence).to_contain_text("in 1 h 59 min")
    silence.get_by_role("button", name="End now …").click()
    silence.get_by_role("button", name="End the silence").click()
    expect(page.get_by_text("Nothing is silent.")).to_be_visible()


def test_a_maintenance_window_covers_labels_or_one_job_or_everything(server, page):
    register(server, "invoices", "Invoices")
    page.goto("/silences")
    for why, field, value, words in [
        ("Of a label", "Labels", "tier=1", "with tier=1"),
        ("Of a job", "Scheduler", "invoices", "Invoices"),
        ("Of all", "", "", "everything"),
    ]:
        page.get_by_label("Why").fill(why)
        if field:
            page.get_by_label(field).fill(value)
        else:
            page.get_by_label("Everything in the project").check()
        page.get_by_label("When").select_option("again and again")
        page.get_by_label("Opens").fill("0 2 * * 7")
        page.get_by_label("Time zone").fill("Europe/Berlin")
        page.get_by_role("button", name="Add the silence").click()
        expect(card(page, why)).to_contain_text(f"Covers {words}")
        expect(card(page, why)).to_contain_text("Comes again: 0 2 * * 7 Europe/Berlin, for 1 h")
    assert len(server.get("/silences")["silences"]) == 3


def test_hostile_notes_of_silences_do_nothing(server, page):
    for note in HOSTILE:
        covers = {"service_name": note}
        server.post("/silences", {"note": note, "covers": covers, "ends_at": "2027-06-01T00:00:00Z"})
    page.goto("/silences")
    expect(page.locator(".card")).to_have_count(len(HOSTILE))
    for note in HOSTILE[:-1]:
        expect(page.locator("main")).to_contain_text(note)
