"""The code of the usage guide, taken out of its text."""

import re

from repository import ROOT

ADDRESS = "https://monitoring.example.com"
LOCAL_ADDRESS = "http://127.0.0.1:8080"
CURL_ADDRESS = "https://monitoring-dev.example.com"

TEXT = (ROOT / "examples/guide/api-usage-guide.md").read_text()
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _blocks(language: str) -> list[str]:
    return [code for found, code in FENCED.findall(TEXT) if found == language]


*QUICK_START, TYPESCRIPT_CLIENT, ERROR_HANDLING = _blocks("typescript")
(PYTHON_CLIENT,) = _blocks("python")
(CURL,) = _blocks("bash")


def replace(code: str, old: str, new: str) -> str:
    """Replaces every `old`. One that is not there would replace nothing, unseen."""
    assert old in code, f"{old!r} is not in the code"
    return code.replace(old, new)
