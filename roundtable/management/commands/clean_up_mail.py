"""The command that sees to mail that a crash left behind, and removes old rows."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from roundtable.mail.clean_up import clean_up_mail


class Command(BaseCommand):
    """Sees to what the worker cannot; run it every hour."""

    help = "Sees to emails that a crash left behind and removes old ones. Run it every hour."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The moment to count from."""
        parser.add_argument(
            "--at",
            metavar="TIME",
            help="Count from this moment (UTC), such as 2028-03-02T12:00; without it, from now.",
        )

    def handle(self, *args: Any, at: str | None = None, **options: Any) -> None:
        """Prints how much was done, and names nobody.

        Raises CommandError for a moment that cannot be read or has not come yet.
        """
        now = timezone.now()
        try:
            moment = datetime.fromisoformat(at) if at else now
        except ValueError as problem:
            raise CommandError(_("Write the time like 2028-03-02T12:00.")) from problem
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        if moment > now:
            raise CommandError(_("That moment has not come yet; it would remove too much."))
        self.stdout.write(
            _(
                "Given up: %(failed)d emails. Queued again: %(requeued)d. "
                "Removed: %(tasks)d tasks, %(emails)d emails."
            )
            % vars(clean_up_mail(at=moment))
        )
