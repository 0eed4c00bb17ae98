"""Home: what needs somebody, what runs, and everything else."""

from playwright.sync_api import expect

from dashboard import fail, register, section


def test_a_job_appears_by_itself_and_what_breaks_comes_first(server, page):
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    register(server, "calm", "A calm job")
    expect(page.get_by_role("link", name="A calm job")).to_be_visible()
    expect(page.get_by_text("All is well")).to_be_visible()
    register(server, "nightly-backup")
    fail(server, "nightly-backup")
    incident = page.locator(".incident")
    expect(incident).to_contain_text("failed")
    expect(incident).to_contain_text("OSError: disk full")
    expect(incident).not_to_contain_text("Traceback")
    expect(incident).to_contain_text("nobody has it")
    incident.get_by_role("button", name="Acknowledge").click()
    expect(incident).to_contain_text("has it")
    expect(incident.get_by_role("button")).to_have_count(0)


def test_the_fleet_is_filtered_by_text_and_by_health(server, page):
    for number in range(5):
        register(server, f"job-{number}", f"Job {number}", labels={"team": f"t{number}"})
    fail(server, "job-3")
    fleet = page.locator(".fleet li")
    expect(fleet).to_have_count(5)
    page.get_by_label("Filter by text").fill("team=t2")
    expect(fleet).to_have_count(1)
    expect(fleet).to_contain_text("Job 2")
    page.get_by_label("Filter by text").fill("")
    page.get_by_label("Filter by health").select_option("down")
    expect(fleet).to_have_count(1)
    expect(fleet).to_contain_text("Job 3")


def test_a_run_shows_its_progress_while_it_goes_on(server, page):
    register(server, "import")
    server.report("import", "running", run_id="r1")
    body = {"run_id": "r1", "progress": {"done": 40, "total": 100, "message": "reading"}}
    assert server.call("POST", "/schedulers/import/heartbeat", body).status_code == 200
    running = section(page, "Running now")
    expect(running).to_contain_text("40 of 100")
    running.get_by_role("link", name="Nightly backup").click()
    expect(page).to_have_url(f"{server.url}/schedulers/import?run=r1")
    expect(page.locator("#run")).to_contain_text("running")
