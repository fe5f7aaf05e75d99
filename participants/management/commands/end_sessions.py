"""Command that signs people out, for example after a key or a mailbox was lost."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.accounts.addresses import find_account
from participants.accounts.sessions import end_sessions
from participants.models import User
from roundtable.audit import log as audit


class Command(BaseCommand):
    """Ends all sessions of one account, or of everyone, with a log entry for each."""

    help = "Ends all sessions of the account with an address, or with --all those of everyone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", nargs="?", default="", help="An address to sign in with.")
        parser.add_argument("--all", action="store_true", help="All accounts.")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        if bool(address) == options["all"]:
            raise CommandError(_("Enter an address, or --all."))
        found = find_account(address) if address else None
        if address and found is None:
            raise CommandError(_("No account has the address “%s”.") % address)
        users = [found] if found else User.objects.order_by("pk")
        for user in users:
            end_sessions(user)
            audit.record(action="end sessions", at=timezone.now(), subject=user)
        if options["verbosity"]:
            number = len(users)
            message = ngettext(
                "%(number)d account is signed out.", "%(number)d accounts are signed out.", number
            )
            self.stdout.write(message % {"number": number})
