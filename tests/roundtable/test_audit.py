"""The log of acts finds whatever was done to it."""

from datetime import UTC, datetime, timedelta, timezone
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F

from roundtable.audit import log as audit
from roundtable.audit.verify import faults
from roundtable.models import AuditEntry, AuditHead, AuditKey
from tests.factories import NOON, make_delegate, make_user
from tests.recorded import recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
@recorded
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
    assert faults() == []


def test_log_as_written_is_whole(log: list[AuditEntry]) -> None:
    assert [entry.sequence for entry in log] == [1, 2, 3, 4]
    assert faults() == []


def test_log_written_in_another_time_zone_is_whole() -> None:
    there = timezone(timedelta(hours=5, minutes=45))
    audit.record(act="reveal", at=datetime(2026, 3, 2, 1, 2, 3, 4, tzinfo=there))
    assert AuditEntry.objects.get().at == datetime(2026, 3, 1, 19, 17, 3, 4, tzinfo=UTC)
    assert faults() == []


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
    assert faults() == [
        f"Entry {sequence} does not match its seal: it, or the one before, was changed."
    ]


def test_words_moved_from_one_column_to_the_next_are_found(log: list[AuditEntry]) -> None:
    change(2, act="revealp", detail="rofile 1")
    assert len(faults()) == 1


def test_entry_with_a_seal_made_anew_is_found_by_the_next(log: list[AuditEntry]) -> None:
    entry = log[1]
    entry.detail = "nothing to see"
    change(2, detail=entry.detail, seal=entry.seal_after(log[0].seal))
    assert faults() == ["Entry 3 does not match its seal: it, or the one before, was changed."]


@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_missing_entry_is_found(log: list[AuditEntry], sequence: int) -> None:
    AuditEntry.objects.filter(sequence=sequence).delete()
    assert faults() == [f"Entry {sequence} is missing."]


def test_missing_entry_is_found_though_the_others_were_counted_anew(log: list[AuditEntry]) -> None:
    AuditEntry.objects.filter(sequence=2).delete()
    for sequence in (3, 4):
        AuditEntry.objects.filter(sequence=sequence).update(sequence=F("sequence") - 1)
    AuditHead.objects.update(sequence=3)
    assert "Entry 2 does not match its seal: it, or the one before, was changed." in faults()


def test_missing_last_entry_is_found(log: list[AuditEntry]) -> None:
    AuditEntry.objects.filter(sequence=4).delete()
    assert faults() == ["Entry 4 is missing. They were the last ones."]


def test_missing_log_is_found(log: list[AuditEntry]) -> None:
    AuditEntry.objects.all().delete()
    assert faults() == ["Entries 1 to 4 are missing. They were the last ones."]


def test_missing_head_is_found(log: list[AuditEntry]) -> None:
    AuditHead.objects.all().delete()
    assert faults() == ["The log was to end at entry 0; it goes on to entry 4."]


def test_reordered_entries_are_found(log: list[AuditEntry]) -> None:
    change(2, sequence=99)
    change(3, sequence=2)
    change(99, sequence=3)
    assert faults() == [
        "Entry 2 was moved: it was written as entry 3.",
        "Entry 3 was moved: it was written as entry 2.",
    ]


def test_entries_put_into_another_order_are_all_named(log: list[AuditEntry]) -> None:
    for was, number in ((1, 91), (2, 92), (4, 94), (91, 2), (92, 4), (94, 1)):
        change(was, sequence=number)
    assert faults() == [
        "Entry 1 was moved: it was written as entry 4.",
        "Entry 2 was moved: it was written as entry 1.",
        "Entry 4 was moved: it was written as entry 2.",
        "Entry 4, the last, does not carry the seal that the log ended with: "
        "entries up to it were written anew.",
    ]


def test_several_missing_entries_are_named_together(log: list[AuditEntry]) -> None:
    AuditEntry.objects.filter(sequence__in=[2, 3]).delete()
    assert faults() == ["Entries 2 to 3 are missing."]


def test_entry_that_stands_twice_is_found(log: list[AuditEntry]) -> None:
    copy = log[1]
    copy.pk, copy.sequence = None, 5
    copy.save(force_insert=True)
    assert faults() == [
        "Entry 5 is entry 2 once more.",
        "The log was to end at entry 4; it goes on to entry 5.",
    ]


def test_tail_written_anew_with_fitting_seals_is_found_by_the_end(log: list[AuditEntry]) -> None:
    previous = log[1].seal
    for entry in log[2:]:
        entry.detail = "nothing to see"
        entry.seal = entry.seal_after(previous)
        entry.save()
        previous = entry.seal
    assert faults() == [
        "Entry 4, the last, does not carry the seal that the log ended with: "
        "entries up to it were written anew."
    ]


