"""The log of acts finds whatever was done to it."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from roundtable import audit
from roundtable.models import AuditEntry, AuditHead, AuditKey
from tests.factories import NOON, make_delegate, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> list[AuditEntry]:
    """Four entries, as the portal writes them."""
    actor, subject = make_user(), make_delegate()
    return [
        audit.record(
            act="reveal",
            at=NOON + timedelta(minutes=minute, microseconds=minute),
            actor=actor,
            subject=subject,
            organisation="ministry",
            detail=f"profile {minute}",
        )
        for minute in range(4)
    ]


def change(entry: int, **fields: Any) -> None:
    assert AuditEntry.objects.filter(sequence=entry).update(**fields) == 1


def test_empty_log_is_whole() -> None:
    assert list(audit.faults()) == []


def test_log_as_written_is_whole(log: list[AuditEntry]) -> None:
    assert [entry.sequence for entry in log] == [1, 2, 3, 4]
    assert list(audit.faults()) == []


def test_log_written_in_another_time_zone_is_whole() -> None:
    there = timezone(timedelta(hours=5, minutes=45))
    audit.record(act="reveal", at=datetime(2026, 3, 2, 1, 2, 3, 4, tzinfo=there))
    assert AuditEntry.objects.get().at == datetime(2026, 3, 1, 19, 17, 3, 4, tzinfo=UTC)
    assert list(audit.faults()) == []


@pytest.mark.parametrize("sequence", [1, 2, 4])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", NOON + timedelta(days=1)),
        ("actor", "somebody-else"),
        ("actor", ""),
        ("organisation", "another"),
        ("act", "export"),
        ("subject", "somebody-else"),
        ("detail", "profile 9"),
    ],
)
def test_changed_entry_is_found(
    log: list[AuditEntry], sequence: int, field: str, value: object
) -> None:
    change(sequence, **{field: value})
    assert list(audit.faults()) == [
        f"Entry {sequence} does not match its seal: it, or the one before, changed."
    ]


def test_words_moved_from_one_column_to_the_next_are_found(log: list[AuditEntry]) -> None:
    change(2, act="revealp", detail="rofile 1")
    assert len(list(audit.faults())) == 1


def test_entry_with_a_seal_made_anew_is_found_by_the_next(log: list[AuditEntry]) -> None:
    entry = log[1]
    entry.detail = "nothing to see"
    change(2, detail=entry.detail, seal=entry.seal_after(log[0].seal))
    assert list(audit.faults()) == [
        "Entry 3 does not match its seal: it, or the one before, changed."
    ]


@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_missing_entry_is_found(log: list[AuditEntry], sequence: int) -> None:
    AuditEntry.objects.filter(sequence=sequence).delete()
    assert list(audit.faults()) == [f"Entry {sequence} is missing: the next is {sequence + 1}."]


def test_missing_entry_is_found_though_the_others_were_counted_anew(log: list[AuditEntry]) -> None:
    AuditEntry.objects.filter(sequence=2).delete()
    for sequence in (3, 4):
        AuditEntry.objects.filter(sequence=sequence).update(sequence=F("sequence") - 1)
    AuditHead.objects.update(sequence=3)
    assert "Entry 2 does not match its seal: it, or the one before, changed." in audit.faults()


def test_missing_last_entry_is_found(log: list[AuditEntry]) -> None:
    AuditEntry.objects.filter(sequence=4).delete()
    assert list(audit.faults()) == ["The log ends at entry 3, but 4 were written."]


def test_missing_log_is_found(log: list[AuditEntry]) -> None:
    AuditEntry.objects.all().delete()
    assert list(audit.faults()) == ["The log ends at entry 0, but 4 were written."]


def test_missing_head_is_found(log: list[AuditEntry]) -> None:
    AuditHead.objects.all().delete()
    assert list(audit.faults()) == ["The log ends at entry 4, but 0 were written."]


def test_reordered_entries_are_found(log: list[AuditEntry]) -> None:
    change(2, sequence=99)
    change(3, sequence=2)
    change(99, sequence=3)
    assert [fault.split(" does")[0] for fault in audit.faults()] == [
        "Entry 2",
        "Entry 3",
        "Entry 4",
    ]


def test_added_entry_is_found(log: list[AuditEntry]) -> None:
    AuditEntry.objects.create(sequence=5, at=NOON, act="reveal", seal="0" * 64)
    assert list(audit.faults()) == [
        "Entry 5 does not match its seal: it, or the one before, changed.",
        "The log ends at entry 5, but 4 were written.",
    ]


def test_erased_person_leaves_the_log_whole(log: list[AuditEntry]) -> None:
    AuditKey.objects.all().delete()
    assert list(audit.faults()) == []


def test_entry_names_people_by_key_alone() -> None:
    delegate = make_delegate(name="Dewi Lestari")
    entry = audit.record(act="reveal", at=NOON, actor=delegate.user, subject=delegate)
    assert AuditKey.objects.get(key=entry.subject).subject == f"participants.delegate:{delegate.pk}"
    assert AuditKey.objects.get(key=entry.actor).subject == f"participants.user:{delegate.user_id}"
    stored = str(AuditEntry.objects.values().get())
    assert "Dewi" not in stored
    assert "@" not in stored


def test_key_of_a_person_stays_the_same() -> None:
    user, other = make_user(), make_user()
    assert audit.key_of(user) == audit.key_of(user)
    assert audit.key_of(user) != audit.key_of(other)


def test_act_that_is_undone_leaves_no_entry(log: list[AuditEntry]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record(act="reveal", at=NOON)
        raise RuntimeError
    assert AuditEntry.objects.count() == 4
    assert audit.record(act="reveal", at=NOON).sequence == 5
    assert list(audit.faults()) == []
