"""Badges, which show no key: what they tell, and what nobody learns from them."""

from xml.etree import ElementTree

import pytest

from server import Server, asked

HOSTILE = "</title><script>alert(1)</script>\" & \u202e"


@pytest.fixture
def server(tmp_path):
    it = Server(tmp_path)
    it.start()
    try:
        yield it
        assert it.stop() == 0, "the server did not end well"
    finally:
        it.process.kill()


def register(server, name: str, **labels: str) -> None:
    job = {"scheduler_id": name, "service_name": "svc", "job_name": HOSTILE, "labels": labels}
    server.post("/schedulers/register", job)


def test_a_public_badge_is_a_picture_and_json_for_anyone(server):
    register(server, "eod", badge="public", team="books & co")
    server.report("eod", "completed")

    picture = asked("GET", f"{server.url}/badges/default/schedulers/eod.svg", timeout=5)
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.headers["content-security-policy"].startswith("default-src 'none'")
    tree = ElementTree.fromstring(picture.content)
    name = "{http://www.w3.org/2000/svg}"
    assert {it.tag.removeprefix(name) for it in tree.iter()} == {"svg", "title", "rect", "path", "g", "text"}
    assert tree.find(f"{name}title").text == f"{HOSTILE}: up"

    of_label = f"{server.url}/badges/default/labels/team/books%20%26%20co.json"
    told = asked("GET", of_label, timeout=5).json()
    assert (told["schemaVersion"], told["label"], told["message"]) == (1, "team: books & co", "up")
    server.report("eod", "failed")
    assert asked("GET", of_label, timeout=5).json()["message"] == "down"


def test_what_is_not_public_looks_like_what_there_is_not(server):
    register(server, "closed")
    paths = ["schedulers/closed", "schedulers/none", "schedulers/%00", "labels/a/b", "labels/%00/%00"]
    for ending in ("svg", "json"):
        answers = [asked("GET", f"{server.url}/badges/default/{it}.{ending}", timeout=5) for it in paths]
        assert {(it.status_code, it.text) for it in answers} == {(404, answers[0].text)}
