"""Limits are counted in the database, for all processes together."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache.backends.db import DatabaseCache
from django.test import Client
from django.utils import timezone

from participants.models import Delegate
from roundtable import settings
from roundtable.web import limits
from roundtable.web.limits import (
    Limit,
    LimitCount,
    consume,
    delete_ended_counts,
    wait_of_reader,
    waiting_time,
)
from tests.page_text import page_text

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
Sign = Callable[..., Client]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
THREE = Limit("try", 3, 60)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits on reading, which other tests leave out."""
    monkeypatch.setattr(limits, "wait_of_reader", wait_of_reader)


def test_fourth_of_three_waits_for_the_next_period() -> None:
    with time_machine.travel(NOW + timedelta(seconds=20), tick=False) as clock:
        assert [consume(THREE, "a") for _try in range(5)] == [0, 0, 0, 40, 40]
        assert consume(THREE, "b") == 0 and consume(Limit("other", 3, 60), "a") == 0
        clock.shift(timedelta(seconds=40))
        assert consume(THREE, "a") == 0


def test_counts_say_nothing_and_are_deleted() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        consume(THREE, "zq@example.org", "192.0.2.7")
        [row] = LimitCount.objects.values()
        assert len(row["key"]) == 64 and row["number"] == 1
        delete_ended_counts(timezone.now())
        assert LimitCount.objects.exists()
        clock.shift(timedelta(minutes=2))
        delete_ended_counts(timezone.now())
        assert not LimitCount.objects.exists()


def test_waiting_time_is_rounded_up() -> None:
    seconds = {1: "1 minute", 60: "1 minute", 61: "2 minutes", 5400: "90 minutes", 5401: "2 hours"}
    assert {number: waiting_time(number) for number in seconds} == seconds


@pytest.mark.usefixtures("counting")
@pytest.mark.parametrize("path", ["/search/?q=x", "/directory/"])
def test_reading_has_a_limit_by_account_or_network(
    path: str, delegate: Delegate, client_of: Sign
) -> None:
    with time_machine.travel(NOW, tick=False):
        visitor, browser = Client(), client_of(delegate)
        assert visitor.get(path).status_code == 200
        LimitCount.objects.update(number=119)
        assert visitor.get(path).status_code == 200
        answer = visitor.get(path)
        assert (answer.status_code, answer["Retry-After"]) == (429, "60")
        assert "Wait 1 minute, then try again." in page_text(answer)
        assert browser.get(path).status_code == 200
        assert Client(REMOTE_ADDR="198.51.100.7").get(path).status_code == 200


def test_value_of_one_process_is_known_to_others() -> None:
    """Else an authenticator code worked once in each."""
    in_production = settings.CACHES["default"]
    assert in_production["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"
    first, second = (DatabaseCache(str(in_production["LOCATION"]), {}) for _process in range(2))
    assert first.add("code", True) and not second.add("code", True)
