"""What addressees answered to a recommendation, on its page and on the page of each of them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from outcomes.models import Outcome, Response
from participants.models import EventRole, Kind, RecordedCount
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_addressee,
    make_commitment,
    make_event,
    make_group,
    make_organisation,
    make_role,
    make_statement,
    make_user,
    save,
)
from tests.follow_up import make_assessment, make_related_text, make_response
from tests.reading import IN_TOUCH, links_of, read, text_of
from tests.recorded import recorded

pytestmark = pytest.mark.django_db
PAGE = "/outcomes/asked/1.a/"
Stance = Response.Stance


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """2 March 2026."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
@recorded
def asked() -> Event:
    """A roundtable of three governments and one CSO; point 1.a recommends to governments."""
    event = make_event(code="ASKED", slug="asked")
    for name, kind in (
        ("Aland", Kind.GOVERNMENT),
        ("Beland", Kind.GOVERNMENT),
        ("Celand", Kind.GOVERNMENT),
        ("Aid", Kind.CIVIL_SOCIETY),
    ):
        organisation = make_organisation(slug=name.lower(), name=name, kind=kind)
        make_role(event, organisation=organisation, role=EventRole.Role.PARTICIPANT)
    statement = make_statement(event, points=1)
    group = make_group(name="Governments", made_of="governments")
    make_addressee(statement.outcomes.get(parent=None), group=group)
    return event


def point_of(event: Event) -> Outcome:
    return Outcome.objects.points().get(statement__event=event)


def answer_of(event: Event, slug: str, **fields: Any) -> Response:
    organisation = event.roles.get(organisation__slug=slug).organisation
    return make_response(outcome=point_of(event), organisation=organisation, **fields)


def test_each_addressee_has_its_answer_or_is_awaited(client: Client, asked: Event) -> None:
    answer_of(asked, "aland", text="We change the law.", answered_on=date(2025, 4, 1))
    answer_of(asked, "beland", stance=Stance.IN_PART, text="", answered_on=date(2025, 5, 1))
    answer = client.get(PAGE)
    assert (
        "Answers of the addressees 2 of 3 addressees answered. "
        "Aland : Supported, 1 April 2025 We change the law. "
        "Beland : Supported in part, 1 May 2025 Celand : Answer awaited "
        "Commitments under it"
    ) in text_of(answer)
    assert {"/organisations/aland/", "/organisations/celand/"} <= set(links_of(answer))
    assert "/organisations/aid/" not in links_of(answer)


def test_latest_answer_counts_and_counts_once(client: Client, asked: Event) -> None:
    answer_of(asked, "aland", stance=Stance.NOTED, answered_on=date(2025, 4, 1))
    answer_of(asked, "aland", stance=Stance.SUPPORTED, answered_on=date(2025, 6, 1))
    answer_of(asked, "aland", stance=Stance.IN_PART, answered_on=date(2025, 5, 1))
    text = read(client, PAGE)
    assert "1 of 3 addressees answered. Aland : Supported, 1 June 2025 " in text
    assert "Noted" not in text and "in part" not in text


@pytest.mark.parametrize("state", ["draft", "submitted", "sent back"])
def test_answer_that_is_not_approved_is_awaited(client: Client, asked: Event, state: str) -> None:
    before = client.get(PAGE).content
    row = answer_of(asked, "aland", approved=False)
    if state != "draft":
        row.submit(at=NOON)
    if state == "sent back":
        row.request_change(note="Which law?", at=NOON)
    assert client.get(PAGE).content == before
    assert client.get("/organisations/aland/").content.count(b"What it answered") == 0
    row.approve(by=make_user(), at=NOON)
    assert "1 of 3 addressees answered." in read(client, PAGE)


