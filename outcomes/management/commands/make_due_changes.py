"""Command that makes confirmed changes of organisations once their waiting period is over."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.organisations.changes import make_due_changes


class Command(BaseCommand):
    """Makes each change that is due."""

    help = "Makes the changes of organisations that others confirmed seven days ago. Run it daily."

    def handle(self, *args: Any, **options: Any) -> None:
        done, failed = make_due_changes(timezone.now())
        text = ngettext("%d change is made.", "%d changes are made.", done)
        self.stdout.write(text % done if done else _("Nothing is due."))
        if failed:
            text = ngettext(
                "%d change cannot be made. Read it at the desk, stop it, and request it again.",
                "%d changes cannot be made. Read them at the desk, stop them, and request them "
                "again.",
                failed,
            )
            raise CommandError(text % failed)
