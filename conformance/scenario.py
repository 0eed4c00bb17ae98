"""Scenario files: what the driver does, what is done to it, and what must come of it."""

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "scenarios"
# What a scenario says once, for the whole of it; the rest may be said phase by phase.
WHOLE = {"name", "about", "job", "languages", "transports", "phases", "expect"}
PHASE = {"driver", "faults", "faults_since", "do", "end", "overlap", "repeat", "script", "env", "key", "then"}
PHASE |= {"faketime", "expect", "job", "heartbeat_thread"}
EXPECT = {"runs", "other", "calls_at_most", "rss_mb_at_most"}
EXPECT_PHASE = {"result", "error", "exit_code", "exit_within_ms", "injected", "printed"}
EXPECT_PHASE |= {"spooled_at_least", "may_speak"}


@dataclass(frozen=True)
class Scenario:
    name: str
    whole: dict

    @property
    def phases(self) -> list[dict]:
        """Its phases, each a run of a driver; one that names none is one phase itself."""
        if "phases" in self.whole:
            return self.whole["phases"]
        return [{name: it for name, it in self.whole.items() if name in PHASE}]

    def is_for(self, language: str, transport: str) -> bool:
        languages = self.whole.get("languages")
        # What starts another command instead of a job takes what is written for it only.
        named = language == "exec" if languages is None else language not in languages
        return not named and transport in self.whole.get("transports", ["http", "grpc"])

    def of(self, job: str) -> "Scenario":
        """The same with its own name for the job."""
        text = json.dumps(self.whole).replace("$JOB", job)
        return Scenario(self.name, json.loads(text))


def read(file: Path) -> Scenario:
    whole = json.loads(file.read_text(encoding="utf-8"))
    unknown = set(whole) - WHOLE - PHASE
    for phase in whole.get("phases", []):
        unknown |= set(phase) - PHASE
        unknown |= set(phase.get("expect", {})) - EXPECT_PHASE
    unknown |= set(whole["expect"]) - EXPECT - EXPECT_PHASE
    if unknown:
        # A word that nobody reads would be a check that cannot fail.
        raise ValueError(f"{file.name} says what nobody reads: {sorted(unknown)}")
    return Scenario(file.stem, whole)


def all_of_them() -> list[Scenario]:
    return [read(it) for it in sorted(FOLDER.glob("*.json"))]
