"""What a ministry types, and what it must find in the record of 2018 and in commitments on it."""

import importlib
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from outcomes.models import Outcome, Synonyms
from outcomes.search import index, search
from participants.models import Audience, Delegate, User
from roundtable.models import Event
from tests.factories import (
    make_affiliation,
    make_commitment,
    make_delegate,
    make_event,
    make_organisation,
    make_participation,
    make_party,
    make_role,
    make_statement,
    make_theme,
    make_update,
    make_user,
)
from tests.fixture_types import Sign
from tests.page_text import get_text
from tests.roundtable_files import RECORD_2018, load_roundtable

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
ROUNDTABLE = "Government and Civil Society Roundtable"
COMMITMENTS = {
    "C10": "Draw the referral pathway on a single page",
    "C12": "Name a focal point for referrals in each province",
    "C13": "Open a telephone line in three languages",
    "C14": "Inspect fishing vessels together",
    "C15": "Give each worker a contract before departure",
    "C16": "Train labour inspectors",
    "C17": "Hold two trainings for judges",
    "C18": "Publish guidance for migrants",
    "C19": "Help people who were trafficked",
    "C20": "End trafficking at sea",
    "C21": "Ask immigrants what they need",
}


@pytest.fixture(scope="module")
def record_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        fill()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def record(record_once: None, db: None) -> Event:
    """The record of 2018, and eleven more commitments on it."""
    return Event.objects.get()


def fill() -> None:
    load_roundtable(RECORD_2018)
    lists = importlib.import_module("outcomes.migrations.0026_first_synonyms").WORDS
    Synonyms.objects.all().delete()
    Synonyms.objects.bulk_create(Synonyms(words=words) for words in lists)
    event = Event.objects.get()
    theme = make_theme(name="Victim protection", slug="victim-protection")
    point = Outcome.objects.get(number="1.b")
    point.themes.add(theme)
    rows = {
        number: make_commitment(event, reference=f"BP2018-{number}", text=text)
        for number, text in COMMITMENTS.items()
    }
    rows["C18"].outcomes.add(point)
    make_update(rows["C19"], status="closed", reported_on=date(2020, 1, 1), text="Ended.")


@pytest.fixture
def participants(record: Event) -> Delegate:
    """Two people; returns who looks at them."""
    reader = make_delegate(name="Reader", user=make_user("reader@example.org"))
    make_participation(reader, record, confirmed_by=make_user())
    for name in ("Nguyễn Thị Mai", "Yıldırım Demir"):
        person = make_delegate(name=name, listed_to=Audience.PARTICIPANTS)
        make_participation(person, record, confirmed_by=make_user())
    return reader


def sections(browser: Client, typed: str, **more: str) -> dict[str, list[str]]:
    """The reference and the title of each result, by the heading of its section."""
    answer = browser.get("/search/", {"q": typed, **more})
    assert answer.status_code == 200, typed
    page = re.sub(r"\s+", " ", answer.content.decode())
    found = {}
    for part in page.split("<section id=")[1:]:
        (heading,) = re.findall(r"<h2>(.*?)</h2>", part)
        rows = re.findall(r'<span class="ref">(.*?)</span>.*?<h3>(.*?)</h3>', part)
        names = [re.sub(r"<[^>]*>", "", " ".join(row)).strip() for row in rows]
        people = re.findall(r"<bdi>(.*?)</bdi></a></h3>", part)
        found[heading] = names or people
    return found


def titles(found: dict[str, list[str]], heading: str) -> str:
    return " / ".join(found.get(heading, []))


def numbers(found: dict[str, list[str]], heading: str) -> list[str]:
    return [title.split()[0] for title in found.get(heading, [])]


def commitments(found: dict[str, list[str]]) -> set[str]:
    return {number.removeprefix("BP2018-") for number in numbers(found, "Commitments")}


def points(found: dict[str, list[str]]) -> set[str]:
    return set(numbers(found, "Outcomes"))


# All the commitments, and at least these points.
FOUND = {
    "referral": ("C10 C12", "1.c 2.b"),
    "referral pathways": ("C10", "1.c"),
    "SOPs": ("", "1.c"),
    "standard operating procedures": ("", "1.c"),
    "coordination mechanism": ("", "1.b 1.c"),
    "formalise national coordination": ("", "1.b"),
    "trafficking": ("C19 C20", ""),
    '"human trafficking"': ("", "2.a"),
    "fishermen": ("C14", ""),
    "hotline": ("C13", ""),
    "telephone line": ("C13", ""),
    "contracts": ("C15", ""),
    "closed": ("C19", ""),
    "migrant*": ("C18", ""),
    "victim protection": ("C18", "1.b"),
}
SAME = (
    ("referral", "referrals", "refferal"),
    ("coordination mechanism", "co-ordination mechanisms"),
    ("formalise national coordination", "formalize national co-ordination"),
    ("labour exploitation", "labor exploitation"),
    ("trafficking", "trafficing"),
    ("training", "train", "trainings"),
    ("contracts", "contract"),
)
CORRECTED = {
    "trafficing": "trafficking",
    "refferal pathways": "referral pathways",
}


