"""What is older than logs are kept is removed, and nothing else."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError
from pytest_django import Settings

from participants.models import RevealBudget
from participants.privacy.retention import prune_log
from roundtable.audit import log as audit
from roundtable.audit.verify import find_log_faults
from roundtable.models import AuditEntry
from tests.factories import NOON, make_user

pytestmark = pytest.mark.django_db
LAST_TOO_OLD = datetime(2024, 3, 1, 23, 59, 59, tzinfo=UTC)
FIRST_KEPT = datetime(2024, 3, 2, tzinfo=UTC)  # NOON is 730 days later


def test_log_and_reveal_counts_are_retained_for_two_years(settings: Settings) -> None:
    user = make_user()
    for moment in (LAST_TOO_OLD, FIRST_KEPT, NOON):
        audit.record(action="reveal", at=moment)
        RevealBudget.objects.create(user=user, day=moment.date(), used=3)
    assert prune_log(NOON) == 2
    assert [(entry.sequence, entry.action) for entry in AuditEntry.objects.all()] == [
        (2, "reveal"),
        (3, "reveal"),
        (4, "prune log"),
    ]
    assert find_log_faults() == []
    assert RevealBudget.objects.earliest("day").day == FIRST_KEPT.date()
    assert prune_log(NOON) == 0
    settings.LOG_RETENTION_DAYS = 10
    assert prune_log(NOON) == 2


def test_nothing_is_removed_from_a_damaged_log() -> None:
    audit.record(action="reveal", at=LAST_TOO_OLD)
    AuditEntry.objects.update(action="export")
    with pytest.raises(CommandError, match="Run verify first"):
        prune_log(NOON)
    assert AuditEntry.objects.count() == 1
