"""Django's management commands, as they are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from ..support import programs
from ..support.places import SDK
from ..support.programs import env_for

if TYPE_CHECKING:
    from pathlib import Path

    from ..support.server import Server

COMMAND = """
from django.core.management.base import BaseCommand, CommandError
from nightbell.integrations.django import Watched
import nightbell

class Command(Watched, BaseCommand):
    nightbell_id = {scheduler_id!r}
    nightbell_options = {{"service": "Shop", "every": "0 3 * * *"}}

    def add_arguments(self, parser):
        parser.add_argument("how")

    def handle(self, *args, how, **options):
        nightbell.current_run().metadata(how=how)
        if how == "bad":
            raise CommandError("disk full")
        self.stdout.write("cleaned")
"""
MANAGE = """
    import sys
    from django.conf import settings
    from django.core.management import execute_from_command_line
    settings.configure(INSTALLED_APPS=["shop"], USE_TZ=True)
    execute_from_command_line(["manage.py", "cleanup", {how!r}])
    """


@pytest.mark.parametrize(
    ("how", "code", "status"), [("good", 0, "completed"), ("bad", 1, "failed")]
)
def test_a_command_is_a_run(
    server: Server, scheduler_id: str, tmp_path: Path, how: str, code: int, status: str
) -> None:
    folder = tmp_path / "shop/management/commands"
    folder.mkdir(parents=True)
    for it in (tmp_path / "shop", tmp_path / "shop/management", folder):
        (it / "__init__.py").touch()
    (folder / "cleanup.py").write_text(COMMAND.format(scheduler_id=scheduler_id))
    path = f"{tmp_path}:{SDK / 'src'}"
    env = env_for(server.url, server.key, NIGHTBELL_EXIT_TIMEOUT_MS="30000", PYTHONPATH=path)
    ended = programs.run(MANAGE.format(how=how), env, sys.executable)
    assert ended.code == code, ended.err
    assert ended.out == ("cleaned\n" if how == "good" else "")
    run = server.run(scheduler_id)
    assert (run.status, run.metadata and run.metadata["how"]) == (status, how)
    assert run.error_message == (None if how == "good" else "disk full")
