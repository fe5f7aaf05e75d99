"""Command that sends notifications to followers."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.changes.subscriptions import send_notifications
from outcomes.models import Subscription
from roundtable.management.dates import add_day_argument


class Command(BaseCommand):
    """Sends the notifications that are due: immediate ones and weekly ones."""

    help = "Emails followers about changes, immediately or weekly. Run it every 10 minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_day_argument(parser)

    def handle(self, *args: Any, on: date | None, **options: Any) -> None:
        # Print only numbers, no names: cron mails this output, and the mail is kept.
        sent = send_notifications(on=on or timezone.localdate(), at=timezone.now())
        if not sent:
            self.stdout.write(_("There are no notifications to send."))
            return
        self.stdout.write(
            _("Immediate emails: %(now)d. Weekly emails: %(weekly)d.")
            % {
                "now": sent[Subscription.Frequency.AT_ONCE],
                "weekly": sent[Subscription.Frequency.WEEKLY],
            }
        )
