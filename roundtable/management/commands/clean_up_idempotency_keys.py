"""The command that deletes saved answers to forms."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import ngettext

from roundtable import idempotency


class Command(BaseCommand):
    """Deletes saved answers to forms after a day."""

    help = "Deletes saved answers to forms after a day. Run it daily."

    def handle(self, *args: Any, **options: Any) -> None:
        number = idempotency.prune_keys(timezone.now())
        message = ngettext("%d saved answer is deleted.", "%d saved answers are deleted.", number)
        self.stdout.write(message % number)
