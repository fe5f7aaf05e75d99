"""The roundtable of 2018: word for word what its sources say, and nothing else."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from outcomes.statements.verify import find_statement_faults
from participants.models import EventRole
from roundtable.models import Event
from tests.page_text import get_text
from tests.roundtable_files import RECORD_2018, database_rows, load_roundtable

pytestmark = pytest.mark.django_db


BOTH = {"governments", "csos"}
# Number, kind and addressees. The words are in `RELEASED`, the hashes of what the release confirms.
POINTS: list[tuple[str, str, set[str]]] = [
    ("1.a", "principle", BOTH),
    ("1.b", "principle", BOTH),
    ("1.c", "principle", BOTH),
    ("2.a", "recommendation", BOTH),
    ("2.b", "recommendation", BOTH),
    ("3.a", "recommendation", {"governments"}),
    ("3.b", "recommendation", {"governments"}),
    ("4.a", "good-practice", set()),
    ("4.b", "good-practice", set()),
    ("4.c", "good-practice", set()),
    ("4.d", "undertaking", {"participants"}),
]

SIX = {
    "Australian Red Cross",
    "Bangladesh Red Crescent Society",
    "Maldivian Red Crescent",
    "Nepal Red Cross Society",
    "Pakistan Red Crescent",
    "Philippine Red Cross",
}
TWO = {
    "International Committee of the Red Cross",
    "International Federation of Red Cross and Red Crescent Societies",
}


@pytest.fixture(scope="module")
def loaded_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The roundtable of 2018 as its file brings it, for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_roundtable(RECORD_2018)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def record(loaded_once: None, db: None) -> Event:
    """The roundtable of 2018; what a test changes is undone after it."""
    return Event.objects.get(code="BP2018")


def with_role(event: Event, role: str) -> set[str]:
    return {held.organisation.name for held in event.roles.filter(role=role)}


def test_second_run_changes_nothing(record: Event) -> None:
    before = database_rows()
    assert load_roundtable(RECORD_2018) == "0 added, 0 changed, 0 removed, 68 unchanged.\n"
    assert database_rows() == before


def test_facts(record: Event) -> None:
    assert record.get_absolute_url() == "/roundtables/bali-process-2018/"
    assert record.title == "Government and Civil Society Roundtable"
    assert (str(record.starts_on), str(record.ends_on)) == ("2018-05-14", "2018-05-15")
    assert (record.city, record.country.code, record.venue) == ("Bangkok", "TH", "")
    assert record.time_zone == "Asia/Bangkok"
    assert (record.is_public, record.is_demonstration) == (True, False)
    assert record.source_retrieved_on is record.statement.source_retrieved_on is None
    assert record.series.site == "https://www.baliprocess.net/"
    assert (record.statement.state, record.statement.adoption) == ("published", "source")
    assert {count.kind: count.number for count in record.recorded_counts.all()} == {
        "government": 13,
        "civil-society": None,
        "agency": None,
    }


def test_roles(record: Event) -> None:
    assert with_role(record, EventRole.Role.COCHAIR) == {"Australia", "Indonesia"}
    assert {
        (held.organisation.name, held.represented_by)
        for held in record.roles.exclude(represented_by="")
    } == {
        ("Australia", "Department of Home Affairs"),
        ("Indonesia", "Ministry of Foreign Affairs"),
    }
    assert with_role(record, EventRole.Role.COHOST) == {
        "Australian Red Cross",
        "International Federation of Red Cross and Red Crescent Societies",
        "Australia",
        "Indonesia",
    }
    assert with_role(record, EventRole.Role.PARTICIPANT) == SIX | TWO
    assert not record.roles.filter(source_wording="").exists()
    assert not record.roles.filter(source="").exists()


def test_sources_have_their_addresses_and_say_how_sure_these_are(record: Event) -> None:
    page = Client().get("/roundtables/bali-process-2018/").content.decode()
    hosts = "bali-process-on-people-smuggling-14-15-may-2018-bangkok-thailand/"
    process = "trafficking-in-persons-workshop-government-and-civil-society-roundtable"
    assert f'href="http://rcrc-resilience-southeastasia.org/event/{hosts}"' in page
    assert page.count(f'href="https://www.baliprocess.net/event/{process}"') == 2
    assert "Page published by the hosts (address as recorded in a stored copy)" in page
    assert "Event page on baliprocess.net (address not confirmed)" in page
    assert "as a key outcome (address not confirmed)" in page


def test_portal_of_the_first_release_gets_the_addresses(record: Event) -> None:
    migration = import_module("outcomes.migrations.0028_addresses_of_2018_sources")
    migration.remove_addresses(apps, None)
    earlier = Event.objects.get(code="BP2018")
    assert [row["url"] for row in earlier.documents.values()] == [""]
    assert (earlier.source_url, earlier.statement.source_url) == ("", "")
    assert "address" not in earlier.source_title + earlier.statement.source_title
    assert find_statement_faults() == []

    migration.add_addresses(apps, None)
    for row in (record, record.statement):
        latest = row.history.latest()
        assert (latest.source_title, latest.source_url) == (row.source_title, row.source_url)
        assert latest.prev_record.source_url == ""
    assert [row["url"] for row in record.history.latest().rows["documents"]] == [record.source_url]
    assert load_roundtable(RECORD_2018) == "0 added, 0 changed, 0 removed, 68 unchanged.\n"
    assert find_statement_faults() == []


def test_host_page_wordings_are_included(record: Event) -> None:
    hosts = "Page published by the hosts"
    worded = [
        *record.roles.filter(source=hosts).values_list("source_wording", flat=True),
        *record.recorded_counts.filter(source=hosts).values_list("source_wording", flat=True),
    ]
    assert len(worded) == 15
    assert [words for words in worded if words not in record.statement.introduction] == []


def test_points_have_the_kinds_and_addressees_of_the_source(record: Event) -> None:
    points = list(record.statement.outcomes.points())
    assert [point.number for point in points] == [number for number, *_ in POINTS]
    for point, (number, kind, addressees) in zip(points, POINTS, strict=True):
        assert point.kind == kind
        assert point.parent and point.parent.number == number.split(".")[0]
        assert {row.group and row.group.slug for row in point.addressees.all()} == addressees
        assert not point.themes.exists()
        assert point.classified_by_portal
    # What the commitments say is in the statement.
    first, second = record.commitments.order_by("reference")
    assert first.text.lower() in record.statement.introduction
    assert second.text[1:] in points[-1].text
    assert [outcome.number for outcome in second.outcomes.all()] == ["4.d"]


def test_page_says_that_portal_added_numbers(client: Client, record: Event) -> None:
    sentence = "This portal added the numbers of the points. The source has none."
    assert sentence in get_text(client, record.get_absolute_url())
    point = record.statement.outcomes.points()[3]
    point.place_in_source = "second list, item 2.a"
    point.save()
    assert sentence not in get_text(client, record.get_absolute_url())


def test_page_says_that_sources_have_no_address(client: Client, record: Event) -> None:
    sentence = "No web address is recorded here for these sources."
    assert sentence in get_text(client, record.get_absolute_url())
    for rows in (record.roles, record.recorded_counts):
        rows.update(source="https://example.org/meeting")
    assert sentence not in get_text(client, record.get_absolute_url())
