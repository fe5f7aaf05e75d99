"""Audiences are called by who is in them, as each reader's own constituency is called."""

from collections.abc import Callable

import pytest
from django.test import Client

from participants.models import Delegate
from roundtable.models import Event
from tests.factories import (
    make_channel,
    make_delegate,
    make_event,
    make_organisation,
    make_participation,
)
from tests.page_text import get_text

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
PAGES = ("/me/", "/me/audience/", "/me/data/")
ALWAYS = ("Only me", "People I said yes to", "Everyone at the meeting, governments too")


def make_sharer(event: Event, kind: str) -> Delegate:
    """Shares a number with the constituency."""
    person = make_delegate(listed_to="constituency")
    organisation = make_organisation(kind=kind)
    make_participation(person, event, confirmed=False, organisation=organisation)
    make_channel(person, audience="constituency")
    return person


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("government", "Governments at this meeting"),
        ("civil-society", "Civil society at this meeting"),
        ("other", "My constituency at this meeting"),
    ],
)
def test_pages_and_own_data_name_the_own_constituency(
    event: Event, client_of: Sign, kind: str, name: str
) -> None:
    """From the first page on: the participation does not have to be confirmed."""
    browser = client_of(make_sharer(event, kind))
    for page in PAGES:
        assert name in get_text(browser, page), page
    for page in ("/me/", "/me/audience/"):
        text = get_text(browser, page)
        assert [word for word in (*ALWAYS, "Anyone on the internet") if word not in text] == []


def test_someone_of_two_constituencies_reads_the_general_name(
    event: Event, client_of: Sign
) -> None:
    person = make_sharer(event, "government")
    agency = make_organisation(kind="agency")
    make_participation(person, make_event(), organisation=agency)
    browser = client_of(person)
    for page in PAGES:
        text = get_text(browser, page)
        assert "My constituency at this meeting" in text, page
        assert "Governments at this meeting" not in text, page
