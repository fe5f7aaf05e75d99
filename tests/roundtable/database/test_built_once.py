"""Queries that are built once still read the rows of now."""

from datetime import date
from typing import Any

import pytest
from django.db.models import QuerySet

from roundtable.database.built_once import built_once, compiled_once
from roundtable.models import Event
from tests.factories import make_event

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]


def test_query_is_built_once_for_each_argument_and_read_each_time() -> None:
    built = []

    @built_once
    def titled(title: str) -> QuerySet[Event]:
        built.append(title)
        return Event.objects.filter(title=title)

    make_event(title="A")
    assert (len(titled("A")), len(titled("B"))) == (1, 0)
    make_event(title="A")
    assert (len(titled("A")), len(titled("B"))) == (2, 0)
    assert built == ["A", "B"]


def test_other_values_take_the_place_of_those_in_the_query() -> None:
    built = []

    @compiled_once
    def begun() -> QuerySet[Any]:
        built.append(1)
        return Event.objects.filter(pk__gt=-1, starts_on__lte=date.min).values_list("title")

    first = make_event(title="A", starts_on=date(2024, 1, 1), ends_on=date(2024, 1, 1))
    make_event(title="B", starts_on=date(2025, 1, 1), ends_on=date(2025, 1, 1))
    assert begun({-1: 0, date.min: date(2024, 6, 1)}) == [("A",)]
    assert begun({-1: first.pk, date.min: date(2025, 6, 1)}) == [("B",)]
    assert built == [1]
