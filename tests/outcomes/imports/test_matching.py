"""Lists as people have them: other names of columns, titles above, blanks, days of any kind."""

import re
from csv import DictReader as reader
from csv import writer
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from openpyxl import Workbook

from outcomes.imports.readers.workbooks import read_source_file
from outcomes.imports.records.errors import CellLocation
from outcomes.models import Commitment, Document, Upload
from participants.models import Delegate, Organisation, Participation, User
from roundtable.models import Event
from tests.bench.dataset import analyse_tables, forget_plans
from tests.factories import make_commitment, make_event, make_holder, make_party
from tests.fixture_types import Sign
from tests.import_pages import admin_text, confirm_import, press_button, preview_file
from tests.roundtable_files import database_rows
from tests.search_index import count_rows_read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
LIST: list[list[Any]] = [
    ["Bali Process Roundtable: list of registration", None, None, None, None],
    [None],
    ["No.", "First\u200b name", "FAMILY NAME ", "Ministry / Agency", "E-mail", "Job\u00a0title"],
    [1, " Rita ", "Sen\u00a0", "Port  Authority", "rita@example.org\u200b", "Head\u00a0of  Unit"],
    [2, "สมชาย", "ใจดี", "harbour", None, 43234],
    [None, None, None, None, None, "\u200b"],
    [3, "Nour", "‏نور", "PORT authority", "nour@example.org", None],
]


@pytest.fixture
def browser(client_of: Sign, talk: Event) -> Client:
    """A co-chair's."""
    return client_of(make_holder(talk))


