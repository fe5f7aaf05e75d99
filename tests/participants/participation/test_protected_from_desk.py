"""Civil society is entered protected from the desk: who reads who that is, and confirms it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from participants.models import (
    Delegate,
    Invitation,
    Organisation,
    OrganisationKind,
    Participation,
    User,
)
from roundtable.models import Event
from tests.decide import QUEUE, agree, page_of
from tests.factories import (
    make_delegate,
    make_event,
    make_government,
    make_holder,
    make_invitation_request,
    make_organisation,
    make_participation,
    make_role,
    make_user,
)
from tests.form_fields import send_form
from tests.import_pages import admin_text, import_list, preview_file
from tests.page_text import page_text

Sign = Callable[..., Client]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("recorded_templates"),
    pytest.mark.time_machine(NOW, tick=False),
]
PEOPLE, SEATS = "/admin/participants/delegate/", "/admin/participants/participation/"
NAME, ADDRESS = "Zq Amal", "amal@example.org"
MASKED = "A delegate of Example Shelter"


@pytest.fixture
def event() -> Event:
    return make_event(code="RT")


@pytest.fixture
def shelter(event: Event) -> Organisation:
    organisation = make_organisation(name="Example Shelter")
    make_role(event, organisation=organisation)
    return organisation


def holder(event: Event, role: str, kind: str = OrganisationKind.GOVERNMENT, **of: Any) -> User:
    return make_holder(event, role=role, on_behalf_of=make_organisation(kind=kind, **of))


@pytest.fixture
def first(event: Event) -> User:
    return holder(event, "cochair", country="ID")


@pytest.fixture
def second(event: Event) -> User:
    return holder(event, "cochair", country="AU")


@pytest.fixture
def confirmer(event: Event) -> User:
    return holder(event, "confirmer", OrganisationKind.CIVIL_SOCIETY)


@pytest.fixture
def amal(event: Event, shelter: Organisation, first: User) -> Delegate:
    """Entered by the first co-chair."""
    person = make_delegate(name=NAME, user=None, invitation_email=ADDRESS)
    seat = Participation(delegate=person, event=event, organisation=shelter, entered_at=NOW)
    seat.enter(first)
    seat.save()
    return person


def read(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return admin_text(answer)


def enter_by_form(browser: Client, event: Event, organisation: Organisation) -> None:
    fields = {
        "name": NAME,
        "participations-TOTAL_FORMS": "1",
        "participations-0-event": str(event.pk),
        "participations-0-organisation": str(organisation.pk),
    }
    send_form(browser, browser.get(f"{PEOPLE}add/"), containing="name", **fields)


def enter_by_file(browser: Client, event: Event, organisation: Organisation) -> None:
    table = f"Name,Organisation\n{NAME},{organisation.name}\n".encode()
    import_list(browser, preview_file(browser, table, event, "people.csv"))


def enter_by_request(browser: Client, event: Event, organisation: Organisation) -> None:
    row = make_invitation_request(event, name=NAME, email=ADDRESS)
    path = f"/admin/participants/invitationrequest/{row.pk}/change/"
    entered = {"answer": "invite", "speaks_for": str(organisation.pk)}
    send_form(browser, browser.get(path), containing="speaks_for", **entered)


WAYS = [enter_by_form, enter_by_file, enter_by_request]


@pytest.mark.parametrize("enter", WAYS)
def test_civil_society_is_entered_protected_in_each_way(
    client_of: Sign,
    event: Event,
    shelter: Organisation,
    first: User,
    second: User,
    enter: Callable[..., None],
) -> None:
    ministry = make_government("TH", "Ministry")
    make_role(event, organisation=ministry)
    for organisation, is_protected in ((shelter, True), (ministry, False)):
        enter(client_of(first), event, organisation)
        seat = Participation.objects.get(organisation=organisation)
        assert (seat.is_protected_from_desk, seat.entered_by) == (is_protected, first)
        assert NAME in read(client_of(first), PEOPLE)
        assert (NAME in read(client_of(second), PEOPLE)) is not is_protected
        seat.delegate.delete()


def test_cochair_confirms_organisation_and_seat_and_the_confirmer_the_person(
    client_of: Sign, event: Event, amal: Delegate, second: User, confirmer: User
) -> None:
    for user, names_person in ((second, False), (confirmer, True)):
        browser = client_of(user)
        seat = amal.participations.get()
        waiting, asked = (page_text(browser.get(page)) for page in (QUEUE, page_of(seat)))
        for text in (waiting, asked):
            assert (NAME in text, "one seat of" in text) == (names_person, not names_person)
        row = read(browser, f"{SEATS}{seat.pk}/change/")
        assert (NAME in row, MASKED in row) == (names_person, not names_person)
        # The mailbox is no one's to read whole.
        assert ("a…@example.org" in asked, ADDRESS in asked) == (names_person, False)
        assert "Example Shelter" in asked
        agree(browser, seat)
    assert amal.participations.get().confirmed_at == NOW


def test_protected_person_is_neither_found_nor_sorted_by_name(
    client_of: Sign, event: Event, amal: Delegate, first: User, second: User
) -> None:
    for user, status in ((first, 200), (second, 404)):
        assert client_of(user).get(f"{PEOPLE}{amal.pk}/change/").status_code == status
    for name in ("Aa", "Zz"):
        make_participation(make_delegate(name=name), event)
    browser = client_of(second)
    assert MASKED not in read(browser, f"{SEATS}?q=amal")
    assert MASKED in read(browser, f"{SEATS}?q=shelter")
    for order in ("1", "-1"):
        places = []
        for name in ("Aaa", "Zzz"):
            amal.write(name=name)
            places.append(read(browser, f"{SEATS}?o={order}").index(MASKED))
        assert places[0] == places[1]


def test_operator_reads_the_address_masked(
    client_of: Sign, amal: Delegate, confirmer: User
) -> None:
    operator = make_user(is_superuser=True)
    browser, change = client_of(operator), f"{PEOPLE}{amal.pk}/change/"
    for path in (PEOPLE, change):
        text = browser.get(path).content.decode()
        assert NAME in text and "a…@example.org" in text and ADDRESS not in text
    assert NAME not in read(browser, f"{PEOPLE}?q={ADDRESS}")
    assert NAME in read(browser, f"{PEOPLE}?q=amal")
    for path in (PEOPLE, change):
        assert ADDRESS in client_of(confirmer).get(path).content.decode()


def test_confirmer_invites_whom_an_editor_entered(
    client_of: Sign, event: Event, shelter: Organisation, second: User, confirmer: User
) -> None:
    person = make_delegate(name=NAME, user=None, invitation_email=ADDRESS)
    seat = make_participation(
        person, event, organisation=shelter, confirmed=False, is_protected_from_desk=True
    )
    assert seat.entered_by is None
    sent = {"action": "invite", "_selected_action": [str(person.pk)], "confirmed": "yes"}
    client_of(second).post(PEOPLE, sent)
    assert not Invitation.objects.exists()
    client_of(confirmer).post(PEOPLE, sent)
    assert Invitation.objects.get().invited_by == confirmer
    text = read(client_of(confirmer), PEOPLE)
    assert "Invited on" in text and "can no longer invite" not in text
