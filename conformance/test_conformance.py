"""Every scenario, by every driver, over every transport, against the real server."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import drivers
from expect import complaints
from runner import observe
from scenario import all_of_them

# Scenarios mostly wait; more at once would make them late.
AT_ONCE = 6

CASES = {
    f"{driver.name}-{transport}-{scenario.name}": (scenario, driver, transport)
    for driver in drivers.found()
    for transport in driver.transports
    for scenario in all_of_them()
    if scenario.is_for(driver.language, transport)
}


def judged(server, name, folder):
    scenario, driver, transport = CASES[name]
    scenario = scenario.of(f"cf-{name}")
    seen = observe(server, scenario, driver, transport, folder)
    said = complaints(scenario.whole["expect"], scenario.phases, seen)
    told = [f"phase {number} wrote:\n{it.stderr}" for number, it in enumerate(seen.phases) if it.stderr]
    return said, told, max(it.exit_ms or 0.0 for it in seen.phases)


@pytest.fixture(scope="session")
def under_way(server, request, tmp_path_factory):
    """All selected cases, several at once."""
    chosen = [it.callspec.params["name"] for it in request.session.items if "under_way" in it.fixturenames]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {it: pool.submit(judged, server, it, tmp_path_factory.mktemp(it)) for it in chosen}


@pytest.mark.parametrize("name", CASES)
def test_a_scenario_comes_to_what_it_expects(under_way, name, record_property):
    said, told, exit_ms = under_way[name].result()
    # For a table of what the SDKs add to the end of a job: --junit-xml.
    record_property("exit_ms", round(exit_ms))
    assert not said, "\n".join([*said, *told])


def test_every_sdk_has_a_driver():
    assert drivers.missing() == []
