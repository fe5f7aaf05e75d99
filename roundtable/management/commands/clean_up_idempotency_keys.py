"""The command that forgets the answers to forms that nobody sends again."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import ngettext

from roundtable import idempotency


class Command(BaseCommand):
    """Forgets what a form led to; run it every day."""

    help = "Forgets answers to forms after a day. Run it every day."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints how many are forgotten."""
        number = idempotency.prune_keys(timezone.now())
        message = ngettext("%d answer is forgotten.", "%d answers are forgotten.", number)
        self.stdout.write(message % number)
