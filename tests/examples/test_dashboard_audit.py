"""The page of the audit log."""

from playwright.sync_api import expect

import dashboard
from dashboard import HOSTILE


def rows(page):
    return page.locator(".rows > .row")


def test_what_was_done_is_shown_with_who_did_it_and_can_be_narrowed(server, page):
    dashboard.register(server, "billing")
    operator = server.make_key("operator")
    assert server.call("POST", "/schedulers/billing/pause", {}, key=operator).status_code == 200
    page.get_by_role("link", name="Audit log").click()
    expect(rows(page).first).to_contain_text("paused scheduler billing")
    expect(rows(page).first).to_contain_text(operator.split("_")[1])
    expect(rows(page).nth(1)).to_contain_text("created key")

    page.get_by_label("Only about the id").fill("billing")
    expect(rows(page)).to_have_count(1)
    rows(page).get_by_role("link", name="billing").click()
    expect(page).to_have_url(f"{server.url}/schedulers/billing")


def test_a_long_log_is_shown_page_by_page_and_hostile_names_do_nothing(server, page):
    dashboard.register(server, "billing")
    for name in HOSTILE:
        server.post("/keys", {"name": name, "role": "viewer"})
    for _ in range(25):
        for deed in ("pause", "resume"):
            server.post(f"/schedulers/billing/{deed}", {})
    page.goto("/audit")
    expect(rows(page)).to_have_count(50)
    page.get_by_role("button", name="Show more").click()
    expect(rows(page)).to_have_count(50 + len(HOSTILE))
    for name in HOSTILE[:-1]:
        expect(page.locator("main")).to_contain_text(name)


def test_whoever_may_not_see_the_log_is_told_so(server, browser):
    page = dashboard.open_page(browser, server)
    dashboard.sign_in(page, server.make_key("viewer"))
    page.get_by_role("link", name="Audit log").click()
    expect(page.get_by_role("alert")).to_be_visible()
    dashboard.judge(page)
    page.context.close()
