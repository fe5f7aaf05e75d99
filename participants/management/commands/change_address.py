"""Command that gives a person who lost the mailbox a new address to sign in with."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.accounts.account_changes import Kind, use_code
from participants.management.account_changes import (
    add_change_arguments,
    find_account_or_fail,
    request_or_fail,
    stop_or_fail,
)

STEPS = _(
    "The request is open for 14 days, and every address of the person was told.\n"
    "1. Ask someone who could confirm the person's participation to speak with them: neither of "
    "the person's organisations, nor one that you work for.\n"
    "2. That person opens “Code for a change of address” at the desk, under “Participations”.\n"
    "3. Enter the code: change_address %s --code CODE"
)


class Command(BaseCommand):
    """Requests the change, begins the wait with the code from the desk, or stops it."""

    help = (
        "Requests a new address for someone who lost the mailbox. With the code that someone "
        "fetched at the desk, it takes effect after seven days."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_change_arguments(parser)
        parser.add_argument("address", nargs="?", default="", help="The new address.")
        parser.add_argument("--code", default="", help="The code from the desk.")

    def handle(self, *args: Any, person: str, address: str, code: str, **options: Any) -> None:
        user, at = find_account_or_fail(person), timezone.now()
        if options["stop"]:
            stop_or_fail(user, Kind.ADDRESS, at)
            message = _("The change is stopped.")
        elif code:
            if not use_code(user, code, at=at):
                raise CommandError(_("This is not the code for this change, or it is too old."))
            message = _("The profile is hidden. The address changes in seven days.")
        else:
            if not address:
                raise CommandError(_("Enter the new address, or --code."))
            request_or_fail(user, Kind.ADDRESS, at, email=address, **options)
            message = STEPS % person
        if options["verbosity"]:
            self.stdout.write(message)
