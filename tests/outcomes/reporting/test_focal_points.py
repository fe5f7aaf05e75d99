"""Focal points: asked by the co-chairs, shown once they accept, to those who may see them."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from outcomes.models import Commitment, CommitmentParty
from participants.models import Audience, Delegate, Organisation, User
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_affiliation,
    make_commitment,
    make_delegate,
    make_event,
    make_government,
    make_participation,
    make_party,
    make_role,
)
from tests.fixture_types import Deliver, Sign
from tests.outcomes.test_outcomes_admin import filled, page
from tests.page_text import get_text, page_html, page_links, page_text

pytestmark = pytest.mark.django_db
PAGES = ["/commitments/", "/commitments/rt2024-c2/", "/roundtables/roundtable-2024/"]


@pytest.fixture
def request_to(event: Event, delegate: Delegate) -> CommitmentParty:
    """The delegate, who is listed to everyone, was asked and has not answered."""
    party = event.commitments.get(reference="RT2024-C2").parties.get()
    party.request_focal_point(delegate)
    return party


def answer(browser: Client, party: CommitmentParty, **values: str) -> int:
    return browser.post(f"/me/commitments/{party.pk}/", values).status_code


def is_named(browser: Client, name: str) -> list[bool]:
    """Whether the commitments name the person as the one to ask, page by page."""
    return [
        f"Who to ask: {name}" in page_text(browser.get(path))
        or f"Who to ask {name}" in page_text(browser.get(path))
        for path in PAGES
    ]


def test_focal_point_is_named_from_acceptance_to_resignation(
    client: Client,
    client_of: Sign,
    delegate: Delegate,
    request_to: CommitmentParty,
    cochair: User,
    operator: User,
) -> None:
    for other in (client, client_of(cochair), client_of(operator)):
        assert is_named(other, "Dewi Lestari") == [False, False, False]
    browser = client_of(delegate)
    text = get_text(browser, "/me/commitments/")
    assert "RT2024-C2 Print leaflets. For " in text
    assert "AcceptDecline" in text.replace(" ", "")
    reply = browser.post(f"/me/commitments/{request_to.pk}/", {"answer": "accept"})
    assert (reply.status_code, reply["Location"]) == (302, "/me/commitments/")
    text = get_text(browser, "/me/commitments/")
    assert text.startswith("Thank you. People can now ask you about this commitment.")
    assert "You accepted on " in text and "This is not my task" in text
    assert is_named(client, "Dewi Lestari") == [True, True, True]
    assert f"/directory/{delegate.handle}/" in page_links(client.get("/commitments/rt2024-c2/"))
    # For two parties, once.
    second = make_party(request_to.commitment)
    second.request_focal_point(delegate)
    second.accept(NOON)
    assert get_text(client, "/commitments/rt2024-c2/").count("Dewi Lestari") == 1
    for party in (second, request_to):
        assert answer(browser, party, answer="decline") == 302
    assert is_named(client, "Dewi Lestari") == [False, False, False]


def ask_on_the_desk(browser: Client, party: CommitmentParty, person: Delegate) -> Any:
    address = page(Commitment, "change", party.commitment_id)
    sent = filled(browser, address, **{"parties-0-focal_point": person.pk})
    return browser.post(address, sent, follow=True)


@pytest.mark.usefixtures("recorded_templates")
def test_focal_point_is_asked_by_one_email_and_answers_on_the_profile(
    client: Client,
    client_of: Sign,
    event: Event,
    delegate: Delegate,
    cochair: User,
    deliver: Deliver,
) -> None:
    office = delegate.participations.get().organisation
    Organisation.objects.filter(pk=office.pk).update(name="Harbour Office")
    party = event.commitments.get(reference="RT2024-C2").parties.get()
    CommitmentParty.objects.filter(pk=party.pk).update(organisation=office)
    for _time in range(2):
        assert ask_on_the_desk(client_of(cochair), party, delegate).status_code == 200
    (email,) = deliver()
    assert email.to == ["delegate@example.org"]
    body = " ".join(str(email.body).split())
    assert "Roundtable 2024, May 2024 (RT2024) names you as the focal point of Harbour" in body
    assert "dewi.open@example.org" not in body
    browser = client_of(delegate)
    text = get_text(browser, "/me/")
    assert "1 Accept or decline to report on 1 commitment" in text
    assert "1 entry waits for your answer." in text
    assert "Focal point of Harbour Office for RT2024-C2" in text
    assert is_named(client, "Dewi Lestari") == [False, False, False]
    assert answer(browser, party, answer="accept") == 302
    assert is_named(client, "Dewi Lestari") == [True, True, True]
    text = get_text(browser, "/me/")
    assert "waits for your answer" not in text and "You accepted on" in text
    assert answer(browser, party, answer="decline") == 302
    assert "Focal point of" not in get_text(browser, "/me/")


@pytest.mark.usefixtures("recorded_templates")
@pytest.mark.parametrize("case", ["other organisation", "not confirmed", "left", "same government"])
def test_focal_point_is_chosen_among_people_of_the_organisation(
    client_of: Sign, event: Event, cochair: User, case: str
) -> None:
    party = event.commitments.get(reference="RT2024-C2").parties.get()
    office = make_government("TH")
    CommitmentParty.objects.filter(pk=party.pk).update(organisation=office)
    place = {
        "other organisation": make_government("ID"),
        "same government": make_government("TH"),
    }.get(case, office)
    person = make_delegate()
    make_participation(person, event, organisation=place, confirmed=case != "not confirmed")
    if case == "left":
        make_affiliation(person, organisation=office, until=date(2020, 1, 1))
    text = page_html(ask_on_the_desk(client_of(cochair), party, person))
    party.refresh_from_db()
    assert party.focal_point is None
    assert "Choose someone whose participation for this organisation" in text


@pytest.mark.parametrize("takes_part", [True, False])
def test_each_link_about_a_request_opens(
    client_of: Sign, request_to: CommitmentParty, delegate: Delegate, takes_part: bool
) -> None:
    """Someone who was asked may have left before the answer."""
    if takes_part:
        place = delegate.participations.get().organisation
        CommitmentParty.objects.filter(pk=request_to.pk).update(organisation=place)
    browser = client_of(delegate)
    links = page_links(browser.get("/me/commitments/"))
    assert (f"/me/commitments/{request_to.pk}/recorded/" in links) == takes_part
    assert {browser.get(link).status_code for link in links} == {200}


def test_request_is_declined_and_an_invalid_answer_changes_nothing(
    client: Client, client_of: Sign, delegate: Delegate, request_to: CommitmentParty
) -> None:
    browser = client_of(delegate)
    wrong: list[dict[str, str]] = [{}, {"answer": ""}, {"answer": "ACCEPT"}, {"accept": "yes"}]
    for values in wrong:
        assert answer(browser, request_to, **values) == 302
        assert get_text(browser, "/me/commitments/").startswith("Select “Accept” or “Decline”.")
        request_to.refresh_from_db()
        assert (request_to.focal_point, request_to.focal_point_accepted_at) == (delegate, None)
    assert answer(browser, request_to, answer="decline") == 302
    text = get_text(browser, "/me/commitments/")
    assert text.startswith("You are not the focal point for this commitment.")
    assert "No one has asked you yet. When a co-chair names you, the request appears here." in text
    request_to.refresh_from_db()
    assert (request_to.focal_point, request_to.focal_point_accepted_at) == (None, None)
    assert is_named(client, "Dewi Lestari") == [False, False, False]


def test_only_requested_delegate_can_answer(
    client_of: Sign,
    request_to: CommitmentParty,
    delegate: Delegate,
    quiet_delegate: Delegate,
    focal_point: Delegate,
    outsider: Delegate,
    cochair: User,
    operator: User,
) -> None:
    for who in (quiet_delegate, focal_point, outsider, cochair, operator):
        browser = client_of(who)
        assert "Print leaflets." not in get_text(browser, "/me/commitments/")
        for value in ("accept", "decline", "nonsense"):
            assert answer(browser, request_to, answer=value) == 404
            # As for a number that there is not.
            there = browser.post(f"/me/commitments/{request_to.pk}/", {"answer": value})
            absent = browser.post("/me/commitments/999999/", {"answer": value})
            assert there.content == absent.content
    request_to.refresh_from_db()
    assert request_to.focal_point == delegate
    assert request_to.focal_point_accepted_at is None
    for number in ("0", "99999999999999999999", "-1", "x", "١"):
        path = f"/me/commitments/{number}/"
        assert client_of(delegate).post(path, {"answer": "accept"}).status_code == 404
    request_to.request_focal_point(quiet_delegate)
    assert answer(client_of(delegate), request_to, answer="accept") == 404
    assert answer(client_of(quiet_delegate), request_to, answer="accept") == 302


def test_request_that_changed_meanwhile_is_not_accepted(
    client_of: Sign, delegate: Delegate, request_to: CommitmentParty
) -> None:
    browser, opened = client_of(delegate), request_to.request_hash
    Commitment.objects.filter(pk=request_to.commitment_id).update(text="Close every border.")
    assert answer(browser, request_to, answer="accept", shown=opened) == 302
    assert get_text(browser, "/me/commitments/").startswith("This entry changed after you opened")
    request_to.refresh_from_db()
    assert request_to.focal_point_accepted_at is None
    request_to = CommitmentParty.objects.get(pk=request_to.pk)
    assert answer(browser, request_to, answer="accept", shown=request_to.request_hash) == 302
    request_to.refresh_from_db()
    assert request_to.focal_point_accepted_at is not None


def test_get_changes_nothing(
    client_of: Sign, delegate: Delegate, request_to: CommitmentParty
) -> None:
    browser = client_of(delegate)
    for path in (f"/me/commitments/{request_to.pk}/?answer=accept", "/me/commitments/"):
        browser.get(path)
        browser.head(path)
    request_to.refresh_from_db()
    assert request_to.focal_point_accepted_at is None
    assert browser.get(f"/me/commitments/{request_to.pk}/")["Location"] == "/me/commitments/"


def test_focal_point_is_named_to_permitted_viewers_only(
    client: Client,
    client_of: Sign,
    event: Event,
    delegate: Delegate,
    focal_point: Delegate,
    outsider: Delegate,
    cochair: User,
) -> None:
    path = "/commitments/rt2024-c1/"
    assert "Who to ask Farah Point" in get_text(client_of(delegate), path)
    assert "Who to ask Farah Point" in get_text(client_of(focal_point), path)
    for browser in (client, client_of(outsider), client_of(cochair)):
        text = get_text(browser, path)
        assert "Farah" not in text and "No contact is shown for this commitment." in text
    focal_point.write(listed_to=Audience.ONLY_ME)
    assert "Farah" not in get_text(client_of(delegate), path)
    focal_point.write(listed_to=Audience.EVERYONE)
    assert "Who to ask Farah Point" in get_text(client, path)
    # The name leads to the profile; her contact details are not here.
    assert "farah.inside@example.org" not in get_text(client_of(delegate), path)
    focal_point.write(post="Adviser")
    office = focal_point.participations.get().organisation
    office.name = "Office for Migrants"
    office.save()
    make_role(event, organisation=office)
    make_affiliation(focal_point, organisation=office)
    browser = client_of(delegate)
    named = "Who to ask Farah Point , Adviser, Office for Migrants"
    assert named in get_text(browser, path)
    assert "Who to ask: Farah Point , Office for Migrants" in get_text(browser, "/commitments/")


def test_request_about_unpublished_commitment_has_no_link(
    client_of: Sign, delegate: Delegate
) -> None:
    hidden = make_event(code="HID", is_public=False)
    party = make_party(make_commitment(hidden, reference="HID-C1", text="Not public yet"))
    party.request_focal_point(delegate)
    reply = client_of(delegate).get("/me/commitments/")
    assert "HID-C1 Not public yet" in page_text(reply)
    assert "/commitments/hid-c1/" not in page_links(reply)
    assert Commitment.objects.get(reference="HID-C1").parties.get() == party
