"""Command that gives a right without confirmation, for a roundtable where no one has one yet."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.accounts.addresses import find_account, set_sign_in_address
from participants.accounts.emails import email_account_made
from participants.accounts.grants import appoint
from participants.models import Grant, Organisation, User
from roundtable.models import Event


class Command(BaseCommand):
    """Appoints the first co-chairs and confirmers at installation. It is logged and announced."""

    help = (
        "Gives an account a right at the desk at once. The log and an email to all holders say so."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="The address that the person signs in with.")
        parser.add_argument("roundtable", help="The short name of the roundtable.")
        parser.add_argument("role", choices=Grant.Role.values)
        parser.add_argument("organisation", help="The short name of the organisation.")
        parser.add_argument(
            "--invite",
            action="store_true",
            help="Make an account for the address first, which gets an email about it.",
        )

    def handle(
        self,
        *args: Any,
        email: str,
        roundtable: str,
        role: str,
        organisation: str,
        invite: bool,
        **options: Any,
    ) -> None:
        user = find_account(email)
        if user is None and not invite:
            raise CommandError(_("No account uses the address “%s”. Add it at the desk.") % email)
        event = Event.objects.filter(slug=roundtable).first()
        if event is None:
            raise CommandError(_("There is no roundtable “%s”.") % roundtable)
        acting_for = Organisation.objects.filter(slug=organisation).first()
        if acting_for is None:
            raise CommandError(_("There is no organisation “%s”.") % organisation)
        try:
            with transaction.atomic():
                user = user or _make_account(email)
                grant = Grant(user=user, event=event, role=role, on_behalf_of=acting_for)
                appoint(grant=grant, at=timezone.now())
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        if options["verbosity"]:
            self.stdout.write(_("%s has this right from today.") % email)


def _make_account(email: str) -> User:
    user = User()
    set_sign_in_address(user, email)
    email_account_made(user, timezone.now())
    return user
