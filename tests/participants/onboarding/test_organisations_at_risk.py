"""People of an organisation whose name is not published: their confirmer alone invites them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from participants.models import (
    Audience,
    Delegate,
    EmailLink,
    Invitation,
    InvitationRequest,
    Organisation,
    OrganisationKind,
    Participation,
    User,
)
from participants.onboarding.invitations import find_open_invitation, send_invitation
from roundtable.mail.batches import CANCEL_WINDOW
from roundtable.models import Event
from tests.decide import waiting
from tests.factories import (
    NOON,
    make_delegate,
    make_event,
    make_holder,
    make_invitation,
    make_invitation_request,
    make_organisation,
    make_participation,
    make_user,
)
from tests.page_text import page_html

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
Sign = Callable[..., Client]
Deliver = Callable[[], list[Any]]
PEOPLE = "/admin/participants/delegate/"
DESK = "/admin/participants/invitationrequest/"
ONLY_CONFIRMER = (
    "The name of this organisation is not published. Only the confirmer for Civil society can "
    "invite its people."
)


@pytest.fixture
def event() -> Event:
    return make_event(code="R2026", title="Roundtable 2026")


@pytest.fixture
def shelter() -> Organisation:
    return make_organisation(
        name="Zq Shelter", kind=OrganisationKind.CIVIL_SOCIETY, is_name_published=False
    )


@pytest.fixture
def amal(event: Event, shelter: Organisation) -> Delegate:
    person = make_delegate(name="Zq Amal", user=None, invitation_email="amal@example.org")
    make_participation(person, event, organisation=shelter, confirmed=False)
    return person


def holder(name: str, event: Event, role: str, kind: str) -> User:
    country = "ID" if kind == OrganisationKind.GOVERNMENT else ""
    organisation = make_organisation(kind=kind, country=country)
    return make_holder(event, f"{name}@example.org", role=role, on_behalf_of=organisation)


@pytest.fixture
def chair(event: Event) -> User:
    return holder("chair", event, "cochair", OrganisationKind.GOVERNMENT)


@pytest.fixture
def confirmer(event: Event) -> User:
    return holder("confirmer", event, "confirmer", OrganisationKind.CIVIL_SOCIETY)


def invite(browser: Client, person: Delegate) -> str:
    chosen = {"action": "invite", "_selected_action": [person.pk], "confirmed": "yes"}
    return page_html(browser.post(PEOPLE, chosen, follow=True))


def test_confirmer_of_the_constituency_invites(
    client_of: Sign,
    event: Event,
    amal: Delegate,
    confirmer: User,
    deliver: Deliver,
    time_machine: Any,
) -> None:
    browser = client_of(confirmer)
    # But no one of other organisations.
    person = make_delegate(user=None, invitation_email="open@example.org")
    make_participation(person, event, organisation=make_organisation(), confirmed=False)
    invite(browser, person)
    assert not Invitation.objects.exists()
    assert 'value="invite"' in browser.get(PEOPLE).content.decode()
    assert "We send 1 invitation in ten minutes." in invite(browser, amal)
    time_machine.shift(CANCEL_WINDOW)
    assert [message.to for message in deliver()] == [["amal@example.org"]]


def test_cochair_cannot_invite_and_reads_who_can(
    client_of: Sign, event: Event, shelter: Organisation, amal: Delegate, chair: User
) -> None:
    browser = client_of(chair)
    invite(browser, amal)
    chosen = {"action": "invite", "_selected_action": [amal.pk]}
    assert ONLY_CONFIRMER in page_html(browser.post(PEOPLE, chosen))
    # Nor by a request.
    row = make_invitation_request(event, email="stranger@example.org")
    sent = {"answer": "invite", "speaks_for": shelter.pk}
    assert ONLY_CONFIRMER in page_html(browser.post(f"{DESK}{row.pk}/change/", sent))
    row.refresh_from_db()
    assert row.decision == "" and not Invitation.objects.exists()


def test_no_one_else_invites(client_of: Sign, amal: Delegate, event: Event) -> None:
    agency, civil_society = OrganisationKind.AGENCY, OrganisationKind.CIVIL_SOCIETY
    for user in (
        make_user(is_superuser=True),
        holder("elsewhere", make_event(code="R2027"), "confirmer", civil_society),
        holder("confirmer", event, "confirmer", agency),
        holder("cohost", event, "cohost", civil_society),
        holder("editor", event, "editor", civil_society),
    ):
        invite(client_of(user), amal)
        with pytest.raises(ValidationError):
            send_invitation(delegate=amal, event=event, by=user, at=NOON)
        assert not Invitation.objects.exists(), user


def test_link_ends_when_the_confirmers_right_or_the_published_name_ends(
    amal: Delegate, event: Event, confirmer: User, chair: User, deliver: Deliver
) -> None:
    send_invitation(delegate=amal, event=event, by=confirmer, at=NOON)
    link = EmailLink.objects.of("invitation").latest("pk")
    assert find_open_invitation(link, NOON)
    confirmer.grants.update(valid_until=NOON.date() - timedelta(days=1))
    assert find_open_invitation(link, NOON) is None
    # A co-chair's open link ends once the name is no longer published.
    Participation.objects.update(organisation=make_organisation(name="Zq Open"))
    send_invitation(delegate=amal, event=event, by=chair, at=NOON)
    link = EmailLink.objects.of("invitation").latest("pk")
    assert find_open_invitation(link, NOON)
    Organisation.objects.filter(name="Zq Open").update(is_name_published=False)
    assert find_open_invitation(link, NOON) is None


@pytest.mark.parametrize("is_at_risk", [True, False])
def test_nomination_by_civil_society_goes_to_the_confirmer_alone(
    client_of: Sign,
    event: Event,
    shelter: Organisation,
    chair: User,
    confirmer: User,
    deliver: Deliver,
    is_at_risk: bool,
) -> None:
    shelter.is_name_published = not is_at_risk
    shelter.save()
    other = holder("other", event, "confirmer", OrganisationKind.AGENCY)
    speaker = make_delegate(name="Zq Speaker", user=make_user("speaker@example.org"))
    make_participation(speaker, event, organisation=shelter)
    sent = {"name": "Zq Nina", "email": "nina@example.org", "capacity": "Head of delegation"}
    client_of(speaker).post("/me/nominations/", sent | {"place": f"{event.pk}-{shelter.pk}"})
    row = InvitationRequest.objects.get()
    assert deliver() == []
    assert "Requests and nominations" in waiting(client_of(confirmer))
    path = f"{DESK}{row.pk}/change/"
    for user in (chair, other):
        browser = client_of(user)
        assert "Requests and nominations" not in waiting(browser)
        assert "Zq Nina" not in browser.get(DESK).content.decode()
        absent = browser.get(f"{DESK}{row.pk + 1}/change/")
        answer = browser.get(path)
        assert answer.status_code == absent.status_code
        assert answer.get("Location") == absent.get("Location")
        browser.post(path, {"answer": "invite"})
        browser.post(DESK, {"action": "refuse", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.decision == ""
    browser = client_of(confirmer)
    assert "Zq Nina" in browser.get(DESK).content.decode()
    browser.post(path, {"answer": "invite"})
    assert deliver()[-1].to == ["nina@example.org"]
    participation = Participation.objects.get(delegate__name="Zq Nina")
    assert (participation.organisation, participation.confirmed_at) == (shelter, None)


def test_invited_and_protected_person_is_seen_by_that_confirmer_alone(
    client_of: Sign, amal: Delegate, event: Event, confirmer: User, chair: User
) -> None:
    amal.write(user=make_user("amal@example.org"), listed_to=Audience.ONLY_ME)
    amal.participations.update(is_protected_from_desk=True)
    make_invitation(amal, event, invited_by=confirmer, answer="agreed", answered_at=NOON)
    assert "Zq Amal" in client_of(confirmer).get(PEOPLE).content.decode()
    assert "Zq Amal" not in client_of(chair).get(PEOPLE).content.decode()
