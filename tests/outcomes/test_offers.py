"""Organisations offer commitments and ask to join open ones; co-chairs accept or send back."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from outcomes.changes.log import changes
from outcomes.models import Commitment, CommitmentParty, Offer, Status
from participants.models import Delegate, User
from roundtable.models import AuditEntry, Event
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_grant,
    make_organisation,
    make_participation,
    make_party,
    make_statement,
    make_user,
)
from tests.follow_up import make_assessment, make_offer
from tests.reading import links_of, read, text_of

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
LIST, NEW, JOIN = "/me/offers/", "/me/offers/new/meet/1.a/", "/me/offers/join/meet-c7/"
POINT, PAGE = "/outcomes/meet/1.a/", "/commitments/meet-c7/"
STEPS = {
    "steps-TOTAL_FORMS": "2",
    "steps-INITIAL_FORMS": "0",
    "steps-0-title": "Curriculum is written",
    "steps-0-due_on": "2026-06-01",
    "steps-1-title": "",
    "steps-1-due_on": "",
}
OFFER = {
    "act": "hand-in",
    "edition": "new",
    "text": "Train fifty nurses.",
    "due_on": "2027-01-31",
    "is_open": "on",
    "names_nobody": "on",
} | STEPS


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """2 March 2026."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def meet(db: None) -> Event:
    """A roundtable with a published statement and one open commitment."""
    event = make_event(code="MEET", slug="meet", title="Meeting")
    make_statement(event)
    commitment = make_commitment(
        event,
        reference="MEET-C7",
        text="Open a desk.",
        is_open=True,
        recorded_at=NOON - timedelta(days=9),
    )
    make_party(commitment, organisation=make_organisation(name="Desk Office"))
    return event


def speaker(event: Event, name: str) -> Delegate:
    person = make_delegate()
    make_participation(person, event, organisation=make_organisation(name=name))
    return person


def desk_of(sign: Sign, event: Event) -> Client:
    cochair = make_user()
    make_grant(cochair, event)
    return sign(cochair)


def decide(desk: Client, row: Offer, action: str, note: str = "") -> Any:
    return desk.post(
        "/admin/outcomes/offer/", {"action": action, "_selected_action": [row.pk], "note": note}
    )


def assert_refused(desk: Client, row: Offer, sentence: str) -> None:
    """To approve it says this, and brings no party."""
    decide(desk, row, "approve")
    assert sentence in desk.get("/admin/outcomes/offer/").content.decode()
    assert row.commitment and row.commitment.parties.count() == 1


def test_offer_becomes_a_commitment(client: Client, client_of: Sign, meet: Event) -> None:
    assert NEW in links_of(client.get(POINT))
    aid = client_of(speaker(meet, "Aid"))
    read(aid, NEW)
    assert not Offer.objects.exists()
    assert aid.post(NEW, OFFER)["Location"] == LIST
    row = Offer.objects.get()
    assert "Train fifty nurses. Offered by Aid Go on writing" in read(aid, LIST)
    assert "Handed in, not shown yet" in read(aid, LIST)
    assert "fifty" not in text_of(client.get(POINT))
    desk = desk_of(client_of, meet)
    assert (
        "Curriculum is written"
        in desk.get(f"/admin/outcomes/offer/{row.pk}/change/").content.decode()
    )
    decide(desk, row, "send_back", note="Where?")
    assert "The co-chairs ask you to change this: Where?" in read(aid, LIST)
    [step] = row.steps.all()
    changed = OFFER | {
        "text": "Train fifty nurses in Aland.",
        "edition": f"{row.pk}-2",
        "steps-INITIAL_FORMS": "1",
        "steps-0-id": str(step.pk),
        "steps-1-title": "First course ends",
        "steps-1-due_on": "2026-09-01",
    }
    assert aid.post(f"/me/offers/{row.pk}/", changed).status_code == 302
    decide(desk, row, "approve")
    commitment = Commitment.objects.get(reference="MEET-C8")
    assert (commitment.text, commitment.due_on, commitment.is_open, commitment.recorded_at) == (
        "Train fifty nurses in Aland.",
        date(2027, 1, 31),
        True,
        NOON,
    )
    assert [point.number for point in commitment.outcomes.all()] == ["1.a"]
    party = commitment.parties.get()
    assert (str(party), party.role) == ("Aid", CommitmentParty.Role.LEAD)
    assert list(commitment.milestones.values_list("title", "due_on")) == [
        ("Curriculum is written", date(2026, 6, 1)),
        ("First course ends", date(2026, 9, 1)),
    ]
    assert commitment.status is None
    assert "Train fifty nurses in Aland." in text_of(client.get(POINT))
    assert "MEET-C8" in read(aid, LIST) and "Accepted" in read(aid, LIST)
    assert aid.get(f"/me/offers/{row.pk}/").status_code == 404
    assert ("approve offer", "MEET: Aid: Train fifty nurses in Aland.") in list(
        AuditEntry.objects.values_list("act", "detail")
    )
    told = [row.kind for row in changes(NOON - timedelta(days=1), NOON + timedelta(days=1))]
    assert told == ["commitment", "statement"]


def test_commitment_is_made_once(meet: Event) -> None:
    row = make_offer(outcome=meet.statement.outcomes.get(number="1.a"), approved=False)
    row.approve(by=make_user(), at=NOON)
    row.approve(by=make_user(), at=NOON)
    assert Commitment.objects.count() == 2
    with pytest.raises(ValidationError, match="It is a commitment already"):
        row.request_change(note="No.", at=NOON)


