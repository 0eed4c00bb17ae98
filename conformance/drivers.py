"""The drivers there are, each told of by a `conformance/driver.json` beside its SDK."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
SDKS = ("sdk-rust", "sdk-python", "sdk-typescript")
FILES = ("conformance/driver.json", "*/conformance/driver.json")


@dataclass(frozen=True)
class Driver:
    name: str
    # Scenarios may be for some languages only.
    language: str
    command: tuple[str, ...]
    transports: tuple[str, ...]
    folder: Path
    env: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, file: Path) -> "Driver":
        said = json.loads(file.read_text())
        places = {"root": str(ROOT), "target": str(TARGET), "python": sys.executable}

        def filled(text: str) -> str:
            for name, place in places.items():
                text = text.replace("{" + name + "}", place)
            return text

        return cls(
            name=said["name"],
            language=said["language"],
            command=tuple(filled(it) for it in said["command"]),
            transports=tuple(said["transports"]),
            folder=file.parent,
            env=tuple((name, filled(it)) for name, it in said.get("env", {}).items()),
        )


REFERENCE = Driver.read(Path(__file__).parent / "reference/driver.json")


def missing() -> list[str]:
    """The SDKs that are there and have no driver, once all have landed."""
    there = [it for it in SDKS if (ROOT / it).is_dir()]
    if len(there) < len(SDKS):
        return []
    return [it for it in there if not any(list((ROOT / it).glob(file)) for file in FILES)]


def found() -> list[Driver]:
    files = [it for sdk in SDKS for file in FILES for it in sorted((ROOT / sdk).glob(file))]
    return [REFERENCE, *(Driver.read(it) for it in files)]
