"""Command that removes the second factor of a person who lost it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.accounts.account_changes import Kind, is_only_operator, reset_only_operator
from participants.management.account_changes import (
    add_change_arguments,
    find_account_or_fail,
    request_or_fail,
    stop_or_fail,
)


class Command(BaseCommand):
    """Waits for seven days; for the only operator, who has no one to ask, it is at once."""

    help = (
        "Removes the second factor of someone who lost it, after seven days. For the only "
        "operator, it does so at once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_change_arguments(parser)

    def handle(self, *args: Any, person: str, **options: Any) -> None:
        user, at = find_account_or_fail(person), timezone.now()
        if options["stop"]:
            stop_or_fail(user, Kind.FACTOR, at)
            message = _("The change is stopped.")
        elif is_only_operator(user):
            reset_only_operator(user, at=at)
            message = _("The second factor is removed. At the next sign-in, set up a new one.")
        else:
            request_or_fail(user, Kind.FACTOR, at, **options)
            message = _("The profile is hidden. The second factor is removed in seven days.")
        if options["verbosity"]:
            self.stdout.write(message)
