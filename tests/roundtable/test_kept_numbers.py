"""Numbers of public rows are kept until something public changes."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import DEFAULT_DB_ALIAS, transaction

from outcomes.changes.log import change_log
from outcomes.commitments.statistics import count_by_status, progress_statistics
from outcomes.models import Commitment
from roundtable import kept_numbers, public_stamp
from roundtable.kept_numbers import NumberStore, kept_number, question
from roundtable.models import Event
from tests.factories import make_commitment, make_event, make_update

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.each_database]
TODAY = date(2026, 3, 2)
ALWAYS = datetime(1900, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def stamped(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """Whatever earlier tests did to the database, and with nothing kept."""
    monkeypatch.setattr(public_stamp, "_silent_until", 0.0)
    monkeypatch.setattr(public_stamp, "_next_check", 0.0)
    monkeypatch.setattr(kept_numbers, "store", NumberStore())
    public_stamp.install(DEFAULT_DB_ALIAS)


def counting() -> tuple[list[int], Callable[[], int]]:
    """How often it was counted, and what counts."""
    calls: list[int] = []

    def count() -> int:
        calls.append(1)
        return len(calls)

    return calls, count


def test_number_is_counted_again_after_a_public_change() -> None:
    calls, count = counting()
    assert [kept_number("key", count) for _time in range(3)] == [1, 1, 1]
    assert kept_number("other", count) == 2
    make_event()
    assert [kept_number("key", count) for _time in range(2)] == [3, 3]
    assert len(calls) == 3


def test_number_is_counted_again_on_a_new_day() -> None:
    _calls, count = counting()
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC)):
        assert [kept_number("key", count), kept_number("key", count)] == [1, 1]
    with time_machine.travel(datetime(2026, 3, 3, 12, tzinfo=UTC)):
        assert kept_number("key", count) == 2


def test_nothing_is_kept_in_a_transaction() -> None:
    _calls, count = counting()
    with transaction.atomic():
        assert [kept_number("key", count), kept_number("key", count)] == [1, 2]
    assert kept_number("key", count) == 3


def test_nothing_is_kept_without_a_stamp(monkeypatch: pytest.MonkeyPatch) -> None:
    _calls, count = counting()
    monkeypatch.setattr(kept_numbers, "read_stamp", lambda: None)
    assert [kept_number("key", count), kept_number("key", count)] == [1, 2]


def test_number_that_changed_while_it_was_counted_is_not_kept() -> None:
    def count() -> int:
        make_event()
        return Event.objects.count()

    assert [kept_number("key", count), kept_number("key", count)] == [1, 2]


def test_store_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_numbers, "MAX_ENTRIES", 2)
    calls, count = counting()
    for key in ("a", "b", "c", "c", "b", "a"):
        kept_number(key, count)
    assert len(calls) == 4  # "a" was dropped


def test_questions_differ_in_sql_and_in_parameters() -> None:
    rows = Event.objects.all()
    asked = [rows, rows.filter(pk=1), rows.filter(pk=2), rows.order_by("code"), rows.none()]
    assert len({question(one) for one in asked}) == len(asked)


def test_numbers_of_pages_follow_each_change() -> None:
    def numbers() -> tuple[int, int, int]:
        rows = Commitment.objects.published()
        found = progress_statistics(rows, TODAY, {})
        log = change_log(ALWAYS, datetime(2100, 1, 1, tzinfo=UTC))
        return count_by_status(rows, TODAY)["reported"], found.counts["reported"], log.count()

    commitment = make_commitment(make_event())
    assert numbers() == numbers() == (0, 0, 1)
    make_update(commitment)
    assert numbers() == (1, 1, 2)
    Event.objects.update(is_public=False)
    assert numbers() == (0, 0, 0)
