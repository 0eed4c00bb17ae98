"""The page of a scheduler."""

from playwright.sync_api import expect

from dashboard import register, section


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
