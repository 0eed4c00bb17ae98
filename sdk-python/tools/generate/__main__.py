"""``python tools/generate``: writes the files, or with ``--check`` says which are stale."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SDK = Path(__file__).resolve().parents[2]
PACKAGE = SDK / "src/nightbell"
sys.path.insert(0, str(SDK / "tools"))

from generate import calls, messages, stubs  # noqa: E402
from generate.contract import Contract  # noqa: E402


def texts() -> dict[Path, str]:
    """Return what is made with the standard library alone."""
    contract = Contract(SDK.parent / "proto/nightbell/v1")
    made = {PACKAGE / name: text for name, text in messages.modules(contract).items()}
    made[PACKAGE / "_calls.py"] = calls.table(contract)
    made[PACKAGE / "_methods.py"] = calls.methods(contract, is_async=False)
    made[PACKAGE / "_async_methods.py"] = calls.methods(contract, is_async=True)
    return {path: formatted(text) for path, text in made.items()}


def formatted(text: str) -> str:
    """Return Python as the linter and the formatter want it."""
    for what in (["check", "--fix", "--quiet", "--select", "I"], ["format"]):
        command = [sys.executable, "-m", "ruff", *what, "--config", str(SDK / "pyproject.toml")]
        command += ["--stdin-filename", str(PACKAGE / "made.py"), "-"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        text = done.stdout
    return text


def main() -> int:
    made = {**texts(), **stubs.texts(SDK)}
    stale = [
        path
        for path, text in made.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv:
        for path in stale:
            print(f"stale: {path.relative_to(SDK)}; run `make generate`")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path], encoding="utf-8")
        print(f"wrote {path.relative_to(SDK)}")
    return 0


sys.exit(main())
