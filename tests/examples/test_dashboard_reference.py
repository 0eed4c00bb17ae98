"""The reference of the API in a browser without network: what the server itself serves."""

import pytest
from playwright.sync_api import expect

import dashboard
from server import asked as asked_of


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
def test_every_call_is_found_and_nothing_is_loaded_from_elsewhere(server, browser, width, scheme):
    page = dashboard.open_page(browser, server, width, scheme)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("link", name="API").click()
    expect(page).to_have_url(f"{server.url}/api/docs")
    paths = asked_of("GET", f"{server.url}/api/openapi.json", timeout=30).json()["paths"]
    text = page.locator("body").inner_text()
    for path in paths:
        assert path in text, f"{path} is not told of"
    page.get_by_role("link", name="TestChannel").first.click()
    expect(page.locator("#TestChannel")).to_be_in_viewport()
    assert all(url.startswith(server.url) for url in asked), asked
    dashboard.judge(page)
    page.context.close()
