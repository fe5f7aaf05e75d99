"""Command that makes confirmed changes of organisations once their waiting period is over."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.organisations.changes import make_due_changes
from outcomes.reporting.proposals import end_old_proposals
from outcomes.reporting.publication import publish_due_commitments


class Command(BaseCommand):
    """Makes each change that is due."""

    help = "Makes the changes of organisations that others confirmed seven days ago. Run it daily."

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
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
        done, failed = make_due_changes(at)
        text = ngettext("%d change is made.", "%d changes are made.", done)
        self.stdout.write(text % done if done else _("Nothing is due."))
        if failed:
            text = ngettext(
                "%d change is not made. Read it at the desk: it must be confirmed again, or "
                "stopped.",
                "%d changes are not made. Read them at the desk: they must be confirmed again, or "
                "stopped.",
                failed,
            )
            raise CommandError(text % failed)
