"""The log of acts finds whatever was done to it."""

import hashlib
import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from participants.models import Group
from roundtable.audit import log as audit
from roundtable.audit.mirror import MAX_REASON, bring_up_to_date, read_mirror, record_restore
from roundtable.audit.verify import find_log_faults, find_mirror_faults
from roundtable.models import AuditEntry, AuditHead, AuditKey
from tests.factories import NOON, make_delegate, make_user
from tests.recorded_fixtures import recorded

CHANGED = "Entry {} does not match its seal: this entry or the one before it was changed."
REWRITTEN = (
    "Entry 4, the last one, does not have the seal that the log ended with: entries up to it were "
    "written again."
)
REASSIGNED = "The key {} now points to another person or object."
FORGED_END = (
    "Something other than the portal wrote that the log ends at entry {} with {} keys: entries or "
    "keys may have been removed."
)

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
Log = list[AuditEntry]


@pytest.fixture
@recorded
def log() -> list[AuditEntry]:
    """Four entries, as the portal writes them."""
    actor, subject = make_user(), make_delegate()
    for minute in range(4):
        audit.record(
            action="reveal",
            at=NOON + timedelta(minutes=minute, microseconds=minute),
            actor=actor,
            subject=subject,
            organisation="ministry",
            detail=f"profile {minute}",
        )
    return list(AuditEntry.objects.order_by("sequence"))


def change(entry: int, **fields: Any) -> None:
    assert AuditEntry.objects.filter(sequence=entry).update(**fields) == 1


def remove(*numbers: int) -> None:
    AuditEntry.objects.filter(sequence__in=numbers).delete()


def move(*numbers: tuple[int, int]) -> None:
    for was, number in numbers:
        change(was, sequence=number)


def rewrite_end(log: Log) -> None:
    """Gives the last two entries other details, with seals of the present key."""
    previous = log[1].chain_hash
    for entry in log[2:]:
        entry.detail = "a telling word"
        entry.chain_hash = entry.compute_hash(previous)
        entry.save()
        previous = entry.chain_hash


def reseal_one(log: Log) -> None:
    log[1].detail = "a telling word"
    change(2, detail=log[1].detail, chain_hash=log[1].compute_hash(log[0].chain_hash))


def copy(log: Log) -> None:
    log[1].pk, log[1].sequence = None, 5
    log[1].save(force_insert=True)


def add(_log: Log) -> None:
    AuditEntry.objects.create(sequence=5, at=NOON, action="reveal", chain_hash="0" * 64)


