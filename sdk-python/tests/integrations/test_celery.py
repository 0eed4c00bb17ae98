"""Celery with a real broker and workers that fork."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from celery import Celery

from ..support.places import SDK
from ..support.programs import env_for
from ..support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..support.server import Server

APP = """
import os, time
from celery import Celery
import nightbell
from nightbell.integrations.celery import watch

app = Celery("shop", broker={broker!r}, backend={broker!r})
app.conf.broker_connection_retry_on_startup = True
watch({{"shop.add": "celery-add", "shop.fail": "celery-fail", "shop.hang": "celery-hang",
       "shop.again": "celery-again", "shop.stop": "celery-stop"}})

@app.task(name="shop.add")
def add(a, b):
    nightbell.current_run().metadata(pid=os.getpid())
    return a + b

@app.task(name="shop.fail")
def fail():
    raise ValueError("disk full")

@app.task(name="shop.again", bind=True)
def again(self):
    if self.request.retries == 0:
        raise self.retry(countdown=0, exc=ValueError("not yet"))
    return self.request.retries

@app.task(name="shop.hang")
def hang(file):
    with open(file, "w") as it:
        it.write(str(os.getpid()))
    time.sleep(600)

@app.task(name="shop.unwatched")
def unwatched():
    return nightbell.current_run().id
"""


def answers(port: int) -> bool:
    with socket.socket() as it:
        return it.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    process = subprocess.Popen([*command, "--dir", folder], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: answers(port), "Redis")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def app(server: Server, broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Celery]:
    folder = tmp_path_factory.mktemp("celery")
    (folder / "shop.py").write_text(APP.format(broker=broker))
    env = env_for(
        server.url,
        server.key,
        # A stream tells a process that died from one that is only silent.
        NIGHTBELL_TRANSPORT="grpc",
        NIGHTBELL_HEARTBEAT_MS="2000",
        NIGHTBELL_EXIT_TIMEOUT_MS="30000",
        PYTHONPATH=f"{folder}:{SDK / 'src'}",
    )
    command = [sys.executable, "-m", "celery", "-A", "shop", "worker", "--pool", "prefork"]
    with (folder / "log").open("wb") as log:
        worker = subprocess.Popen(
            [*command, "--concurrency", "2"], env=env, cwd=folder, stdout=log, stderr=log
        )
    try:
        it = Celery("shop", broker=broker, backend=broker)
        yield it
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0, (folder / "log").read_text()
        it.close()
    finally:
        worker.kill()
        worker.wait()


def result(app: Celery, name: str, *args: Any) -> Any:
    return app.send_task(name, args).get(timeout=60)


def test_a_task_is_a_run_in_the_process_that_ran_it(app: Celery, server: Server) -> None:
    assert [result(app, "shop.add", it, 1) for it in range(10)] == list(range(1, 11))
    wait_until(
        lambda: (
            server.knows("celery-add")
            and [it.status for it in server.runs("celery-add")] == ["completed"] * 10
        ),
        "ten runs to be completed",
    )
    pids = {(it.metadata or {})["pid"] for it in server.runs("celery-add")}
    assert os.getpid() not in pids


def test_a_task_that_fails_is_a_failed_run(app: Celery, server: Server) -> None:
    with pytest.raises(ValueError, match="disk full"):
        result(app, "shop.fail")
    assert server.wait_for_run("celery-fail", "failed").error_message == "disk full"


def test_every_try_of_a_task_is_a_run(app: Celery, server: Server) -> None:
    assert result(app, "shop.again") == 1
    server.wait_for_run("celery-again", "completed")
    assert {it.status for it in server.runs("celery-again")} == {"completed", "failed"}


def test_a_task_that_nobody_named_is_not_watched(app: Celery, server: Server) -> None:
    assert result(app, "shop.unwatched") == ""
    assert not server.knows("shop.unwatched")


def test_a_task_whose_process_is_killed_is_found_lost(
    app: Celery, server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "pid"
    app.send_task("shop.hang", [str(file)])
    wait_until(lambda: file.exists() and file.read_text(), "the task to begin")
    wait_until(
        lambda: server.knows("celery-hang") and server.run("celery-hang").last_heartbeat_at,
        "a heartbeat",
    )
    os.kill(int(file.read_text()), signal.SIGKILL)
    server.wait_for_run("celery-hang", "lost")
    # And the worker goes on.
    assert result(app, "shop.add", 1, 1) == 2
