"""Django: management commands.

    from django.core.management.base import BaseCommand
    from nightbell.integrations.django import Watched

    class Command(Watched, BaseCommand):
        nightbell_id = "shop-cleanup"                          # else the module's name
        nightbell_options = {"every": "0 3 * * *"}             # as nightbell.job takes them

        def handle(self, *args, **options): ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import nightbell
from nightbell.integrations._watching import scheduler_id_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Watched"]


class Watched:
    """Stands before BaseCommand among the bases: each execution of the command is a run."""

    nightbell_id: ClassVar[str] = ""
    nightbell_options: ClassVar[Mapping[str, Any]] = {}

    def execute(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as BaseCommand has it
        """Execute the command, watched."""
        name = type(self).__module__.rpartition(".")[2]
        scheduler_id = self.nightbell_id or scheduler_id_of(name)
        with nightbell.job(scheduler_id, **self.nightbell_options):
            return super().execute(*args, **options)  # type: ignore[misc]
