"""The command that deletes links of emails that no longer work."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import ngettext

from participants.email_links.links import delete_ended_links
from roundtable.workers.jobs import add_clock_argument, start_job


class Command(BaseCommand):
    """Deletes links of emails that ended."""

    help = "Deletes links of emails that expired, or ended 30 days ago. Run it daily."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_clock_argument(parser)

    def handle(self, *args: Any, clock_is_right: bool, **options: Any) -> None:
        start_job("clean_up_links", at=timezone.now(), clock_is_right=clock_is_right)
        number = delete_ended_links(timezone.now())
        message = ngettext("%d link is deleted.", "%d links are deleted.", number)
        self.stdout.write(message % number)