def test_words_find_commitments_and_points(record: Event, client: Client) -> None:
    for typed, (of_commitments, of_points) in FOUND.items():
        found = sections(client, typed)
        assert commitments(found) == set(of_commitments.split()), typed
        assert set(of_points.split()) <= points(found), typed
    # No more points than these.
    for typed in ("referral", "coordination mechanism", "formalise national coordination"):
        assert points(sections(client, typed)) == set(FOUND[typed][1].split())
    assert {"C16", "C17"} <= commitments(sections(client, "training"))
    of_labour = numbers(sections(client, "labour exploitation", kind="point"), "Outcomes")
    assert {"1", "2"} <= set(of_labour)


def test_other_forms_and_small_mistakes_find_the_same(record: Event, client: Client) -> None:
    for typed, *others in SAME:
        found = sections(client, typed)
        for other in others:
            assert sections(client, other) == found, other
    for typed, meant in CORRECTED.items():
        text = get_text(client, "/search/", q=typed)
        assert f"Showing results for “{meant}”." in text


def test_organisations(record: Event, client: Client) -> None:
    found = sections(client, "Indonesian government")
    assert titles(found, "Organisations") == "Indonesia"
    found = sections(client, "IFRC")
    assert next(iter(found)) == "Organisations"
    assert found["Organisations"][0].startswith("IFRC International Federation")
    found = sections(client, "red crescent", kind="organisation")
    assert {"Maldivian Red Crescent", "Pakistan Red Crescent"} <= set(found["Organisations"])
    assert "Bangladesh Red Crescent Society" in titles(found, "Organisations")


def test_references(record: Event, client: Client) -> None:
    assert next(iter(sections(client, "1.a"))) == "Outcomes"
    assert numbers(sections(client, "1.a"), "Outcomes") == ["1.a"]
    assert ROUNDTABLE in get_text(client, "/search/", q="1.a")
    for typed in ("BP2018-C1", "bp2018-c1", "C1"):
        found = sections(client, typed)
        assert next(iter(found)) == "Commitments"
        assert numbers(found, "Commitments") == ["BP2018-C1"]


