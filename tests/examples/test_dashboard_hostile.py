"""What jobs and people write is shown as it is, and does nothing."""

from playwright.sync_api import expect

from dashboard import HOSTILE, fail, register


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
