"""Signing in and out."""

from playwright.sync_api import expect


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
