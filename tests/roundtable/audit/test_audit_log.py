"""The log of acts finds whatever was done to it."""

from datetime import UTC, datetime, timedelta, timezone
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F

from roundtable.audit import log as audit
from roundtable.audit.verify import find_log_faults
from roundtable.models import AuditEntry, AuditHead, AuditKey
from tests.factories import NOON, make_delegate, make_user
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]


@pytest.fixture
@recorded
def log() -> list[AuditEntry]:
    """Four entries, as the portal writes them."""
    actor, subject = make_user(), make_delegate()
    return [
        audit.record(
            action="reveal",
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


def test_empty_log_is_valid() -> None:
    assert find_log_faults() == []


def test_unchanged_log_is_valid(log: list[AuditEntry]) -> None:
    assert [entry.sequence for entry in log] == [1, 2, 3, 4]
    assert find_log_faults() == []


def test_log_in_other_time_zone_is_valid() -> None:
    there = timezone(timedelta(hours=5, minutes=45))
    audit.record(action="reveal", at=datetime(2026, 3, 2, 1, 2, 3, 4, tzinfo=there))
    assert AuditEntry.objects.get().at == datetime(2026, 3, 1, 19, 17, 3, 4, tzinfo=UTC)
    assert find_log_faults() == []


@pytest.mark.parametrize("sequence", [1, 2, 4])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", NOON + timedelta(days=1)),
        ("actor", "somebody-else"),
        ("actor", ""),
        ("organisation", "another"),
        ("action", "export"),
        ("subject", "somebody-else"),
        ("detail", "profile 9"),
    ],
)
def test_changed_entry_is_detected(
    log: list[AuditEntry], sequence: int, field: str, value: object
) -> None:
    change(sequence, **{field: value})
    assert find_log_faults() == [
        f"Entry {sequence} does not match its seal: this entry or the one before it was changed."
    ]


def test_text_moved_between_columns_is_detected(log: list[AuditEntry]) -> None:
    change(2, action="revealp", detail="rofile 1")
    assert len(find_log_faults()) == 1


def test_entry_with_recomputed_hash_is_detected_by_next(log: list[AuditEntry]) -> None:
    entry = log[1]
    entry.detail = "nothing to see"
    change(2, detail=entry.detail, chain_hash=entry.compute_hash(log[0].chain_hash))
    assert find_log_faults() == [
        "Entry 3 does not match its seal: this entry or the one before it was changed."
    ]


@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_missing_entry_is_detected(log: list[AuditEntry], sequence: int) -> None:
    AuditEntry.objects.filter(sequence=sequence).delete()
    assert find_log_faults() == [f"Entry {sequence} is missing."]


def test_missing_entry_is_detected_after_renumbering(log: list[AuditEntry]) -> None:
    AuditEntry.objects.filter(sequence=2).delete()
    for sequence in (3, 4):
        AuditEntry.objects.filter(sequence=sequence).update(sequence=F("sequence") - 1)
    AuditHead.objects.update(sequence=3)
    assert (
        "Entry 2 does not match its seal: this entry or the one before it was changed."
        in find_log_faults()
    )


def test_missing_last_entry_is_detected(log: list[AuditEntry]) -> None:
    AuditEntry.objects.filter(sequence=4).delete()
    assert find_log_faults() == ["Entry 4 is missing. They were the last ones."]


def test_missing_log_is_detected(log: list[AuditEntry]) -> None:
    AuditEntry.objects.all().delete()
    assert find_log_faults() == ["Entries 1 to 4 are missing. They were the last ones."]


def test_missing_head_is_detected(log: list[AuditEntry]) -> None:
    AuditHead.objects.all().delete()
    assert find_log_faults() == ["The log should end at entry 0, but it ends at entry 4."]


def test_reordered_entries_are_detected(log: list[AuditEntry]) -> None:
    change(2, sequence=99)
    change(3, sequence=2)
    change(99, sequence=3)
    assert find_log_faults() == [
        "Entry 2 was moved: it was written as entry 3.",
        "Entry 3 was moved: it was written as entry 2.",
    ]