def test_seal_alone_changed_is_found(log: list[AuditEntry]) -> None:
    change(2, seal="f" * 64)
    assert faults() == [
        "Entry 2 does not match its seal: it, or the one before, was changed.",
        "Entry 3 does not match its seal: it, or the one before, was changed.",
    ]


def test_seals_that_changed_places_are_found(log: list[AuditEntry]) -> None:
    change(2, seal=log[2].seal)
    change(3, seal=log[1].seal)
    assert len(faults()) >= 2


def test_many_changed_entries_are_all_named() -> None:
    for _number in range(60):
        audit.record(act="reveal", at=NOON)
    AuditEntry.objects.update(act="export")
    assert faults() == [
        f"Entry {number} does not match its seal: it, or the one before, was changed."
        for number in range(1, 61)
    ]


def test_sentence_does_not_repeat_what_an_entry_says(log: list[AuditEntry]) -> None:
    change(2, detail="a telling word")
    assert "telling" not in " ".join(faults())


def test_added_entry_is_found(log: list[AuditEntry]) -> None:
    AuditEntry.objects.create(sequence=5, at=NOON, act="reveal", seal="0" * 64)
    assert faults() == [
        "Entry 5 does not match its seal: it, or the one before, was changed.",
        "The log was to end at entry 4; it goes on to entry 5.",
    ]


def test_erased_person_leaves_the_log_whole(log: list[AuditEntry]) -> None:
    AuditKey.objects.all().delete()
    assert faults() == []


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
    assert faults() == []


# Verifying by command -------------------------------------------------------------------


