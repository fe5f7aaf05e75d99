"""The command that deletes links of emails that no longer work."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import ngettext

from participants.email_links.links import delete_ended_links


class Command(BaseCommand):
    """Deletes links of emails that ended."""

    help = "Deletes links of emails that expired, or ended 30 days ago. Run it daily."

    def handle(self, *args: Any, **options: Any) -> None:
        number = delete_ended_links(timezone.now())
        message = ngettext("%d link is deleted.", "%d links are deleted.", number)
        self.stdout.write(message % number)