def book(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    found = Workbook()
    assert found.active is not None
    found.remove(found.active)
    for title, rows in sheets:
        page = found.create_sheet(title)
        for row in rows:
            page.append(row)
    stored = BytesIO()
    found.save(stored)
    return stored.getvalue()


def csv(*lines: str) -> bytes:
    return "\n".join([*lines, ""]).encode()


def said_of(answer: Any, talk: Event, **columns: str) -> dict[str, str]:
    """What the form sends where nothing is changed but these."""
    form = answer.context["form"]
    found = {name: str(form[name].value() or "") for name in form.fields}
    found |= {"page": answer.context["table"].page, "sheet_key": answer.context["sheet_key"]}
    return found | {"event": str(talk.pk)} | columns


def match(browser: Client, answer: Any, talk: Event, **columns: str) -> Any:
    """Presses the button with these changes; the page after the worker was there."""
    return press_button(browser, answer, "map", **said_of(answer, talk, **columns))


def test_registration_list_is_imported_unchanged(browser: Client, talk: Event) -> None:
    answer = preview_file(browser, book(("Sheet1", LIST)))
    said = admin_text(answer)
    assert "Which column is which?" in said
    assert "The headings are in row 3, with 3 rows below. Choose what each column is." in said
    form = answer.context["form"]
    assert [form[f"column{n}"].value() for n in range(6)] == [
        *("", "name", "name", "organisation", "invitation_email", "post")
    ]
    assert "Rita; สมชาย; Nour" in said
    before = database_rows()
    answer = match(browser, answer, talk)
    assert "To add: 3. To change: 0. To remove: 0." in admin_text(answer)
    assert "Delegates, row 4 To add: Rita Sen" in admin_text(answer)
    assert database_rows() == before
    confirm_import(browser, answer)
    rita = Participation.objects.get(delegate__name="Rita Sen")
    assert rita.organisation.slug == "port"
    assert rita.delegate.invitation_email == "rita@example.org"
    assert rita.delegate.affiliations.get().post == "Head of Unit"
    assert Participation.objects.get(delegate__name="สมชาย ใจดี").organisation.slug == "harbour"
    assert Delegate.objects.filter(name="Nour ‏نور").exists()


def test_column_of_titles_is_no_column_of_posts(browser: Client, talk: Event) -> None:
    rows: list[list[Any]] = [
        ["Title", "Name", "Position"],
        ["Mr.", "Rita Sen", "Judge"],
        ["Ms/Dr", "Nour", None],
    ]
    form = preview_file(browser, book(("Sheet1", rows)), talk).context["form"]
    assert [form[f"column{n}"].value() for n in range(3)] == ["", "name", "post"]
    rows = [["Title", "Name"], ["Dr of law", "Rita Sen"], ["Mr", "Nour"]]
    form = preview_file(browser, book(("Sheet1", rows)), talk).context["form"]
    assert form["column0"].value() == "post"


@pytest.mark.parametrize(
    ("title", "headings"),
    [
        ("delegates", ["Full name", "Ministry", "E-mail"]),
        ("Delegates ", ["Name", "Organisation", "Phone"]),
        ("Roundtable", ["Full name", "Ministry", "E-mail"]),
        ("Documents", ["Full name", "Ministry", "E-mail"]),
    ],
)
def test_foreign_list_on_known_sheet_name_needs_matching(
    browser: Client, talk: Event, title: str, headings: list[str]
) -> None:
    rows = [["Participants"], headings, ["Rita Sen", "port", "rita@example.org"]]
    answer = preview_file(browser, book((title, rows)), talk)
    assert "Which column is which?" in admin_text(answer)
    answer = match(browser, answer, talk)
    assert "To add: 1. To change: 0. To remove: 0." in admin_text(answer)
    assert "Delegates, row 3 To add: Rita Sen" in admin_text(answer)


def test_mistakes_are_in_the_order_and_words_of_the_file(browser: Client, talk: Event) -> None:
    promises = [["Reference", "Text", "Leads"], [f"{talk.code}-C1", "Act.", "zq-unknown"]]
    themes = [["Slug", "Name"], ["sea", ""], ["Land!", "Land"]]
    answer = preview_file(browser, book(("Commitments", promises), ("Themes", themes)), talk)
    said = admin_text(answer)
    unknown = "We do not know “zq-unknown” here. Add it to the sheet “Organisations” or “Groups”."
    places = [f"Commitments, row 2, Leads {unknown}", "Themes, row 2, Name", "Themes, row 3, Slug"]
    assert [said.index(place) for place in places] == sorted(said.index(place) for place in places)
    assert "[[" not in said
    assert '<ul class="errorlist">' in answer.content.decode()  # in the colour of errors


def test_mistake_in_matched_list_names_its_sheet_and_heading(browser: Client, talk: Event) -> None:
    rows = [["Full name", "Ministry / Agency"], ["Rita Sen", "Zq nowhere"]]
    answer = preview_file(browser, book(("Registered", rows)), talk)
    answer = match(browser, answer, talk)
    assert "Registered, row 2, Ministry / Agency" in admin_text(answer)


def test_known_sheet_is_read_and_unknown_sheets_are_reported(browser: Client, talk: Event) -> None:
    ours = ("Themes", [["Slug", "Name"], ["sea", "Work at sea"]])
    answer = preview_file(browser, book(ours, ("Delegates", [["Ministry"], ["port"]])), talk)
    assert "Delegates, column 1 We do not know “Ministry”." in admin_text(answer)


def test_ambiguous_encoding_is_asked_for(browser: Client, talk: Event) -> None:
    names = ["สมชาย ใจดี", "นารี ศรีสุข"]
    rows = "\n".join(["Name,Organisation", *(f"{name},port" for name in names), ""])
    answer = preview_file(browser, rows.encode("cp874"), talk)
    assert "Which of these looks correct?" in admin_text(answer)
    # One question at a time: columns that cannot be read are not matched.
    assert "This is a list of" not in admin_text(answer)
    assert f"Thai: {'; '.join(names)}" in admin_text(answer)
    refused = press_button(browser, answer, "encoding", encoding="utf-7")
    assert "Select a valid choice." in admin_text(refused)
    answer = press_button(browser, answer, "encoding", encoding="cp874")
    assert "Choose another text encoding" in admin_text(answer)
    assert answer.context["form"]["column0"].help_text == "; ".join(names)
    answer = match(browser, answer, talk)
    said = admin_text(answer)
    assert "To add: 2. To change: 0." in said and "was read with the encoding" not in said
    confirm_import(browser, answer)
    assert {row.delegate.name for row in talk.participations.all()} == set(names)


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1251", ["Айгуль Сапарова", "Иван Ким"]),
        ("gb18030", ["李小明", "王芳"]),
        ("big5hkscs", ["李小明", "陳美玲"]),
        ("cp1256", ["نور الدين", "ليلى"]),
    ],
)
def test_cells_are_shown_in_each_possible_encoding(encoding: str, names: list[str]) -> None:
    content = "\n".join(["Name", *names, ""]).encode(encoding)
    assert read_source_file(content).encoding_samples[encoding] == names
    assert read_source_file(content, encoding).pages == {"": [["Name"], *([one] for one in names)]}


