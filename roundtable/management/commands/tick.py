"""The command that a timer runs every five minutes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from roundtable.workers.tick import run_due


class Command(BaseCommand):
    """Runs the regular commands that are due."""

    help = "Runs each regular command that is due. Run it every five minutes."

    def handle(self, *args: Any, **options: Any) -> None:
        if failures := run_due(timezone.now()):
            raise CommandError("\n".join(failures))
