"""An empty project shows how a first job is connected."""

import pytest
from playwright.sync_api import expect

import dashboard
from dashboard import register, section
from repository import run


def test_what_is_shown_connects_a_first_job_and_lights_up_at_its_report(server, page):
    welcome = section(page, "No jobs yet")
    expect(welcome).to_contain_text("Waiting: the job appears here by itself")
    welcome.get_by_role("button", name="Make a key for jobs").click()
    expect(welcome.locator("pre")).to_contain_text("NIGHTBELL_API_KEY=nbi_")
    text = welcome.locator("pre").inner_text()
    assert server.url in text
    run("bash", "-ec", text)
    expect(page.get_by_role("status").filter(has_text="first report has come")).to_contain_text(
        "First job"
    )
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("first report has come")).to_have_count(0)
    expect(page.get_by_text("All is well")).to_be_visible()
    (job,) = server.get("/schedulers")["schedulers"]
    assert job["scheduler_id"] == "first-job"


@pytest.mark.parametrize("way", ["Python", "TypeScript", "Rust", "command"])
def test_every_way_to_connect_names_the_address_and_the_job(server, browser, way):
    page = dashboard.open_page(browser, server)
    dashboard.sign_in(page, server.admin_key)
    page.get_by_label(way).check()
    expect(page.locator("pre")).to_contain_text("first-job")
    expect(page.locator("pre")).to_contain_text(f"NIGHTBELL_URL={server.url}")
    expect(page.locator("pre")).to_contain_text("NIGHTBELL_API_KEY=YOUR_KEY")
    dashboard.judge(page)
    page.context.close()


def test_a_registered_job_is_waited_for_until_it_reports(server, page):
    expect(section(page, "No jobs yet")).to_be_visible()
    register(server, "first")
    expect(section(page, "Waiting for the first report")).to_contain_text("It is registered.")
    server.report("first", "running")
    expect(page.get_by_text("The first report has come")).to_be_visible()
    page.reload()
    expect(page.get_by_text("All is well")).to_be_visible()
    expect(page.get_by_text("The first report has come")).to_have_count(0)
