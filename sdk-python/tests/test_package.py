"""The wheel and the sdist, as users get them."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from .support import programs
from .support.places import SDK, environment
from .support.programs import env_for
from .support.server import Server

TOOLS = Path(sys.executable).parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both."""
    folder = tmp_path_factory.mktemp("dist")
    env = environment(PATH=f"{TOOLS}{os.pathsep}{os.environ['PATH']}")
    code = "import uv_build, sys; print(getattr(uv_build, sys.argv[1])(sys.argv[2]))"
    for hook in ("build_sdist", "build_wheel"):
        command = [sys.executable, "-c", code, hook, str(folder)]
        subprocess.run(command, cwd=SDK, env=env, check=True, stdout=subprocess.DEVNULL)
    return folder


def test_both_hold_the_whole_package_and_nothing_else(built: Path) -> None:
    modules = {
        str(it.relative_to(SDK / "src"))
        for it in (SDK / "src/nightbell").rglob("*")
        if it.suffix in (".py", ".pyi", ".typed") or it.name == "py.typed"
    }
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as file:
        names = {it for it in file.namelist() if not it.endswith("/")}
    assert {it for it in names if ".dist-info/" not in it} == modules
    with tarfile.open(sdist) as archive:
        inside = {it.name.partition("/")[2] for it in archive.getmembers() if it.isfile()}
    assert {f"src/{it}" for it in modules} <= inside
    assert {"pyproject.toml", "README.md", "PKG-INFO"} <= inside


@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_it_installs_and_runs_in_a_clean_virtualenv(
    built: Path, kind: str, server: Server, scheduler_id: str, tmp_path: Path
) -> None:
    (package,) = built.glob(kind)
    env = environment(PATH=f"{TOOLS}{os.pathsep}{os.environ['PATH']}")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    if kind == "*.tar.gz":
        # With the build tool of these tests, so that nothing is downloaded.
        wheel = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path)]
        subprocess.run([*pip, *wheel, str(package)], check=True, env=env)
        (package,) = tmp_path.glob("*.whl")
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    python = venv / "bin/python"
    install = ["--python", str(python), "install", "--no-deps", str(package)]
    subprocess.run([*pip, *install], check=True, env=env)
    code = f"""
        import nightbell
        print(nightbell.__file__)
        with nightbell.job({scheduler_id!r}):
            pass
        """
    env = env_for(server.url, server.key, NIGHTBELL_EXIT_TIMEOUT_MS="30000", PYTHONPATH="")
    ended = programs.run(code, env, python)
    assert ended.code == 0, ended.err
    assert ended.out.startswith(str(tmp_path))
    assert server.run(scheduler_id).status == "completed"
