"""Command that deletes files of finished imports."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import ngettext
from django_tasks_db.models import DBTaskResult

from outcomes.imports.storage import delete_expired_uploads
from roundtable.workers.jobs import add_clock_argument, start_job

TASK_RETENTION = timedelta(days=7)


class Command(BaseCommand):
    """Deletes finished and abandoned uploads and old task results."""

    help = "Deletes uploaded files an hour after their import ended. Run it every hour."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_clock_argument(parser)

    def handle(self, *args: Any, clock_is_right: bool, **options: Any) -> None:
        now = timezone.now()
        start_job("clean_up_uploads", at=now, clock_is_right=clock_is_right)
        number = delete_expired_uploads(now)
        old = DBTaskResult.objects.filter(
            backend_name="imports", enqueued_at__lt=now - TASK_RETENTION
        )
        old.delete()
        message = ngettext("%d file is deleted.", "%d files are deleted.", number)
        self.stdout.write(message % number)