def test_reordered_entries_are_all_named(log: list[AuditEntry]) -> None:
    for was, number in ((1, 91), (2, 92), (4, 94), (91, 2), (92, 4), (94, 1)):
        change(was, sequence=number)
    assert find_log_faults() == [
        "Entry 1 was moved: it was written as entry 4.",
        "Entry 2 was moved: it was written as entry 1.",
        "Entry 4 was moved: it was written as entry 2.",
        "Entry 4, the last one, does not have the seal that the log ended with: "
        "entries up to it were written again.",
    ]


def test_several_missing_entries_are_named_together(log: list[AuditEntry]) -> None:
    AuditEntry.objects.filter(sequence__in=[2, 3]).delete()
    assert find_log_faults() == ["Entries 2 to 3 are missing."]


def test_duplicate_entry_is_detected(log: list[AuditEntry]) -> None:
    copy = log[1]
    copy.pk, copy.sequence = None, 5
    copy.save(force_insert=True)
    assert find_log_faults() == [
        "Entry 5 is a copy of entry 2.",
        "The log should end at entry 4, but it ends at entry 5.",
    ]


def test_rewritten_tail_is_detected_by_head(log: list[AuditEntry]) -> None:
    previous = log[1].chain_hash
    for entry in log[2:]:
        entry.detail = "nothing to see"
        entry.chain_hash = entry.compute_hash(previous)
        entry.save()
        previous = entry.chain_hash
    assert find_log_faults() == [
        "Entry 4, the last one, does not have the seal that the log ended with: "
        "entries up to it were written again."
    ]


def test_changed_hash_is_detected(log: list[AuditEntry]) -> None:
    change(2, chain_hash="f" * 64)
    assert find_log_faults() == [
        "Entry 2 does not match its seal: this entry or the one before it was changed.",
        "Entry 3 does not match its seal: this entry or the one before it was changed.",
    ]


def test_swapped_hashes_are_detected(log: list[AuditEntry]) -> None:
    change(2, chain_hash=log[2].chain_hash)
    change(3, chain_hash=log[1].chain_hash)
    assert len(find_log_faults()) >= 2


def test_many_changed_entries_are_all_named() -> None:
    for _number in range(60):
        audit.record(action="reveal", at=NOON)
    AuditEntry.objects.update(action="export")
    assert find_log_faults() == [
        f"Entry {number} does not match its seal: this entry or the one before it was changed."
        for number in range(1, 61)
    ]


def test_message_does_not_repeat_entry_content(log: list[AuditEntry]) -> None:
    change(2, detail="a telling word")
    assert "telling" not in " ".join(find_log_faults())


def test_added_entry_is_detected(log: list[AuditEntry]) -> None:
    AuditEntry.objects.create(sequence=5, at=NOON, action="reveal", chain_hash="0" * 64)
    assert find_log_faults() == [
        "Entry 5 does not match its seal: this entry or the one before it was changed.",
        "The log should end at entry 4, but it ends at entry 5.",
    ]


def test_log_stays_valid_after_erasure(log: list[AuditEntry]) -> None:
    AuditKey.objects.all().delete()
    assert find_log_faults() == []


def test_entry_identifies_people_by_key_only() -> None:
    delegate = make_delegate(name="Dewi Lestari")
    entry = audit.record(action="reveal", at=NOON, actor=delegate.user, subject=delegate)
    assert AuditKey.objects.get(key=entry.subject).subject == f"participants.delegate:{delegate.pk}"
    assert AuditKey.objects.get(key=entry.actor).subject == f"participants.user:{delegate.user_id}"
    stored = str(AuditEntry.objects.values().get())
    assert "Dewi" not in stored
    assert "@" not in stored


def test_person_key_is_stable() -> None:
    user, other = make_user(), make_user()
    assert audit.get_or_create_key(user) == audit.get_or_create_key(user)
    assert audit.get_or_create_key(user) != audit.get_or_create_key(other)


