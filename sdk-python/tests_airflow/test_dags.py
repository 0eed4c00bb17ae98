"""Airflow as it is: the package is installed beside it, and no DAG knows of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.places import SDK, environment

if TYPE_CHECKING:
    from tests.support.server import Server

AIRFLOW = SDK / ".venv-airflow/bin"
DAG = """
from airflow.exceptions import AirflowSkipException
from airflow.sdk import dag, task

@dag(dag_id="shop", schedule=None)
def shop():
    @task
    def good():
        return 7

    @task
    def bad():
        raise ValueError("disk full")

    @task
    def skipped():
        raise AirflowSkipException("nothing to do")

    good()
    bad()
    skipped()

it = shop()
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Put the package beside Airflow as users do: as a wheel."""
    folder = tmp_path_factory.mktemp("dist")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    code = "import uv_build, sys; uv_build.build_wheel(sys.argv[1])"
    command = [sys.executable, "-c", code, str(folder)]
    subprocess.run(command, cwd=SDK, env=environment(PATH=path), check=True)
    (wheel,) = folder.glob("*.whl")
    install = ["install", "--quiet", "--no-deps", "--force-reinstall", str(wheel)]
    subprocess.run([AIRFLOW / "pip", *install], env=environment(), check=True)


def airflow(folder: Path, env: dict[str, str], *command: str) -> None:
    with (folder / "log").open("ab") as log:
        subprocess.run([AIRFLOW / "airflow", *command], env=env, stdout=log, stderr=log)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("named", ["", "other, shop", "other"])
def test_every_task_of_a_dag_is_a_run(server: Server, tmp_path: Path, named: str) -> None:
    (tmp_path / "dags").mkdir()
    dag_id = f"shop{len(named)}"
    (tmp_path / "dags/shop.py").write_text(DAG.replace('"shop"', f'"{dag_id}"'))
    env = environment(
        PATH=f"{AIRFLOW}{os.pathsep}{os.environ['PATH']}",
        AIRFLOW_HOME=str(tmp_path),
        AIRFLOW__CORE__LOAD_EXAMPLES="false",
        AIRFLOW__CORE__DAGS_FOLDER=str(tmp_path / "dags"),
        NIGHTBELL_URL=server.url,
        NIGHTBELL_API_KEY=server.key,
        NIGHTBELL_SPOOL="off",
        NIGHTBELL_EXIT_TIMEOUT_MS="30000",
        NIGHTBELL_AIRFLOW_DAGS=named.replace("shop", dag_id),
    )
    airflow(tmp_path, env, "db", "migrate")
    airflow(tmp_path, env, "dags", "test", dag_id)
    log = (tmp_path / "log").read_text()
    assert "DagRun Finished" in log, log
    if named == "other":
        assert not server.knows(f"{dag_id}.good")
        return
    assert server.run(f"{dag_id}.good").status == "completed", log
    bad = server.run(f"{dag_id}.bad")
    assert (bad.status, bad.error_message) == ("failed", "disk full")
    # And not abandoned: nobody is to be told of it.
    assert server.run(f"{dag_id}.skipped").status == "cancelled"