def test_unrecognised_list_defaults_to_delegates(browser: Client, talk: Event) -> None:
    answer = preview_file(browser, "ФИО;Должность\nРита Сен;Юрист\n".encode(), talk)
    assert answer.context["sheet_key"] == "delegates"


def test_western_encoding_is_not_asked_for(browser: Client, talk: Event) -> None:
    rows = "Name,Organisation\nJosé Müller–Ñandú,port\nÅsa Ödegård,port\n"
    answer = preview_file(browser, rows.encode("cp1252"), talk)
    assert "To add: 2. To change: 0." in admin_text(answer)


def test_errors_name_row_and_column_and_are_fixed_by_matching(browser: Client, talk: Event) -> None:
    rows = csv(
        "Status;Participant;Whom;Mail",
        "head;Rita Sen;Port;rita@example.org",
        "adviser;Omar Said;Harbour Clinc;omar@example.org",
    )
    answer = preview_file(browser, rows, talk)
    assert answer.context["form"]["column2"].value() in ("", None)
    answer = match(browser, answer, talk)
    assert "Delegates, rows 2–3, Organisation This is missing. Add it." in admin_text(answer)
    answer = press_button(browser, answer, "columns")
    answer = match(browser, answer, talk, column2="organisation")
    said = admin_text(answer)
    assert "Delegates, row 2, Organisation We do not know “Port” here." in said
    assert "row 3, Organisation We do not know “Harbour Clinc” here. Did you mean" in said
    assert "nothing is saved" in said


def test_repeated_error_is_reported_once(browser: Client, talk: Event) -> None:
    names = ["Rita Sen;", "Omar Said;port", "Nour;", "Lin;", "Ko;port", "Aye;"]
    answer = preview_file(browser, csv("Name;Body", *names), talk)
    answer = match(browser, answer, talk, column0="name", column1="organisation")
    said = admin_text(answer)
    assert "1 mistake: nothing is saved" in said
    assert "Delegates, rows 2, 4–5, 7, Organisation This cell is empty. Fill it in." in said


def test_two_columns_cannot_match_one_field_unless_joinable(browser: Client, talk: Event) -> None:
    answer = preview_file(browser, csv("Mail;Email;Name;Org", "a@x.org;b@x.org;A;port"), talk)
    given = said_of(answer, talk, column0="invitation_email", column1="invitation_email")
    refused = press_button(browser, answer, "map", **given)
    assert "Two columns are matched to “Invitation email”." in admin_text(refused)
    none = {name: "" for name in given if name.startswith("column")}
    refused = press_button(browser, answer, "map", **{**given, **none})
    assert "Match at least one column to a field." in admin_text(refused)
    assert Upload.objects.get().state == "needs-mapping"


def test_ambiguous_date_order_is_asked_for(browser: Client, talk: Event) -> None:
    rows = csv("Link;Document;Date", ";Minutes;05/06/2018", ";List;14/05/2018", ";Plan;43234")
    answer = preview_file(browser, rows, talk)
    given = said_of(answer, talk)
    assert answer.context["sheet_key"] == "documents"
    refused = press_button(browser, answer, "map", **given)
    assert "Choose what such dates mean in this file." in admin_text(refused)
    answer = press_button(browser, answer, "map", **{**given, "date_order": "day"})
    confirm_import(browser, answer)
    assert dict(Document.objects.values_list("title", "dated_on")) == {
        "Agenda": None,
        "Minutes": date(2018, 6, 5),
        "List": date(2018, 5, 14),
        "Plan": date(2018, 5, 14),
    }


