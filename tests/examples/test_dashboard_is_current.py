"""The built dashboard that the server includes is the one of its sources."""

import hashlib

from repository import ROOT

WEB = ROOT / "server/web"


def test_the_built_dashboard_was_made_from_the_sources_beside_it():
    names = [f"src/{path.name}" for path in (WEB / "src").iterdir()]
    digest = hashlib.sha256()
    for name in sorted(["index.html", *names]):
        digest.update(f"{name}\n".encode())
        digest.update((WEB / name).read_bytes())
    built_from = (WEB / "dist/SOURCES").read_text().strip()
    assert built_from == digest.hexdigest(), "`make dashboard` builds it anew"
