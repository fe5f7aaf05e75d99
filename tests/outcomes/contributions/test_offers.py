"""Organisations offer commitments and ask to join open ones; co-chairs accept or send back."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from outcomes.changes.log import latest_changes
from outcomes.models import Commitment, CommitmentParty, ImplementationStatus, Offer, Statement
from participants.models import Delegate, Organisation
from roundtable.models import AuditEntry, Event
from roundtable.web.row_keys import row_key
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_holder,
    make_organisation,
    make_participation,
    make_party,
    make_statement,
    make_user,
)
from tests.fixture_types import Sign
from tests.follow_up_factories import make_assessment, make_offer
from tests.outcomes.test_outcomes_admin import run_admin_action
from tests.page_text import get_text, page_links, page_text

NO_ORGANISATION = (
    "You cannot write for an organisation here, because you do not take part for one. If this is "
    "wrong, tell a co-chair."
)
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
LIST, NEW, JOIN = "/me/offers/", "/me/offers/new/meet/1.a/", "/me/offers/join/meet-c7/"
WHOLE = "/me/offers/new/meet/"
POINT, PAGE = "/outcomes/meet/1.a/", "/commitments/meet-c7/"
STEPS = {
    "milestones-TOTAL_FORMS": "2",
    "milestones-INITIAL_FORMS": "0",
    "milestones-0-title": "Curriculum is written",
    "milestones-0-due_on": "2026-06-01",
    "milestones-1-title": "",
    "milestones-1-due_on": "",
}
OFFER = {
    "act": "hand-in",
    "version": "new",
    "text": "Train fifty nurses.",
    "due_on": "2027-01-31",
    "is_open": "on",
    "has_no_personal_details": "on",
} | STEPS


@pytest.fixture
def meeting(db: None) -> Event:
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


@pytest.mark.usefixtures("meeting")
def test_ways_to_an_offer_are_shown_to_those_who_can_take_part_in_it(
    client: Client, client_of: Sign, meeting: Event
) -> None:
    ways = {"/roundtables/meet/": WHOLE, POINT: NEW, PAGE: JOIN}
    elsewhere, here = speaker(make_event(), "Elsewhere"), speaker(meeting, "Here")
    for page, way in ways.items():
        # Visitors sign in first.
        assert way in page_links(client.get(page))
        assert client.get(way)["Location"].startswith("/accounts/login/")
        assert way in page_links(client_of(here).get(page))
        assert client_of(here).get(way).status_code == 200
        assert way not in page_links(client_of(elsewhere).get(page))
        assert client_of(elsewhere).get(way).status_code == 403


def assert_refused(desk: Client, row: Offer, sentence: str) -> None:
    """To approve it says this, and brings no party."""
    assert sentence in run_admin_action(desk, Offer, "approve", row.pk)
    assert row.commitment and row.commitment.parties.count() == 1


def test_offer_becomes_a_commitment(client: Client, client_of: Sign, meeting: Event) -> None:
    aid = client_of(speaker(meeting, "Aid"))
    get_text(aid, NEW)
    assert not Offer.objects.exists()
    assert aid.post(NEW, OFFER)["Location"] == LIST
    row = Offer.objects.get()
    assert "Train fifty nurses. Offered by Aid Continue writing" in get_text(aid, LIST)
    assert "Submitted, not shown yet" in get_text(aid, LIST)
    assert "fifty" not in page_text(client.get(POINT))
    desk = client_of(make_holder(meeting))
    shown = desk.get(f"/admin/outcomes/offer/{row.pk}/change/").content.decode()
    assert "Curriculum is written" in shown
    run_admin_action(desk, Offer, "ask_for_changes", row.pk, note="Where?")
    assert "Someone who checked this text asks you to change this: Where?" in get_text(aid, LIST)
    [step] = row.milestones.all()
    changed = OFFER | {
        "text": "Train fifty nurses in Aland.",
        "version": f"{row.pk}-2",
        "milestones-INITIAL_FORMS": "1",
        "milestones-0-id": row_key(step),
        "milestones-1-title": "First course ends",
        "milestones-1-due_on": "2026-09-01",
    }
    assert aid.post(f"/me/offers/{row.pk}/", changed).status_code == 302
    run_admin_action(desk, Offer, "approve", row.pk)
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
    assert "Train fifty nurses in Aland." in page_text(client.get(POINT))
    assert "MEET-C8" in get_text(aid, LIST) and "Accepted" in get_text(aid, LIST)
    assert aid.get(f"/me/offers/{row.pk}/").status_code == 404
    assert AuditEntry.objects.filter(action="approve offer", detail="MEET: Aid").exists()
    told = [row.kind for row in latest_changes(NOON - timedelta(days=1), NOON + timedelta(days=1))]
    assert told == ["commitment", "statement"]


def test_offer_to_the_whole_statement_becomes_a_commitment(
    client: Client, client_of: Sign, meeting: Event
) -> None:
    aid = client_of(speaker(meeting, "Aid"))
    assert "It answers the whole statement: " in get_text(aid, WHOLE)
    assert aid.post(WHOLE, OFFER)["Location"] == LIST
    row = Offer.objects.get()
    assert not row.is_joining and row.event == meeting
    assert "MEET Train fifty nurses. Offered by Aid" in get_text(aid, LIST)
    assert "It answers the whole statement: " in get_text(aid, f"/me/offers/{row.pk}/")
    assert "fifty" not in page_text(client.get("/roundtables/meet/"))
    desk = client_of(make_holder(meeting))
    listed = desk.get("/admin/outcomes/offer/").content.decode()
    assert "Train fifty nurses." in listed and meeting.statement.title in listed
    review = desk.get(f"/admin/outcomes/offer/{row.pk}/review/").content.decode()
    assert "it becomes a commitment with the next reference" in review
    elsewhere = client_of(make_holder(make_event()))
    assert "fifty" not in elsewhere.get("/admin/outcomes/offer/").content.decode()
    run_admin_action(desk, Offer, "approve", row.pk)
    commitment = Commitment.objects.get(reference="MEET-C8")
    assert (commitment.basis, commitment.state) == ("undertaken", "public")
    assert not commitment.outcomes.exists()
    assert [str(party) for party in commitment.parties.all()] == ["Aid"]
    assert [step.title for step in commitment.milestones.all()] == ["Curriculum is written"]
    shown = page_text(client.get("/commitments/meet-c8/"))
    assert "Train fifty nurses." in shown and "the whole statement" in shown
    assert "What partners will do" not in shown


def test_offer_to_a_statement_needs_a_published_one(client_of: Sign, meeting: Event) -> None:
    aid = client_of(speaker(meeting, "Aid"))
    Statement.objects.update(state="draft", published_at=None)
    assert WHOLE not in page_links(aid.get("/roundtables/meet/"))
    assert aid.get(WHOLE).status_code == aid.post(WHOLE, OFFER).status_code == 404
    assert not Offer.objects.exists()


def test_offer_creates_one_commitment(meeting: Event) -> None:
    row = make_offer(outcome=meeting.statement.outcomes.get(number="1.a"), approved=False)
    row.approve(by=make_user(), at=NOON)
    row.approve(by=make_user(), at=NOON)
    assert Commitment.objects.count() == 2
    sentence = (
        "This offer is already a commitment, so you cannot ask for a change. Its progress is "
        "reported on the commitment."
    )
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        row.request_change(note="No.", at=NOON)


def test_reference_is_never_reused(meeting: Event) -> None:
    point = meeting.statement.outcomes.get(number="1.a")
    first = make_offer(outcome=point)
    assert first.commitment and first.commitment.reference == "MEET-C8"
    first.commitment.delete()
    second = make_offer(outcome=point)
    assert second.commitment and second.commitment.reference == "MEET-C9"


def test_others_join_an_open_commitment(client: Client, client_of: Sign, meeting: Event) -> None:
    aid = client_of(speaker(meeting, "Aid"))
    asks = {name: OFFER[name] for name in ("act", "version", "has_no_personal_details")}
    asks["text"] = "We staff it."
    assert aid.post(JOIN, asks).status_code == 302
    row = Offer.objects.get()
    assert "MEET-C7 We staff it. Aid asks to join" in get_text(aid, LIST)
    assert "Aid" not in page_text(client.get(PAGE))
    waits = "Aid asked to join on 2 March 2026. The request waits for a check."
    lead = make_delegate()
    desk = Organisation.objects.get(name="Desk Office")
    make_participation(lead, meeting, organisation=desk)
    other = client_of(speaker(meeting, "Third"))
    told = [waits in page_text(who.get(PAGE)) for who in (aid, client_of(lead), other, client)]
    assert told == [True, True, False, False]
    assert "We staff it." in get_text(aid, JOIN)  # continues with the same
    again = asks | {"version": f"{row.pk}-1", "text": "We staff it daily."}
    assert aid.post(JOIN, again).status_code == 302
    assert Offer.objects.get().text == "We staff it daily."
    agrees = {"act": "agreed", "shown": Offer.objects.get().join_hash()}
    assert client_of(lead).post(f"/me/commitments/joins/{row.pk}/", agrees).status_code == 302
    run_admin_action(client_of(make_holder(meeting)), Offer, "approve", row.pk)
    assert [(str(party), party.role) for party in CommitmentParty.objects.order_by("pk")] == [
        ("Desk Office", "lead"),
        ("Aid", "partner"),
    ]
    assert "What partners will do Aid: We staff it daily." in page_text(client.get(PAGE))
    assert aid.get(JOIN)["Location"] == PAGE  # it is a party now
    assert Commitment.objects.count() == 1


@pytest.mark.parametrize(
    "since", [{"is_open": False}, {"latest_status": ImplementationStatus.FULFILLED}]
)
def test_closed_or_ended_commitment_cannot_be_joined(
    client_of: Sign, meeting: Event, since: dict[str, Any]
) -> None:
    commitment = Commitment.objects.get()
    row = make_offer(commitment=commitment, approved=False)
    row.submit(at=NOON)
    Commitment.objects.update(**since)
    assert_refused(
        client_of(make_holder(meeting)),
        row,
        "Other organisations cannot join this commitment. Choose a commitment that they can join.",
    )
    aid = client_of(speaker(meeting, "Aid"))
    assert aid.get(JOIN).status_code == 404
    assert JOIN not in page_links(aid.get(PAGE))


def test_user_without_organisation_sees_explanation(client_of: Sign, meeting: Event) -> None:
    outsider = client_of(speaker(make_event(), "Elsewhere"))
    for path in (NEW, JOIN, WHOLE):
        for answer in (outsider.get(path), outsider.post(path, OFFER)):
            assert answer.status_code == 403
            assert NO_ORGANISATION in page_text(answer)
    row = make_offer(commitment=Commitment.objects.get(), approved=False)
    row.submit(at=NOON)
    aid = client_of(speaker(meeting, "Aid"))
    assert aid.get(f"/me/offers/{row.pk}/").status_code == 404
    assert aid.post(f"/me/offers/{row.pk}/", OFFER).status_code == 404
    assert "fifty" not in get_text(aid, LIST)
    Event.objects.update(is_public=False)
    assert aid.get(NEW).status_code == aid.get(JOIN).status_code == 404
    assert Offer.objects.count() == 1


def test_offer_and_milestone_errors_are_shown(client_of: Sign, meeting: Event) -> None:
    aid = client_of(speaker(meeting, "Aid"))
    private = aid.post(NEW, OFFER | {"milestones-0-title": "Call +62 812 3456 7890"})
    assert private.status_code == 400 and "+62 812 3456 7890" in page_text(private)
    early = aid.post(NEW, OFFER | {"milestones-0-due_on": "2024-05-01"})
    assert early.status_code == 400
    assert "The roundtable began on 2024-05-14. Choose that day or later." in page_text(early)
    changed = aid.post(NEW, OFFER | {"milestones-0-offer": "7"})
    assert changed.status_code == 400 and OFFER["text"] in page_text(changed)
    assert not Offer.objects.exists()
    assert aid.post(NEW, OFFER | {"act": "keep", "has_no_personal_details": ""}).status_code == 302
    assert Offer.objects.get().state == "draft"


def test_independent_assessor_cannot_join(client_of: Sign, meeting: Event) -> None:
    commitment = Commitment.objects.get()
    row = make_offer(commitment=commitment, approved=False)
    row.submit(at=NOON)
    make_assessment(commitment=commitment, organisation=row.organisation)
    sentence = (
        "This organisation has published an independent assessment of this commitment, "
        "and everyone can read it. Ask for a change of the assessment first."
    )
    assert_refused(client_of(make_holder(meeting)), row, sentence)


def test_offer_is_due_within_fifty_years(client_of: Sign, meeting: Event) -> None:
    point = meeting.statement.outcomes.get(number="1.a")
    for year in (2023, 2024 + 51):
        with pytest.raises(ValidationError, match="within 50 years"):
            make_offer(outcome=point, approved=False, due_on=date(year, 6, 1))
    aid = client_of(speaker(meeting, "Aid"))
    for day in ("0001-01-01", "9999-12-31"):
        answer = aid.post(NEW, OFFER | {"due_on": day})
        assert "Choose a day within 50 years after the roundtable." in page_text(answer)
    assert not Offer.objects.exists()
    for year in (2024, 2024 + 50):
        make_offer(outcome=point, approved=False, due_on=date(year, 1, 1))
    assert Offer.objects.count() == 2
