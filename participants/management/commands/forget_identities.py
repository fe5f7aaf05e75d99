"""Command for the day when the identity provider names everyone anew."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from participants.models import ProviderIdentity


class Command(BaseCommand):
    """Forgets who people are at the identity provider."""

    help = (
        "Forgets which account belongs to whom at the identity provider. At the next sign-in there,"
        " the address counts once more, and each mailbox of the account gets an email."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        number, _models = ProviderIdentity.objects.all().delete()
        message = ngettext("%d identity is forgotten.", "%d identities are forgotten.", number)
        self.stdout.write(message % number)
