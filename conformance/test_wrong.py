"""Every kind of expectation can fail: a driver that is wrong in just that way is caught."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import pytest

from drivers import REFERENCE
from expect import complaints
from runner import observe
from scenario import FOLDER, read

# What is wrong, the scenario that must catch it, and words of the complaint.
WRONGS = [
    ("lose_end", "01-success", "status is 'running'"),
    ("end_twice", "01-success", "has other ends"),
    ("one_run_too_many", "01-success", "2 runs, not 1"),
    ("another_error", "02-failure", "the job's error is 'monitoring failed'"),
    ("error_swallowed", "02-failure", "exit code 0, not 1"),
    ("result_lost", "01-success", "the job's result is None"),
    ("slow_exit", "14-refused", "ms from the end of the job"),
    ("prints_nothing", "03-instant", "the driver printed nothing"),
    ("never_over", "03-instant", "did not say when the job was over"),
    ("no_metadata", "09-metadata", "metadata big is '(not there)'"),
    ("no_progress", "08-progress", "progress is"),
    ("no_heartbeats", "26-blocked", "ms after its start"),
    ("too_many_heartbeats", "08-progress", "SendHeartbeat was called"),
    ("unnamed", "01-success", "not named by the job"),
    ("no_sent_at", "27-clock-behind", "s off its arrival"),
    ("no_spool", "14-refused", "0 records spooled"),
    ("no_replay", "14-refused", "files left in the spool"),
    ("times_of_replay", "14-refused", "not those before the replay"),
    ("no_retry", "13-server-error", "0 runs, not 1"),
    ("in_batches", "16-lost-answer", "the fault was done 0 times, not 1"),
    ("key_in_spool", "14-refused", "holds the API key"),
    ("spool_for_all", "14-refused", "others may read"),
    ("spool_of_its_own", "14-refused", "is not as README.md"),
    ("other_transport", "01-success", "it spoke ['http'], not grpc"),
    ("wrong_exit_code", "01-success", "exit code 2, not 0"),
]


def judged(server, kind, name, folder):
    command = (*REFERENCE.command[:-1], "wrong.py", kind)
    wrong = dataclasses.replace(REFERENCE, command=command)
    scenario = read(FOLDER / f"{name}.json").of(f"cf-wrong-{kind}")
    over = "grpc" if kind == "other_transport" else "http"
    seen = observe(server, scenario, dataclasses.replace(wrong, transports=(over,)), over, folder)
    return complaints(scenario.whole["expect"], scenario.phases, seen)


@pytest.fixture(scope="module")
def under_way(server, request, tmp_path_factory):
    chosen = [
        it.callspec.params for it in request.session.items if it.module is request.module
    ]
    with ThreadPoolExecutor(6) as pool:
        yield {
            it["kind"]: pool.submit(judged, server, it["kind"], it["name"], tmp_path_factory.mktemp("wrong"))
            for it in chosen
        }


@pytest.mark.parametrize(("kind", "name", "words"), WRONGS, ids=[it[0] for it in WRONGS])
def test_a_driver_that_is_wrong_is_caught(under_way, kind, name, words):
    said = under_way[kind].result()
    assert any(words in it for it in said), "\n".join(said)
