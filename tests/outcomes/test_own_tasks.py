"""What waits for a delegate: in the masthead, and first on the delegate's own page."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from outcomes.models import Commitment, EditorialState, ImplementationStatus
from outcomes.own_tasks import OwnTasks
from participants.introductions.lifecycle import list_introductions
from participants.models import Delegate, Introduction, Organisation, User
from participants.privacy.visibility import get_viewer
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_exception,
    make_introduction,
    make_organisation,
    make_participation,
    make_party,
    make_proposal,
    make_statement,
    make_update,
    make_user,
)
from tests.follow_up_factories import make_offer, make_round_request, make_undertaking
from tests.page_text import page_text
from tests.silence_procedure import make_circulation, make_reply, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
Sign = Callable[..., Client]


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """2 March 2026."""
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture
def event() -> Event:
    return make_event(code="MEET", slug="meet", title="Meeting")


@pytest.fixture
def office() -> Organisation:
    return make_organisation(name="Desk Office")


@pytest.fixture
def person(event: Event, office: Organisation) -> Delegate:
    row = make_delegate(name="Zqperson", user=make_user("zqperson@example.org"))
    make_participation(row, event, organisation=office)
    return row


def undertaken(event: Event, person: Delegate, office: Organisation, **fields: Any) -> Commitment:
    """A commitment of the office, whose focal point is the person."""
    row = make_commitment(event, **fields)
    make_party(row, organisation=office, focal_point=person, focal_point_accepted_at=NOON)
    return row


def waiting(person: Delegate) -> list[tuple[str, str, str]]:
    assert person.user is not None
    tasks = OwnTasks(person.user, person, timezone.now())
    listed = tasks.listed()
    assert tasks.number == sum(task.number for task in listed)
    return [(task.title, task.hint, task.url) for task in listed]


def test_nothing_waits(person: Delegate, client_of: Sign) -> None:
    page = page_text(client_of(person).get("/me/"))
    assert waiting(person) == []
    assert "Nothing waits for you." in page


def test_round_waits_until_the_party_reports(
    event: Event, person: Delegate, office: Organisation
) -> None:
    row = undertaken(event, person, office)
    party = row.parties.get()
    assert waiting(person) == []
    make_round_request(party=party)
    address = f"/me/commitments/{party.pk}/report/"
    assert waiting(person) == [("Report on 1 commitment", "By 1 June 2026", address)]
    make_update(row, approved=False, party=party, submitted_at=NOON, state=EditorialState.SUBMITTED)
    assert waiting(person) == []
    row.updates.update(state=EditorialState.CHANGE_REQUESTED, note="Leave out the name.")
    assert [task[0] for task in waiting(person)] == ["Report on 1 commitment"]


def test_due_date_waits_from_30_days_before(
    event: Event, person: Delegate, office: Organisation
) -> None:
    undertaken(event, person, office, due_on=date(2026, 4, 2))
    assert waiting(person) == []
    undertaken(event, person, office, due_on=date(2026, 4, 1))
    undertaken(event, person, office, due_on=date(2026, 3, 1))
    assert [task[:2] for task in waiting(person)] == [
        ("Report on 2 commitments", "By 1 March 2026 (1 past its due date)")
    ]
    for row in event.commitments.all():
        status = ImplementationStatus.FULFILLED
        make_update(row, party=row.parties.get(), status=status, source="A page")
    assert waiting(person) == []


def test_task_of_focal_point_waits(event: Event, person: Delegate, office: Organisation) -> None:
    make_party(make_commitment(event), organisation=office, focal_point=person)
    assert waiting(person) == [
        ("Accept or decline to report on 1 commitment", "", "/me/commitments/")
    ]


def test_proposed_commitment_waits(event: Event, person: Delegate, office: Organisation) -> None:
    proposed = make_commitment(event, state="proposed", proposed_at=NOON)
    party = make_party(proposed, organisation=office, focal_point=person)
    make_undertaking(party)
    ((title, hint, _url),) = waiting(person)
    assert title == "Accept or decline 1 commitment that is proposed to your organisation"
    assert hint == "By 1 May 2026"


def test_circulated_text_waits_until_its_deadline(
    event: Event, person: Delegate, office: Organisation, clock: Any
) -> None:
    circulation = make_circulation(make_version(make_statement(event, published=False)))
    make_reply(circulation, organisation=office)
    make_reply(circulation)  # of another organisation
    address = f"/me/texts/{circulation.pk}/"
    assert waiting(person) == [
        ("Answer for your organisation about 1 draft text", "By 9 March 2026", address)
    ]
    clock.move_to(NOON + timedelta(days=8))
    assert waiting(person) == []


def test_request_to_join_waits(event: Event, person: Delegate, office: Organisation) -> None:
    row = undertaken(event, person, office, is_open=True)
    row.parties.update(role="lead")
    make_offer(
        approved=False,
        commitment=row,
        organisation=make_organisation(),
        state=EditorialState.SUBMITTED,
        submitted_at=NOON,
    )
    assert [task[:2] for task in waiting(person)] == [
        ("Answer 1 request to join your commitment", "Since 2 March 2026")
    ]


def test_entry_about_the_person_waits(person: Delegate) -> None:
    make_proposal(person)
    assert waiting(person) == [
        ("Answer 1 proposed entry about you", "Since 2 March 2026", "#entered")
    ]


def test_introductions_wait_as_their_page_says(event: Event, person: Delegate) -> None:
    def listed() -> int:
        assert person.user is not None
        viewer = get_viewer(person.user, NOON.date())
        sides = list_introductions(person, viewer, NOON)
        return sum(side.needs_my_answer for side in sides)

    def another(name: str) -> Delegate:
        row = make_delegate(name=name, user=make_user(f"{name}@example.org"))
        make_participation(row, event)
        return row

    excluding = another("excluding")
    excluded_at = excluding.participations.get().organisation
    asked: dict[str, Any] = {"accepted": False, "first_accepted_at": NOON}
    make_introduction(another("asking"), person, **asked)
    make_introduction(another("withdrawn"), person, **asked, first_ended_at=NOON)
    make_introduction(another("declined"), person, **asked, second_ended_at=NOON)
    make_introduction(another("former"), person, **asked, proposed_at=NOON - timedelta(days=366))
    make_introduction(another("proposed"), person, accepted=False, proposed_by=make_user())
    make_introduction(person, another("asked"), **asked)
    make_introduction(another("accepted"), person)
    make_exception(person, organisation=excluded_at)
    make_introduction(excluding, person, **asked)
    assert Introduction.objects.count() == 8
    assert listed() == 2
    assert [task[0] for task in waiting(person)] == ["Answer 2 requests for introductions"]


def test_nothing_waits_for_an_account_without_a_profile(client_of: Sign) -> None:
    user: User = make_user("alone@example.org")
    assert 'class="count"' not in client_of(user).get("/").content.decode()


def test_number_is_counted_once_a_minute_and_after_each_form(
    person: Delegate,
    office: Organisation,
    event: Event,
    client_of: Sign,
    clock: Any,
) -> None:
    browser = client_of(person)
    assert "thing" not in page_head(browser)
    undertaken(event, person, office, due_on=date(2026, 3, 1))
    assert "thing" not in page_head(browser)
    clock.shift(60)
    assert "1 thing waits for you" in page_head(browser)
    undertaken(event, person, office, due_on=date(2026, 3, 2))
    assert "1 thing waits for you" in page_head(browser)
    browser.post("/directory/nobody/show/")  # is read only, and not counted again
    assert "1 thing waits for you" in page_head(browser)
    browser.post("/me/", {})
    assert "2 things wait for you" in page_head(browser)
    undertaken(event, person, office, due_on=date(2026, 3, 3))
    browser.get("/me/")  # it lists what is counted
    assert "3 things wait for you" in page_head(browser)


def page_head(browser: Client) -> str:
    """The words above the page's own part."""
    page = browser.get("/privacy/").content.decode().split('<main id="main"')[0]
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())
