"""The roundtable of 2018: word for word what its sources say, and nothing else."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from outcomes.statements.verify import find_statement_faults
from participants.models import EventRole, Group
from roundtable.models import Event
from tests.page_text import get_text
from tests.roundtable_files import RECORD_2018, database_rows, load_roundtable

pytestmark = pytest.mark.django_db

INTRODUCTION = (
    "On 14 – 15 May 2018 Australian Red Cross and the IFRC, with the Australian and Indonesian "
    "governments, co-hosted the first regional Government and Civil Society Roundtable as part of "
    "the State-led Bali Process. Representatives from six National Societies (Australian Red "
    "Cross, Bangladesh Red Crescent, Maldivian Red Crescent, Nepal Red Cross, Pakistan Red "
    "Crescent, and Philippine Red Cross), ICRC and IFRC were joined by representatives from 13 "
    "governments and national and regional Civil Society Organisations (CSOs) and international "
    "agencies. The meeting was a significant success, with strong engagement between RCRC Movement "
    "partners and governments, and a commitment made by the Bali Process co-Chairs, namely the "
    "governments of Australia and Indonesia, to follow through on outcomes and recommendations."
    "\n\n"
    "After the end of two days of engaging and frank discussion, it was agreed by participants "
    "that:"
)

LEAD_INS = {
    "1": "Effective cooperation between governments and CSOs is key to preventing and addressing "
    "human trafficking and serious forms of labour exploitation, including the importance of:",
    "2": "Referring to the root causes of trafficking and labour exploitation, governments and "
    "CSOs can collaborate to:",
    "3": "On the challenges of effective collaboration:",
    "4": "Examples of good practices includes:",
}

# Number, kind, addressees, text.
POINTS = [
    (
        "1.a",
        "principle",
        {"governments", "csos"},
        "supporting CSOs as an invaluable asset in identification and protection processes and "
        "ensuring clear guidelines and operating procedures to clarify roles and responsibilities;",
    ),
    (
        "1.b",
        "principle",
        {"governments", "csos"},
        "formalising national coordination mechanisms to lay the foundation for effective "
        "protection; and",
    ),
    (
        "1.c",
        "principle",
        {"governments", "csos"},
        "ensuring coordination mechanisms are operationalised through referral pathways, SOPs, "
        "regular meetings and evaluations",
    ),
    (
        "2.a",
        "recommendation",
        {"governments", "csos"},
        "increase capacity for knowledge building sharing about why people experience human "
        "trafficking; and",
    ),
    (
        "2.b",
        "recommendation",
        {"governments", "csos"},
        "build opportunities to form both formal and informal networks to increase pathways for "
        "identification and referrals.",
    ),
    (
        "3.a",
        "recommendation",
        {"governments"},
        "Governments play a convening role to bring governments and CSOs together to share "
        "information and good practice; and",
    ),
    (
        "3.b",
        "recommendation",
        {"governments"},
        "develop a shared understanding of common goals, focused on shared mandates and objectives "
        "while recognizing different roles, mandates and priorities.",
    ),
    ("4.a", "good-practice", set(), "Innovative approaches to address shared challenges"),
    ("4.b", "good-practice", set(), "Strong networks"),
    (
        "4.c",
        "good-practice",
        set(),
        "Recognition of the strengths that CSOs bring to identification and protection.",
    ),
    (
        "4.d",
        "undertaking",
        {"participants"},
        "Participants agreed to share contact details to facilitate strengthened connections and "
        "relationships and build effective pathways for information and knowledge sharing.",
    ),
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
    assert record.source_retrieved_on is None
    assert record.series.site == "https://www.baliprocess.net/"


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


def test_recorded_and_unrecorded_counts(record: Event) -> None:
    assert {count.kind: count.number for count in record.recorded_counts.all()} == {
        "government": 13,
        "civil-society": None,
        "agency": None,
    }


def test_introduction_is_word_for_word(record: Event) -> None:
    assert record.statement.introduction == INTRODUCTION
    assert (record.statement.state, record.statement.adoption) == ("published", "source")
    assert record.statement.source_retrieved_on is None


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
    assert [words for words in worded if words not in INTRODUCTION] == []


def test_lead_ins_are_word_for_word(record: Event) -> None:
    lead_ins = record.statement.outcomes.lead_ins()
    assert {lead_in.number: lead_in.text for lead_in in lead_ins} == LEAD_INS


def test_points_are_counted(record: Event) -> None:
    points = record.statement.outcomes.points()
    assert [point.number for point in points] == [number for number, *_ in POINTS]


def test_point_is_word_for_word(record: Event) -> None:
    for number, kind, addressees, text in POINTS:
        point = record.statement.outcomes.get(number=number)
        assert point.text == text
        assert point.kind == kind
        assert point.parent and point.parent.number == number.split(".")[0]
        assert {row.group and row.group.slug for row in point.addressees.all()} == addressees
        assert not point.themes.exists()
        assert point.classified_by_portal


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


def test_commitments(record: Event) -> None:
    first, second = record.commitments.order_by("reference")
    assert first.reference == "BP2018-C1"
    assert first.text == "Follow through on outcomes and recommendations"
    assert first.text.lower() in INTRODUCTION
    assert {(str(party), party.role) for party in first.parties.all()} == {
        ("Australia", "lead"),
        ("Indonesia", "lead"),
    }
    assert not first.outcomes.exists()

    assert second.reference == "BP2018-C2"
    assert second.text == (
        "Share contact details to facilitate strengthened connections and relationships and build "
        "effective pathways for information and knowledge sharing"
    )
    assert second.text[1:] in POINTS[-1][3]
    assert [party.group for party in second.parties.all()] == [
        Group.objects.get(slug="participants")
    ]
    assert [outcome.number for outcome in second.outcomes.all()] == ["4.d"]
    assert {commitment.due_on for commitment in (first, second)} == {None}
