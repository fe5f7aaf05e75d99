"""Gives an e-mail address the account that runs the portal."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from participants.accounts.addresses import set_sign_in_address
from participants.models import User


class Command(BaseCommand):
    """Makes an account an operator, or a new one where the address has none."""

    help = "Makes an operator, who stands above all roundtables and signs in with a code by e-mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The address is all it needs."""
        parser.add_argument("email", help="The address that the code is sent to.")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        """Makes or changes the account; a second run changes nothing."""
        email = email.strip().lower()
        try:
            validate_email(email)
        except ValidationError as problem:
            raise CommandError(
                _("“%s” is not an e-mail address. Write it like name@example.org.") % email
            ) from problem
        user = User.objects.filter(email__iexact=email).first() or User(email=email)
        user.is_superuser = user.is_active = True
        try:
            set_sign_in_address(user, email)
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        if options["verbosity"]:
            self.stdout.write(_("%s is an operator and signs in with a code by e-mail.") % email)
