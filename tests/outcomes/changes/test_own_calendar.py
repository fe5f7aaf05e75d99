"""The calendar of one's own commitments, at an address that only its owner knows."""

import re
from collections.abc import Callable
from datetime import date

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from outcomes.models import CalendarAddress, Commitment
from participants.models import Delegate, Participation
from roundtable.models import Event
from tests.factories import make_commitment, make_event, make_party
from tests.follow_up_factories import make_milestone
from tests.page_text import get_text

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
PAGE = "/me/calendar/"
ADDRESS = re.compile(r"https://portal\.example\.org(/my-calendar/[\w-]{43}\.ics)")
Sign = Callable[..., Client]


@pytest.fixture
def own(event: Event, focal_point: Delegate) -> Commitment:
    """A commitment on which the focal point reports; others are not theirs."""
    Commitment.objects.update(due_on=date(2027, 3, 1))
    commitment = event.commitments.get(reference="RT2024-C1")
    make_milestone(commitment=commitment, title="Curriculum is written", due_on=date(2027, 2, 1))
    other = make_commitment(event, reference="RT2024-C9", due_on=date(2027, 4, 1))
    make_party(other)
    return commitment


def make_address(browser: Client) -> str:
    page = browser.post(PAGE)
    assert page.status_code == 200
    [address] = set(ADDRESS.findall(page.content.decode()))
    return str(address)


def titles(address: str) -> list[str]:
    answer = Client().get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    found = icalendar.Calendar.from_ical(answer.content)
    return [str(entry["summary"]) for entry in found.walk("VEVENT")]


def test_calendar_has_what_the_person_reports_on(
    client_of: Sign, focal_point: Delegate, own: Commitment
) -> None:
    browser = client_of(focal_point)
    assert "/me/calendar/" in browser.get("/me/commitments/").content.decode()
    assert "The due dates of the commitment that you report on" in get_text(browser, PAGE)
    address = make_address(browser)
    assert titles(address) == [
        f"RT2024-C1 is due: {own.text}",
        "RT2024-C1, milestone: Curriculum is written",
    ]
    answer = Client().get(address)
    assert "Access-Control-Allow-Origin" not in answer
    assert answer["Cache-Control"] == "private, no-cache"
    assert not ADDRESS.search(browser.get(PAGE).content.decode())


def test_only_the_hash_of_the_address_is_saved(
    client_of: Sign, focal_point: Delegate, own: Commitment
) -> None:
    address = make_address(client_of(focal_point))
    saved = CalendarAddress.objects.get()
    assert len(saved.key_hash) == 64 and saved.key_hash not in address


def test_new_address_ends_the_former_one(
    client_of: Sign, focal_point: Delegate, own: Commitment
) -> None:
    browser = client_of(focal_point)
    former = make_address(browser)
    assert "If you make a new one, this one stops working." in get_text(browser, PAGE)
    present = make_address(browser)
    assert Client().get(former).status_code == 404
    assert len(titles(present)) == 2
    browser.post(PAGE, {"delete": "yes"})
    assert Client().get(present).status_code == 404
    assert CalendarAddress.objects.count() == 0


def test_address_stops_with_the_profile_the_account_and_the_task(
    client_of: Sign, focal_point: Delegate, own: Commitment
) -> None:
    address = make_address(client_of(focal_point))
    assert len(titles(address)) == 2
    focal_point.write(hidden_at=timezone.now())
    assert Client().get(address).status_code == 404
    focal_point.write(hidden_at=None)
    assert len(titles(address)) == 2
    Event.objects.update(is_public=False)
    assert titles(address) == []
    Event.objects.update(is_public=True)
    Participation.objects.all().delete()
    assert titles(address) == []
    assert focal_point.user
    focal_point.user.write(is_active=False)
    assert Client().get(address).status_code == 404


def test_unknown_address_is_absent(own: Commitment) -> None:
    for key in ("a" * 43, "%00", "é", "x" * 4000):
        assert Client().get(f"/my-calendar/{key}.ics").status_code == 404
    assert Client().get(PAGE).status_code == 302


def test_calendar_of_nothing_says_so(client_of: Sign, focal_point: Delegate) -> None:
    make_event()
    browser = client_of(focal_point)
    Participation.objects.all().delete()
    assert "The due dates of the 0 commitments that you report on" in get_text(browser, PAGE)
