"""The page of routes."""

from playwright.sync_api import expect

from dashboard import HOSTILE, register


def card(page, name):
    return page.locator(".card", has_text=name)


def test_a_route_is_added_changed_and_deleted(server, page):
    for name in ("Billing team", "Everybody"):
        server.post("/channels", {"name": name, "ntfy": {"topic": "nights"}})
    register(server, "invoices", "Invoices", service_name="Billing")
    page.get_by_role("link", name="Routes").click()
    expect(page.get_by_text("There is no route.")).to_be_visible()
    page.get_by_label("Name").fill("Billing to its team")
    page.get_by_label("Service").fill("Billing")
    page.get_by_label("Labels").fill("team=money")
    page.get_by_label("Billing team").check()
    page.get_by_label("critical").check()
    page.get_by_label("never started").check()
    page.get_by_label("Wait before telling").fill("5 min")
    page.get_by_label("Tell again every").fill("1 h 30 min")
    page.get_by_label("Instead of").check()
    page.get_by_role("button", name="Add the route").click()

    route = card(page, "Billing to its team")
    expect(route).to_contain_text("Incidents of the service Billing with team=money")
    expect(route).to_contain_text("if critical or never started, go to Billing team")
    expect(route).to_contain_text("after 5 min, and again every 1 h 30 min, and to no other")
    (stored,) = server.get("/routes")["routes"]
    assert stored["settings"]["repeat_every"] == "5400s"

    route.get_by_text("Change", exact=True).click()
    expect(route.get_by_label("Labels")).to_have_value("team=money")
    route.get_by_label("Wait before telling").fill("soon")
    route.get_by_role("button", name="Save").click()
    expect(route.get_by_role("alert")).to_contain_text('"soon" is no length of time')
    route.get_by_label("Wait before telling").fill("")
    route.get_by_label("Everybody").check()
    route.get_by_role("button", name="Save").click()
    expect(route).to_contain_text("go to Billing team, Everybody, and again every 1 h 30 min")

    route.get_by_role("button", name="Delete …").click()
    route.get_by_role("button", name="Delete the route").click()
    expect(page.get_by_text("There is no route.")).to_be_visible()


def test_hostile_names_of_routes_do_nothing(server, page):
    channel = server.post("/channels", {"name": HOSTILE[0], "ntfy": {"topic": "nights"}})
    channel_ids = [channel["channel"]["channel_id"]]
    for name in HOSTILE:
        selects = {"service_name": name}
        server.post("/routes", {"name": name, "selects": selects, "channel_ids": channel_ids})
    page.goto("/routes")
    expect(page.locator(".card")).to_have_count(len(HOSTILE))
    for name in HOSTILE[:-1]:
        expect(page.locator("main")).to_contain_text(name)
