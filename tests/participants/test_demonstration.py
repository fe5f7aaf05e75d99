"""The record and the demonstration: each page and file is about one of them."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from outcomes.models import Outcome, Theme
from participants.models import Audience, Delegate, Group, Organisation
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
    make_group,
    make_organisation,
    make_participation,
    make_party,
    make_role,
    make_series,
    make_statement,
    make_theme,
    make_update,
)
from tests.follow_up_factories import make_assessment, make_milestone, make_response
from tests.page_text import get_text, page_links
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
REAL, MADE_UP = "Veracious", "Pretended"
# Everything that lists or counts, and does not ask for one record.
PAGES = [
    "/",
    "/roundtables/",
    "/outcomes/",
    "/outcomes/?theme=shared",
    "/outcomes/?addressee=everyone",
    "/commitments/",
    "/commitments/?theme=shared",
    "/commitments/?party=everyone",
    "/commitments/?country=TH&sort=due",
    "/commitments/?sort=due",
    "/commitments/?sort=updated",
    "/progress/matrix/",
    "/organisations/",
    "/organisations/?country=TH",
    "/directory/",
    "/directory/?view=table",
    "/directory/?view=country",
    "/changes/",
    "/search/?q=quokka",
    "/search/?q=quokka&kind=report",
]
TABLES = ("roundtables", "commitments", "reports", "responses", "organisations")
FILES = [
    "/feed.atom",
    "/commitments.atom?theme=shared",
    "/themes/shared.atom",
    "/themes/shared.ics",
    "/calendar.ics",
    "/roundtables.ics",
    "/commitments.ics",
    *(f"/{name}.csv" for name in (*TABLES, "outcomes")),
    "/reports.json?theme=shared",
    "/responses.json?theme=shared",
    *(f"/api/v1/{name}" for name in (*TABLES, "points")),
    "/data/roundtable.zip",
    "/data/roundtable.sqlite",
]


def add_roundtable(word: str, theme: Theme, group: Group, **fields: Any) -> Event:
    """With one record of each kind, all of which have the word."""
    event = make_event(slug=word.lower(), title=f"{word} talks quokka", **fields)
    made_up = {"is_demonstration": event.is_demonstration}
    ministry = make_organisation(
        name=f"{word} ministry quokka",
        slug=f"{word.lower()}-ministry",
        kind="government",
        country="TH",
        **made_up,
    )
    make_role(event, organisation=ministry)
    point = make_statement(event, points=1, title=f"{word} statement").outcomes.points()[0]
    Outcome.objects.filter(pk=point.pk).update(text=f"{word} point quokka")
    Outcome.objects.filter(points=point).update(text=f"{word} lead-in")
    point.themes.add(theme)
    make_addressee(point, organisation=ministry)
    make_addressee(point, group=group)
    commitment = make_commitment(
        event,
        reference=f"{event.code}-C1",
        text=f"{word} commitment quokka",
        due_on=NOON.date(),
        recorded_at=NOON,
    )
    commitment.outcomes.add(point)
    party = make_party(commitment, organisation=ministry)
    make_party(commitment, group=group, role="partner")
    make_update(commitment, party=party, text=f"{word} report quokka")
    make_milestone(commitment=commitment, title=f"{word} milestone", due_on=NOON.date())
    make_response(outcome=point, organisation=ministry, text=f"{word} answer quokka")
    assessor = make_organisation(name=f"{word} assessors", country="TH", **made_up)
    make_assessment(commitment=commitment, organisation=assessor, text=f"{word} finding quokka")
    make_document(event, title=f"{word} document quokka")
    person = make_delegate(name=f"{word} Quokka", listed_to=Audience.EVERYONE, **made_up)
    make_affiliation(person, organisation=ministry)
    make_participation(person, event, organisation=ministry)
    make_channel(person, audience=Audience.EVERYONE)
    return event


@pytest.fixture
@recorded
def both(db: None) -> list[Event]:
    """A roundtable of the record and one of the demonstration, alike in all but their names."""
    series, theme = make_series(), make_theme(slug="shared", name="Shared")
    group = make_group(slug="everyone", name="Everyone", member_rule="participants")
    return [
        add_roundtable(REAL, theme, group, series=series, code="REAL"),
        add_roundtable(MADE_UP, theme, group, series=series, code="MADE", is_demonstration=True),
    ]


def in_demonstration(path: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}demonstration=yes"


def content_of(client: Client, path: str) -> str:
    """All that a page or a file says; of a file, also what it says compressed."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    content = b"".join(answer) if answer.streaming else answer.content
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as file:
            content = b"".join(file.read(name) for name in file.namelist())
    return content.decode(errors="replace")


def assert_apart(record: str, demonstration: str, path: str) -> None:
    for found, own, other in ((record, REAL, MADE_UP), (demonstration, MADE_UP, REAL)):
        assert own in found, path
        assert other not in found and f"{other.lower()}/" not in found, path


def test_pages_are_about_one_of_them(client: Client, both: list[Event]) -> None:
    for path in PAGES:
        record, demonstration = content_of(client, path), content_of(client, in_demonstration(path))
        assert_apart(record, demonstration, path)
        assert "All of its content is made up." in demonstration, path
        assert "All of its content is made up." not in record, path