def test_rolled_back_act_leaves_no_entry(log: list[AuditEntry]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record(action="reveal", at=NOON)
        raise RuntimeError
    assert AuditEntry.objects.count() == 4
    assert audit.record(action="reveal", at=NOON).sequence == 5
    assert find_log_faults() == []


# Verifying by command -------------------------------------------------------------------


def verify(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_log", *arguments, stdout=out)
    return out.getvalue()


def test_command_reports_valid_log(log: list[AuditEntry]) -> None:
    assert verify() == (
        "The log is complete and unchanged: 4 entries.\n"
        f"It ends with 4:{log[3].chain_hash}. Keep this line somewhere else. You can use it with "
        "--kept to detect a log that was written again.\n"
    )


def test_command_on_an_empty_log() -> None:
    assert verify() == "The log is complete and unchanged: 0 entries.\n"


def test_command_names_the_changed_entry_and_fails(log: list[AuditEntry]) -> None:
    change(2, organisation="another")
    err = StringIO()
    with pytest.raises(CommandError) as problem:
        call_command("verify_log", stderr=err)
    assert problem.value.returncode == 1
    assert err.getvalue() == (
        "Entry 2 does not match its seal: this entry or the one before it was changed.\n"
    )
    assert str(problem.value) == "The log was changed after it was written."


def test_rewritten_log_is_detected_by_saved_hash(log: list[AuditEntry]) -> None:
    kept = f"3:{log[2].chain_hash}"
    assert verify("--kept", kept).startswith("The log is complete and unchanged")
    AuditEntry.objects.all().delete()
    AuditHead.objects.all().delete()
    for _number in range(5):
        audit.record(action="nothing", at=NOON)
    assert verify().startswith("The log is complete and unchanged")
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_log", "--kept", kept, stderr=err)
    assert err.getvalue() == "Entry 3 does not have the seal that you kept.\n"


def cut(number: int) -> None:
    """Removes all after this entry, and says that it was the last."""
    AuditEntry.objects.filter(sequence__gt=number).delete()
    last = AuditEntry.objects.get(sequence=number)
    AuditHead.objects.update(sequence=number, chain_hash=last.chain_hash)


def test_saved_hash_detects_truncated_log(log: list[AuditEntry]) -> None:
    kept = f"4:{log[3].chain_hash}"
    cut(1)
    assert verify().startswith("The log is complete and unchanged")
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_log", "--kept", kept, stderr=err)
    assert err.getvalue() == "You kept entry 4; the log now ends at entry 1.\n"


def test_saved_hash_detects_emptied_log(log: list[AuditEntry]) -> None:
    kept = f"4:{log[3].chain_hash}"
    AuditEntry.objects.all().delete()
    AuditHead.objects.all().delete()
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_log", "--kept", kept, stderr=err)
    assert err.getvalue() == "You kept entry 4; the log now ends at entry 0.\n"


def test_saved_hash_of_pruned_entry_is_valid(log: list[AuditEntry]) -> None:
    audit.prune_entries(before=NOON + timedelta(minutes=2), at=NOON + timedelta(days=1))
    for number in (1, 2, 3):
        kept = f"{number}:{log[number - 1].chain_hash}"
        assert verify("--kept", kept).startswith("The log is complete and unchanged")
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_log", "--kept", f"2:{log[0].chain_hash}", stderr=err)
    assert err.getvalue() == "Entry 2 does not have the seal that you kept.\n"


def test_reassigned_key_is_detected(log: list[AuditEntry]) -> None:
    key = AuditKey.objects.get(key=log[0].subject)
    AuditKey.objects.filter(pk=key.pk).update(subject=f"participants.delegate:{2**40}")
    assert find_log_faults() == [f"The key {key.key} now points to another person or object."]


def test_swapped_keys_are_detected(log: list[AuditEntry]) -> None:
    one, two = AuditKey.objects.order_by("pk")
    AuditKey.objects.filter(pk=one.pk).update(subject="exchanging")
    AuditKey.objects.filter(pk=two.pk).update(subject=one.subject)
    AuditKey.objects.filter(pk=one.pk).update(subject=two.subject)
    assert find_log_faults() == [
        f"The key {one.key} now points to another person or object.",
        f"The key {two.key} now points to another person or object.",
    ]


@pytest.mark.parametrize("kept", ["", "3", "3:", "x:" + "0" * 64, "3:" + "0" * 63])
def test_invalid_saved_hash_gives_one_message(kept: str) -> None:
    with pytest.raises(CommandError, match=r"^Write the number and the seal in the form 120:0a1b…"):
        call_command("verify_log", "--kept", kept)


# Removing what is old ---------------------------------------------------------------------


def test_old_entries_are_pruned_and_rest_stays_valid(log: list[AuditEntry]) -> None:
    assert audit.prune_entries(before=NOON + timedelta(minutes=2), at=NOON + timedelta(days=1)) == 2
    assert [(entry.sequence, entry.action, entry.detail) for entry in AuditEntry.objects.all()] == [
        (3, "reveal", "profile 2"),
        (4, "reveal", "profile 3"),
        (5, "prune log", "2"),
    ]
    assert find_log_faults() == []
    change(3, action="export")
    assert find_log_faults() == [
        "Entry 3 does not match its seal: this entry or the one before it was changed."
    ]


def test_whole_log_can_be_pruned(log: list[AuditEntry]) -> None:
    assert audit.prune_entries(before=NOON + timedelta(days=1), at=NOON + timedelta(days=1)) == 4
    assert [entry.sequence for entry in AuditEntry.objects.all()] == [5]
    assert not AuditKey.objects.exists()
    assert find_log_faults() == []
    audit.record(action="reveal", at=NOON + timedelta(days=2))
    assert find_log_faults() == []


def test_pruning_nothing_changes_nothing(log: list[AuditEntry]) -> None:
    assert audit.prune_entries(before=NOON, at=NOON + timedelta(days=1)) == 0
    assert AuditEntry.objects.count() == 4
    assert find_log_faults() == []


def test_old_entry_after_newer_one_is_not_pruned(log: list[AuditEntry]) -> None:
    audit.record(action="erase", at=NOON - timedelta(days=9))
    assert audit.prune_entries(before=NOON, at=NOON + timedelta(days=1)) == 0
    assert AuditEntry.objects.count() == 5


def test_pruning_twice_keeps_log_valid(log: list[AuditEntry]) -> None:
    audit.prune_entries(before=NOON + timedelta(minutes=2), at=NOON + timedelta(days=1))
    audit.prune_entries(before=NOON + timedelta(minutes=3), at=NOON + timedelta(days=2))
    assert [entry.sequence for entry in AuditEntry.objects.all()] == [4, 5, 6]
    assert find_log_faults() == []


def test_keys_in_use_are_kept(log: list[AuditEntry]) -> None:
    other = make_user()
    audit.record(action="reveal", at=NOON + timedelta(days=1), actor=other)
    audit.prune_entries(before=NOON + timedelta(hours=1), at=NOON + timedelta(days=2))
    assert [key.subject for key in AuditKey.objects.all()] == [f"participants.user:{other.pk}"]


def test_missing_start_is_detected_after_pruning(log: list[AuditEntry]) -> None:
    audit.prune_entries(before=NOON + timedelta(minutes=2), at=NOON + timedelta(days=1))
    AuditEntry.objects.filter(sequence=3).delete()
    assert find_log_faults() == ["Entry 3 is missing."]


def test_unlogged_pruning_is_detected(log: list[AuditEntry]) -> None:
    AuditHead.objects.update(pruned_through=2, pruned_hash=log[1].chain_hash)
    AuditEntry.objects.filter(sequence__lte=2).delete()
    assert find_log_faults() == ["No entry records the removal of old entries up to 2."]


def test_reinserted_old_entry_is_detected(log: list[AuditEntry]) -> None:
    audit.prune_entries(before=NOON + timedelta(minutes=2), at=NOON + timedelta(days=1))
    log[1].save(force_insert=True)
    assert find_log_faults() == ["Entry 2 was restored. It had been removed because of its age."]


def test_bulk_entries_are_chained() -> None:
    actor, people = make_user(), [make_user() for _person in range(3)]
    known = audit.get_or_create_key(people[1])
    audit.record(action="before", at=NOON, actor=actor)
    audit.record_all(people, action="change", at=NOON, actor=actor, detail="EV1")
    audit.record_all([], action="nothing", at=NOON, actor=actor)
    audit.record(action="after", at=NOON, actor=actor)
    assert list(find_log_faults()) == []
    rows = list(AuditEntry.objects.filter(action="change"))
    assert [row.subject for row in rows] == [audit.get_or_create_key(person) for person in people]
    assert rows[1].subject == known and {row.actor for row in rows} == {
        audit.get_or_create_key(actor)
    }
    assert [row.sequence for row in rows] == [2, 3, 4]