def test_what_very_many_rows_have_is_no_reference(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event(code="YAK24")
    for _number in range(7):
        make_commitment(event)
    make_role(event, organisation=make_organisation(name="Herders", short_name="YAK24"))
    assert [*sections(client, "yak24")] == ["Roundtables", "Commitments", "Organisations"]
    monkeypatch.setattr(index, "MAX_COUNT", 5)
    monkeypatch.setattr(search, "MAX_COUNT", 5)
    assert [*sections(client, "yak24")] == ["Roundtables", "Organisations", "Commitments"]


def test_roundtable(record: Event, client: Client) -> None:
    named = ("Bangkok", "Bali Process", "2018", "Thailand")
    mentioned = ("labour exploitation", '"human trafficking"', "Indonesian government")
    for typed in named + mentioned:
        found = sections(client, typed)
        assert titles(found, "Roundtables") == f"BP2018 {ROUNDTABLE}", typed
        assert next(iter(found)) == "Roundtables" or typed in mentioned, typed
    assert "Bali Process on People Smuggling" in get_text(client, "/search/", q="Bali Process")
    found = sections(client, "Bali Process")
    assert "Working Group on Trafficking in Persons" in titles(found, "Documents")


def test_number_of_a_point(record: Event, client: Client) -> None:
    """Each roundtable has a point 1.b."""
    make_statement(make_event(code="RT2024"))
    for typed in ("1.b", "1b", "1(b)", "1.B", "point 1 b", "Paragraph 1 (b)", "point 1.b"):
        found = sections(client, typed)
        assert next(iter(found)) == "Outcomes", typed
        assert numbers(found, "Outcomes").count("1.b") == 2, typed
    for typed in ("BP2018/1.b", "bp2018/1b", "BP2018/1(b)", "BP2018 1.b", "BP2018 point 1 b"):
        found = sections(client, typed)
        assert len(found["Outcomes"]) == 1 and points(found) == {"1.b"}, typed
        assert f"/{record.slug}/1.b/" in client.get("/search/", {"q": typed}).content.decode()


@pytest.mark.usefixtures("recorded_templates")
def test_desk_finds_points_and_commitments_by_the_same_numbers(
    record: Event, client_of: Sign, operator: User
) -> None:
    make_statement(make_event(code="RT2024"))
    browser = client_of(operator)

    def listed(model: str, typed: str) -> list[Any]:
        answer = browser.get(f"/admin/outcomes/{model}/", {"q": typed})
        return list(answer.context["cl"].result_list)

    for typed in ("1.b", "1b", "1(b)", "1.B", "point 1 b", "Paragraph 1 (b)", "point 1.b"):
        assert [row.number for row in listed("outcome", typed)] == ["1.b", "1.b"], typed
        assert [row.reference for row in listed("commitment", typed)] == ["BP2018-C18"], typed
    for typed in ("BP2018/1.b", "bp2018/1b", "BP2018/1(b)"):
        assert [str(row.statement.event) for row in listed("outcome", typed)] == [str(record)]
        assert [row.reference for row in listed("commitment", typed)] == ["BP2018-C18"], typed
        assert listed("commitment", f"{typed} fishing") == []
    assert listed("outcome", '"1b"') == listed("commitment", "RT2024/1.b") == []


def test_exclusion(record: Event, client: Client) -> None:
    assert sections(client, "-contract") == {}
    text = get_text(client, "/search/", q="-contract")
    assert "A word after a hyphen is excluded." in text
    assert "C15" not in commitments(sections(client, "worker -contract"))
    assert "C15" in commitments(sections(client, "worker -nothing*"))


def test_themes_lead_and_countries_lead_to_their_organisations(
    record: Event, client: Client
) -> None:
    found = sections(client, "victim protection")
    assert next(iter(found)) == "Themes" and found["Themes"] == ["Victim protection"]
    answer = client.get("/search/?q=Indonesia")
    assert '"/organisations/?country=ID"' in answer.content.decode()
    assert titles(sections(client, "Indonesia"), "Countries") == "Indonesia"
    # No public organisation is there.
    assert "Countries" not in sections(client, "Belgium")


def test_status_and_what_parties_report(record: Event, client: Client) -> None:
    row = record.commitments.get(reference="BP2018-C13")
    party = make_party(row, organisation=make_organisation(name="Harbour Clinic", kind="agency"))
    make_update(
        row, text="The line is open on holidays.", obstacles="Few interpreters.", party=party
    )
    found = sections(client, "interpreter")
    assert found == {"Reports on commitments": ["BP2018-C13 Harbour Clinic · In progress"]}
    text = get_text(client, "/search/", q="interpreter")
    assert "Few interpreters." in text
    assert commitments(sections(client, "harbour clinic")) == {"C13"}


def test_names_affiliations_and_own_words_find_people(
    record: Event, participants: Delegate, client_of: Sign, client: Client
) -> None:
    office = make_organisation(name="Walrus Office", short_name="WaOf")
    make_role(record, organisation=office)
    person = make_delegate(
        name="Anna Beck",
        post="Counsel",
        about="Advises ferry crews.",
        listed_to=Audience.PARTICIPANTS,
    )
    make_participation(person, record, confirmed_by=make_user())
    make_affiliation(person, organisation=office, post="Legal adviser")
    browser = client_of(participants)
    # Letters that few keyboards have.
    assert sections(browser, "Nguyen") == {"People": ["Nguyễn Thị Mai"]}
    assert sections(browser, "Yildirim") == {"People": ["Yıldırım Demir"]}
    assert sections(client, "Nguyen") == {} == sections(client, "Yildirim")
    for typed in (
        "counsel",
        "ferry",
        "walrus adviser",
        "waof beck",
        '"ferry crews"',
        "advising ferries",
        "Counsels",
        "couns",  # as in the directory
    ):
        assert "Anna Beck" in titles(sections(browser, typed), "People"), typed
        assert "People" not in sections(client, typed), typed
    for typed in ("crews ferries zebra", '"crews ferry"', "beck -ferry", "beck -advising"):
        assert "People" not in sections(browser, typed), typed


def test_any_synonym_that_an_operator_adds_is_used_at_once(record: Event, client: Client) -> None:
    assert sections(client, "gendarme") == {}
    Synonyms.objects.create(words="gendarme, labour inspector")
    assert commitments(sections(client, "gendarmes")) == {"C16"}
    assert commitments(sections(client, "labour inspectors")) == {"C16"}
