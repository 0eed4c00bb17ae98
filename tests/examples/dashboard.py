"""The dashboard in a browser: what the tests of its pages share."""

import shutil

from playwright.sync_api import expect

from repository import ROOT

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

# What of WCAG 2.1 AA a machine can judge, contrast above all.
AXE = ROOT / "node_modules/axe-core/axe.min.js"
JUDGE = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
  const { violations } = await axe.run({ runOnly: tags });
  const shown = ({ id, nodes }) => `${id}: ${nodes.map((it) => it.html).join(" ")}`;
  return violations.map(shown);
}"""


def launch(playwright):
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "tools/need.sh chromium installs what is missing"
    return playwright.chromium.launch(executable_path=program)


def open_page(browser, server, width=1440, scheme="light", **more):
    """A page that shows the server's door, and keeps its faults in `page.faults`."""
    viewport = {"width": width, "height": 800}
    context = browser.new_context(
        base_url=server.url, viewport=viewport, color_scheme=scheme, **more
    )
    context.set_default_timeout(DEADLINE_MS)
    page = context.new_page()
    page.add_init_script(WATCH_POLICY)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("dialog", lambda dialog: (page.faults.append(dialog.message), dialog.dismiss()))
    page.goto("/")
    return page


def judge(page):
    """Nothing broke the policy or failed, all can be read, and nothing is too wide."""
    assert page.faults == [], page.faults
    violations = page.evaluate("window.violations")
    assert violations == [], violations
    is_too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(is_too_wide), "the page scrolls sideways"
    page.evaluate(AXE.read_text())
    barriers = page.evaluate(JUDGE)
    assert barriers == [], barriers


def sign_in(page, key):
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def section(page, name):
    return page.locator("section", has=page.get_by_role("heading", name=name))


def register(server, scheduler_id, job_name="Nightly backup", **more):
    body = {"scheduler_id": scheduler_id, "service_name": "Backup", "job_name": job_name, **more}
    server.post("/schedulers/register", body)


def fail(server, scheduler_id, error="Traceback:\n  line 1\nOSError: disk full", **more):
    server.report(scheduler_id, "running")
    server.report(scheduler_id, "failed", error_message=error, **more)
