"""The command that removes what is older than logs are kept."""

from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.models import InvitationRequest, RevealBudget
from roundtable.audit import log as audit
from roundtable.audit.verify import find_log_faults


@dataclass(frozen=True)
class PruneResult:
    """How many of each were removed."""

    entries: int
    requests: int
    budgets: int


@transaction.atomic
def prune_expired(*, on: date, at: datetime) -> PruneResult:
    """Removes what is older than LOG_RETENTION_DAYS on that day; the second time, nothing.

    Requests to be invited go once they were decided that long ago, or never were.
    """
    first_kept = on - timedelta(days=settings.LOG_RETENTION_DAYS)
    before = datetime.combine(first_kept, time(), UTC)
    old = Q(decided_at__lt=before) | Q(decided_at=None, requested_at__lt=before)
    requests, _models = InvitationRequest.objects.filter(old).delete()
    budgets, _models = RevealBudget.objects.filter(day__lt=first_kept).delete()
    entries = audit.prune_entries(before=before, at=at)
    return PruneResult(entries=entries, requests=requests, budgets=budgets)


class Command(BaseCommand):
    """Removes old entries of the log, and old requests to be invited."""

    help = (
        "Removes entries of the log older than LOG_RETENTION_DAYS, and old requests. Run it daily."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The day to count from."""
        parser.add_argument(
            "--on",
            metavar="DATE",
            help="Count from this day, such as 2028-03-02; without it, today.",
        )

    def handle(self, *args: Any, on: str | None = None, **options: Any) -> None:
        """Prints how much was removed.

        Raises CommandError for a day that cannot be read or has not come yet, and for a log that is
        not as it was written: what is wrong with it must not be removed.
        """
        now = timezone.now()
        try:
            day = date.fromisoformat(on) if on else now.date()
        except ValueError as problem:
            raise CommandError(_("Write the day like 2028-03-02.")) from problem
        if day > now.date():
            raise CommandError(_("That day has not come yet; it would remove too much."))
        if find_log_faults():
            raise CommandError(_("The log is not as it was written. Run verify_log first."))
        pruned = prune_expired(on=day, at=now)
        self.stdout.write(
            _(
                "Removed: %(entries)d entries of the log, %(requests)d requests to be invited, "
                "%(budgets)d days of reveals."
            )
            % vars(pruned)
        )
