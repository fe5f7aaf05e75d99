"""The command that removes files which were brought in and are needed no longer."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import ngettext
from django_tasks_db.models import DBTaskResult

from outcomes.imports.storage import delete_expired_uploads

TASK_RETENTION = timedelta(days=7)


class Command(BaseCommand):
    """Removes what a crash left behind; run it every hour."""

    help = "Removes files that were brought in, an hour after they ended. Run it every hour."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints how many are removed."""
        now = timezone.now()
        number = delete_expired_uploads(now)
        old = DBTaskResult.objects.filter(
            backend_name="imports", enqueued_at__lt=now - TASK_RETENTION
        )
        old.delete()
        message = ngettext("%d file is removed.", "%d files are removed.", number)
        self.stdout.write(message % number)
