"""`demo`: where it refuses, and what it says then."""

from collections.abc import Callable
from datetime import date
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django import Settings

from roundtable.models import Event
from tests.factories import make_delegate, make_event, make_organisation, make_user
from tests.roundtable_files import demo, everything

ON = date(2026, 3, 1)

pytestmark = pytest.mark.django_db


def test_it_is_refused_where_the_portal_is_in_use(settings: Settings) -> None:
    settings.DEBUG = False
    before = everything()
    with pytest.raises(CommandError, match="set DEBUG=true first"):
        demo(ON)
    assert everything() == before


@pytest.mark.parametrize("on", ["2023-03-08", "yesterday", "2026-02-30", ""])
def test_a_day_that_cannot_be_is_one_sentence(settings: Settings, on: str) -> None:
    settings.DEBUG = True
    with pytest.raises(CommandError, match=r"Choose a day from|is not a day"):
        call_command("demo", f"--on={on}")
    assert not Event.objects.exists()


def real_organisation() -> None:
    make_organisation(slug="example-harbour-legal-aid")


def real_event() -> None:
    make_event(slug="demonstration")


def address_of_somebody_else() -> None:
    make_delegate(user=make_user("delegate@example.org"))


@pytest.mark.parametrize("in_the_way", [real_organisation, real_event, address_of_somebody_else])
def test_what_is_real_and_in_the_way_is_said_and_stays(
    settings: Settings, in_the_way: Callable[[], None]
) -> None:
    settings.DEBUG = True
    in_the_way()
    before = everything()
    with pytest.raises(CommandError):
        demo(ON)
    assert everything() == before


def test_database_that_is_not_ready_is_one_sentence(settings: Settings) -> None:
    settings.DEBUG = True
    problem = OperationalError("no such table: participants_participation")
    with (
        mock.patch("outcomes.management.commands.demo.is_there", side_effect=problem),
        pytest.raises(CommandError, match=r"no such table: participants_participation\)\."),
    ):
        demo(ON)
