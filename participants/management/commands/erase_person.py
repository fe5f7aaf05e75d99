"""Command that erases a person who asked for it and can no longer sign in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.accounts.addresses import find_account
from participants.models import Delegate
from participants.privacy.erasure import erase_or_delete


class Command(BaseCommand):
    """Erases the person at once, with a log entry. No account at the desk can do this."""

    help = "Erases the person who signs in with an address, or whose page has a handle."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", help="The address, or the handle of the person's page.")
        parser.add_argument("--yes", action="store_true", help="Erase; this cannot be undone.")

    def handle(self, *args: Any, person: str, yes: bool, **options: Any) -> None:
        row = find_account(person) or Delegate.objects.filter(handle=person).first()
        if row is None or getattr(row, "erased_at", None):
            raise CommandError(_("No one has the address or handle “%s”.") % person)
        if not yes:
            raise CommandError(_("This cannot be undone. Check who it is, then add --yes."))
        erase_or_delete(row, by=None, at=timezone.now())
        if options["verbosity"]:
            self.stdout.write(_("The person is erased."))
