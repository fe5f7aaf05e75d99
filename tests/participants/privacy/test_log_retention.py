"""What is older than logs are kept is removed, and nothing else."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from participants.management.commands.prune_log import PruneResult, prune_expired
from participants.models import RevealBudget
from roundtable.audit import log as audit
from roundtable.audit.verify import find_log_faults
from roundtable.models import AuditEntry
from tests.factories import NOON, make_user

pytestmark = pytest.mark.django_db
LAST_TOO_OLD = datetime(2024, 3, 1, 23, 59, 59, tzinfo=UTC)
FIRST_KEPT = datetime(2024, 3, 2, tzinfo=UTC)
TODAY = date(2026, 3, 2)  # 730 days later


def test_log_and_reveal_counts_are_retained_for_two_years(settings: Settings) -> None:
    user = make_user()
    for moment in (LAST_TOO_OLD, FIRST_KEPT, NOON):
        audit.record(action="reveal", at=moment)
        RevealBudget.objects.create(user=user, day=moment.date(), used=3)
    assert prune_expired(on=TODAY, at=NOON) == PruneResult(entries=1, budgets=1)
    assert [(entry.sequence, entry.action) for entry in AuditEntry.objects.all()] == [
        (2, "reveal"),
        (3, "reveal"),
        (4, "prune log"),
    ]
    assert find_log_faults() == []
    assert RevealBudget.objects.earliest("day").day == FIRST_KEPT.date()
    assert prune_expired(on=TODAY, at=NOON) == PruneResult(entries=0, budgets=0)
    settings.LOG_RETENTION_DAYS = 10
    out = StringIO()
    call_command("prune_log", "--on", "2026-03-02", "--clock-is-right", stdout=out)
    assert out.getvalue() == "Removed: 1 log entries, 1 daily counts of opened contact details.\n"


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        ("yesterday", "Write the day like 2028-03-02."),
        ("2026-02-30", "Write the day like 2028-03-02."),
        (
            "9999-01-01",
            "This day is in the future, so the command would remove too much. "
            "Use today or an earlier day.",
        ),
    ],
)
def test_command_rejects_invalid_date(on: str, sentence: str) -> None:
    audit.record(action="reveal", at=LAST_TOO_OLD)
    with pytest.raises(CommandError) as problem:
        call_command("prune_log", "--on", on)
    assert str(problem.value) == sentence
    assert AuditEntry.objects.count() == 1


def test_command_removes_nothing_from_a_damaged_log() -> None:
    audit.record(action="reveal", at=LAST_TOO_OLD)
    AuditEntry.objects.update(action="export")
    with pytest.raises(CommandError, match="Run verify first"):
        call_command("prune_log", "--on", "2026-03-02")
    assert AuditEntry.objects.count() == 1
