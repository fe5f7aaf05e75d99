"""Command that sends reminders to focal points and co-chairs."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from outcomes.reporting.reminders import send_reminders
from outcomes.statements.silence_procedure import send_circulation_reminders
from participants.accounts.log_head import send_log_head
from participants.participation.confirmation import tell_of_earlier_confirmations
from participants.participation.digest import send_digests
from roundtable.management.dates import add_day_argument


class Command(BaseCommand):
    """Sends each reminder that is due, once."""

    help = (
        "Reminds focal points of due dates, and co-chairs and confirmers of what waits for them. "
        "Run it daily."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_day_argument(parser)

    def handle(self, *args: Any, on: date | None, **options: Any) -> None:
        # Print only numbers, no names: cron mails this output, and the mail is kept.
        at = timezone.now()
        tell_of_earlier_confirmations(at=at)
        send_log_head(at=at)
        sent = send_reminders(on=on or timezone.localdate(), at=at)
        if digests := send_digests(at=at):
            text = ngettext(
                "%d person gets an email about the desk.",
                "%d people get an email about the desk.",
                digests,
            )
            self.stdout.write(text % digests)
        if circulated := send_circulation_reminders(at=at):
            text = ngettext(
                "An email is sent about %d circulated text.",
                "Emails are sent about %d circulated texts.",
                circulated,
            )
            self.stdout.write(text % circulated)
        if not sent:
            self.stdout.write(gettext("Nothing is due."))
            return
        text = ngettext("%d person gets a reminder.", "%d people get a reminder.", sent)
        self.stdout.write(text % sent)
