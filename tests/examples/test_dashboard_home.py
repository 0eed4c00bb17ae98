"""Home: what needs somebody, what runs, and everything else."""

from playwright.sync_api import expect

from dashboard import fail, register, section
from waiting import wait_until


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
    expect(fleet).to_contain_text("down for")


def test_the_fleet_is_filtered_by_service_and_by_label_and_stays_so(server, page):
    for number in range(6):
        service = "Billing" if number % 2 else "Backup"
        labels = {"tier": str(number % 3)}
        register(server, f"job-{number}", f"Job {number}", service_name=service, labels=labels)
    fleet = page.locator(".fleet li")
    expect(fleet).to_have_count(6)
    page.get_by_label("Filter by service").select_option("Billing")
    expect(fleet).to_have_count(3)
    page.get_by_label("Filter by label").fill("tier=1")
    expect(fleet).to_have_count(1)
    page.get_by_role("link", name="Job 1").click()
    expect(page.get_by_role("heading", name="Job 1")).to_be_visible()
    page.go_back()
    expect(fleet).to_have_count(1)


def test_those_chosen_are_paused_resumed_acknowledged_and_silenced_together(server, page):
    for number in range(4):
        service = "Billing" if number < 3 else "Backup"
        register(server, f"job-{number}", f"Job {number}", service_name=service)
    fail(server, "job-0")
    fail(server, "job-1")
    page.get_by_label("Filter by service").select_option("Billing")
    fleet = page.locator(".fleet li")
    expect(fleet).to_have_count(3)
    page.get_by_label("Choose all 3").check()
    bulk = page.get_by_role("toolbar", name="What to do with those chosen")
    expect(bulk).to_contain_text("3 chosen")
    bulk.get_by_role("button", name="Acknowledge").click()
    expect(page.locator(".incident", has_text="has it").filter(has_not_text="nobody")).to_have_count(2)

    bulk.get_by_role("button", name="Silence 4 h").click()
    silences = wait_until(lambda: server.get("/silences")["silences"], "a silence")
    assert [it["settings"]["covers"]["service_name"] for it in silences] == ["Billing"]

    bulk.get_by_role("button", name="Pause").click()
    expect(fleet.filter(has_text="paused")).to_have_count(3)
    page.get_by_label("Choose Job 0").uncheck()
    expect(bulk).to_contain_text("2 chosen")
    bulk.get_by_role("button", name="Resume").click()
    expect(fleet.filter(has_text="paused")).to_have_count(1)
    bulk.get_by_role("button", name="Silence 1 h").click()
    wait_until(lambda: len(server.get("/silences")["silences"]) == 3, "one silence each")
    bulk.get_by_role("button", name="Choose none").click()
    expect(bulk).to_have_count(0)


def test_of_many_schedulers_only_those_in_sight_are_drawn(server, page):
    for number in range(300):
        register(server, f"job-{number:03}", f"Job {number:03}")
    expect(page.get_by_text("300 of 300")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    assert 0 < page.locator(".fleet li").count() < 200
    expect(page.get_by_role("link", name="Job 299")).to_have_count(0)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.get_by_role("link", name="Job 299")).to_be_in_viewport()
    page.get_by_label("Filter by text").fill("job-17")
    expect(page.locator(".fleet li")).to_have_count(10)


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
