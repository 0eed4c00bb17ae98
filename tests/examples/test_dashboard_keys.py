"""The page of keys."""

from playwright.sync_api import expect

import dashboard
from dashboard import HOSTILE
from waiting import wait_until


def card(page, name):
    return page.locator(".card", has_text=name)


def test_a_key_is_made_shown_once_and_revoked(server, page):
    page.get_by_role("link", name="Keys").click()
    page.get_by_label("Name").fill("Jobs of billing")
    page.get_by_label("Only for the service").fill("Billing")
    page.get_by_label("Ends by itself").select_option("in 90 days")
    page.get_by_role("button", name="Make the key").click()
    made = page.get_by_label("The new key.")
    expect(made).to_have_attribute("type", "password")
    text = made.input_value()
    body = {"scheduler_id": "invoices", "service_name": "Billing", "job_name": "Invoices"}
    register = ("POST", "/schedulers/register", body)
    assert server.call(*register, key=text).status_code == 200
    key = card(page, "Jobs of billing")
    expect(key).to_contain_text("reporter")
    expect(key).to_contain_text("Billing")
    expect(key).to_contain_text("in 89 days")

    page.reload()
    expect(key).to_be_visible()
    assert text not in page.content()
    key.get_by_role("button", name="Revoke …").click()
    key.get_by_role("button", name="Revoke the key").click()
    expect(key).to_have_count(0)
    page.get_by_role("button", name="Show 1 revoked").click()
    expect(key).to_contain_text("revoked")
    wait_until(lambda: server.call(*register, key=text).status_code == 401, "the key to end")


def test_whoever_may_not_see_keys_is_told_so(server, browser):
    page = dashboard.open_page(browser, server)
    dashboard.sign_in(page, server.make_key("viewer"))
    page.get_by_role("link", name="Keys").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("button", name="Make the key")).to_have_count(0)
    dashboard.judge(page)
    page.context.close()


def test_hostile_names_of_keys_do_nothing(server, page):
    for name in HOSTILE:
        server.post("/keys", {"name": name, "role": "reporter"})
    page.goto("/keys")
    expect(page.locator(".card")).to_have_count(len(HOSTILE) + 1)
    for name in HOSTILE[:-1]:
        expect(page.locator("main")).to_contain_text(name)
