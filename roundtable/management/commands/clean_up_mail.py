"""The command that cleans up the mail queue."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from roundtable.mail.clean_up import clean_up_mail
from roundtable.workers.jobs import add_clock_argument, start_job


class Command(BaseCommand):
    """Goes on with what the mail worker left."""

    help = "Handles emails that a crash left behind. Run it every hour."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_clock_argument(parser)
        parser.add_argument(
            "--at",
            metavar="TIME",
            help="Count from this time (UTC), such as 2028-03-02T12:00; now if omitted.",
        )

    def handle(
        self, *args: Any, clock_is_right: bool, at: str | None = None, **options: Any
    ) -> None:
        now = timezone.now()
        try:
            moment = datetime.fromisoformat(at) if at else now
        except ValueError as problem:
            raise CommandError(_("Write the time like 2028-03-02T12:00.")) from problem
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        if moment > now:
            raise CommandError(
                _("This time is in the future and would remove too much. Choose an earlier time.")
            )
        start_job("clean_up_mail", at=now, clock_is_right=clock_is_right)
        self.stdout.write(
            _("Failed: %(failed)d emails. Queued again: %(requeued)d.")
            % vars(clean_up_mail(at=moment))
        )
