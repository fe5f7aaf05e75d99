"""Command that removes the second factor of the only operator, who has no one to agree."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.accounts.addresses import find_account
from participants.accounts.recovery import reset_factors


class Command(BaseCommand):
    """Removes it at once, with a log entry and the usual emails."""

    help = (
        "Removes the second factor of an operator. For everyone else, a co-chair and an operator "
        "do this at the desk."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="The address that the operator signs in with.")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        user, at = find_account(address), timezone.now()
        if user is None or not user.is_superuser:
            raise CommandError(_("No operator has the address “%s”.") % address)
        reset_factors(user, by=None, key=f"server:{at:%Y-%m-%d %H:%M}", at=at)
        if options["verbosity"]:
            self.stdout.write(
                _("The second factor is removed. At the next sign-in, set up a new one.")
            )
