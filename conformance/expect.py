"""Compares what was seen with what a scenario expects. Pure."""

import json
import stat

from runner import Observed, Phase, instant

# How far a time may be off that was corrected for the sender's clock.
CLOCK_WITHIN_S = 120.0


def complaints(expect: dict, phases: list[dict], seen: Observed) -> list[str]:
    """Everything that is not as expected. Empty: all is well."""
    found = []
    for number, it in enumerate(seen.phases):
        wanted = wanted_of(expect, phases, number)
        said = _phase(wanted, it) + _spool(wanted, it, seen.api_key)
        found += [f"phase {number}: {one}" for one in said]
        if it.rss_mb > expect.get("rss_mb_at_most", 1024):
            found.append(f"phase {number}: {it.rss_mb:.0f} MB of memory")
    first, *others = seen.runs.items()
    wanted = {first[0]: expect["runs"], **expect.get("other", {})}
    for job, runs in (first, *others):
        found += [f"{job}: {said}" for said in _runs(wanted[job], runs)]
    left = [name for name, _, _ in seen.phases[-1].spool]
    if not wanted_of(expect, phases, -1).get("spooled_at_least") and left:
        found.append(f"{len(left)} files left in the spool: {left[:3]}")
    return found + _calls(expect, seen)


def wanted_of(expect: dict, phases: list[dict], number: int) -> dict:
    """What a phase is to come to. Without phases, what is expected of the one there is."""
    own = phases[number].get("expect")
    return expect if len(phases) == 1 else own or {}


def _phase(wanted: dict, seen: Phase) -> list[str]:
    found = []
    if seen.exit_code != wanted.get("exit_code", 0):
        found.append(f"exit code {seen.exit_code}, not {wanted.get('exit_code', 0)}")
    if wanted.get("printed", True):
        told = seen.printed or {}
        if seen.printed is None:
            found.append("the driver printed nothing")
        for name in ("result", "error"):
            if told.get(name) != wanted.get(name):
                found.append(f"the job's {name} is {told.get(name)!r}, not {wanted.get(name)!r}")
    if seen.exit_ms is None:
        found.append("the driver did not say when the job was over")
    elif seen.exit_ms > wanted.get("exit_within_ms", seen.exit_within_ms):
        found.append(f"{seen.exit_ms:.0f} ms from the end of the job to that of the process")
    others = seen.other_transports - set(wanted.get("may_speak", []))
    if others:
        found.append(f"it spoke {sorted(others)}, not {seen.transport}")
    if seen.injected < wanted.get("injected", 0):
        found.append(f"the fault was done {seen.injected} times, not {wanted['injected']}")
    return found


def _runs(wanted: list[dict] | dict, runs: list[dict]) -> list[str]:
    if isinstance(wanted, dict):  # So many, all alike.
        wanted = [wanted["each"]] * wanted["count"]
    if len(runs) != len(wanted):
        told = [(it["status"], it.get("error_message")) for it in runs[:5]]
        return [f"{len(runs)} runs, not {len(wanted)}: {told}"]
    # Those that overlap begin in any order.
    wanted = sorted(wanted, key=lambda it: it.get("rank", 0))
    runs = sorted(runs, key=lambda it: _rank(it, wanted))
    found = []
    for number, (want, run) in enumerate(zip(wanted, runs)):
        found += [f"run {number}: {said}" for said in _run(want, run)]
    return found


def _rank(run: dict, wanted: list[dict]) -> int:
    """Runs that are told apart by their end stand in the order of their ranks."""
    for want in wanted:
        if "rank" in want and want["status"] == run["status"]:
            return want["rank"]
    return 0


def _run(want: dict, run: dict) -> list[str]:
    found = []
    for name in ("status", "error_message", "cancel_requested"):
        if name in want and run.get(name) != want[name]:
            found.append(f"{name} is {run.get(name)!r}, not {want[name]!r}")
    if not want.get("progress", {}).items() <= (run.get("progress") or {}).items():
        found.append(f"progress is {run.get('progress')!r}, not {want['progress']!r}")
    if "error_starts" in want and not (run.get("error_message") or "").startswith(want["error_starts"]):
        found.append(f"error_message is {run.get('error_message')!r}, no {want['error_starts']!r}")
    for name, value in want.get("metadata", {}).items():
        # Null is a value, and another thing than none.
        got = (run.get("metadata") or {}).get(name, "(not there)")
        if got != value and not (isinstance(value, dict) and got in value.get("$any", [])):
            found.append(f"metadata {name} is {got!r}, not {value!r}")
    if run.get("other_ends"):
        found.append(f"it has other ends: {run['other_ends']}")
    if not run.get("named"):
        found.append("it was not named by the job")
    return found + _times(want, run)


def _times(want: dict, run: dict) -> list[str]:
    found = []
    if not run.get("started_at") or not run.get("ended_at"):
        return [f"it lacks a time: {sorted(run)}"] if want.get("times", True) else []
    began, ended = instant(run["started_at"]), instant(run["ended_at"])
    arrived = instant(run["first_received_at"])
    if ended < began:
        found.append("it ended before it began")
    if "lasted_ms" in want and (ended - began) * 1000 < want["lasted_ms"]:
        found.append(f"it lasted {(ended - began) * 1000:.0f} ms, not {want['lasted_ms']}")
    if want.get("replayed") and arrived <= ended:
        found.append("its times are not those before the replay")
    if abs(arrived - began) > CLOCK_WITHIN_S:
        found.append(f"its start is {began - arrived:.0f} s off its arrival")
    if "beats_after_ms" in want:
        beat = instant(run.get("last_heartbeat_at") or run["started_at"])
        if (beat - began) * 1000 < want["beats_after_ms"]:
            found.append(f"its last heartbeat is {(beat - began) * 1000:.0f} ms after its start")
    return found


def _spool(wanted: dict, seen: Phase, api_key: str) -> list[str]:
    found = []
    records = [(name, text) for name, _, text in seen.spool if name.endswith(".json")]
    if len(records) < wanted.get("spooled_at_least", 0):
        found.append(f"{len(records)} records spooled, not {wanted['spooled_at_least']}")
    for name, mode, text in seen.spool:
        if api_key in text:
            found.append(f"{name} holds the API key")
        if stat.S_IMODE(mode) & 0o077:
            found.append(f"others may read {name}")
    for name, text in records:
        record = json.loads(text)
        if record.get("v") != 1 or record.get("kind") not in ("register", "status"):
            found.append(f"{name} is no record of version 1: {text[:200]}")
        if "sent_at" in record.get("body", {}) or record.get("id", "?") not in name:
            found.append(f"{name} is not as README.md of the vectors says: {text[:200]}")
    return found


def _calls(expect: dict, seen: Observed) -> list[str]:
    found = []
    for call, most in expect.get("calls_at_most", {}).items():
        if seen.calls.count(call) > most:
            found.append(f"{call} was called {seen.calls.count(call)} times, not {most}")
    return found
