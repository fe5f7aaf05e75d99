"""A page costs as many queries with three rows as with one; at full size, as with 30."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outcomes.models import Outcome
from participants.models import Audience, Delegate, Organisation, OrganisationKind, User
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_addressee,
    make_affiliation,
    make_channel,
    make_commitment,
    make_delegate,
    make_document,
    make_event,
    make_evidence,
    make_participation,
    make_party,
    make_role,
    make_series,
    make_statement,
    make_theme,
    make_update,
    make_user,
)
from tests.follow_up_factories import (
    make_assessment,
    make_follow,
    make_milestone,
    make_related_text,
    make_response,
)
from tests.test_urls import shown_pages
from tests.url_patterns import names_of

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
Sign = Callable[[User | Delegate], Client]
ROWS = [1, 3, pytest.param(30, marks=pytest.mark.prove)]

# Queries of each page: for a visitor, and for a participant who is signed in. Nothing is kept here:
# each list that counts commitments reads their index by five queries, that of people by two, and
# most ask by one which names are made up.
LISTS = {
    "/roundtables/": (3, 5),
    "/outcomes/": (5, 7),
    "/outcomes/?event=counted&kind=recommendation&theme=theme-1&addressee=office-1": (6, 9),
    "/commitments/": (15, 18),
    "/commitments/?event=counted&party=office-1&country=TH&theme=theme-1&overdue=yes&sort=due": (
        15,
        18,
    ),
    "/commitments/?status=in-progress&sort=updated": (15, 18),
    "/commitments/?finding=limited&kind=civil-society": (15, 18),
    "/follow/": (2, 4),
    "/follow/?event=counted&party=office-1&overdue=yes&sort=due": (2, 4),
    "/progress/": (8, 10),
    "/progress/?event=counted&party=office-1&country=TH&theme=theme-1&kind=civil-society": (8, 10),
    "/progress/?as_of=2025-06-01": (8, 10),
    "/commitments/?as_of=2025-06-01&sort=updated": (15, 18),
    "/progress/?point=counted/1.a": (10, 12),
    "/progress/matrix/": (12, 14),
    "/organisations/": (5, 7),
    "/organisations/?kind=civil-society&country=TH": (6, 8),
    "/directory/": (13, 16),
    "/directory/?view=table": (14, 17),
    "/directory/?view=country": (14, 17),
    "/directory/?q=officer&organisation=office-1&country=TH&kind=civil-society&view=table": (
        15,
        18,
    ),
    "/search/": (1, 3),
    "/search/?q=office&kind=commitment": (11, 14),
}
DETAILS = {
    "/": (15, 19),  # the latest roundtable
    # The first results of six kinds: each is read for itself, with what its rows show.
    "/search/?q=office": (19, 22),
    "/roundtables/counted/": (24, 30),
    "/roundtables/counted/?as_of=2025-06-01": (24, 29),
    "/outcomes/counted/1.a/?as_of=2025-06-01": (17, 23),
    "/commitments/counted-c1/?as_of=2025-06-01": (15, 21),
    "/outcomes/counted/1/": (15, 20),
    "/outcomes/counted/1.a/": (17, 23),
    "/commitments/counted-c1/": (16, 22),
    "/organisations/office-1/": (14, 19),
    "/organisations/office-1/?as_of=2025-06-01": (14, 19),
    "/directory/HANDLE/": (7, 10),
    "/directory/HANDLE.vcf": (7, 9),
    "/about/": (0, 2),
    "/data/": (1, 3),
    "/api/v1/": (0, 2),
    "/accessibility/": (0, 2),
    "/privacy/": (1, 3),  # with the organisations that decide
    "/erased/": (0, 2),
    "/nothing/": (0, 2),
}
OWN = {
    "/me/": 28,
    "/me/preview/": 10,
    "/me/preview/?viewer=participant": 20,
    "/me/commitments/": 13,
    "/me/texts/": 3,
    "/me/answers/": 6,
    "/me/answers/counted/1.a/": 10,
    "/me/following/": 8,
    "/me/offers/": 4,
    "/me/offers/new/counted/": 6,
    "/me/offers/new/counted/1.a/": 6,
    "/me/assessments/": 4,
    "/me/looks/": 6,
    "/me/data/": 98,
}


def fill(rows: int) -> Delegate:
    """A portal with so many rows of each kind; returns a participant of its roundtable."""
    series, by = make_series(), make_user("confirms@example.org")
    days = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 1, 2)}
    event = make_event(code="COUNTED", slug="counted", series=series, **days)
    themes = [make_theme(slug=f"theme-{number}") for number in range(1, rows + 1)]
    offices = []
    for number in range(1, rows + 1):
        make_event(series=series)
        office = make_organisation_with_role(event, number)
        offices.append(office)
    statement = make_statement(event, points=rows)
    points = list(Outcome.objects.filter(parent__isnull=False).order_by("pk"))
    for point, office in zip(points, offices, strict=True):
        make_addressee(point, organisation=office)
        make_response(outcome=point, organisation=office, by=by)
        make_related_text(outcome=point)
        point.themes.set(themes)
    make_addressee(statement.outcomes.get(parent=None), organisation=offices[0])
    people = make_people(event, rows, offices, by)
    for number, (point, office, person) in enumerate(
        zip(points, offices, people, strict=True), start=1
    ):
        make_document(event)
        commitment = make_commitment(
            event, reference=f"COUNTED-C{number}", text="Office hours", due_on=date(2020, 1, 1)
        )
        commitment.outcomes.set([*points[:3], point])
        for organisation in {offices[0], office}:
            party = make_party(commitment, organisation=organisation)
            party.request_focal_point(person)
            party.accept(NOON)
        first = event.commitments.get(reference="COUNTED-C1")
        for reported in (first, commitment):
            update = make_update(reported, by=by)
            make_evidence(update)
            make_evidence(update)
            make_assessment(commitment=reported, by=by)
            make_milestone(commitment=reported)
            make_related_text(commitment=reported)
    for row in (*themes, *offices, *points, *event.commitments.all(), event):
        make_follow(people[0].user, **{row._meta.model_name or "": row})
    return people[0]


def make_organisation_with_role(event: Event, number: int) -> Organisation:
    role = make_role(event)
    office = role.organisation
    office.slug, office.name, office.country = f"office-{number}", f"Office {number}", "TH"
    office.kind = OrganisationKind.CIVIL_SOCIETY
    office.save()
    return office


def make_people(event: Event, rows: int, offices: list[Organisation], by: User) -> list[Delegate]:
    people = []
    for number in range(rows):
        person = make_delegate(name=f"Officer {number}", post="Office", listed_to=Audience.EVERYONE)
        make_participation(person, event, organisation=offices[number], confirmed_by=by)
        for office in offices[:2]:
            make_affiliation(person, organisation=office)
        for audience in (Audience.EVERYONE, Audience.PARTICIPANTS, Audience.ONLY_ME):
            make_channel(person, audience=audience)
        people.append(person)
    return people


def queries(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(path)
    assert answer.status_code == (404 if path == "/nothing/" else 200), path
    return len(asked)


@pytest.mark.parametrize("rows", ROWS)
def test_query_count_of_pages_is_independent_of_rows(client_of: Sign, rows: int) -> None:
    person = fill(rows)
    reader = make_delegate()
    make_participation(reader, Event.objects.get(slug="counted"))
    pages = {path.replace("HANDLE", person.handle): path for path in LISTS | DETAILS}
    visitor, signed_in = Client(), client_of(reader)
    signed_in.get("/about/")  # the first page of a session also notes where it is from
    found = {
        name: (queries(visitor, path), queries(signed_in, path)) for path, name in pages.items()
    }
    assert found == LISTS | DETAILS


@pytest.mark.parametrize("rows", ROWS)
def test_query_count_of_own_pages_is_independent_of_rows(client_of: Sign, rows: int) -> None:
    browser = client_of(fill(rows))
    browser.get("/about/")
    assert {path: queries(browser, path) for path in OWN} == OWN


def test_each_public_page_is_counted() -> None:
    counted = names_of(path for path in LISTS | DETAILS if path != "/nothing/")
    uncounted = set(shown_pages(is_public=True)) - counted
    assert {name for name in uncounted if not name.startswith("account_")} == {
        "change-list",  # one query for each kind of change that is on the page
        "hide-by-code",  # shows no rows
        "request-invitation",
        "request-invitation-done",
    }
