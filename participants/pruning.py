"""Removing what is older than logs are kept."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from participants.models import InvitationRequest, RevealBudget
from roundtable.audit import log as audit


@dataclass(frozen=True)
class Pruned:
    """How many of each were removed."""

    entries: int
    requests: int
    budgets: int


@transaction.atomic
def prune(*, on: date, at: datetime) -> Pruned:
    """Removes what is older than LOG_KEPT_DAYS on that day; a second time there is nothing left.

    Requests to be invited go once they were decided that long ago, or never were.
    """
    first = on - timedelta(days=settings.LOG_KEPT_DAYS)
    before = datetime.combine(first, time(), UTC)
    old = Q(decided_at__lt=before) | Q(decided_at=None, asked_at__lt=before)
    requests, _models = InvitationRequest.objects.filter(old).delete()
    budgets, _models = RevealBudget.objects.filter(day__lt=first).delete()
    entries = audit.prune(before=before, at=at)
    return Pruned(entries=entries, requests=requests, budgets=budgets)
