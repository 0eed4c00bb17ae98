"""The dashboard, in a browser, against a real server."""

import shutil
import socket

import pytest
from playwright.sync_api import expect, sync_playwright

from waiting import wait_until

# Far longer than anything takes, as in `waiting`.
DEADLINE_MS = 60_000

expect.set_options(timeout=DEADLINE_MS)

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    '"><svg/onload=alert(1)>',
    "<!channel> <https://evil.example|Log in>",
    "{{7*7}} ${env:HOME} %n '; DROP TABLE runs; --",
    "\u202egnp.backup\u200b",
]

WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        assert program, "tools/need.sh chromium installs what is missing"
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture(params=[(1440, "light"), (360, "dark")], ids=["desk", "phone"])
def page(browser, server, request):
    """Signed in at Home. Whatever a test does, nothing may break the policy or fail."""
    width, scheme = request.param
    context = browser.new_context(
        base_url=server.url, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    context.set_default_timeout(DEADLINE_MS)
    page = context.new_page()
    page.add_init_script(WATCH_POLICY)
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    page.goto("/")
    sign_in(page, server)
    yield page
    assert faults == []
    assert page.evaluate("window.violations") == []
    is_too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(is_too_wide), "the page scrolls sideways"
    context.close()


def sign_in(page, server):
    page.get_by_label("API key").fill(server.admin_key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def register(server, scheduler_id, job_name="Nightly backup", **more):
    body = {"scheduler_id": scheduler_id, "service_name": "Backup", "job_name": job_name, **more}
    server.post("/schedulers/register", body)


def fail(server, scheduler_id, error="Traceback:\n  line 1\nOSError: disk full", **more):
    server.report(scheduler_id, "running")
    server.report(scheduler_id, "failed", error_message=error, **more)


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
    running = page.locator("section", has=page.get_by_role("heading", name="Running now"))
    expect(running).to_contain_text("40 of 100")
    running.get_by_role("link", name="Nightly backup").click()
    expect(page).to_have_url(f"{server.url}/schedulers/import?run=r1")
    expect(page.locator("#run")).to_contain_text("running")


def test_a_job_is_silenced_and_heard_again_by_a_button(server, page):
    register(server, "quiet", "Quiet job")
    page.goto("/schedulers/quiet")
    silences = page.locator("section", has=page.get_by_role("heading", name="Silences"))
    silences.get_by_role("button", name="4 h", exact=True).click()
    expect(silences).to_contain_text("nobody is told at present")
    expect(silences).to_contain_text("From the page of Quiet job")
    (silence,) = server.get("/silences")["silences"]
    assert silence["active"] and silence["settings"]["covers"]["scheduler_id"] == "quiet"

    silences.get_by_role("button", name="End").click()
    expect(silences).not_to_contain_text("From the page of Quiet job")
    assert server.get("/silences")["silences"] == []


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
    told = page.locator("section", has=page.get_by_role("heading", name="Who was told"))
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


def test_hostile_texts_are_shown_as_they_are_and_do_nothing(server, page):
    for number, text in enumerate(HOSTILE):
        register(server, f"job-{number}", text, labels={"team": text})
        fail(server, f"job-{number}", error=text, metadata={text: [text]})
    expect(page.locator(".incident")).to_have_count(len(HOSTILE))
    main = page.locator("main")
    for text in HOSTILE[:-1]:
        expect(main).to_contain_text(text)
    expect(main).to_contain_text("⟨U+202E⟩gnp.backup⟨U+200B⟩")
    for number, text in enumerate(HOSTILE[:-1]):
        (run,) = server.runs(f"job-{number}")
        page.goto(f"/schedulers/job-{number}?run={run['run_id']}")
        expect(page.locator("#run pre").first).to_contain_text(text)
        expect(page.locator("h1")).to_have_text(text)
        assert page.evaluate("window.violations") == []
    (incident, *_) = server.get("/incidents")["incidents"]
    page.goto(f"/incidents/{incident['incident_id']}")
    expect(page.locator("h1")).to_contain_text("gnp.backup")


def test_the_key_is_kept_nowhere_and_signing_out_forgets_the_token(server, page):
    kept = "JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])"
    assert "nightbell.token" in page.evaluate(kept)
    assert server.admin_key not in page.evaluate(kept)
    page.reload()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API key")).to_be_visible()
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_a_wrong_key_is_told_and_opens_nothing(server, page):
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("API key").fill("nb_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