def test_other_sheet_and_list_kind_can_be_chosen(browser: Client, talk: Event) -> None:
    content = book(("Notes", [["Nothing"]]), ("Bodies", [["Body", "Type"], ["Quay", "Government"]]))
    answer = preview_file(browser, content, talk)
    assert "Sheet in the file" in admin_text(answer)
    answer = browser.post(
        answer.wsgi_request.path, {"act": "table", "page": "Bodies", "sheet_key": "organisations"}
    )
    answer = match(browser, answer, talk, column0="name", column1="kind")
    assert "To add: 1." in admin_text(answer)
    confirm_import(browser, answer)
    quay = Organisation.objects.get(name="Quay")
    assert (quay.kind, quay.is_demonstration) == ("government", False)
    assert re.fullmatch("quay-[0-9a-f]{4}", quay.slug)


def test_list_keeps_its_own_slugs(browser: Client, talk: Event) -> None:
    rows = csv("Acronym,Body,Short name in addresses,Type", "QY,Quay,the-quay,Government")
    answer = preview_file(browser, rows, talk)
    keys = {"column0": "short_name", "column1": "name", "column2": "slug", "column3": "kind"}
    answer = match(browser, answer, talk, sheet_key="organisations", **keys)
    assert "To add: 1." in admin_text(answer)
    confirm_import(browser, answer)
    assert re.fullmatch("the-quay-[0-9a-f]{4}", Organisation.objects.get(name="Quay").slug)


def test_commitments_get_references_and_are_matched_on_reimport(
    browser: Client, talk: Event
) -> None:
    rows = csv(
        "year,country,area,action",
        "2016,Port authority,Law,Ensure that\u200b debt bondage is a crime.",
        "2016,Port Authority,Law,Ensure that debt bondage is a crime.",
        "2017,Port Authority,Law,Ensure that debt bondage is a crime.",
        "2017,harbour clinic,Law,Meet again",
    )
    for added, changed in ((3, 0), (0, 0)):
        answer = preview_file(browser, rows, talk)
        assert answer.context["sheet_key"] == "commitments"
        answer = match(browser, answer, talk)
        said = admin_text(answer)
        assert "1 row repeats an earlier row and is not imported: 3." in said
        # Each with its one party.
        assert f"To add: {added * 2}. To change: {changed}." in said
        if added:
            confirm_import(browser, answer)
    assert [row.reference for row in talk.commitments.order_by("pk")] == [
        *("TALK1-C1", "TALK1-C2", "TALK1-C3", "TALK1-C4")
    ]
    row = Commitment.objects.get(reference="TALK1-C3")
    assert (row.place_in_source, str(row.parties.get())) == ("2017 Law", "Port Authority")


def test_new_reference_is_that_of_no_commitment_with_same_words(
    browser: Client, talk: Event
) -> None:
    for number in (8, 9):
        make_commitment(talk, reference=f"TALK1-C{number}", text="Meet again.")
    rows = csv("year,country,area,action", "2016,Port authority,Law,Train officers.")
    answer = preview_file(browser, rows, talk)
    answer = match(browser, answer, talk)
    confirm_import(browser, answer)
    texts = dict(talk.commitments.values_list("reference", "text"))
    assert (texts["TALK1-C9"], texts["TALK1-C10"]) == ("Meet again.", "Train officers.")


def test_unstorable_character_is_reported_by_cell(browser: Client, talk: Event) -> None:
    rows: list[list[Any]] = [["Action", "Country"], ["Meet again.", "port_x0000_"]]
    answer = preview_file(browser, book(("Sheet1", rows)), talk)
    answer = match(browser, answer, talk, sheet_key="commitments")
    assert "Sheet1, row 2, Country" in admin_text(answer)


def test_dates_and_numbers_do_not_create_duplicates(browser: Client, talk: Event) -> None:
    rows: list[list[Any]] = [
        ["Area", "Action", "Country"],
        [datetime(2018, 5, 14), "Train inspectors", "port, harbour"],
        [3.0, "Train judges", "port;harbour"],
        [" 3\u200b", "Train clerks", "all"],
    ]
    for added in (3 + 5, 0):
        answer = preview_file(browser, book(("Sheet1", rows)), talk)
        answer = match(browser, answer, talk, column0="place_in_source")
        assert f"To add: {added}. To change: 0." in admin_text(answer)
        if added:
            confirm_import(browser, answer)
    assert list(talk.commitments.order_by("pk").values_list("place_in_source", flat=True)) == [
        *("", "2018-05-14", "3", "3")
    ]