@pytest.mark.each_database
def test_files_and_api_are_about_one_of_them(client: Client, both: list[Event]) -> None:
    for path in [*FILES, "/search/?q=quokka"]:
        assert_apart(content_of(client, path), content_of(client, in_demonstration(path)), path)


def test_numbers_count_one_of_them(client: Client, both: list[Event]) -> None:
    for scope in ("", "?demonstration=yes"):
        assert "Of 1 commitment." in get_text(client, f"/progress/{scope}")
        assert " 1 point " in get_text(client, f"/outcomes/{scope}")
        assert " 2 organisations " in get_text(client, f"/organisations/{scope}")
        assert " 1 person " in get_text(client, f"/directory/{scope}")
        found = get_text(client, f"/search/?q=quokka&{scope[1:]}")
        assert "Commitments 1 " in found and "People 1 " in found
        assert "made up, as a demonstration" not in get_text(client, f"/commitments/{scope}")


def test_links_within_the_demonstration_stay_there(client: Client, both: list[Event]) -> None:
    for path in ("/", "/roundtables/", "/commitments/", "/progress/", "/search/?q=quokka"):
        page = client.get(in_demonstration(path)).content.decode()
        for name in ("roundtables", "outcomes", "commitments", "progress", "organisations"):
            assert f'href="/{name}/?demonstration=yes"' in page, path
    filtered = client.get("/commitments/?demonstration=yes&status=in-progress")
    links = page_links(filtered)
    assert "/commitments/?demonstration=yes" in links  # without the filter
    assert "/commitments.csv?demonstration=yes&status=in-progress" in links


def test_names_of_the_demonstration_lead_there(client: Client, both: list[Event]) -> None:
    for query in (
        "event=pretended",
        "party=pretended-ministry",
        "point=pretended/1.a",
        "event=pretended&status=in-progress",
    ):
        text = get_text(client, f"/commitments/?{query}")
        assert "Pretended commitment" in text and "All of its content is made up." in text
    assert "Pretended point" in get_text(client, "/outcomes/?addressee=pretended-ministry")
    assert "Pretended Quokka" in get_text(client, "/directory/?organisation=pretended-ministry")
    (row,) = client.get("/api/v1/commitments?event=pretended").json()["rows"]
    assert row["is_demonstration"]


def test_no_filter_mixes_them(client: Client, both: list[Event]) -> None:
    for query in (
        "event=veracious&event=pretended",
        "demonstration=yes&event=veracious",
        "demonstration=yes&party=veracious-ministry",
        "demonstration=&event=pretended",
        "demonstration=no",
    ):
        for path in ("/commitments/", "/commitments.csv", "/api/v1/commitments"):
            answer = client.get(f"{path}?{query}")
            assert answer.status_code == 400, (path, query)
            assert "commitment quokka" not in answer.content.decode()


def test_hidden_demonstration_is_as_unknown_as_none(client: Client, both: list[Event]) -> None:
    Event.objects.filter(slug="pretended").update(is_public=False)
    Organisation.objects.filter(slug="pretended-ministry").update(slug="other-ministry")

    def answer(slug: str) -> tuple[int, str]:
        found = client.get(f"/commitments/?event={slug}&party={slug}")
        return found.status_code, found.content.decode().replace(slug, "-----")

    assert answer("pretended") == answer("never-was")
    assert "demonstration" not in get_text(client, "/")


def test_sitemap_names_the_record_only(client: Client, both: list[Event]) -> None:
    found = "".join(
        content_of(client, f"/sitemap-{section}.xml")
        for section in ("roundtables", "outcomes", "commitments", "organisations")
    )
    assert "/veracious/" in found and "/commitments/real-c1/" in found
    assert "pretended" not in found and "/made-" not in found


def test_portal_with_a_demonstration_only_says_where_it_is(
    client: Client, both: list[Event]
) -> None:
    Event.objects.filter(slug="veracious").update(is_public=False)
    for path in ("/", "/roundtables/", "/commitments/", "/directory/", "/search/"):
        assert f"{path}?demonstration=yes" in page_links(client.get(path))
    text = get_text(client, "/")
    assert "No roundtable yet" in text and "Pretended" not in text
    assert "The latest roundtable Pretended talks" in get_text(client, "/?demonstration=yes")


def test_address_that_ignores_parameters_ignores_others(client: Client, both: list[Event]) -> None:
    for path in ("/", "/data/"):
        page = client.get(f"{path}?from=letter&demonstration=no").content.decode()
        assert "Error:" not in page and "All of its content is made up." not in page


def test_person_of_the_demonstration_reaches_it(
    client_of: Callable[..., Client], both: list[Event]
) -> None:
    person = Delegate.objects.get(name="Pretended Quokka")
    browser = client_of(person)
    assert "Pretended talks" in get_text(browser, "/me/")
    assert "Pretended Quokka" not in get_text(browser, "/directory/").split("Directory")[-1]
    assert "Pretended Quokka" in get_text(browser, "/directory/?demonstration=yes")
