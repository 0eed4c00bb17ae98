import pytest
from playwright.sync_api import sync_playwright

import dashboard
from server import Server


@pytest.fixture
def server(tmp_path):
    it = Server(tmp_path)
    try:
        it.start()
        yield it
        assert it.stop() == 0, "the server did not end well"
    finally:
        if it.process:
            it.process.kill()
        if it.log.exists():
            # Shown only beside a failed test.
            print(it.log.read_text())


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = dashboard.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(params=[(1440, "light"), (360, "dark")], ids=["desk", "phone"])
def page(browser, server, request):
    """Signed in at Home. Whatever a test does, nothing may break the policy or fail, and
    what it leaves on the screen can be read by everybody."""
    page = dashboard.open_page(browser, server, *request.param)
    dashboard.sign_in(page, server.admin_key)
    yield page
    dashboard.judge(page)
    page.context.close()
