"""Command that makes an account an operator."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.accounts.addresses import find_account, set_sign_in_address
from participants.accounts.emails import email_account_made
from participants.accounts.sessions import end_sessions
from participants.models import User
from roundtable.audit import log as audit


class Command(BaseCommand):
    """Creates the account if no one has the address. A second run changes nothing."""

    help = "Makes an account an operator, who works on all roundtables and signs in by email code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="The address that the code is sent to.")
        parser.add_argument(
            "--end", action="store_true", help="The account is no longer an operator."
        )

    def handle(self, *args: Any, email: str, end: bool, **options: Any) -> None:
        email = email.strip().lower()
        if end:
            self._end(email)
            return
        try:
            validate_email(email)
        except ValidationError as problem:
            raise CommandError(
                _("“%s” is not an email address. Write it like name@example.org.") % email
            ) from problem
        permissions = {"is_superuser": True, "is_active": True}
        user = User.objects.filter(email__iexact=email).first()
        try:
            with transaction.atomic():
                if user:
                    user.write(**permissions)
                else:
                    user = User(**permissions)
                set_sign_in_address(user, email)
                audit.record(action="create operator", at=timezone.now(), subject=user)
                email_account_made(user, timezone.now())
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        if options["verbosity"]:
            self.stdout.write(_("%s is an operator and can sign in with a code by email.") % email)

    @transaction.atomic
    def _end(self, email: str) -> None:
        user = find_account(email)
        if user is None or not user.is_superuser:
            raise CommandError(_("No operator has the address “%s”.") % email)
        user.write(is_superuser=False)
        end_sessions(user)
        audit.record(action="end operator", at=timezone.now(), subject=user)