def test_reference_is_never_given_twice(meet: Event) -> None:
    point = meet.statement.outcomes.get(number="1.a")
    first = make_offer(outcome=point)
    assert first.commitment and first.commitment.reference == "MEET-C8"
    first.commitment.delete()
    second = make_offer(outcome=point)
    assert second.commitment and second.commitment.reference == "MEET-C9"


def test_others_join_an_open_commitment(client: Client, client_of: Sign, meet: Event) -> None:
    assert JOIN in links_of(client.get(PAGE))
    assert client.get(JOIN)["Location"].startswith("/accounts/login/")
    aid = client_of(speaker(meet, "Aid"))
    asks = {"act": "hand-in", "edition": "new", "text": "We staff it.", "names_nobody": "on"}
    assert aid.post(JOIN, asks).status_code == 302
    row = Offer.objects.get()
    assert "MEET-C7 We staff it. Aid asks to join" in read(aid, LIST)
    assert "Aid" not in text_of(client.get(PAGE))
    assert "We staff it." in read(aid, JOIN)  # goes on with the same
    again = asks | {"edition": f"{row.pk}-1", "text": "We staff it daily."}
    assert aid.post(JOIN, again).status_code == 302
    assert Offer.objects.get().text == "We staff it daily."
    decide(desk_of(client_of, meet), row, "approve")
    assert [(str(party), party.role) for party in CommitmentParty.objects.order_by("pk")] == [
        ("Desk Office", "lead"),
        ("Aid", "partner"),
    ]
    assert "What partners will do Aid: We staff it daily." in text_of(client.get(PAGE))
    assert aid.get(JOIN)["Location"] == PAGE  # it is a party now
    assert Commitment.objects.count() == 1


@pytest.mark.parametrize("since", [{"is_open": False}, {"latest_status": Status.FULFILLED}])
def test_commitment_that_is_closed_or_ended_meanwhile_is_not_joined(
    client_of: Sign, meet: Event, since: dict[str, Any]
) -> None:
    commitment = Commitment.objects.get()
    row = make_offer(commitment=commitment, approved=False)
    row.submit(at=NOON)
    Commitment.objects.update(**since)
    assert_refused(desk_of(client_of, meet), row, "This commitment is not open to others.")
    aid = client_of(speaker(meet, "Aid"))
    assert aid.get(JOIN).status_code == 404
    assert JOIN not in links_of(aid.get(PAGE))


def test_who_speaks_for_nobody_there_is_told_so(client_of: Sign, meet: Event) -> None:
    outsider = client_of(speaker(make_event(), "Elsewhere"))
    for path in (NEW, JOIN):
        for answer in (outsider.get(path), outsider.post(path, OFFER)):
            assert answer.status_code == 403
            assert "You speak for no organisation here." in text_of(answer)
    row = make_offer(commitment=Commitment.objects.get(), approved=False)
    row.submit(at=NOON)
    aid = client_of(speaker(meet, "Aid"))
    assert aid.get(f"/me/offers/{row.pk}/").status_code == 404
    assert aid.post(f"/me/offers/{row.pk}/", OFFER).status_code == 404
    assert "fifty" not in read(aid, LIST)
    Event.objects.update(is_public=False)
    assert aid.get(NEW).status_code == aid.get(JOIN).status_code == 404
    assert Offer.objects.count() == 1


def test_mistakes_in_offers_and_steps_are_said(client_of: Sign, meet: Event) -> None:
    aid = client_of(speaker(meet, "Aid"))
    private = aid.post(NEW, OFFER | {"steps-0-title": "Call +62 812 3456 7890"})
    assert private.status_code == 400 and "+62 812 3456 7890" in text_of(private)
    early = aid.post(NEW, OFFER | {"steps-0-due_on": "2024-05-01"})
    assert early.status_code == 400
    assert "The roundtable began on 2024-05-14. Choose that day or later." in text_of(early)
    unread = aid.post(NEW, OFFER | {"names_nobody": ""})
    assert "If it names nobody and no shelter, tick this." in text_of(unread)
    assert not Offer.objects.exists()
    assert aid.post(NEW, OFFER | {"act": "keep", "names_nobody": ""}).status_code == 302
    assert Offer.objects.get().state == "draft"


def test_who_assessed_it_as_somebody_independent_does_not_become_a_party(
    client_of: Sign, meet: Event
) -> None:
    commitment = Commitment.objects.get()
    row = make_offer(commitment=commitment, approved=False)
    row.submit(at=NOON)
    make_assessment(commitment=commitment, organisation=row.organisation)
    sentence = "It has assessed this commitment as somebody independent"
    assert_refused(desk_of(client_of, meet), row, sentence)


def test_offer_for_a_day_that_cannot_be_meant_is_refused(client_of: Sign, meet: Event) -> None:
    aid = client_of(speaker(meet, "Aid"))
    for day in ("0001-01-01", "9999-12-31"):
        answer = aid.post(NEW, OFFER | {"due_on": day})
        assert "Choose a day within fifty years after the roundtable." in text_of(answer)
    assert not Offer.objects.exists()


@pytest.mark.parametrize("year", [2023, 2024 + 51])
def test_offer_due_outside_fifty_years_is_rejected(meet: Event, year: int) -> None:
    point = meet.statement.outcomes.get(number="1.a")
    with pytest.raises(ValidationError, match="within fifty years"):
        make_offer(outcome=point, approved=False, due_on=date(year, 6, 1))


@pytest.mark.parametrize("year", [2024, 2024 + 50])
def test_offer_due_within_fifty_years_is_accepted(meet: Event, year: int) -> None:
    point = meet.statement.outcomes.get(number="1.a")
    make_offer(outcome=point, approved=False, due_on=date(year, 1, 1))
    assert Offer.objects.get().due_on == date(year, 1, 1)
