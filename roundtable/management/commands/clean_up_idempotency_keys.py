"""The command that deletes saved answers to forms, and ended counts of limits."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import ngettext

from roundtable.database.statistics import update_table_statistics
from roundtable.web import idempotency
from roundtable.web.limits import delete_ended_counts
from roundtable.workers.jobs import add_clock_argument, start_job


class Command(BaseCommand):
    """Deletes saved answers to forms after a day, and counts of limits that ended."""

    help = "Deletes saved answers to forms after a day, and ended counts of limits. Run it daily."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_clock_argument(parser)

    def handle(self, *args: Any, clock_is_right: bool, **options: Any) -> None:
        start_job("clean_up_idempotency_keys", at=timezone.now(), clock_is_right=clock_is_right)
        number = idempotency.prune_keys(timezone.now())
        delete_ended_counts(timezone.now())
        update_table_statistics()
        message = ngettext("%d saved answer is deleted.", "%d saved answers are deleted.", number)
        self.stdout.write(message % number)
