"""The page of channels."""

from playwright.sync_api import expect

from dashboard import HOSTILE
from receiver import Receiver


def card(page, name):
    return page.locator(".card", has_text=name)


def add_webhook(page, name, url):
    page.get_by_label("Kind").select_option("webhook")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Address").fill(url)
    page.get_by_role("button", name="Add the channel").click()


def test_a_channel_is_added_tested_and_its_secret_is_shown_once_and_hidden(server, page):
    page.get_by_role("link", name="Channels").click()
    expect(page.get_by_text("There is no channel yet")).to_be_visible()
    with Receiver() as receiver:
        add_webhook(page, "Night shift", receiver.url)
        secret = page.get_by_label("Signing secret of the new channel.")
        expect(secret).to_have_attribute("type", "password")
        assert secret.input_value().startswith("whsec_")
        page.get_by_role("button", name="Show").click()
        expect(secret).to_have_attribute("type", "text")

        night = card(page, "Night shift")
        expect(night).to_contain_text("ready")
        expect(night).to_contain_text(receiver.url)
        night.get_by_role("button", name="Send a test").click()
        expect(night.get_by_role("status")).to_contain_text("✓ delivered after")
        assert receiver.of("test"), "nothing came"
    night.get_by_role("button", name="Send a test").click()
    expect(night.get_by_role("status")).to_contain_text("✕ not delivered after")
    page.reload()
    expect(night).to_be_visible()
    assert "whsec_" not in page.content()


def test_a_channel_is_changed_turned_off_and_deleted_after_a_question(server, page):
    server.post("/channels", {"name": "Others", "ntfy": {"topic": "nights"}})
    bot = {"token": "xoxb-secret-token", "channel": "C012345"}
    server.post("/channels", {"name": "Slack", "slack_bot": bot})
    page.goto("/channels")
    slack = card(page, "C012345")
    slack.get_by_text("Change", exact=True).click()
    expect(slack.get_by_label("Bot token")).to_have_value("")
    slack.get_by_label("Name").fill("Slack of the night")
    slack.get_by_label("Told instead").select_option("Others")
    slack.get_by_label("Hears of every incident").uncheck()
    slack.get_by_role("button", name="Save").click()
    expect(slack).to_contain_text("if it fails, Others is told instead")
    expect(slack).to_contain_text("Hears of what routes send there")
    assert "xoxb" not in page.content()

    slack.get_by_role("button", name="Turn off").click()
    expect(slack.locator(".badge")).to_contain_text("off")
    slack.get_by_role("button", name="Delete …").click()
    expect(slack.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Escape")
    expect(slack.get_by_role("button", name="Keep")).to_be_hidden()
    slack.get_by_role("button", name="Delete …").click()
    slack.get_by_role("button", name="Delete the channel").click()
    expect(slack).to_have_count(0)
    assert [it["settings"]["name"] for it in server.get("/channels")["channels"]] == ["Others"]


def test_a_refusal_says_what_to_mend_and_hostile_names_do_nothing(server, page):
    page.goto("/channels")
    add_webhook(page, "Metadata", "http://169.254.169.254/")
    expect(page.get_by_role("alert")).to_contain_text("webhook.url")
    for name in HOSTILE:
        server.post("/channels", {"name": name, "ntfy": {"topic": "nights"}})
    page.reload()
    expect(page.locator(".card")).to_have_count(len(HOSTILE))
    for name in HOSTILE[:-1]:
        expect(page.locator("main")).to_contain_text(name)
