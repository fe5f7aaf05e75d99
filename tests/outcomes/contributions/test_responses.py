"""What addressees answered to a recommendation, on its page and on the page of each of them."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from outcomes.models import Outcome, Response
from participants.models import EventRole, OrganisationKind, RecordedCount
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
from tests.follow_up_factories import make_assessment, make_related_text, make_response
from tests.page_text import get_text, page_links, page_text
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
PAGE = "/outcomes/asked/1.a/"
OWN_WORDS = "The organisation's own words, checked for personal details."
Stance = Response.Stance


@pytest.fixture
@recorded
def event_with_recommendation() -> Event:
    """A roundtable of three governments and one CSO; point 1.a recommends to governments."""
    event = make_event(code="ASKED", slug="asked", title="Asked roundtable")
    for name, kind in (
        ("Aland", OrganisationKind.GOVERNMENT),
        ("Beland", OrganisationKind.GOVERNMENT),
        ("Celand", OrganisationKind.GOVERNMENT),
        ("Aid", OrganisationKind.CIVIL_SOCIETY),
    ):
        organisation = make_organisation(slug=name.lower(), name=name, kind=kind)
        make_role(event, organisation=organisation, role=EventRole.Role.PARTICIPANT)
    statement = make_statement(event, points=1)
    group = make_group(name="Governments", member_rule="governments")
    make_addressee(statement.outcomes.get(parent=None), group=group)
    return event


def point_of(event: Event) -> Outcome:
    return Outcome.objects.points().get(statement__event=event)


def answer_of(event: Event, slug: str, **fields: Any) -> Response:
    organisation = event.roles.get(organisation__slug=slug).organisation
    return make_response(outcome=point_of(event), organisation=organisation, **fields)


def test_each_addressee_shows_response_or_awaited(
    client: Client, event_with_recommendation: Event
) -> None:
    answer_of(
        event_with_recommendation, "aland", text="We change the law.", answered_on=date(2025, 4, 1)
    )
    answer_of(
        event_with_recommendation,
        "beland",
        stance=Stance.IN_PART,
        text="",
        answered_on=date(2025, 5, 1),
    )
    answer = client.get(PAGE)
    assert (
        f"Answers of the addressees 2 of 3 addressees answered. {OWN_WORDS} "
        "Aland : Supported, 1 April 2025 We change the law. "
        "Beland : Supported in part, 1 May 2025 Celand : No answer yet Commitments"
    ) in page_text(answer)
    assert {"/organisations/aland/", "/organisations/celand/"} <= set(page_links(answer))
    assert "/organisations/aid/" not in page_links(answer)


def test_latest_response_is_counted_once(client: Client, event_with_recommendation: Event) -> None:
    answer_of(event_with_recommendation, "aland", stance=Stance.NOTED, answered_on=date(2025, 4, 1))
    answer_of(
        event_with_recommendation, "aland", stance=Stance.SUPPORTED, answered_on=date(2025, 6, 1)
    )
    answer_of(
        event_with_recommendation, "aland", stance=Stance.IN_PART, answered_on=date(2025, 5, 1)
    )
    text = get_text(client, PAGE)
    assert f"1 of 3 addressees answered. {OWN_WORDS} Aland : Supported, 1 June 2025 " in text
    assert "Noted" not in text and "in part" not in text


@pytest.mark.parametrize("state", ["draft", "submitted", "sent back"])
def test_unapproved_response_is_awaited(
    client: Client, event_with_recommendation: Event, state: str
) -> None:
    before = client.get(PAGE).content
    row = answer_of(event_with_recommendation, "aland", approved=False)
    if state != "draft":
        row.submit(at=NOON)
    if state == "sent back":
        row.request_change(note="Which law?", at=NOON)
    assert client.get(PAGE).content == before
    assert client.get("/organisations/aland/").content.count(b"Its answers") == 0
    row.approve(by=make_user(), at=NOON)
    assert "1 of 3 addressees answered." in get_text(client, PAGE)


def test_unnamed_addressees_are_counted(client: Client, event_with_recommendation: Event) -> None:
    save(
        RecordedCount(event=event_with_recommendation, kind=OrganisationKind.GOVERNMENT, number=13)
    )
    save(
        RecordedCount(event=event_with_recommendation, kind=OrganisationKind.AGENCY)
    )  # not addressed
    answer_of(event_with_recommendation, "aland")
    assert (
        f"1 of 3 addressees answered. 10 more took part, not recorded by name. {OWN_WORDS} Aland : "
    ) in get_text(client, PAGE)
    make_addressee(point_of(event_with_recommendation), group=make_group(member_rule="agencies"))
    assert (
        "1 of 3 addressees answered. 10 more took part, not recorded by name. Others took part."
        f" Their names and their number are not recorded. {OWN_WORDS} Aland : "
    ) in get_text(client, PAGE)


def test_group_without_members_has_no_addressees(
    client: Client, event_with_recommendation: Event
) -> None:
    event_with_recommendation.roles.all().delete()
    save(
        RecordedCount(event=event_with_recommendation, kind=OrganisationKind.GOVERNMENT, number=13)
    )
    assert (
        "Answers of the addressees The organisations addressed are not recorded. 13 more took "
        "part, not recorded by name. Commitments"
    ) in get_text(client, PAGE)


@pytest.mark.parametrize(
    ("kind", "awaits"),
    [("principle", 0), ("good-practice", 0), ("undertaking", 0), ("recommendation", 1)],
)
def test_only_recommendation_awaits_responses(
    client: Client, event_with_recommendation: Event, kind: str, awaits: int
) -> None:
    Outcome.objects.filter(pk=point_of(event_with_recommendation).pk).update(kind=kind)
    text = get_text(client, PAGE)
    assert text.count("Answers of the addressees") == awaits
    assert text.count("No answer yet") == 3 * awaits


def test_principle_has_no_status_without_a_commitment(
    client: Client, event_with_recommendation: Event
) -> None:
    point = point_of(event_with_recommendation)
    Outcome.objects.filter(pk=point.pk).update(kind="principle")
    assert "Never reported on" not in get_text(client, PAGE)
    make_commitment(
        event_with_recommendation, reference="ASKED-C1", text="Write it down"
    ).outcomes.add(point)
    assert "ASKED-C1 Write it down No party recorded" in get_text(client, PAGE)
    assert "Never reported on" in get_text(client, PAGE)


def test_point_has_its_related_texts(client: Client, event_with_recommendation: Event) -> None:
    make_related_text(
        outcome=point_of(event_with_recommendation),
        title="Goal 8.7",
        quote="End it",
        source="the goal",
    )
    answer = client.get(PAGE)
    assert (
        "Related texts implements: Goal 8.7 End it Linked by: the goal https://example.org/plan "
        "The co-chairs entered these. No one of another organisation compared them with their "
        "sources."
    ) in page_text(answer)
    assert "https://example.org/plan" in page_links(answer)


def test_organisation_page_shows_responses_and_assessments(
    client: Client, event_with_recommendation: Event
) -> None:
    point = point_of(event_with_recommendation)
    answer_of(event_with_recommendation, "aland", answered_on=date(2025, 4, 1))
    commitment = make_commitment(
        event_with_recommendation, reference="ASKED-C1", text="Write it down"
    )
    aland = event_with_recommendation.roles.get(organisation__slug="aland").organisation
    make_assessment(commitment=commitment, organisation=aland, assessed_on=date(2025, 7, 1))
    answer = client.get("/organisations/aland/")
    assert (
        f"Its answers 1.a {point.text} Supported, 1 April 2025 "
        "· Asked roundtable, May 2024 (ASKED) "
        "Its assessments ASKED-C1 Write it down Limited, 1 July 2025 "
        "· Asked roundtable, May 2024 (ASKED) "
        "See this page as of an earlier day Show this day What changed since an earlier day "
        "People"
    ) in page_text(answer)
    assert [link for link in page_links(answer) if "asked/" in link or "asked-c1" in link][-2:] == [
        PAGE,
        "/commitments/asked-c1/",
    ]
    other = get_text(client, "/organisations/beland/")
    assert "Its answers" not in other and "Its assessments" not in other


def test_external_assessor_has_page_after_approval(
    client: Client, event_with_recommendation: Event
) -> None:
    watch = make_organisation(slug="watch", name="Watch")
    row = make_assessment(
        commitment=make_commitment(event_with_recommendation), organisation=watch, approved=False
    )
    assert client.get("/organisations/watch/").status_code == 404
    row.approve(by=make_user(), at=NOON)
    assert "Its assessments" in get_text(client, "/organisations/watch/")
    Event.objects.filter(pk=event_with_recommendation.pk).update(is_public=False)
    assert client.get("/organisations/watch/").status_code == 404
