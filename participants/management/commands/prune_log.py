"""Command that removes log entries and counts older than LOG_RETENTION_DAYS."""

from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.models import RevealBudget
from roundtable.audit import log as audit
from roundtable.audit.verify import find_log_faults
from roundtable.workers.jobs import add_clock_argument, start_job


@dataclass(frozen=True)
class PruneResult:
    """Numbers of removed rows."""

    entries: int
    budgets: int


@transaction.atomic
def prune_expired(*, on: date, at: datetime) -> PruneResult:
    first_kept = on - timedelta(days=settings.LOG_RETENTION_DAYS)
    before = datetime.combine(first_kept, time(), UTC)
    budgets, _models = RevealBudget.objects.filter(day__lt=first_kept).delete()
    entries = audit.prune_entries(before=before, at=at)
    return PruneResult(entries=entries, budgets=budgets)


class Command(BaseCommand):
    """Removes old log entries."""

    help = "Removes entries of the log older than LOG_RETENTION_DAYS. Run it daily."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_clock_argument(parser)
        parser.add_argument(
            "--on",
            metavar="DATE",
            help="Count from this day, such as 2028-03-02; today if omitted.",
        )

    def handle(
        self, *args: Any, clock_is_right: bool, on: str | None = None, **options: Any
    ) -> None:
        now = timezone.now()
        try:
            day = date.fromisoformat(on) if on else now.date()
        except ValueError as problem:
            raise CommandError(_("Write the day like 2028-03-02.")) from problem
        if day > now.date():
            raise CommandError(
                _(
                    "This day is in the future, so the command would remove too much. Use today "
                    "or an earlier day."
                )
            )
        # Pruning would remove the evidence of a changed log.
        if find_log_faults():
            raise CommandError(_("The log was changed after it was written. Run verify first."))
        start_job("prune_log", at=now, clock_is_right=clock_is_right)
        pruned = prune_expired(on=day, at=now)
        self.stdout.write(
            _(
                "Removed: %(entries)d log entries, %(budgets)d daily counts of opened contact "
                "details."
            )
            % vars(pruned)
        )
