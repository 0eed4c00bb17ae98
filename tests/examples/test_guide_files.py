"""The guide's files are the guide: only the address differs, and for curl the key."""

import guide
from repository import ROOT


def committed(path: str) -> str:
    return (ROOT / "examples" / path).read_text()


def test_the_typescript_client_is_the_guides():
    expected = guide.replace(guide.TYPESCRIPT_CLIENT, guide.ADDRESS, guide.LOCAL_ADDRESS)
    assert committed("typescript/guide-client.ts") == expected


def test_the_typescript_quick_start_is_the_guides_with_calls_at_its_end():
    steps = "\n".join(guide.QUICK_START)
    expected = guide.replace(steps, guide.ADDRESS, guide.LOCAL_ADDRESS) + "\n// Not from the guide"
    assert committed("typescript/guide-quick-start.ts").startswith(expected)


def test_the_python_client_is_the_guides():
    expected = guide.replace(guide.PYTHON_CLIENT, guide.ADDRESS, guide.LOCAL_ADDRESS)
    assert committed("python/guide_client.py") == expected


def test_the_curl_commands_are_the_guides():
    expected = guide.replace(guide.CURL, guide.CURL_ADDRESS, "$NIGHTBELL_URL")
    expected = guide.replace(expected, "dev-api-key", "$NIGHTBELL_API_KEY")
    assert committed("curl/guide.sh").endswith("\n\n" + expected)