def verify(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_log", *arguments, stdout=out)
    return out.getvalue()


def test_command_says_that_the_log_is_whole(log: list[AuditEntry]) -> None:
    assert verify() == (
        "The log is whole: 4 entries.\n"
        f"It ends with 4:{log[3].seal}. Keep this line somewhere else: --kept finds a log that was "
        "written anew.\n"
    )


def test_command_on_an_empty_log() -> None:
    assert verify() == "The log is whole: 0 entries.\n"


def test_command_names_the_changed_entry_and_fails(log: list[AuditEntry]) -> None:
    change(2, organisation="another")
    err = StringIO()
    with pytest.raises(CommandError) as problem:
        call_command("verify_log", stderr=err)
    assert problem.value.returncode == 1
    assert err.getvalue() == (
        "Entry 2 does not match its seal: it, or the one before, was changed.\n"
    )
    assert str(problem.value) == "The log is not as it was written."


def test_log_written_anew_to_its_end_is_found_by_a_kept_seal(log: list[AuditEntry]) -> None:
    kept = f"3:{log[2].seal}"
    assert verify("--kept", kept).startswith("The log is whole")
    AuditEntry.objects.all().delete()
    AuditHead.objects.all().delete()
    for _number in range(5):
        audit.record(act="nothing", at=NOON)
    assert verify().startswith("The log is whole")
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_log", "--kept", kept, stderr=err)
    assert err.getvalue() == "Entry 3 does not carry the seal that you kept.\n"


def cut(number: int) -> None:
    """Removes all after this entry, and says that it was the last."""
    AuditEntry.objects.filter(sequence__gt=number).delete()
    last = AuditEntry.objects.get(sequence=number)
    AuditHead.objects.update(sequence=number, seal=last.seal)


def test_kept_seal_finds_an_end_that_was_cut_off(log: list[AuditEntry]) -> None:
    kept = f"4:{log[3].seal}"
    cut(1)
    assert verify().startswith("The log is whole")
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_log", "--kept", kept, stderr=err)
    assert err.getvalue() == "You kept entry 4; the log now ends at entry 1.\n"


def test_kept_seal_finds_a_log_that_was_emptied(log: list[AuditEntry]) -> None:
    kept = f"4:{log[3].seal}"
    AuditEntry.objects.all().delete()
    AuditHead.objects.all().delete()
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_log", "--kept", kept, stderr=err)
    assert err.getvalue() == "You kept entry 4; the log now ends at entry 0.\n"


def test_kept_seal_of_what_was_removed_for_its_age(log: list[AuditEntry]) -> None:
    audit.prune(before=NOON + timedelta(minutes=2), at=NOON + timedelta(days=1))
    for number in (1, 2, 3):
        kept = f"{number}:{log[number - 1].seal}"
        assert verify("--kept", kept).startswith("The log is whole")
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_log", "--kept", f"2:{log[0].seal}", stderr=err)
    assert err.getvalue() == "Entry 2 does not carry the seal that you kept.\n"


def test_key_given_to_another_person_is_found(log: list[AuditEntry]) -> None:
    key = AuditKey.objects.get(key=log[0].subject)
    AuditKey.objects.filter(pk=key.pk).update(subject=f"participants.delegate:{2**40}")
    assert faults() == [f"The key {key.key} no longer stands for whom it was made."]


def test_keys_that_were_exchanged_are_found(log: list[AuditEntry]) -> None:
    one, two = AuditKey.objects.order_by("pk")
    AuditKey.objects.filter(pk=one.pk).update(subject="exchanging")
    AuditKey.objects.filter(pk=two.pk).update(subject=one.subject)
    AuditKey.objects.filter(pk=one.pk).update(subject=two.subject)
    assert faults() == [
        f"The key {one.key} no longer stands for whom it was made.",
        f"The key {two.key} no longer stands for whom it was made.",
    ]


@pytest.mark.parametrize("kept", ["", "3", "3:", "x:" + "0" * 64, "3:" + "0" * 63])
def test_kept_seal_that_cannot_be_read_is_a_sentence(kept: str) -> None:
    with pytest.raises(CommandError, match=r"^Write the number and the seal like 120:0a1b…"):
        call_command("verify_log", "--kept", kept)


# Removing what is old ---------------------------------------------------------------------


def test_old_entries_go_and_the_rest_stays_verifiable(log: list[AuditEntry]) -> None:
    assert audit.prune(before=NOON + timedelta(minutes=2), at=NOON + timedelta(days=1)) == 2
    assert [(entry.sequence, entry.act, entry.detail) for entry in AuditEntry.objects.all()] == [
        (3, "reveal", "profile 2"),
        (4, "reveal", "profile 3"),
        (5, "prune log", "2"),
    ]
    assert faults() == []
    change(3, act="export")
    assert faults() == ["Entry 3 does not match its seal: it, or the one before, was changed."]


def test_whole_log_can_be_old(log: list[AuditEntry]) -> None:
    assert audit.prune(before=NOON + timedelta(days=1), at=NOON + timedelta(days=1)) == 4
    assert [entry.sequence for entry in AuditEntry.objects.all()] == [5]
    assert not AuditKey.objects.exists()
    assert faults() == []
    audit.record(act="reveal", at=NOON + timedelta(days=2))
    assert faults() == []


def test_nothing_old_changes_nothing(log: list[AuditEntry]) -> None:
    assert audit.prune(before=NOON, at=NOON + timedelta(days=1)) == 0
    assert AuditEntry.objects.count() == 4
    assert faults() == []


def test_older_entry_behind_a_newer_one_waits(log: list[AuditEntry]) -> None:
    audit.record(act="erase", at=NOON - timedelta(days=9))
    assert audit.prune(before=NOON, at=NOON + timedelta(days=1)) == 0
    assert AuditEntry.objects.count() == 5


def test_pruning_twice_keeps_the_log_whole(log: list[AuditEntry]) -> None:
    audit.prune(before=NOON + timedelta(minutes=2), at=NOON + timedelta(days=1))
    audit.prune(before=NOON + timedelta(minutes=3), at=NOON + timedelta(days=2))
    assert [entry.sequence for entry in AuditEntry.objects.all()] == [4, 5, 6]
    assert faults() == []


def test_keys_that_an_entry_needs_stay(log: list[AuditEntry]) -> None:
    other = make_user()
    audit.record(act="reveal", at=NOON + timedelta(days=1), actor=other)
    audit.prune(before=NOON + timedelta(hours=1), at=NOON + timedelta(days=2))
    assert [key.subject for key in AuditKey.objects.all()] == [f"participants.user:{other.pk}"]


def test_missing_beginning_is_found_after_pruning(log: list[AuditEntry]) -> None:
    audit.prune(before=NOON + timedelta(minutes=2), at=NOON + timedelta(days=1))
    AuditEntry.objects.filter(sequence=3).delete()
    assert faults() == ["Entry 3 is missing."]


def test_beginning_removed_without_an_entry_is_found(log: list[AuditEntry]) -> None:
    AuditHead.objects.update(removed_to=2, removed_seal=log[1].seal)
    AuditEntry.objects.filter(sequence__lte=2).delete()
    assert faults() == ["No entry says that those up to 2 were removed for their age."]


def test_old_entry_put_back_is_found(log: list[AuditEntry]) -> None:
    audit.prune(before=NOON + timedelta(minutes=2), at=NOON + timedelta(days=1))
    log[1].save(force_insert=True)
    assert faults() == ["Entry 2 was put back: it had been removed for its age."]


def test_entries_of_many_people_are_sealed_one_after_another() -> None:
    actor, people = make_user(), [make_user() for _person in range(3)]
    known = audit.key_of(people[1])
    audit.record(act="before", at=NOON, actor=actor)
    audit.record_all(people, act="change", at=NOON, actor=actor, detail="EV1")
    audit.record_all([], act="nothing", at=NOON, actor=actor)
    audit.record(act="after", at=NOON, actor=actor)
    assert list(faults()) == []
    rows = list(AuditEntry.objects.filter(act="change"))
    assert [row.subject for row in rows] == [audit.key_of(person) for person in people]
    assert rows[1].subject == known and {row.actor for row in rows} == {audit.key_of(actor)}
    assert [row.sequence for row in rows] == [2, 3, 4]