def test_page_says_who_is_addressed_without_being_named(client: Client, asked: Event) -> None:
    save(RecordedCount(event=asked, kind=Kind.GOVERNMENT, number=13))
    save(RecordedCount(event=asked, kind=Kind.AGENCY))  # not addressed
    answer_of(asked, "aland")
    assert (
        "1 of 3 addressees answered. 10 more took part; it is not recorded which. Aland : "
    ) in read(client, PAGE)
    make_addressee(point_of(asked), group=make_group(made_of="agencies"))
    assert (
        "1 of 3 addressees answered. 10 more took part; it is not recorded which. "
        "Others took part; neither their names nor their number are recorded. Aland : "
    ) in read(client, PAGE)


def test_group_of_nobody_on_record_has_no_addressees(client: Client, asked: Event) -> None:
    asked.roles.all().delete()
    save(RecordedCount(event=asked, kind=Kind.GOVERNMENT, number=13))
    assert (
        "Answers of the addressees Which organisations are addressed is not recorded. "
        "13 more took part; it is not recorded which. Commitments"
    ) in read(client, PAGE)


@pytest.mark.parametrize(
    ("kind", "awaits"),
    [("principle", 0), ("good-practice", 0), ("undertaking", 0), ("recommendation", 1)],
)
def test_only_a_recommendation_awaits_answers(
    client: Client, asked: Event, kind: str, awaits: int
) -> None:
    Outcome.objects.filter(pk=point_of(asked).pk).update(kind=kind)
    text = read(client, PAGE)
    assert text.count("Answers of the addressees") == awaits
    assert text.count("Answer awaited") == 3 * awaits


def test_principle_has_no_status_without_a_commitment(client: Client, asked: Event) -> None:
    point = point_of(asked)
    Outcome.objects.filter(pk=point.pk).update(kind="principle")
    assert "No update yet" not in read(client, PAGE)
    make_commitment(asked, reference="ASKED-C1", text="Write it down").outcomes.add(point)
    assert "ASKED-C1 Write it down No party recorded" in read(client, PAGE)
    assert "No update yet" in read(client, PAGE)


def test_point_has_its_related_texts(client: Client, asked: Event) -> None:
    make_related_text(outcome=point_of(asked), title="Goal 8.7", quote="End it", source="the goal")
    answer = client.get(PAGE)
    assert (
        "Related texts implements: Goal 8.7 End it Linked by: the goal https://example.org/plan"
    ) in text_of(answer)
    assert "https://example.org/plan" in links_of(answer)


def test_organisation_shows_what_it_answered_and_assessed(client: Client, asked: Event) -> None:
    point = point_of(asked)
    answer_of(asked, "aland", answered_on=date(2025, 4, 1))
    commitment = make_commitment(asked, reference="ASKED-C1", text="Write it down")
    aland = asked.roles.get(organisation__slug="aland").organisation
    make_assessment(commitment=commitment, organisation=aland, assessed_on=date(2025, 7, 1))
    answer = client.get("/organisations/aland/")
    assert (
        f"What it answered 1.a {point.text} Supported, 1 April 2025 {asked.title} "
        f"What it assessed ASKED-C1 Write it down Limited, 1 July 2025 {asked.title} "
        f"{IN_TOUCH} People"
    ) in text_of(answer)
    assert [link for link in links_of(answer) if "asked/" in link or "asked-c1" in link][-2:] == [
        PAGE,
        "/commitments/asked-c1/",
    ]
    assert "What it" not in read(client, "/organisations/beland/")


def test_assessor_from_outside_has_a_page_once_approved(client: Client, asked: Event) -> None:
    watch = make_organisation(slug="watch", name="Watch")
    row = make_assessment(commitment=make_commitment(asked), organisation=watch, approved=False)
    assert client.get("/organisations/watch/").status_code == 404
    row.approve(by=make_user(), at=NOON)
    assert "What it assessed" in read(client, "/organisations/watch/")
    Event.objects.filter(pk=asked.pk).update(is_public=False)
    assert client.get("/organisations/watch/").status_code == 404
