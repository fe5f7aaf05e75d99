"""Nominations in the portal: who can nominate whom, and what comes of it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from participants.models import (
    Delegate,
    EventRole,
    Grant,
    Invitation,
    InvitationRequest,
    ListClosure,
    Organisation,
    Participation,
    User,
)
from participants.onboarding.nominations import NominationPlace, nominate
from participants.participation.confirmation import confirm_participations
from participants.privacy.erasure import erase_delegate
from roundtable.models import Event
from tests.decide import waiting
from tests.factories import (
    NOON,
    make_affiliation,
    make_delegate,
    make_event,
    make_government,
    make_grant,
    make_holder,
    make_invitation_request,
    make_organisation,
    make_participation,
    make_role,
    make_series,
    make_user,
)
from tests.page_text import page_html

Sign = Callable[..., Client]
Deliver = Callable[[], list[Any]]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("recorded_templates"),
    pytest.mark.time_machine(NOON, tick=False),
]
PAGE = "/me/nominations/"
DESK = "/admin/participants/invitationrequest/"


@pytest.fixture
def last() -> Event:
    """The roundtable of 2024, whose list is closed."""
    event = make_event(code="R2024", title="Second roundtable", series=make_series())
    ListClosure.objects.create(event=event, closed_at=NOON)
    return event


@pytest.fixture
def coming(last: Event) -> Event:
    day = date(2027, 3, 1)
    return make_event(
        code="R2027", title="Third roundtable", series=last.series, starts_on=day, ends_on=day
    )


@pytest.fixture
def shelter() -> Organisation:
    return make_organisation(name="Example Shelter")


@pytest.fixture
def speaker(last: Event, coming: Event, shelter: Organisation) -> Delegate:
    """Took part for the shelter in the last roundtable."""
    person = make_delegate(name="Zq Speaker")
    make_participation(person, last, organisation=shelter)
    return person


def nomination(event: Event, organisation: Organisation, **fields: str) -> dict[str, str]:
    given = {"name": "Nina Nominated", "email": "nina@example.org", "post": "Director"}
    place = f"{event.pk}-{organisation.pk}"
    return given | {"place": place, "capacity": "Head of delegation"} | fields


def places(browser: Client) -> set[str]:
    """The roundtables that the page offers."""
    form = browser.get(PAGE).context["form"]
    return {label for _key, label in form.fields["place"].choices}


# Who can nominate ------------------------------------------------------------------------------


def test_person_nominates_for_the_own_organisation_at_the_next_roundtable(
    client_of: Sign, speaker: Delegate, coming: Event, shelter: Organisation, deliver: Deliver
) -> None:
    chair = make_holder(coming, "chair@example.org")
    browser = client_of(speaker)
    assert places(browser) == {"Third roundtable, March 2027 (R2027), for Example Shelter"}
    page = browser.post(PAGE, nomination(coming, shelter), follow=True).content.decode()
    assert "The nomination is sent. Until it is decided, you can withdraw it." in page
    assert "<bdi>Nina Nominated</bdi>, Third roundtable" in page
    row = InvitationRequest.objects.get()
    assert (row.event, row.nominated_for, row.nominated_by) == (coming, shelter, speaker.user)
    assert (row.name, row.email) == ("Nina Nominated", "nina@example.org")
    assert row.organisation == "Example Shelter"
    assert (row.post, row.capacity) == ("Director", "Head of delegation")
    assert deliver() == [] and waiting(client_of(chair)) == {"Requests and nominations": 1}


@pytest.mark.parametrize(
    "case",
    [
        "unconfirmed",
        "ended",
        "archived organisation",
        "left",
        "two roundtables ago",
        "other series",
        "hidden roundtable",
    ],
)
def test_who_cannot_nominate(
    client_of: Sign, last: Event, coming: Event, shelter: Organisation, case: str
) -> None:
    event, person = last, make_delegate()
    if case == "two roundtables ago":
        event = make_event(series=last.series, starts_on=date(2020, 1, 1), ends_on=date(2020, 1, 1))
    elif case == "other series":
        event = make_event()
    elif case == "hidden roundtable":
        Event.objects.filter(pk=coming.pk).update(is_public=False)
    if event != last:
        ListClosure.objects.create(event=event, closed_at=NOON)
    row = make_participation(person, event, organisation=shelter, confirmed=case != "unconfirmed")
    if case == "ended":
        Participation.objects.filter(pk=row.pk).update(ended_at=NOON)
    elif case == "archived organisation":
        Organisation.objects.filter(pk=shelter.pk).update(archived_at=NOON)
    elif case == "left":
        make_affiliation(person, organisation=shelter, until=date(2026, 1, 1))
    browser = client_of(person)
    page = browser.get(PAGE)
    assert "You cannot nominate anyone now." in page_html(page)
    assert "Third" not in page_html(page)
    assert browser.post(PAGE, nomination(coming, shelter)).status_code == 400
    assert not InvitationRequest.objects.exists()


def test_upcoming_roundtable_and_open_list_take_nominations_of_participants(
    client_of: Sign, last: Event, coming: Event, shelter: Organisation
) -> None:
    person = make_delegate()
    make_participation(person, coming, organisation=shelter)
    open_list = make_event(title="Open list")
    make_participation(person, open_list, organisation=shelter)
    found = places(client_of(person))
    assert {label.split(",")[0] for label in found} == {"Third roundtable", "Open list"}


def test_no_one_nominates_for_another_organisation_or_roundtable(
    client_of: Sign, speaker: Delegate, last: Event, coming: Event, shelter: Organisation
) -> None:
    other = make_organisation(name="Other")
    make_role(coming, organisation=other, role=EventRole.Role.COHOST)
    elsewhere = make_event(starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 1))
    browser = client_of(speaker)
    for event, organisation in ((coming, other), (last, shelter), (elsewhere, shelter)):
        answer = browser.post(PAGE, nomination(event, organisation))
        assert answer.status_code == 400
    # Nor by a page that was left open.
    place, sent = NominationPlace(coming, other), InvitationRequest(name="N", email="n@example.org")
    assert speaker.user
    with pytest.raises(ValidationError, match="You can no longer nominate people there"):
        nominate(nomination=sent, place=place, by=speaker.user, at=NOON)
    assert client_of(make_user()).get(PAGE).status_code == 404  # an account without a profile
    # The form takes no organisation of its own.
    others = {"organisation": "Other", "nominated_for": "1"}
    browser.post(PAGE, nomination(coming, shelter) | others)
    assert InvitationRequest.objects.get().nominated_for == shelter


# What the page tells ---------------------------------------------------------------------------


def test_known_and_unknown_addresses_get_the_same_answer(
    client_of: Sign, speaker: Delegate, coming: Event, shelter: Organisation
) -> None:
    make_user("account@example.org")
    make_participation(
        make_delegate(user=None, invitation_email="invited@example.org"), coming, confirmed=False
    )
    make_invitation_request(coming, email="asks@example.org")
    for _number in range(3):
        make_invitation_request(coming, email="often@example.org")
    refused = {"nominated_for": shelter, "decision": "refused", "decided_at": NOON}
    make_invitation_request(coming, email="refused@example.org", **refused)
    browser = client_of(speaker)
    browser.post(PAGE, nomination(coming, shelter, email="first@example.org"))
    seen = set()
    for name in ("account", "invited", "asks", "often", "refused", "first", "no-one"):
        with CaptureQueriesContext(connection) as queries:
            answer = browser.post(PAGE, nomination(coming, shelter, email=f"{name}@example.org"))
        seen.add((answer.status_code, answer["Location"], len(queries)))
    assert len(seen) == 1
    # Requests of strangers leave room, and nominations take none from them.
    assert InvitationRequest.objects.filter(nominated_by=speaker.user).count() == 8
    stranger = {"event": coming.pk, "name": "N", "organisation": "O", "email": "often@example.org"}
    Client().post("/invite-me/", stranger)
    often = InvitationRequest.objects.filter(email="often@example.org")
    assert often.count() == 4 and often.get(nominated_by=speaker.user)


def test_organisation_has_twenty_open_nominations_for_a_roundtable(
    client_of: Sign, speaker: Delegate, coming: Event, shelter: Organisation
) -> None:
    for number in range(19):
        make_invitation_request(coming, nominated_for=shelter, name=f"Zq {number}")
    make_invitation_request(coming, nominated_for=make_organisation())
    browser = client_of(speaker)
    assert browser.post(PAGE, nomination(coming, shelter)).status_code == 302
    answer = browser.post(PAGE, nomination(coming, shelter))
    assert answer.status_code == 400
    assert (
        "The co-chairs have not decided about 20 people whom your organisation nominated."
        in page_html(answer)
    )
    # It lists only what this person sent.
    assert "Zq 1" not in page_html(answer)
    InvitationRequest.objects.filter(name="Zq 1").update(decision="refused", decided_at=NOON)
    assert browser.post(PAGE, nomination(coming, shelter)).status_code == 302


def test_person_withdraws_only_an_own_nomination_that_waits(
    client_of: Sign, speaker: Delegate, coming: Event, shelter: Organisation
) -> None:
    browser = client_of(speaker)
    browser.post(PAGE, nomination(coming, shelter))
    row = InvitationRequest.objects.get()
    path = f"{PAGE}{row.pk}/withdraw/"
    assert f'action="{path}"' in browser.get(PAGE).content.decode()
    colleague = make_delegate(name="Zq Colleague")
    make_participation(colleague, coming, organisation=shelter)
    answer = client_of(colleague).post(path, follow=True)
    assert "Nothing changed." in page_html(answer)
    assert browser.get(path).status_code == 302
    InvitationRequest.objects.update(decision="refused", decided_at=NOON)
    assert "already decided" in page_html(browser.post(path, follow=True))
    InvitationRequest.objects.update(decision="", decided_at=None)
    answer = browser.post(path, follow=True)
    assert "The nomination is withdrawn and deleted." in page_html(answer)
    assert not InvitationRequest.objects.exists()


# What comes of it ------------------------------------------------------------------------------


@pytest.fixture
def chair(coming: Event) -> User:
    return make_holder(coming, "chair@example.org", on_behalf_of=make_government("ID", "Ministry"))


@pytest.fixture
def nominated(
    client_of: Sign, speaker: Delegate, coming: Event, shelter: Organisation
) -> InvitationRequest:
    client_of(speaker).post(PAGE, nomination(coming, shelter))
    return InvitationRequest.objects.get()


def test_cochair_invites_the_nominated_person_for_that_organisation_only(
    client_of: Sign,
    chair: User,
    nominated: InvitationRequest,
    coming: Event,
    shelter: Organisation,
    speaker: Delegate,
) -> None:
    browser, path = client_of(chair), f"{DESK}{nominated.pk}/change/"
    sentence = "Nominated in the portal on 2 March 2026 by a person who represents Example Shelter"
    # The nominator is not of this roundtable, so the desk does not learn the name.
    assert sentence in page_html(browser.get(path))
    assert "Zq Speaker" not in page_html(browser.get(path))
    other = make_organisation(name="Other")
    make_role(coming, organisation=other)
    browser.post(path, {"answer": "invite", "speaks_for": other.pk})
    row = Participation.objects.get(event=coming)
    assert (row.organisation, row.confirmed_at) == (shelter, None)
    assert row.capacity == "Head of delegation"
    assert row.nomination == (
        "Nominated in the portal on 2 March 2026 by a person who represents the organisation"
    )
    affiliation = row.delegate.affiliations.get()
    assert (affiliation.organisation, affiliation.post) == (shelter, "Director")
    assert Invitation.objects.get().email == "nina@example.org"


def test_no_one_of_the_own_organisation_confirms_the_nominated_person(
    client_of: Sign, chair: User, nominated: InvitationRequest, coming: Event, speaker: Delegate
) -> None:
    client_of(chair).post(f"{DESK}{nominated.pk}/change/", {"answer": "invite"})
    row = Participation.objects.get(event=coming)
    assert speaker.user
    make_grant(
        speaker.user, coming, role=Grant.Role.CONFIRMER, on_behalf_of=make_organisation()
    )  # of civil society
    for user in (speaker.user, chair):
        confirm_participations(participations=[row], by=user, at=NOON)
    assert row.confirmations.get().by == chair
    row.refresh_from_db()
    assert row.confirmed_at is None


def test_nominator_of_the_roundtable_is_named_at_the_desk_unless_protected(
    client_of: Sign, chair: User, nominated: InvitationRequest, coming: Event, speaker: Delegate
) -> None:
    make_participation(speaker, coming)
    path = f"{DESK}{nominated.pk}/change/"
    page = page_html(client_of(chair).get(path))
    assert "by Zq Speaker, for Example Shelter" in page
    own = speaker.participations
    own.update(is_protected_from_desk=True)
    assert "Zq Speaker" not in page_html(client_of(chair).get(path))
    # Once erased, the person is named nowhere.
    own.update(is_protected_from_desk=False)
    client_of(chair).post(path, {"answer": "invite"})
    erase_delegate(speaker, by=speaker.user, at=NOON)
    row = Participation.objects.exclude(delegate=speaker).get(event=coming)
    assert "Speaker" not in row.nomination
    assert "Zq Speaker" not in page_html(client_of(chair).get(path))
