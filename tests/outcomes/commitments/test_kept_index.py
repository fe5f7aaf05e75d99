"""The index of commitments is read once, then only what changed."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from outcomes.commitments import commitment_index as module
from outcomes.commitments.commitment_index import CHANGED_COMMITMENTS, commitment_index
from outcomes.models import Commitment
from roundtable.cache import public_stamp
from roundtable.filters.facet_index import FacetIndex, IndexQuery, IndexStore
from roundtable.models import Event
from tests.conftest import FULL
from tests.factories import make_commitment, make_event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.each_database]
TODAY = date(2026, 3, 2)


@pytest.fixture
def kept(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many commitments were read, each time that an index was made or followed."""
    monkeypatch.setattr(public_stamp, "_silent_until", 0.0)
    monkeypatch.setattr(public_stamp, "_next_check", 0.0)
    monkeypatch.setattr(module, "store", IndexStore(CHANGED_COMMITMENTS))
    CHANGED_COMMITMENTS.install(DEFAULT_DB_ALIAS)
    public_stamp.install(DEFAULT_DB_ALIAS)
    numbers: list[int] = []
    read = IndexQuery.read

    def counting(query: IndexQuery, pks: Iterable[int] = ()) -> FacetIndex:
        index = read(query, pks)
        numbers.append(index.everything.bit_count())
        return index

    monkeypatch.setattr(IndexQuery, "read", counting)
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        yield numbers


def number_open() -> int:
    return commitment_index(TODAY).bits.get("joining", {}).get("open", 0).bit_count()


def test_only_changed_rows_are_read_again(kept: list[int]) -> None:
    event = make_event()
    rows = [make_commitment(event) for _number in range(5)]
    assert [number_open(), number_open()] == [0, 0] and kept == [5]
    Commitment.objects.filter(pk=rows[2].pk).update(is_open=True)
    assert [number_open(), number_open()] == [1, 1] and kept == [5, 1]
    Event.objects.update(title="Other")  # changes the stamp, and no number
    assert number_open() == 1 and kept == [5, 1]
    Event.objects.update(is_public=False)
    assert number_open() == 0 and kept == [5, 1, 0]


def test_own_change_is_seen_and_not_kept(kept: list[int]) -> None:
    row = make_commitment(make_event())
    assert number_open() == 0
    with transaction.atomic():
        Commitment.objects.filter(pk=row.pk).update(is_open=True)
        assert number_open() == 1
        transaction.set_rollback(True)
    assert number_open() == 0


def test_days_are_kept_apart_and_few(kept: list[int]) -> None:
    make_commitment(make_event())
    Commitment.objects.update(recorded_at=datetime(2024, 6, 1, tzinfo=UTC))

    def number_on(day: date | None) -> int:
        return commitment_index(TODAY, day).everything.bit_count()

    days = (None, date(2025, 1, 1), date(2024, 1, 1))
    assert [number_on(day) for day in days * 2] == [1, 1, 0] * 2 and len(kept) == 3
    assert number_on(date(2023, 1, 1)) == 0 and len(kept) == 4
    assert number_on(None) == 1 and len(kept) == 5


def test_many_changes_are_read_at_once(kept: list[int], monkeypatch: Any) -> None:
    monkeypatch.setattr("roundtable.filters.facet_index.MAX_FOLLOWED", 2)
    event = make_event()
    for _number in range(4):
        make_commitment(event)
    assert number_open() == 0
    Commitment.objects.update(is_open=True)
    assert number_open() == 4 and kept == [4, 4]


def test_random_changes(kept: list[int]) -> None:
    random = Random(3)
    event = make_event()
    rows = [make_commitment(event) for _number in range(8)]
    is_open = dict.fromkeys((row.pk for row in rows), False)
    for _step in range(200 if FULL else 20):
        pks = random.sample(sorted(is_open), random.randint(1, 3))
        word = random.random() < 0.5
        Commitment.objects.filter(pk__in=pks).update(is_open=word)
        is_open |= dict.fromkeys(pks, word)
        assert number_open() == sum(is_open.values())


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_earlier_change_that_is_committed_later_is_read(kept: list[int]) -> None:
    event = make_event()
    first, second = make_commitment(event), make_commitment(event)
    assert number_open() == 0
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                "UPDATE outcomes_commitment SET is_open = true WHERE id = %s", [first.pk]
            )
        for number, is_open in enumerate((True, False, True)):
            Commitment.objects.filter(pk=second.pk).update(is_open=is_open)
            assert number_open() == is_open and len(kept) == number + 2
        other.commit()
        assert number_open() == 2
    finally:
        other.close()
