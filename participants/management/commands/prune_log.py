"""The command that removes what is older than logs are kept."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.pruning import prune
from roundtable.audit.verify import faults


class Command(BaseCommand):
    """Removes old entries of the log, and old requests to be invited."""

    help = "Removes what is older than LOG_KEPT_DAYS from the log, and old requests. Run it daily."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The day to count from."""
        parser.add_argument(
            "--on",
            metavar="DATE",
            help="Count from this day, such as 2028-03-02; without it, today.",
        )

    def handle(self, *args: Any, on: str | None = None, **options: Any) -> None:
        """Prints how much was removed.

        Raises CommandError for a day that cannot be read or has not come yet, and for a log that is
        not as it was written: what is wrong with it must not be removed.
        """
        now = timezone.now()
        try:
            day = date.fromisoformat(on) if on else now.date()
        except ValueError as problem:
            raise CommandError(_("Write the day like 2028-03-02.")) from problem
        if day > now.date():
            raise CommandError(_("That day has not come yet; it would remove too much."))
        if faults():
            raise CommandError(_("The log is not as it was written. Run verify_log first."))
        pruned = prune(on=day, at=now)
        self.stdout.write(
            _(
                "Removed: %(entries)d entries of the log, %(requests)d requests to be invited, "
                "%(budgets)d days of reveals."
            )
            % vars(pruned)
        )
