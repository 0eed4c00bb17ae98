"""Signing in with an OpenID Connect provider, in a browser, against a real server."""

import shutil
import time

import pytest
import requests
from joserfc.jwk import RSAKey
from playwright.sync_api import expect, sync_playwright

from provider import CLIENT_ID, CLIENT_SECRET, Provider
from server import Server

# Far longer than anything takes, as in `waiting`.
DEADLINE_MS = 60_000

WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""

ANN = {"sub": "ann", "email": "ann@example.org", "email_verified": True, "groups": ["ops-team"]}
BOB = {"sub": "bob", "email": "bob@example.org", "email_verified": True, "groups": ["books"]}
EVE = {"sub": "eve", "email": "<b>eve</b>@evil.example", "email_verified": True, "groups": []}

FORGER = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)
STRANGER = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"}, private=True)


@pytest.fixture(scope="module")
def provider():
    it = Provider()
    yield it
    it.close()


@pytest.fixture(scope="module")
def server(provider, tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    (folder / "client-secret").write_text(CLIENT_SECRET + "\n")
    it = Server(folder)
    it.env |= {
        "NIGHTBELL_PUBLIC_URL": it.url,
        # The operator names the issuer, and so need not allow its address as well.
        "NIGHTBELL_ALLOW_TARGETS": "",
        "NIGHTBELL_OIDC_ISSUER": provider.issuer,
        "NIGHTBELL_OIDC_CLIENT_ID": CLIENT_ID,
        "NIGHTBELL_OIDC_CLIENT_SECRET_FILE": str(folder / "client-secret"),
        "NIGHTBELL_OIDC_ROLES": "admin=ops-team,viewer=*@example.org",
    }
    try:
        it.start()
        it.post(
            "/schedulers/register",
            {"scheduler_id": "backup", "service_name": "B", "job_name": "Nightly backup"},
        )
        yield it
        assert it.stop() == 0, "the server did not end well"
    finally:
        it.process.kill()
        print(it.log.read_text())


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        assert program, "tools/need.sh chromium installs what is missing"
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture
def page(browser, server, provider):
    """At the sign-in. Whatever a test does, nothing may break the policy or fail."""
    provider.person, provider.faults, provider.refusal = {}, {}, None
    context = browser.new_context(base_url=server.url)
    context.set_default_timeout(DEADLINE_MS)
    page = context.new_page()
    page.add_init_script(WATCH_POLICY)
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    page.goto("/")
    yield page
    assert faults == []
    assert page.evaluate("window.violations") == []
    context.close()


def go_to_the_provider(page, provider):
    page.get_by_role("link", name="Sign in with 127.0.0.1").click()


def sign_in(page, provider, person):
    provider.person = person
    go_to_the_provider(page, provider)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def session_cookie(page) -> dict:
    (cookie,) = [it for it in page.context.cookies() if it["name"] == "nightbell-session"]
    return cookie


def call(server, token, method, path) -> requests.Response:
    headers = {"authorization": f"Bearer {token}"}
    return requests.request(method, f"{server.url}/api/v1{path}", headers=headers, json={}, timeout=30)


def token_of(page) -> str:
    return page.evaluate("JSON.parse(sessionStorage.getItem('nightbell.token')).text")


def test_an_admin_of_the_provider_signs_in_and_acts_under_their_own_name(server, page, provider):
    page.goto("/schedulers/backup?run=none")
    sign_in(page, provider, ANN)
    assert page.url == f"{server.url}/schedulers/backup?run=none", "they come back to where they were"
    token = token_of(page)
    assert call(server, token, "POST", "/schedulers/backup/pause").status_code == 200
    assert call(server, token, "POST", "/schedulers/backup/resume").status_code == 200
    done = {(it["action"], it["by"]) for it in server.get("/audit")["entries"]}
    assert {("person.signed_in", ANN["email"]), ("scheduler.paused", ANN["email"])} <= done

    cookie = session_cookie(page)
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and cookie["path"] == "/"
    assert cookie["expires"] <= time.time() + 12 * 3600 + 60
    assert "nightbell-attempt" not in [it["name"] for it in page.context.cookies()]
    asked = provider.asked[-1]
    assert asked["code_challenge_method"] == "S256" and asked["scope"].split()[0] == "openid"


def test_a_viewer_reads_and_may_not_pause(server, page, provider):
    sign_in(page, provider, BOB)
    expect(page.get_by_text("Nightly backup").first).to_be_visible()
    token = token_of(page)
    assert call(server, token, "GET", "/schedulers").status_code == 200
    refused = call(server, token, "POST", "/schedulers/backup/pause")
    assert refused.status_code == 403


def test_a_session_goes_on_after_a_reload_and_in_another_tab_until_it_is_signed_out(
    server, page, provider
):
    sign_in(page, provider, BOB)
    first = token_of(page)
    page.evaluate("sessionStorage.clear()")
    page.reload()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    other = page.context.new_page()
    other.goto("/")
    expect(other.get_by_role("button", name="Sign out")).to_be_visible()

    cookie = session_cookie(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API key")).to_be_visible()
    assert page.context.cookies() == []
    # Whoever copied the token or the cookie has nothing in hand.
    assert call(server, first, "GET", "/schedulers").status_code == 401
    copied = {"cookie": f"nightbell-session={cookie['value']}"}
    answer = requests.post(f"{server.url}/signin/session", headers=copied, timeout=30)
    assert answer.json()["token"] is None
    other.close()


def test_an_admin_ends_the_session_of_a_person_like_a_key(server, page, provider):
    sign_in(page, provider, BOB)
    token = token_of(page)
    *_, session = [it for it in server.get("/keys")["keys"] if it["name"] == BOB["email"]]
    server.post(f"/keys/{session['key_id']}/revoke", {})
    assert call(server, token, "GET", "/schedulers").status_code == 401
    # The page notices by itself, and its cookie is worth nothing either.
    expect(page.get_by_label("API key")).to_be_visible()
    page.reload()
    expect(page.get_by_label("API key")).to_be_visible()


def test_somebody_without_a_role_is_told_so_and_what_to_do(page, provider):
    provider.person = EVE
    go_to_the_provider(page, provider)
    expect(page.locator("h1")).to_have_text("You have no role here")
    expect(page.locator("p").first).to_contain_text("You are <b>eve</b>@evil.example")
    expect(page.locator("p").first).to_contain_text("NIGHTBELL_OIDC_ROLES")
    assert page.context.cookies() == [] or "nightbell-session" not in str(page.context.cookies())
    page.get_by_role("link", name="Back to the sign-in").click()
    expect(page.get_by_label("API key")).to_be_visible()


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        ({"nonce": "another"}, "another attempt"),
        ({"aud": "another"}, "InvalidAudience"),
        ({"iss": "https://another.example"}, "InvalidIssuer"),
        ({"exp": 1_700_000_000}, "not for now"),
        ({"key": FORGER}, "InvalidSignature"),
        ({"key": STRANGER}, "does not show"),
    ],
    ids=["nonce", "audience", "issuer", "expired", "forged", "unknown-key"],
)
def test_an_id_token_that_is_not_in_order_lets_nobody_in(page, provider, faults, told):
    provider.person, provider.faults = ANN, faults
    go_to_the_provider(page, provider)
    expect(page.locator("h1")).to_have_text("You are not signed in")
    expect(page.locator("p").first).to_contain_text("cannot be relied on")
    expect(page.locator("p").first).to_contain_text(told)
    assert "nightbell-session" not in str(page.context.cookies())


