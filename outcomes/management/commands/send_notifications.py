"""Tells people by mail what moved in what they follow."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.changes.subscriptions import send_notifications
from outcomes.models import Subscription
from roundtable.dates import parse_day


class Command(BaseCommand):
    """Sends what is due: letters at once, and one for each week; run it every few minutes."""

    help = (
        "Tells people what moved in what they follow, at once or weekly. Run it every 10 minutes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The day."""
        parser.add_argument(
            "--on",
            type=parse_day,
            metavar="YYYY-MM-DD",
            help="The day to act for; today unless given.",
        )

    def handle(self, *args: Any, on: date | None, **options: Any) -> None:
        """Says how many letters, and names nobody: the answer of a timer is mailed and kept."""
        sent = send_notifications(on=on or timezone.localdate(), at=timezone.now())
        if not sent:
            self.stdout.write(_("Nothing is to be told."))
            return
        self.stdout.write(
            _("Letters at once: %(now)d; weekly: %(weekly)d.")
            % {
                "now": sent[Subscription.Frequency.AT_ONCE],
                "weekly": sent[Subscription.Frequency.WEEKLY],
            }
        )
