"""The Python example of the usage guide, as its users have it."""

from __future__ import annotations

from .support.places import ROOT

_TEXT = (ROOT / "examples/guide/api-usage-guide.md").read_text(encoding="utf-8")
EXAMPLE = _TEXT.split("## Python Integration Example")[1].split("```python\n")[1].split("```")[0]
IMPORT = "from nightbell.compat import SchedulerMonitoringClient\n"


def unchanged(url: str, key: str, job: str = "pass") -> str:
    """The example with its address and key, and a job where it says that logic goes."""
    return _filled(EXAMPLE, url, key, job)


def with_one_import_changed(url: str, key: str, job: str = "pass") -> str:
    """The same with the class imported instead of copied."""
    head, _, rest = EXAMPLE.partition("class SchedulerMonitoringClient:")
    usage = rest[rest.index("# Usage\n") :]
    return _filled(head.replace("import requests\n", IMPORT) + usage, url, key, job)


def _filled(code: str, url: str, key: str, job: str) -> str:
    for place, value in (
        ("https://monitoring.example.com/api/v1", f"{url}/api/v1"),
        ("your-api-key", key),
        ("        # ... your logic here ...\n", f"        {job}\n"),
    ):
        assert code.count(place) == 1, place
        code = code.replace(place, value)
    return code
