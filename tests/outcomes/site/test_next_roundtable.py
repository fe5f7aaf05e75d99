"""A co-chair starts the next roundtable by the pages' own forms, and gets no right by it."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from participants.models import EventRole, Grant, Participation
from roundtable.models import Event
from tests.factories import NOON, make_event, make_holder
from tests.fixture_types import Sign
from tests.form_fields import press
from tests.meetings import Meeting, are_old
from tests.page_text import page_text
from tests.sign_in import add_authenticator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
DAYS = {"starts_on": "2027-03-02", "ends_on": "2027-03-03"}


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def meeting(db: None) -> Meeting:
    meeting = Meeting("confirmer")
    Event.objects.filter(pk=meeting.event.pk).update(
        code="RT2018", slug="talks-2018", is_public=True, city="Jakarta", country="ID"
    )
    are_old(NOON)
    for user in (meeting.first, meeting.second, meeting.confirmer):
        add_authenticator(user)
    return meeting


def page_of(event: Event) -> str:
    return reverse("admin:start_next", args=[event.pk])


def start(browser: Client, event: Event, **typed: str) -> Any:
    return press(browser, page_of(event), page_of(event), "Start it", **DAYS | typed)


def test_cochair_starts_it_and_asks_for_the_rights(client_of: Sign, meeting: Meeting) -> None:
    browser = client_of(meeting.first)
    assert f'href="{page_of(meeting.event)}"' in browser.get("/admin/").content.decode()
    page = start(browser, meeting.event, title="Second roundtable", city="Perth", country="AU")
    said = page_text(page)
    assert "Second roundtable, March 2027 (RT2027) is started. It is not public." in said
    row = Event.objects.get(code="RT2027")
    assert (row.slug, row.series, row.is_public) == ("talks-2027", meeting.event.series, False)
    # It gives no right, and copies nothing of people or organisations.
    assert not Grant.objects.filter(event=row).exists()
    assert not Participation.objects.filter(event=row).exists()
    assert not EventRole.objects.filter(event=row).exists()
    address = page.request["PATH_INFO"]
    page = press(browser, page, address, "Ask for the ticked rights", letter="Letters of 1 March")
    assert "3 rights are asked for." in page_text(page)
    # At most one that is to come.
    assert browser.get(page_of(meeting.event)).status_code == 404
    assert page_of(meeting.event) not in browser.get("/admin/").content.decode()


def test_days_and_names_are_checked(client_of: Sign, meeting: Meeting) -> None:
    browser = client_of(meeting.first)
    first = meeting.event.starts_on.isoformat()
    page = start(browser, meeting.event, starts_on=first, ends_on=first, time_zone="Perth")
    assert page.status_code == 400
    assert "Choose a day after the last roundtable." in page_text(page)
    make_event(code="RT2027", slug="other")
    assert "(RT2027B)" in page_text(start(browser, meeting.event))
    assert Event.objects.get(code="RT2027B").slug == "talks-2027b"


@pytest.mark.parametrize("role", ["editor", "confirmer", "cohost"])
def test_others_cannot_start_it(client_of: Sign, meeting: Meeting, role: str) -> None:
    browser = client_of(make_holder(meeting.event, role=role, on_behalf_of=meeting.network))
    assert browser.get(page_of(meeting.event)).status_code in (403, 404)
    elsewhere = client_of(make_holder(make_event()))
    assert elsewhere.get(page_of(meeting.event)).status_code == 404
    assert page_of(meeting.event) not in elsewhere.get("/admin/").content.decode()
