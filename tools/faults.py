#!/usr/bin/env python3
"""Plant faults in a copy of the domain, one at a time; its simulation must find each.

    tools/faults.py            all of them
    tools/faults.py 3 7        some of them

Ends with 1 if a fault was not found, or if the domain without a fault fails.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
COPY = TARGET / "faults"
TEST = ["cargo", "test", "--quiet", "--package", "nightbell-domain", "--test", "simulation"]
SECONDS_MAX = 900


class Fault(NamedTuple):
    """What goes wrong, and the text that makes it so."""

    what: str
    file: str
    right: str
    wrong: str


FAULTS = [
    Fault("a blind window moves no deadline", "blind.rs",
          "if window.from < rearmed.at && window.to > evidence_from {",
          "if false && window.from < rearmed.at && window.to > evidence_from {"),
    Fault("senders get no time to be heard after a blind window", "blind.rs",
          "rearmed.at.max(window.to.plus(catch_up))",
          "rearmed.at.max(window.to.plus(catch_up / 60))"),
    Fault("a silence is found one heartbeat too early", "settings/mod.rs",
          "HEARTBEATS_PER_TIMEOUT: u32 = 3", "HEARTBEATS_PER_TIMEOUT: u32 = 2"),
    Fault("the grace of a slot counts double", "settings/mod.rs",
          "self.start_grace.unwrap_or(unless_set)",
          "self.start_grace.unwrap_or(unless_set) * 2"),
    Fault("a run that takes too long is not found", "deadline.rs",
          "    if run.overran {\n        return None;",
          "    if run.overran || run.is_open() {\n        return None;"),
    Fault("a replayed heartbeat or start counts as life by a wrong clock", "run.rs",
          "if self.is_live { self.timing.received_at } else { self.timing.effective_at }",
          "self.timing.effective_at"),
    Fault("a run that comes early takes no slot", "schedule/mod.rs",
          "!early.is_zero() && early <= longest",
          "!early.is_zero() && early > longest"),
    Fault("a slot whose start nobody could see is missed", "deadline.rs",
          "let is_blurred = blind.iter().any(",
          "let is_blurred = false && blind.iter().any("),
    Fault("a success ends no failure", "transition/findings.rs",
          "Some(end.timing.effective_at) > last_at.max(Some(incident.last_onset_at()))",
          "Some(end.timing.effective_at) < last_at.max(Some(incident.last_onset_at()))"),
    Fault("one incident is opened for each finding", "transition/findings.rs",
          "find(|incident| incident.reason == finding.reason);\n    if let Some(incident) = known {",
          "find(|incident| incident.reason == finding.reason && incident.events > 1);\n"
          "    if let Some(incident) = known {"),
    Fault("a broken stream is forgotten and its run never lost", "deadline.rs",
          "if (run.is_stalled || is_queued) && run.suspect_since.is_none() {",
          "if run.is_stalled || is_queued || run.suspect_since.is_some() {"),
    Fault("of two runs of one job only the first can be silent", "deadline.rs",
          "let open = state.runs.iter().filter(|run| run.is_open());",
          "let open = state.runs.iter().filter(|run| run.is_open()).take(1);"),
]


def copy() -> None:
    """Copy the domain into a workspace of its own."""
    shutil.rmtree(COPY, ignore_errors=True)
    shutil.copytree(ROOT / "server/domain", COPY / "server/domain",
                    ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    for name in ("Cargo.lock", "clippy.toml", "rust-toolchain.toml"):
        shutil.copy(ROOT / name, COPY)
    manifest = (ROOT / "Cargo.toml").read_text()
    members = re.compile(r"^members = \[.*?\]", re.DOTALL | re.MULTILINE)
    (COPY / "Cargo.toml").write_text(members.sub('members = ["server/domain"]', manifest, count=1))


def run() -> tuple[bool, str]:
    """Run the simulation; whether it passed, and what it complained of first."""
    done = subprocess.run(TEST, cwd=COPY, env={**os.environ, "CARGO_TARGET_DIR": str(TARGET)},
                          capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    out = done.stdout + done.stderr
    if "could not compile" in out or "running " not in out:
        sys.exit(f"it does not compile:\n{out[-3000:]}")
    complaint = re.search(r"^seed .*", out, re.MULTILINE)
    return done.returncode == 0, complaint.group()[:110] if complaint else ""


def plant(fault: Fault) -> bool:
    """Plant one fault; whether it was found."""
    path = COPY / "server/domain/src" / fault.file
    text = path.read_text()
    if text.count(fault.right) != 1:
        sys.exit(f"{fault.file} says no more, or more than once: {fault.right}")
    path.write_text(text.replace(fault.right, fault.wrong))
    passed, complaint = run()
    path.write_text(text)
    print(f"{'NOT FOUND' if passed else 'found':<10}{fault.what}\n          {complaint}", flush=True)
    return not passed


def main() -> None:
    """Plant what was asked for, or everything."""
    wanted = [int(number) for number in sys.argv[1:]] or range(1, len(FAULTS) + 1)
    copy()
    if not run()[0]:
        sys.exit("the domain fails without any fault")
    found = [plant(FAULTS[number - 1]) for number in wanted]
    print(f"{sum(found)} of {len(found)} faults found")
    sys.exit(not all(found))


if __name__ == "__main__":
    main()
