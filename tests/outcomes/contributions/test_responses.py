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
def asked() -> Event:
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


def test_each_addressee_shows_response_or_awaited(client: Client, asked: Event) -> None:
    answer_of(asked, "aland", text="We change the law.", answered_on=date(2025, 4, 1))
    answer_of(
        asked,
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


def test_unapproved_response_is_awaited(client: Client, asked: Event) -> None:
    before = client.get(PAGE).content
    row = answer_of(asked, "aland", approved=False)

    def is_awaited() -> bool:
        is_listed = b"Its answers" in client.get("/organisations/aland/").content
        return client.get(PAGE).content == before and not is_listed

    assert is_awaited()
    row.submit(at=NOON)
    assert is_awaited()
    row.request_change(note="Which law?", at=NOON)
    assert is_awaited()
    row.approve(by=make_user(), at=NOON)
    assert "1 of 3 addressees answered." in get_text(client, PAGE)


def test_unnamed_addressees_are_counted(client: Client, asked: Event) -> None:
    save(RecordedCount(event=asked, kind=OrganisationKind.GOVERNMENT, number=13))
    save(RecordedCount(event=asked, kind=OrganisationKind.AGENCY))  # not addressed
    answer_of(asked, "aland")
    assert (
        f"1 of 3 addressees answered. 10 more took part, not recorded by name. {OWN_WORDS} Aland : "
    ) in get_text(client, PAGE)
    make_addressee(point_of(asked), group=make_group(member_rule="agencies"))
    assert (
        "1 of 3 addressees answered. 10 more took part, not recorded by name. Others took part."
        f" Their names and their number are not recorded. {OWN_WORDS} Aland : "
    ) in get_text(client, PAGE)
    # A group without a named member.
    RecordedCount.objects.filter(kind=OrganisationKind.AGENCY).delete()
    asked.roles.all().delete()
    assert (
        "Answers of the addressees The organisations addressed are not recorded. 13 more took "
        "part, not recorded by name. Commitments"
    ) in get_text(client, PAGE)


def test_only_recommendation_awaits_responses(client: Client, asked: Event) -> None:
    point = point_of(asked)
    for kind, awaits in (
        ("recommendation", 1),
        ("good-practice", 0),
        ("undertaking", 0),
        ("principle", 0),
    ):
        Outcome.objects.filter(pk=point.pk).update(kind=kind)
        text = get_text(client, PAGE)
        assert text.count("Answers of the addressees") == awaits
        assert text.count("No answer yet") == 3 * awaits
    # Nor has it a status without a commitment.
    assert "Never reported on" not in text
    row = make_commitment(asked, reference="ASKED-C1", text="Write it down")
    row.outcomes.add(point)
    text = get_text(client, PAGE)
    assert "ASKED-C1 Write it down No party recorded" in text and "Never reported on" in text


def test_point_has_its_related_texts(client: Client, asked: Event) -> None:
    make_related_text(
        outcome=point_of(asked),
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


def test_organisation_page_shows_responses_and_assessments(client: Client, asked: Event) -> None:
    point = point_of(asked)
    answer_of(asked, "aland", answered_on=date(2025, 4, 1))
    commitment = make_commitment(asked, reference="ASKED-C1", text="Write it down")
    aland = asked.roles.get(organisation__slug="aland").organisation
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


def test_external_assessor_has_page_after_approval(client: Client, asked: Event) -> None:
    watch = make_organisation(slug="watch", name="Watch")
    row = make_assessment(commitment=make_commitment(asked), organisation=watch, approved=False)
    assert client.get("/organisations/watch/").status_code == 404
    row.approve(by=make_user(), at=NOON)
    assert "Its assessments" in get_text(client, "/organisations/watch/")
    Event.objects.filter(pk=asked.pk).update(is_public=False)
    assert client.get("/organisations/watch/").status_code == 404
