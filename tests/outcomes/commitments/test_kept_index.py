"""The index of commitments is read once, until anything public changes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import DEFAULT_DB_ALIAS, transaction
from django.test import Client

from outcomes.commitments import commitment_index as module
from outcomes.commitments.commitment_index import commitment_index
from outcomes.models import Commitment
from roundtable.cache import public_stamp, values
from roundtable.filters.facet_index import FacetIndex
from roundtable.models import Event
from tests.factories import make_commitment, make_event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.each_database]
TODAY = date(2026, 3, 2)


@pytest.fixture
def read(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[date | None]]:
    """The days of which all commitments were read, None for today."""
    monkeypatch.setattr(public_stamp, "_silent_until", 0.0)
    monkeypatch.setattr(public_stamp, "_next_check", 0.0)
    public_stamp.install(DEFAULT_DB_ALIAS)
    days: list[date | None] = []
    read_index = module._read

    def noting(on: date, day: date | None) -> FacetIndex:
        days.append(day)
        return read_index(on, day)

    monkeypatch.setattr(module, "_read", noting)
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        yield days


def number_open() -> int:
    return commitment_index(TODAY).bits.get("joining", {}).get("open", 0).bit_count()


def test_index_is_read_again_after_a_public_change(read: list[date | None]) -> None:
    row = make_commitment(make_event())
    assert [number_open(), number_open()] == [0, 0] and len(read) == 1
    Commitment.objects.filter(pk=row.pk).update(is_open=True)
    assert [number_open(), number_open()] == [1, 1] and len(read) == 2
    Event.objects.update(is_public=False)
    assert [number_open(), number_open()] == [0, 0] and len(read) == 3


def test_own_change_is_seen_and_not_kept(read: list[date | None]) -> None:
    row = make_commitment(make_event())
    assert number_open() == 0
    with transaction.atomic():
        Commitment.objects.filter(pk=row.pk).update(is_open=True)
        assert number_open() == 1
        transaction.set_rollback(True)
    assert number_open() == 0


def test_today_stays_whatever_days_visitors_ask_for(
    client: Client, read: list[date | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values.store, "_max_size", 8)
    make_commitment(make_event())
    Commitment.objects.update(recorded_at=datetime(2024, 6, 1, tzinfo=UTC))
    assert client.get("/commitments/").status_code == 200
    # Each of these pages has parts that are kept, too.
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(6)]
    for day in days:
        assert client.get(f"/progress/?as_of={day}").status_code == 200
    for page in ("/commitments/?sort=due", "/progress/", "/directory/"):
        assert client.get(page).status_code == 200
    assert read == [None, *days]


def test_few_earlier_days_are_kept(client: Client, read: list[date | None]) -> None:
    make_commitment(make_event())
    Commitment.objects.update(recorded_at=datetime(2024, 6, 1, tzinfo=UTC))
    one, two, three = (date(2025, 1, number) for number in (1, 2, 3))
    for day in (one, two, one, two, three, one):
        commitment_index(TODAY, day)
    assert read == [one, two, three, one]