def test_what_the_provider_refuses_with_is_shown_as_text(page, provider):
    provider.refusal = {
        "error": "access_denied",
        "error_description": "<img src=x onerror=alert(1)> no",
    }
    go_to_the_provider(page, provider)
    expect(page.locator("p").first).to_contain_text("access_denied <img src=x onerror=alert(1)> no")
    assert page.locator("img").count() == 0


def test_an_answer_that_belongs_to_no_attempt_of_this_browser_is_refused(server, page, provider):
    # Somebody else's answer, sent to this browser by a link.
    page.goto("/signin/callback?code=theirs&state=theirs")
    expect(page.locator("h1")).to_have_text("You are not signed in")
    expect(page.locator("p").first).to_contain_text("Begin again")

    # An answer that was used already, with the cookie of its attempt.
    provider.person = BOB
    with requests.Session() as session:
        session.trust_env = False
        there = session.get(f"{server.url}/signin/start", allow_redirects=False, timeout=30)
        attempt = session.cookies["nightbell-attempt"]
        to = there.headers["location"]
        back = session.get(to, allow_redirects=False, timeout=30).headers["location"]
        assert session.get(back, allow_redirects=False, timeout=30).status_code == 303
    again = requests.get(back, headers={"cookie": f"nightbell-attempt={attempt}"}, timeout=30)
    assert again.status_code == 400 and "set-cookie" not in again.headers


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_the_way_back_leads_to_no_other_server(server, page, provider, next):
    provider.person = BOB
    page.goto(f"/signin/start?next={requests.utils.quote(next, safe='')}")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert page.url == f"{server.url}/"


def test_a_page_of_another_site_gets_no_token_and_ends_no_session(server, page, provider):
    sign_in(page, provider, BOB)
    cookie = {"cookie": f"nightbell-session={session_cookie(page)['value']}"}
    address = f"{server.url}/signin/session"
    for foreign in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        for method in ("POST", "DELETE"):
            answer = requests.request(method, address, headers=cookie | foreign, timeout=30)
            assert answer.status_code == 403
    assert requests.post(address, headers=cookie, timeout=30).json()["token"]
