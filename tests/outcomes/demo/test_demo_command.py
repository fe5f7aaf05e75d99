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
from tests.roundtable_files import database_rows, load_demo

ON = date(2026, 3, 1)

pytestmark = pytest.mark.django_db


def test_demo_is_rejected_in_production(settings: Settings) -> None:
    settings.DEBUG = False
    before = database_rows()
    with pytest.raises(CommandError, match="Set DEBUG=true first"):
        load_demo(ON)
    assert database_rows() == before


@pytest.mark.parametrize("on", ["2023-03-08", "yesterday", "2026-02-30", ""])
def test_invalid_date_gives_one_message(settings: Settings, on: str) -> None:
    settings.DEBUG = True
    with pytest.raises(
        CommandError,
        match=r"Choose 2023-09-01 or a later day\.|is not a date\. Write it like 2026-03-01\.",
    ):
        call_command("demo", f"--on={on}")
    assert not Event.objects.exists()


@pytest.mark.crawl
@pytest.mark.parametrize(
    "in_the_way",
    [
        pytest.param(
            lambda: make_organisation(slug="example-harbour-legal-aid"), marks=pytest.mark.prove
        ),
        lambda: make_event(slug="demonstration"),
        # Noticed the latest.
        lambda: make_delegate(user=make_user("delegate@example.org")),
    ],
)
def test_conflicting_real_rows_are_reported_and_kept(
    settings: Settings, in_the_way: Callable[[], object]
) -> None:
    settings.DEBUG = True
    in_the_way()
    before = database_rows()
    with pytest.raises(CommandError):
        load_demo(ON)
    assert database_rows() == before


def test_unmigrated_database_gives_one_message(settings: Settings) -> None:
    settings.DEBUG = True
    problem = OperationalError("no such table: participants_participation")
    with (
        mock.patch("outcomes.management.commands.demo.demo_exists", side_effect=problem),
        pytest.raises(CommandError, match=r"no such table: participants_participation\)\."),
    ):
        load_demo(ON)