def test_own_columns_are_recognised(browser: Client, talk: Event) -> None:
    answer = preview_file(browser, csv("Name,Organisation,Capacity", "Rita Sen,port,head"), talk)
    assert "To add: 1." in admin_text(answer)
    answer = preview_file(browser, csv("Name,Organisation,Capacity", "Rita Sen,port,head"))
    assert "Which column is which?" in admin_text(answer)


def test_matching_is_stored_by_column_number_only(browser: Client, talk: Event) -> None:
    preview_file(browser, csv("Participant;Body", "Rita Sen;port"), talk)
    upload = Upload.objects.get()
    assert "Rita" not in str(upload.choices) and "Body" not in str(upload.choices)


@pytest.mark.prove
def test_twelve_thousand_actions_are_imported_with_notes(
    client_of: Sign, operator: User, samples: Path
) -> None:
    path = samples / "commitments" / "usdol_suggested_actions_2016_2022.csv"
    with path.open(encoding="utf-8", newline="") as file:
        countries = sorted({row["country"] for row in reader(file)})
    # One of them has two spellings, which mean one organisation.
    countries.remove("Saint Helena, Ascensión, and Tristán da Cunha")
    assert len(countries) == 141
    browser, event = client_of(operator), make_event(code="USDOL")
    analyse_tables()  # PostgreSQL expects nothing in them now, and plans for that
    forget_plans()
    text = StringIO()
    writer(text).writerows([["Name", "Type"], *([name, "Government"] for name in countries)])
    answer = preview_file(browser, text.getvalue().encode(), event)
    given = said_of(answer, event, sheet_key="organisations", column0="name", column1="kind")
    confirm_import(browser, press_button(browser, answer, "map", **given))
    assert Organisation.objects.filter(kind="government").count() == 141
    answer = preview_file(browser, path.read_bytes(), event)
    assert answer.context["table"].rows == 11_953
    answer = press_button(browser, answer, "map", **said_of(answer, event, column1=""))
    said = admin_text(answer)
    assert "3 rows repeat an earlier row and are not imported:" in said
    assert "rows have no text and are not imported:" in said
    assert "mistake" not in said, said[:2000]
    # While someone reads the preview, PostgreSQL counts again: no row, in a table as large as with
    # the rows that the preview took back.
    analyse_tables()
    forget_plans()
    for _number in range(10):  # so that PostgreSQL has plans for a few rows, and would keep them
        make_party(make_commitment())
    answer = confirm_import(browser, answer)
    if connection.vendor == "postgresql":
        # To look through the 12,000 rows for each of them would read 140 million.
        assert count_rows_read() < 10_000_000
    assert "Everything is imported." in admin_text(answer)
    assert "304 rows have no text and are not imported:" in said
    assert event.commitments.count() == 11_953 - 3 - 304
    first = event.commitments.get(reference="USDOL-C1")
    assert first.text == "Ensure that debt bondage is criminally prohibited."
    assert first.place_in_source == "2016 Legal_Framework"
    assert str(first.parties.get()) == "Afghanistan"
    assert first.history.get().history_user_id == operator.pk
    # Imported again, it creates no duplicates.
    answer = preview_file(browser, path.read_bytes(), event)
    answer = press_button(browser, answer, "map", **said_of(answer, event, column1=""))
    assert "The portal already has everything in this file." in admin_text(answer)


@pytest.mark.parametrize(
    ("rows", "column", "words"),
    [
        ((), "", "Points"),
        ((), "Text", "Points, Text"),
        ((), 3, "Points, column 3"),
        ((4,), "", "Points, row 4"),
        ((4,), "Text", "Points, row 4, Text"),
        ((4, 6, 7, 9), "", "Points, rows 4, 6–7, 9"),
        (tuple(range(1, 20, 2)), "Text", "Points, rows 1, 3, 5, 7, 9, 11, 13, 15 and others, Text"),
    ],
)
def test_location_is_written_in_words(rows: tuple[int, ...], column: str | int, words: str) -> None:
    assert str(CellLocation("Points", rows, column)) == words
