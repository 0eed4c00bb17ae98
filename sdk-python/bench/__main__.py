"""What the SDK costs a job, as a table: see README.md beside this."""

from __future__ import annotations

import argparse

from . import faults, imports, memory, starts

PARTS = {"imports": imports, "starts": starts, "memory": memory, "faults": faults}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="a single part")
    parser.add_argument("--rounds", type=int, default=5, help="programs for each figure")
    said = parser.parse_args()
    for name, part in PARTS.items():
        if said.only in (None, name):
            part.measure(said.rounds)


main()
