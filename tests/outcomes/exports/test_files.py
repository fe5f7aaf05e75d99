"""Lists and records as files: what each row says, who is in none, and that filters are the page's.

The random worlds of test_statistics.py compare lists, files and a plain count.
"""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outcomes.datasets import tables as datasets
from outcomes.exports import reading, views
from outcomes.exports.tables import TABLES
from outcomes.models import Commitment, Outcome
from participants.models import Organisation, OrganisationKind
from roundtable.models import Event
from roundtable.web import limits
from roundtable.web.limits import Limit, wait_of_reader
from tests.factories import (
    NOON,
    make_addressee,
    make_commitment,
    make_delegate,
    make_dispute,
    make_event,
    make_evidence,
    make_group,
    make_organisation,
    make_outcome,
    make_party,
    make_role,
    make_series,
    make_statement,
    make_theme,
    make_update,
)
from tests.follow_up_factories import make_response

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.each_database,
    pytest.mark.time_machine(NOON, tick=False),
]
HERE = "https://portal.example.org"
LISTS = ["roundtables", "outcomes", "commitments", "reports", "responses", "organisations"]
ENDINGS = ["csv", "xlsx", "json"]


def read_csv(answer: Any) -> list[dict[str, str]]:
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def read_xlsx(answer: Any) -> list[dict[str, Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    head, *rows = sheet.iter_rows(values_only=True)
    names = [str(name) for name in head]
    return [dict(zip(names, row, strict=True)) for row in rows]


def read_json(answer: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(answer.content)["rows"]
    return found


READ: dict[str, Callable[[Any], list[dict[str, Any]]]] = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "json": read_json,
}


@pytest.fixture
def event() -> Event:
    return make_event(
        slug="here",
        code="HERE",
        title="First meeting",
        series=make_series(name="Process"),
        city="Bangkok",
        country="TH",
    )


@pytest.fixture
def point(event: Event) -> Outcome:
    """A recommendation with a theme, to an organisation and, in its lead-in, to a group."""
    point: Outcome = make_statement(event, points=1).outcomes.points()[0]
    point.kind, point.text = Outcome.Kind.RECOMMENDATION, "share what works"
    point.save()
    point.themes.add(make_theme(slug="protection"))
    office = make_organisation(slug="office", name="Office", kind=OrganisationKind.GOVERNMENT)
    make_role(event, organisation=office)
    make_addressee(point, organisation=office)
    assert point.parent
    make_addressee(point.parent, group=make_group(slug="all", name="All participants"))
    return point


@pytest.fixture
def commitment(event: Event, point: Outcome) -> Commitment:
    row = make_commitment(
        event, reference="HERE-C1", text="Train “officers”,\nand others", due_on=date(2027, 1, 31)
    )
    row.outcomes.add(point)
    make_party(row, organisation=Organisation.objects.get(slug="office"))
    at_risk = make_organisation(slug="secret", name="Secret shelter", is_name_published=False)
    make_party(row, organisation=at_risk, role="partner")
    return row


COMMITMENT = {
    "reference": "HERE-C1",
    "text": "Train “officers”,\nand others",
    "due_on": "2027-01-31",
    "is_open": False,
    "place_in_source": "",
    "source_kind": "document",
    "source_title": "",
    "source_url": "",
    "source_dated_on": None,
    "basis": "recorded",
    "status": "in-progress",
    "reported_on": "2025-03-01",
    "findings": [],
    "leads": ["office"],
    "partners": [],
    "parties": ["Office", "A civil society organisation, name not published"],
    "outcomes": ["1.a"],
    "themes": ["protection"],
    "dispute": "",
    "roundtable": "here",
    "is_demonstration": False,
    "url": f"{HERE}/commitments/here-c1/",
}


def test_commitments_as_json_csv_and_xlsx(client: Client, commitment: Commitment) -> None:
    make_update(commitment)
    answer = client.get("/commitments.json?event=here")
    assert answer.headers["Content-Type"] == "application/json"
    filters = "Roundtable: First meeting, May 2024 (HERE)"
    assert json.loads(answer.content) == {
        "table": "commitments",
        "page": f"{HERE}/commitments/?event=here",
        "exported_on": "2026-03-02",
        "filters": filters,
        "rows": [COMMITMENT],
    }
    answer = client.get("/commitments.csv?event=here")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    name = "commitments-2026-03-02-roundtable-first-meeting-may-2024-here.csv"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.content.startswith(b"\xef\xbb\xbfreference,text,"), "marked as UTF-8 for Excel"
    (row,) = read_csv(answer)
    assert row == {
        **COMMITMENT,
        "is_open": "no",
        "source_dated_on": "",
        "findings": "",
        "leads": "office",
        "partners": "",
        "parties": "Office; A civil society organisation, name not published",
        "outcomes": "1.a",
        "themes": "protection",
        "is_demonstration": "no",
        "exported_on": "2026-03-02",
        "filters": filters,
    }
    answer = client.get("/commitments.xlsx?event=here")
    assert read_xlsx(answer) == [{name: value or None for name, value in row.items()}]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    about = dict(book.worksheets[1].iter_rows(values_only=True))
    assert str(about["reference"]).startswith("The roundtable's code, a hyphen, C and a number")


def test_reports(client: Client, commitment: Commitment) -> None:
    update = make_update(commitment, obstacles="Money", completion=50)
    make_evidence(update)
    make_evidence(update, url="https://example.org/private", is_public=False)
    (row,) = read_json(client.get("/reports.json"))
    assert row == {
        "reference": "HERE-C1",
        "party": "office",
        "party_name": "Office",
        "voice": "party",
        "reported_on": "2025-03-01",
        "status": "in-progress",
        "completion": 50,
        "text": "Two courses were held.",
        "obstacles": "Money",
        "next_steps": "",
        "reason": "",
        "source": "",
        "is_unchanged": False,
        "is_being_revised": False,
        "evidence": ["https://example.org/report"],
        "dispute": "",
        "roundtable": "here",
        "is_demonstration": False,
        "url": f"{HERE}/commitments/here-c1/",
    }
    # A report that is revised keeps its status, and hides its text.
    update.request_change(note="It names a person.", at=NOON)
    for path in ("/reports.json", "/commitments/here-c1/reports.json"):
        (row,) = read_json(client.get(path))
        assert (row["status"], row["text"], row["is_being_revised"]) == ("in-progress", "", True)


def test_points_organisations_and_roundtables(client: Client, commitment: Commitment) -> None:
    (row,) = read_json(client.get("/outcomes.json?theme=protection"))
    assert row == {
        "number": "1.a",
        "kind": "recommendation",
        "text": "share what works",
        "place_in_source": "",
        "classified_by_portal": True,
        "lead_in": "1",
        "lead_in_text": "Participants agreed to:",
        "themes": ["protection"],
        "addressees": ["office", "all"],
        "addressee_names": ["Office", "All participants"],
        "commitments": 1,
        "roundtable": "here",
        "is_demonstration": False,
        "url": f"{HERE}/outcomes/here/1.a/",
    }
    (row,) = read_json(client.get("/roundtables.json"))
    assert row == {
        "slug": "here",
        "code": "HERE",
        "title": "First meeting",
        "starts_on": "2024-05-14",
        "ends_on": "2024-05-15",
        "time_zone": "Asia/Bangkok",
        "city": "Bangkok",
        "country": "TH",
        "venue": "",
        "summary": "",
        "source_title": "",
        "source_url": "",
        "source_retrieved_on": None,
        "series": "Process",
        "points": 1,
        "commitments": 1,
        "is_demonstration": False,
        "url": f"{HERE}/roundtables/here/",
    }
    Organisation.objects.filter(slug="office").update(role_mailbox="office@example.org")
    answer = client.get("/organisations.json")
    (row,) = read_json(answer)
    assert row == {
        "slug": "office",
        "name": "Office",
        "short_name": "",
        "kind": "government",
        "country": "",
        "site": "",
        "description": "",
        "roundtables": ["here participant"],
        "is_demonstration": False,
        "url": f"{HERE}/organisations/office/",
    }
    assert b"office@example.org" in client.get("/organisations/office/").content
    assert b"office@example.org" not in answer.content, "no one gets all mailboxes at once"


def test_responses(client: Client, point: Outcome) -> None:
    make_response(outcome=point)
    expected = {
        "number": "1.a",
        "organisation": "office",
        "organisation_name": "Office",
        "stance": "supported",
        "text": "We will change the law.",
        "source": "",
        "answered_on": "2025-04-01",
        "roundtable": "here",
        "is_demonstration": False,
        "url": f"{HERE}/outcomes/here/1.a/",
    }
    assert read_json(client.get("/responses.json")) == [expected]
    assert read_json(client.get("/responses.json?kind=recommendation")) == [expected]
    assert read_json(client.get("/responses.json?kind=principle")) == []
    assert read_json(client.get("/outcomes/here/1.a/responses.json")) == [expected]
    earlier = client.get("/outcomes/here/1.a/responses.json?as_of=2025-03-31")
    assert read_json(earlier) == []


def test_record_is_a_row_of_its_list(client: Client, commitment: Commitment) -> None:
    records = ("roundtables/here", "outcomes/here/1.a", "commitments/here-c1")
    for path in (*records, "organisations/office"):
        for ending, read in READ.items():
            found = read(client.get(f"/{path}.{ending}"))
            assert len(found) == 1
            assert found == read(client.get(f"/{path.partition('/')[0]}.{ending}"))


def test_earlier_day(client: Client, commitment: Commitment) -> None:
    make_update(commitment)
    before = "as_of=2025-02-28"
    for path in (f"/commitments.json?{before}", f"/commitments/here-c1.json?{before}"):
        answer = client.get(path)
        (row,) = read_json(answer)
        assert (row["status"], row["reported_on"]) == ("no-update", None)
        assert json.loads(answer.content)["filters"] == "As of: 28 February 2025"
    for path in (f"/reports.json?{before}", f"/commitments/here-c1/reports.json?{before}"):
        assert read_json(client.get(path)) == []
    (row,) = read_json(client.get("/reports.json?as_of=2025-03-01"))
    assert row["reported_on"] == "2025-03-01"
    Commitment.objects.update(recorded_at=datetime(2024, 5, 20, 12, tzinfo=UTC))
    for path in ("/roundtables/here", "/outcomes/here/1", "/outcomes/here/1.a"):
        for day, number in (("2024-05-19", 0), ("2024-05-20", 1)):
            (row,) = read_json(client.get(f"{path}.json?as_of={day}"))
            assert row["commitments"] == number, (path, day)
    for day, roles in (("2024-05-13", []), ("2024-05-14", ["here participant"])):
        (row,) = read_json(client.get(f"/organisations/office.json?as_of={day}"))
        assert row["roundtables"] == roles


def test_lead_in_counts_the_commitments_to_its_points(
    client: Client, commitment: Commitment, point: Outcome
) -> None:
    another = make_commitment(commitment.event)
    make_party(another)
    assert point.parent
    second = make_outcome(point.statement, parent=point.parent)
    another.outcomes.set([point, second])
    (row,) = read_json(client.get("/outcomes/here/1.json"))
    assert (row["number"], row["commitments"]) == ("1", 2)
    assert (row["lead_in"], row["lead_in_text"]) == ("", "")
    # Points, and their themes, are in the order of the statement.
    lead_in = make_outcome(point.statement, kind=Outcome.Kind.LEAD_IN, number="2")
    later = make_outcome(point.statement, parent=lead_in, position=0, number="2.a")
    later.themes.add(make_theme(slug="borders"), *point.themes.all())
    commitment.outcomes.add(later)
    (row,) = read_json(client.get("/commitments/here-c1.json"))
    assert row["outcomes"] == ["1.a", "2.a"]
    assert row["themes"] == ["protection", "borders"]


def test_file_says_what_was_filtered_also_without_rows(
    client: Client, commitment: Commitment
) -> None:
    for query, name in (
        ("", "commitments-2026-03-02.csv"),
        ("?status=fulfilled", "commitments-2026-03-02-status-fulfilled.csv"),
    ):
        answer = client.get(f"/commitments.csv{query}")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    answer = client.get("/commitments.xlsx?status=fulfilled")
    about = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[1]
    assert [[cell.value for cell in row] for row in about.iter_rows(max_row=3)] == [
        ["The same as a page", f"{HERE}/commitments/?status=fulfilled"],
        ["Filters", "Status: Fulfilled"],
        ["Exported on", "2026-03-02"],
    ]


def test_dispute_is_said_beside_the_text(client: Client, commitment: Commitment) -> None:
    party = commitment.parties.get(organisation__slug="office")
    make_dispute(party, disputed_on=date(2026, 1, 1))
    update = make_update(commitment, reported_by="recorded", party=party)
    make_dispute(update, disputed_on=date(2026, 1, 2))
    (row,) = read_json(client.get("/commitments.json"))
    assert row["dispute"] == "Office does not recognise this text (1 January 2026)"
    (row,) = read_json(client.get("/reports.json"))
    assert row["dispute"] == "Office does not recognise this text (2 January 2026)"


FORMULA = '=HYPERLINK("https://example.org";"x")'


def test_formula_is_text_in_each_format(client: Client, commitment: Commitment) -> None:
    Commitment.objects.update(text=FORMULA)
    (row,) = read_csv(client.get("/commitments.csv"))
    assert row["text"] == f"'{FORMULA}"
    (row,) = read_json(client.get("/commitments.json"))
    assert row["text"] == FORMULA
    answer = client.get("/commitments.xlsx")
    cell = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]["B2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (FORMULA, "s", True)


def test_mistake_in_filters_is_a_sentence(client: Client, commitment: Commitment) -> None:
    record, reports = "/commitments/here-c1.{}", "/commitments/here-c1/reports.{}"
    for path, sentence in (
        ("/commitments.{}?status=nonsense", "Status: Select a valid choice. nonsense is"),
        ("/reports.{}?colour=red", "This page cannot use “colour”. Delete it"),
        ("/outcomes.{}?event=nowhere", "Roundtable: This roundtable does not exist."),
        ("/organisations.{}?country=XX", "Country: Select a valid choice. XX is"),
        ("/commitments.{}?page=2", "A file has all rows. Delete “page” from the web address."),
        ("/commitments.{}?as_of=2999-01-01", "As of: That day is in the future."),
        (f"{record}?as_of=2020-01-01", "As of: This commitment was added to"),
        (f"{reports}?as_of=tomorrow", "As of: Enter the day like this:"),
        (f"{record}?status=planning", "This page cannot use “status”. Delete it"),
        (f"{reports}?as_of=2020-01-01", "As of: This commitment was added"),
        ("/roundtables/here.{}?as_of=2020-01-01", "As of: The roundtable began on 14 May 2024."),
        ("/outcomes/here/1.a.{}?as_of=2020-01-01", "As of: The roundtable began on 14 May 2024."),
        ("/outcomes/here/1.a/responses.{}?stance=no", "This page cannot use “stance”. Delete it"),
    ):
        answer = client.get(path.format("json"))
        (told,) = json.loads(answer.content)["mistakes"]
        assert (answer.status_code, told[: len(sentence)]) == (400, sentence)
        for ending in ("csv", "xlsx"):
            answer = client.get(path.format(ending))
            assert (answer.status_code, answer.content.decode()) == (400, f"{told}\n")


def test_former_short_name_leads_to_present_one(client: Client, commitment: Commitment) -> None:
    Organisation.objects.get(slug="office").slug_redirects.create(slug="former")
    answer = client.get("/commitments.csv?party=former")
    assert (answer.status_code, answer["Location"]) == (301, "/commitments.csv?party=office")


def test_nothing_hidden_is_in_any_file(client: Client, commitment: Commitment) -> None:
    draft = make_commitment(commitment.event, state="draft", text="zz draft")
    make_party(draft)
    proposed = make_commitment(
        commitment.event, state="proposed", proposed_at=NOON, text="zz proposed"
    )
    make_party(proposed)
    hidden = make_event(is_public=False, title="zz hidden")
    make_statement(hidden, title="zz statement")
    make_update(make_commitment(hidden, text="zz of hidden"), text="zz report of hidden")
    make_role(hidden, organisation=make_organisation(name="zz only there"))
    make_statement(make_event(), published=False).outcomes.update(text="zz point")
    make_update(commitment, approved=False, text="zz not approved")
    make_response(approved=False, text="zz not approved")
    make_delegate(name="zz person")
    for name in LISTS:
        for ending in ENDINGS:
            for row in READ[ending](client.get(f"/{name}.{ending}")):
                words = " ".join(map(str, row.values()))
                assert "zz" not in words
                assert "secret" not in words.lower(), "an organisation at risk is not named"


def test_unknown_and_hidden_records_are_absent(client: Client, event: Event) -> None:
    hidden = make_event(is_public=False, slug="hidden", code="HIDDEN")
    make_commitment(hidden, reference="HIDDEN-C1")
    for path in (
        "/roundtables/hidden.csv",
        "/roundtables/hidden.bib",
        "/commitments/hidden-c1.json",
        "/commitments/hidden-c1/reports.json",
        "/commitments/hidden-c1.bib",
        "/outcomes/hidden/1.a.xlsx",
        "/organisations/nobody.csv",
        "/people.csv",
        "/commitments.pdf",
    ):
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize("ending", ENDINGS)
def test_long_file_streams_the_same_content(
    client: Client, commitment: Commitment, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    for _number in range(4):
        make_party(make_commitment(commitment.event))
    path = f"/commitments.{ending}?sort=due"
    at_once = client.get(path)
    assert not at_once.streaming
    monkeypatch.setattr(reading, "BATCH_SIZE", 2)
    monkeypatch.setattr(views, "BATCH_SIZE", 2)
    streamed = client.get(path)
    assert streamed.streaming
    content = HttpResponse(streamed.getvalue())
    assert READ[ending](content) == READ[ending](at_once)
    assert len(READ[ending](content)) == 5
    for name in ("Content-Type", "Access-Control-Allow-Origin"):
        assert streamed.headers[name] == at_once.headers[name]
    monkeypatch.setattr(limits, "wait_of_reader", wait_of_reader)
    monkeypatch.setattr(views, "LONG_FILE_LIMIT", Limit("long file", 1, 60))
    assert client.get(path).status_code == 200
    assert client.get(path).status_code == 429


def test_scripts_of_other_sites_can_read_files(client: Client, commitment: Commitment) -> None:
    for path in (
        "/commitments.csv",
        "/commitments.json?nonsense=1",
        "/commitments/here-c1.bib",
        "/data/roundtable.zip",
        "/feed.atom",
        "/calendar.ics",
    ):
        headers = client.get(path).headers
        assert headers["Access-Control-Allow-Origin"] == "*", path
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin", path
    assert "Access-Control-Allow-Origin" not in client.get("/commitments/").headers


def test_pages_link_to_their_files(client: Client, commitment: Commitment) -> None:
    for path, links in {
        "/commitments/?event=here&sort=due&page=1": [
            "/commitments.xlsx?event=here&amp;sort=due",
            "/commitments.csv?event=here&amp;sort=due",
            "/commitments.json?event=here&amp;sort=due",
            "/reports.csv?event=here&amp;sort=due",
        ],
        "/commitments/": ["/commitments.xlsx", "/reports.xlsx", "/data/"],
        "/outcomes/?kind=recommendation": ["/responses.xlsx?kind=recommendation"],
        "/organisations/": ["/organisations.xlsx"],
        "/roundtables/": ["/roundtables.xlsx"],
        "/roundtables/here/": [
            "/roundtables/here.xlsx",
            "/outcomes.csv?event=here",
            "/commitments.xlsx?event=here",
            "/roundtables/here.bib",
        ],
        "/roundtables/here/?as_of=2025-06-01": [
            "/roundtables/here.csv?as_of=2025-06-01",
            "/commitments.xlsx?event=here&amp;as_of=2025-06-01",
        ],
        "/outcomes/here/1.a/": ["/outcomes/here/1.a/responses.csv"],
        "/commitments/here-c1/?as_of=2025-06-01": [
            "/commitments/here-c1.json?as_of=2025-06-01",
            "/commitments/here-c1/reports.xlsx?as_of=2025-06-01",
            "/commitments/here-c1.bib",
        ],
        "/organisations/office/": ["/organisations/office.csv"],
    }.items():
        page = client.get(path).content.decode()
        for link in links:
            assert f'href="{link}"' in page, (path, link)
            assert client.get(link.replace("&amp;", "&")).status_code == 200, link


def test_file_takes_as_many_queries_with_more_rows(client: Client, commitment: Commitment) -> None:
    def queries(path: str) -> int:
        client.get("/")  # what is kept is made anew after a change
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        return len(found)

    make_update(commitment)
    make_response(outcome=commitment.outcomes.get())
    paths = [f"/{name}.csv" for name in LISTS]
    before = {path: queries(path) for path in paths}
    for number in range(5):
        another = make_commitment(commitment.event)
        make_update(another, party=make_party(another))
        make_statement(make_event(), points=number + 1)
    assert {path: queries(path) for path in paths} == before
    assert max(before.values()) <= 11  # with those that read the index of commitments


# By dataset, what no file has.
LEFT_OUT = {
    "event": "is_public",  # all of them are
    "outcome": "",
    "commitment": "",
    # How a report gets into the portal, and its state: all of them are public.
    "report": "of_that_day received_on has_no_personal_details state",
    "response": "",
    "organisation": "role_mailbox",
}


def test_each_public_field_has_a_column_or_a_reason() -> None:
    for kind, dataset in {
        "event": datasets.ROUNDTABLES,
        "outcome": datasets.POINTS,
        "commitment": datasets.COMMITMENTS,
        "report": datasets.REPORTS,
        "response": datasets.RESPONSES,
        "organisation": datasets.ORGANISATIONS,
    }.items():
        fields = {*dataset.fields, *dataset.lists}
        assert fields - set(TABLES[kind].column_names) == set(LEFT_OUT[kind].split()), kind


def test_bibtex(client: Client, commitment: Commitment) -> None:
    Event.objects.update(title="Trafficking & “us”: 100%", is_demonstration=True)
    answer = client.get("/commitments/here-c1.bib")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="here-c1.bib"'
    assert answer.content.decode() == (
        "@misc{here-c1,\n"
        "  author = {{Process}},\n"
        "  title = {{Trafficking \\& “us”: 100\\%}},\n"
        "  year = {2024},\n"
        "  month = may,\n"
        "  note = {HERE-C1, made up for the demonstration},\n"
        f"  url = {{{HERE}/commitments/here-c1/}},\n"
        "  urldate = {2026-03-02},\n"
        "}\n"
    )
    assert "  note = {point 1.a," in client.get("/outcomes/here/1.a.bib").content.decode()


def test_data_page_describes_every_column(client: Client) -> None:
    page = client.get("/data/").content.decode()
    for table in TABLES.values():
        for column in table.columns:
            assert f'<code translate="no">{column.name}</code>' in page
            assert str(column.help), column.name


def test_program_that_asks_for_json_is_led_to_it(client: Client, commitment: Commitment) -> None:
    for path in (
        "/roundtables/here/",
        "/outcomes/here/1.a/",
        "/commitments/here-c1/",
        "/organisations/office/",
    ):
        assert "Accept" in client.get(path).headers["Vary"]
        for accepted in ("text/html,application/xhtml+xml,*/*;q=0.8", "*/*", "text/html"):
            answer = client.get(path, headers={"Accept": accepted})
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        answer = client.get(f"{path}?as_of=2025-06-01", headers={"Accept": "application/json"})
        assert answer.status_code == 302
        assert answer["Location"] == f"{path.rstrip('/')}.json?as_of=2025-06-01"
        assert len(read_json(client.get(answer["Location"]))) == 1