DAMAGES: dict[str, tuple[Callable[[Log], object], list[str]]] = {
    "nothing": (lambda _log: None, []),
    "text moved between columns": (
        lambda _log: change(2, action="revealp", detail="rofile 1"),
        [CHANGED.format(2)],
    ),
    "changed and sealed again": (reseal_one, [CHANGED.format(3)]),
    "first missing": (lambda _log: remove(1), ["Entry 1 is missing."]),
    "one missing": (lambda _log: remove(3), ["Entry 3 is missing."]),
    "two missing": (lambda _log: remove(2, 3), ["Entries 2 to 3 are missing."]),
    "last missing": (lambda _log: remove(4), ["Entry 4 is missing. They were the last ones."]),
    "all missing": (
        lambda _log: AuditEntry.objects.all().delete(),
        ["Entries 1 to 4 are missing. They were the last ones."],
    ),
    "end missing": (
        lambda _log: AuditHead.objects.all().delete(),
        [
            "The log should end at entry 0, but it ends at entry 4.",
            "The log should have 0 keys of people and objects, but has 2: keys were added or "
            "restored.",
        ],
    ),
    "two exchanged": (
        lambda _log: move((2, 99), (3, 2), (99, 3)),
        [
            "Entry 2 was moved: it was written as entry 3.",
            "Entry 3 was moved: it was written as entry 2.",
        ],
    ),
    "three exchanged": (
        lambda _log: move((1, 91), (2, 92), (4, 94), (91, 2), (92, 4), (94, 1)),
        [
            "Entry 1 was moved: it was written as entry 4.",
            "Entry 2 was moved: it was written as entry 1.",
            "Entry 4 was moved: it was written as entry 2.",
            REWRITTEN,
        ],
    ),
    "one copied": (
        copy,
        [
            "Entry 5 is a copy of entry 2.",
            "The log should end at entry 4, but it ends at entry 5.",
        ],
    ),
    "one added": (
        add,
        [CHANGED.format(5), "The log should end at entry 4, but it ends at entry 5."],
    ),
    "end rewritten": (rewrite_end, [REWRITTEN]),
    "seal changed": (
        lambda _log: change(2, chain_hash="f" * 64),
        [CHANGED.format(2), CHANGED.format(3)],
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_detected(log: Log, damage: str) -> None:
    harm, faults = DAMAGES[damage]
    harm(log)
    assert find_log_faults() == faults
    assert "telling" not in " ".join(faults)


def test_missing_entry_is_detected_after_renumbering(log: Log) -> None:
    remove(2)
    move((3, 2), (4, 3))
    AuditHead.objects.update(sequence=3)
    assert CHANGED.format(2) in find_log_faults()


def test_changed_entry_is_detected(log: Log) -> None:
    for sequence, (field, value) in product(
        (1, 2, 4),
        [
            ("at", NOON + timedelta(days=1)),
            ("actor", "somebody-else"),
            ("actor", ""),
            ("organisation", "another"),
            ("action", "export"),
            ("subject", "somebody-else"),
            ("detail", "profile 9"),
        ],
    ):
        change(sequence, **{field: value})
        assert find_log_faults() == [CHANGED.format(sequence)], (sequence, field)
        change(sequence, **{field: getattr(log[sequence - 1], field)})
    assert find_log_faults() == []


def test_log_in_other_time_zone_is_valid() -> None:
    assert find_log_faults() == []
    there = timezone(timedelta(hours=5, minutes=45))
    audit.record(action="reveal", at=datetime(2026, 3, 2, 1, 2, 3, 4, tzinfo=there))
    assert AuditEntry.objects.get().at == datetime(2026, 3, 1, 19, 17, 3, 4, tzinfo=UTC)
    assert find_log_faults() == []


def test_many_changed_entries_are_all_named() -> None:
    for _number in range(60):
        audit.record(action="reveal", at=NOON)
    AuditEntry.objects.update(action="export")
    assert find_log_faults() == [CHANGED.format(number) for number in range(1, 61)]


def test_entry_identifies_people_by_key_only() -> None:
    delegate = make_delegate(name="Dewi Lestari")
    audit.record(action="reveal", at=NOON, actor=delegate.user, subject=delegate)
    entry = AuditEntry.objects.get()
    assert AuditKey.objects.get(key=entry.subject).subject == f"participants.delegate:{delegate.pk}"
    assert AuditKey.objects.get(key=entry.actor).subject == f"participants.user:{delegate.user_id}"
    stored = str(AuditEntry.objects.values().get())
    assert "Dewi" not in stored
    assert "@" not in stored


def test_person_key_is_stable() -> None:
    user, other = make_user(), make_user()
    assert audit.get_or_create_key(user) == audit.get_or_create_key(user)
    assert audit.get_or_create_key(user) != audit.get_or_create_key(other)


def test_rolled_back_act_leaves_no_entry(log: Log) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record(action="reveal", at=NOON)
        raise RuntimeError
    assert AuditEntry.objects.count() == 4
    audit.record(action="reveal", at=NOON)
    assert AuditEntry.objects.latest("sequence").sequence == 5
    assert find_log_faults() == []


def test_entries_are_written_at_the_end() -> None:
    actor, person = make_user(), make_user()
    with CaptureQueriesContext(connection) as queries, audit.written_last():
        audit.record(action="first", at=NOON, actor=actor, subject=person)
        with audit.written_last():
            audit.record_all([person, actor], action="second", at=NOON, actor=actor)
        Group.objects.create(slug="last", name="Last")
    tables = [query["sql"].split('"')[1] for query in queries if query["sql"].startswith("INSERT")]
    group, log = Group._meta.db_table, AuditEntry._meta.db_table
    assert [table for table in tables if table in (group, log)] == [group, log]
    assert [row.action for row in AuditEntry.objects.all()] == ["first", "second", "second"]
    with pytest.raises(RuntimeError), audit.written_last():
        audit.record(action="third", at=NOON)
        raise RuntimeError
    audit.record(action="fourth", at=NOON)
    assert AuditEntry.objects.latest("sequence").sequence == 4
    assert find_log_faults() == []


def test_entries_of_a_preview_do_not_touch_the_log() -> None:
    with CaptureQueriesContext(connection) as queries, audit.not_written(), audit.written_last():
        audit.record(action="first", at=NOON, actor=make_user())
    assert not [query for query in queries if "audit" in query["sql"]]
    assert not AuditEntry.objects.exists()


# Keys ------------------------------------------------------------------------------------


def test_changed_keys_are_detected(log: Log) -> None:
    one, two = AuditKey.objects.order_by("pk")
    rows = {row.key: AuditKey.objects.filter(pk=row.pk) for row in (one, two)}
    rows[one.key].update(subject=f"participants.delegate:{2**40}")
    assert find_log_faults() == [REASSIGNED.format(one.key)]
    rows[two.key].update(subject=one.subject)
    rows[one.key].update(subject=two.subject)
    assert find_log_faults() == [REASSIGNED.format(one.key), REASSIGNED.format(two.key)]
    one.delete()
    assert find_log_faults()[1] == (
        "The log should have 2 keys of people and objects, but has 1: no erasure removed the "
        "others."
    )


def test_key_that_was_put_back_is_detected(log: Log) -> None:
    kept = AuditKey.objects.get(key=log[0].subject)
    audit.forget_label(kept.subject)
    kept.save(force_insert=True)
    assert find_log_faults() == [
        "The log should have 1 keys of people and objects, but has 2: keys were added or restored."
    ]


def test_exchanged_key_is_detected(log: Log) -> None:
    """Someone kept the key of a person who was erased, and puts it in place of another one."""
    gone = make_delegate()
    audit.record(action="reveal", at=NOON, subject=gone)
    kept = AuditKey.objects.get(subject=f"participants.delegate:{gone.pk}")
    audit.forget_subject(gone)
    assert find_log_faults() == []
    AuditKey.objects.get(key=log[0].subject).delete()
    kept.save(force_insert=True)
    assert find_log_faults() == ["Keys of the log were exchanged for others."]


def test_next_entry_does_not_make_a_forged_end_valid(
    log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    AuditKey.objects.get(key=log[0].subject).delete()
    AuditHead.objects.update(key_count=1, key_sum=AuditHead().key_sum)
    assert FORGED_END.format(4, 1) in find_log_faults()
    audit.record(action="reveal", at=NOON)
    assert FORGED_END.format(5, 1) in find_log_faults()
    assert [record.getMessage() for record in caplog.records] == [
        "Something other than the portal changed the end of the log. Run verify."
    ]


# Seals with a key ------------------------------------------------------------------------


def test_tail_rewritten_without_the_key_is_detected(log: Log, settings: Settings) -> None:
    with override_settings(SEAL_KEY="a guess of someone who has the database only"):
        rewrite_end(log)
        head = AuditHead.objects.get()
        head.chain_hash = log[3].chain_hash
        head.seal = head.compute_seal()
        head.save()
    assert find_log_faults() == [CHANGED.format(3), CHANGED.format(4), FORGED_END.format(4, 2)]


def as_release_0_1_0(log: Log) -> None:
    """Gives the entries hashes without a key, and seals the end as the upgrade does."""
    previous = "0" * 64
    for entry in log:
        content = [
            *[previous, entry.sequence, entry.at.isoformat(timespec="microseconds")],
            *[entry.actor, entry.organisation, entry.action, entry.subject, entry.detail],
        ]
        previous = entry.chain_hash = hashlib.sha256(json.dumps(content).encode()).hexdigest()
        entry.save()
    head = AuditHead.objects.get()
    head.chain_hash, head.plain_through = previous, len(log)
    head.seal = head.compute_seal()
    head.save()


def test_entries_of_the_first_release_stay_valid(log: Log) -> None:
    as_release_0_1_0(log)
    audit.record(action="reveal", at=NOON)
    assert find_log_faults() == []
    change(2, detail="changed")
    assert find_log_faults() == [CHANGED.format(2)]


def test_entries_cannot_pass_as_those_of_the_first_release(log: Log) -> None:
    as_release_0_1_0(log)
    seal_of_end = AuditHead.objects.get().seal
    log[3].detail = "nothing to see"
    as_release_0_1_0(log)
    AuditHead.objects.update(seal=seal_of_end)
    assert find_log_faults() == [FORGED_END.format(4, 2)]


def test_earlier_key_counts_until_a_newer_one_is_used(log: Log, settings: Settings) -> None:
    first = settings.SEAL_KEY
    settings.SEAL_KEY, settings.SEAL_KEY_FALLBACKS = "a newer key", [first]
    assert find_log_faults() == []
    audit.record(action="reveal", at=NOON)
    assert find_log_faults() == []
    with override_settings(SEAL_KEY=first, SEAL_KEY_FALLBACKS=["a newer key"]):
        audit.record(action="by someone with the earlier key", at=NOON)
    assert find_log_faults() == [CHANGED.format(6)]


def test_end_is_sealed_with_the_newer_key(log: Log, settings: Settings) -> None:
    settings.SEAL_KEY, settings.SEAL_KEY_FALLBACKS = "a newer key", [settings.SEAL_KEY]
    assert AuditHead.objects.get().sealing_key == 1
    audit.renew_seal()
    assert AuditHead.objects.get().sealing_key == 0


# The file of seals -----------------------------------------------------------------------


@pytest.fixture
def file(settings: Settings) -> Path:
    return Path(settings.SEAL_LEDGER)


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.django_db(transaction=True)
def test_end_is_appended_after_the_commit(file: Path) -> None:
    user = make_user()
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record(action="reveal", at=NOON, actor=user)
        raise RuntimeError
    assert not file.exists()
    with transaction.atomic():
        for _number in range(3):
            audit.record(action="reveal", at=NOON, actor=user)
        assert not file.exists()
    audit.forget_subject(user)
    [first, second] = lines(file)
    last = AuditEntry.objects.get(sequence=3)
    assert (first["entry"], first["seal"], first["keys"]) == (3, last.chain_hash, 1)
    assert (second["entry"], second["seal"], second["keys"]) == (3, last.chain_hash, 0)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert find_mirror_faults(read_mirror(file)) == []


def test_line_that_a_crash_cut_off_does_not_damage_the_next(log: Log, file: Path) -> None:
    file.write_text('{"entry": 3, "se')
    bring_up_to_date([])
    assert file.read_text().startswith('{"entry": 3, "se\n{"entry": 4, ')
    assert find_mirror_faults(read_mirror(file)) == ["Line 1 of the file of seals is damaged."]


def test_act_is_kept_if_the_file_cannot_be_written(
    settings: Settings,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.SEAL_LEDGER = tmp_path / "absent" / "seals.log"
    with django_capture_on_commit_callbacks(execute=True):
        audit.record(action="reveal", at=NOON)
    assert AuditEntry.objects.count() == 1
    assert [record.getMessage() for record in caplog.records] == [
        "The seals could not be written to SEAL_LEDGER (No such file or directory)."
    ]


def cut(number: int) -> None:
    """Removes all after this entry, and puts back the end that the portal sealed then."""
    AuditEntry.objects.filter(sequence__gt=number).delete()
    head = AuditHead.objects.get()
    head.sequence = number
    head.chain_hash = AuditEntry.objects.get(sequence=number).chain_hash
    head.seal = head.compute_seal()
    head.save()


def test_earlier_end_is_detected_by_the_file(
    log: Log,
    file: Path,
    django_capture_on_commit_callbacks: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bring_up_to_date([])
    cut(2)
    assert find_log_faults() == []
    assert find_mirror_faults(read_mirror(file)) == [
        "Entries 3 to 4 are missing. The log ends at entry 2; the file of seals goes on to entry "
        "4. Either the end of the log was cut off, or a backup was restored."
    ]
    # The portal goes on, and the log gets longer than it was.
    with django_capture_on_commit_callbacks(execute=True):
        for _number in range(3):
            audit.record(action="reveal", at=NOON)
    assert find_log_faults() == []
    assert [line["entry"] for line in lines(file)] == [4]
    assert find_mirror_faults(read_mirror(file)) == [
        "Entry 4 does not have the seal that the file of seals has: entries up to it were written "
        "again."
    ]
    assert {record.getMessage() for record in caplog.records} == {
        "The log does not continue the file of seals. Run verify."
    }


def test_missing_file_is_detected(log: Log, file: Path) -> None:
    assert find_mirror_faults(read_mirror(file)) == [
        "The file of seals (SEAL_LEDGER) is missing or empty."
    ]
    as_release_0_1_0(log)
    assert find_mirror_faults(read_mirror(file)) == []


def test_pruned_entries_are_not_missed(log: Log, file: Path) -> None:
    bring_up_to_date([])
    audit.prune_entries(before=NOON + timedelta(days=1), at=NOON + timedelta(days=1))
    assert [entry.sequence for entry in AuditEntry.objects.all()] == [5]
    assert find_mirror_faults(read_mirror(file)) == []
    bring_up_to_date([])
    assert [line["entry"] for line in lines(file)] == [4, 5]


def test_file_is_no_longer_ahead_after_a_restore(log: Log, file: Path) -> None:
    bring_up_to_date([("a text", 1, "a" * 64)])
    cut(2)
    bring_up_to_date([])
    assert [line["entry"] for line in lines(file)] == [4]
    record_restore("\x01" * MAX_REASON, removed=[("a text", 1)])
    audit.record(action="restore backup", at=NOON)
    bring_up_to_date([])
    mirror = read_mirror(file)
    assert (mirror.entry, mirror.texts, find_mirror_faults(mirror)) == (3, {}, [])


# Removing what is old ---------------------------------------------------------------------


def test_old_entries_are_pruned_and_rest_stays_valid(log: Log) -> None:
    later = NOON + timedelta(days=1)
    # An old entry after newer ones stays.
    audit.record(action="erase", at=NOON - timedelta(days=9))
    assert audit.prune_entries(before=NOON, at=later) == 0
    assert AuditEntry.objects.count() == 5 and find_log_faults() == []
    assert audit.prune_entries(before=NOON + timedelta(minutes=2), at=later) == 2
    assert [(entry.sequence, entry.action, entry.detail) for entry in AuditEntry.objects.all()] == [
        (3, "reveal", "profile 2"),
        (4, "reveal", "profile 3"),
        (5, "erase", ""),
        (6, "prune log", "2"),
    ]
    assert find_log_faults() == []
    change(3, action="export")
    assert find_log_faults() == [CHANGED.format(3)]
    change(3, action="reveal")
    audit.prune_entries(before=NOON + timedelta(minutes=3), at=later)
    assert [entry.sequence for entry in AuditEntry.objects.all()] == [4, 5, 6, 7]
    assert find_log_faults() == []
    log[1].save(force_insert=True)
    assert find_log_faults() == ["Entry 2 was restored. It had been removed because of its age."]
    remove(2, 4)
    assert find_log_faults() == ["Entry 4 is missing."]


def test_whole_log_can_be_pruned(log: Log) -> None:
    later = NOON + timedelta(days=1)
    assert audit.prune_entries(before=later, at=later) == 4
    assert [entry.sequence for entry in AuditEntry.objects.all()] == [5]
    assert not AuditKey.objects.exists()
    audit.record(action="reveal", at=later)
    assert find_log_faults() == []


def test_keys_in_use_are_kept(log: Log) -> None:
    other = make_user()
    audit.record(action="reveal", at=NOON + timedelta(days=1), actor=other)
    audit.prune_entries(before=NOON + timedelta(hours=1), at=NOON + timedelta(days=2))
    assert [key.subject for key in AuditKey.objects.all()] == [f"participants.user:{other.pk}"]


def test_unlogged_pruning_is_detected(log: Log) -> None:
    AuditHead.objects.update(pruned_through=2, pruned_hash=log[1].chain_hash)
    AuditEntry.objects.filter(sequence__lte=2).delete()
    assert find_log_faults() == [
        FORGED_END.format(4, 2),
        "No entry records the removal of old entries up to 2.",
    ]


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
