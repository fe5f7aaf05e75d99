"""Command that lets take effect what others confirmed, once its waiting period is over."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.reporting.proposals import end_old_proposals
from outcomes.reporting.publication import publish_due_commitments
from participants.accounts.grants import end_old_suspensions
from participants.decisions.engine import make_due
from participants.participation.confirmation import count_renewed_confirmations
from roundtable.workers.jobs import add_clock_argument, start_job


class Command(BaseCommand):
    """Makes each change that is due."""

    help = (
        "Makes the changes of organisations that others confirmed seven days ago, and ends "
        "suspensions of rights after five working days, and requests after 60 days. Run it daily."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_clock_argument(parser)

    def handle(self, *args: Any, clock_is_right: bool, **options: Any) -> None:
        at = timezone.now()
        # A clock that is ahead would end the time in which people can still object.
        start_job("make_due_changes", at=at, clock_is_right=clock_is_right)
        count_renewed_confirmations(at=at)
        published = publish_due_commitments(at=at)
        text = ngettext("%d commitment is public now.", "%d commitments are public now.", published)
        if published:
            self.stdout.write(text % published)
        ended = end_old_proposals(at=at)
        text = ngettext(
            "%d proposal ended without an answer.", "%d proposals ended without an answer.", ended
        )
        if ended:
            self.stdout.write(text % ended)
        returned = end_old_suspensions(at=at)
        text = ngettext(
            "%d suspended right is in force again.",
            "%d suspended rights are in force again.",
            returned,
        )
        if returned:
            self.stdout.write(text % returned)
        due = make_due(at)
        text = ngettext("%d change is made.", "%d changes are made.", due.made)
        self.stdout.write(text % due.made if due.made else _("Nothing is due."))
        text = ngettext(
            "%d request ended, because it was not confirmed in time.",
            "%d requests ended, because they were not confirmed in time.",
            due.expired,
        )
        if due.expired:
            self.stdout.write(text % due.expired)
        if due.failed:
            text = ngettext(
                "%d change is not made. Read it at the desk: it must be confirmed again, or "
                "stopped.",
                "%d changes are not made. Read them at the desk: they must be confirmed again, or "
                "stopped.",
                due.failed,
            )
            raise CommandError(text % due.failed)
