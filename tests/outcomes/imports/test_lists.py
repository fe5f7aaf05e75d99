"""Lists as people have them: other names of columns, titles above, blanks, days of any kind."""

import re
from csv import DictReader as reader
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from openpyxl import Workbook

from outcomes.imports.lists.tables import find_heading_row
from outcomes.imports.readers.pages import Rows
from outcomes.imports.readers.workbooks import read_source_file
from outcomes.imports.records.errors import CellLocation
from outcomes.models import Commitment, Document, Upload
from participants.models import Delegate, Organisation, Participation, User
from roundtable.models import Event
from tests.bench.dataset import analyse_tables, forget_plans
from tests.decide import QUEUE
from tests.factories import (
    make_commitment,
    make_event,
    make_holder,
    make_letter,
    make_organisation,
    make_party,
    make_role,
)
from tests.fixture_types import Sign
from tests.form_fields import press
from tests.import_pages import (
    admin_text,
    check_list,
    csv,
    import_list,
    list_fields,
    press_button,
    preview_file,
)
from tests.page_text import page_html, page_text
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


def test_registration_list_is_imported_with_two_presses(browser: Client, talk: Event) -> None:
    before = database_rows()
    answer = preview_file(browser, book(("Sheet1", LIST)), talk)
    said = admin_text(answer)
    assert "3 rows: 3 to add, 0 to change, 0 as on record. Nothing is saved yet." in said
    assert "headings in row 3" in said and "5 of 6 are read" in said
    fields = list_fields(answer)
    assert [fields[f"column{n}"] for n in range(6)] == [
        *("", "name", "name", "organisation", "invitation_email", "post")
    ]
    assert "Rita; สมชาย; Nour" in said
    assert "Delegates, row 4 To add: Rita Sen" in said
    assert "Two organisations confirm each person." in said
    assert database_rows() == before
    import_list(browser, answer)
    rita = Participation.objects.get(delegate__name="Rita Sen")
    assert rita.organisation.slug == "port"
    assert rita.delegate.invitation_email == "rita@example.org"
    assert rita.delegate.affiliations.get().post == "Head of Unit"
    assert Participation.objects.get(delegate__name="สมชาย ใจดี").organisation.slug == "harbour"
    assert Delegate.objects.filter(name="Nour ‏نور").exists()


def test_roundtable_can_be_chosen_on_the_page(browser: Client, talk: Event) -> None:
    answer = preview_file(browser, book(("Sheet1", LIST)))
    assert "Choose the roundtable, then check the file." in admin_text(answer)
    refused = press_button(browser, answer, "check", **list_fields(answer))
    assert "This field is required." in admin_text(refused)
    answer = check_list(browser, answer, event=str(talk.pk))
    assert "3 rows: 3 to add" in admin_text(answer)


@pytest.mark.parametrize(
    ("rows", "heading_row"),
    [
        ([["Daftar peserta"], [], ["Nama", "Instansi"], ["Budi", "port"], ["Siti", "port"]], 2),
        # Words of headings in the rows below are no headings.
        (
            [
                ["What", "Who", "Year"],
                ["Meet", "port", 2019],
                *([["Country action", "Organisation", 2018]] * 9),
                ["Status", "Country", 2019],
            ],
            0,
        ),
        # A line of notes that is as wide as the table.
        (
            [
                ["Source:", "Secretariat, 5 May 2021, third version of the list of all pledges"],
                ["No.", "Pledge", "By"],
                [1, "Train officers at each of the nine border posts of the region.", "port"],
                [2, "Open a line that people can call at night and in their language.", "harbour"],
            ],
            1,
        ),
        # Groups of columns above the headings.
        (
            [
                ["Person", None, None, "Work", None],
                ["First name", "Family name", "Sex", "Employer", "Since"],
                ["Rita", "Sen", "f", "port", 2011],
                ["Omar", "Said", "m", "port", 2012],
            ],
            1,
        ),
        # A row with all its cells filled, below headings of which one is empty.
        ([[None, "Name", "Body"], [1, "Rita", "port"], [2, "Omar", "harbour"]], 0),
        ([["Action"], ["Train officers."], ["Meet again."]], 0),
    ],
)
def test_heading_row_is_found(rows: Rows, heading_row: int) -> None:
    assert find_heading_row(rows) == heading_row


def test_heading_row_can_be_changed(browser: Client, talk: Event) -> None:
    rows = csv("Name;Organisation", "Participant;Ministry", "Rita Sen;port", "Omar Said;harbour")
    answer = preview_file(browser, rows, talk)
    assert "headings in row 1" in admin_text(answer)
    answer = check_list(browser, answer, heading_row="1")
    assert "headings in row 2" in admin_text(answer) and "2 rows: 2 to add" in admin_text(answer)
    answer = check_list(browser, answer, heading_row="-1")
    assert "without headings" in admin_text(answer) and "Column 2" in admin_text(answer)


def test_column_of_titles_is_no_column_of_posts(browser: Client, talk: Event) -> None:
    rows: list[list[Any]] = [
        ["Title", "Name", "Position"],
        ["Mr.", "Rita Sen", "Judge"],
        ["Ms/Dr", "Nour", None],
    ]
    fields = list_fields(preview_file(browser, book(("Sheet1", rows)), talk))
    assert [fields[f"column{n}"] for n in range(3)] == ["", "name", "post"]
    rows = [["Title", "Name"], ["Dr of law", "Rita Sen"], ["Mr", "Nour"]]
    fields = list_fields(preview_file(browser, book(("Sheet1", rows)), talk))
    assert fields["column0"] == "post"


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
    assert "1 row: 1 to add" in admin_text(answer)
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
    said = admin_text(answer)
    assert "; ".join(names) in said and "2 rows: 2 to add" in said
    import_list(browser, answer)
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
    assert list_fields(answer)["kind"] == "delegates"


def test_western_encoding_is_not_asked_for(browser: Client, talk: Event) -> None:
    rows = "Name,Organisation\nJosé Müller–Ñandú,port\nÅsa Ödegård,port\n"
    answer = preview_file(browser, rows.encode("cp1252"), talk)
    assert "2 rows: 2 to add" in admin_text(answer)


def test_column_that_must_be_matched_is_asked_for(browser: Client, talk: Event) -> None:
    rows = csv(
        "Status;Participant;Whom;Mail",
        "head;Rita Sen;Port;rita@example.org",
        "adviser;Omar Said;Harbour Clinc;omar@example.org",
    )
    answer = preview_file(browser, rows, talk)
    assert "Nothing says “Organisation”. Choose a column" in admin_text(answer)
    assert 'value="import"' not in page_html(answer)
    answer = check_list(browser, answer, column2="organisation")
    said = admin_text(answer)
    assert "2 rows: 1 to add" in said and "1 row has a question and stays here." in said
    assert "“Harbour Clinc”, in 1 row" in said and "It is Harbour Clinic" in said
    answer = check_list(browser, answer, column2="")
    answer = check_list(browser, answer, **{"all.organisation": "port"})
    assert "2 rows: 2 to add" in admin_text(answer)


def test_names_are_decided_once_for_all_rows(browser: Client, talk: Event) -> None:
    rows = csv(
        "Participant;Employer;Type;Country",
        "Rita Sen;Quay Union;Civil society;Indonesia",
        "Omar Said;Harbour Clinc;;",
        "Nour;quay union;Civil society;Indonesia",
        "Lin;Clinic Harbour;;",
        "Aye;Office of the Sea;Ministry;",
    )
    answer = preview_file(browser, rows, talk)
    said = admin_text(answer)
    assert "5 rows: 0 to add" in said and "4 are not on record" in said
    assert "“Quay Union”, in 2 rows" in said
    assert "“Ministry” under Kind of the organisation, in 1 row" in said
    given = {field.label: field.html_name for field in answer.context["form"]}
    quay, sea = given["Quay Union"], given["Office of the Sea"]
    fields = list_fields(answer)
    assert fields[f"kind.{quay[5:]}"] == "civil-society"
    assert fields[f"country.{quay[5:]}"] == "ID"
    refused = press_button(browser, answer, "check", **fields | {sea: "new"})
    assert "Say what kind it is." in admin_text(refused)
    answer = check_list(
        browser,
        answer,
        **{quay: "new", given["Harbour Clinc"]: "harbour", given["Clinic Harbour"]: "harbour"},
        rest="new",
        rest_kind="government",
    )
    said = admin_text(answer)
    assert "5 rows: 5 to add" in said and "2 new organisations." in said
    import_list(browser, answer)
    union = Organisation.objects.get(name="Quay Union")
    assert (union.kind, str(union.country)) == ("civil-society", "ID")
    assert union.participations.count() == 2
    assert Organisation.objects.get(name="Office of the Sea").kind == "government"
    assert Participation.objects.filter(organisation__slug="harbour").count() == 2


def test_comma_parts_names_only_where_all_are_known(browser: Client, talk: Event) -> None:
    rows = csv(
        "Action;Lead",
        '"Train all officers at the border posts of the region each year.";"Port, Harbour"',
        '"Open a line that people can call at night and in their language.";"Ships, Fish and Sea"',
    )
    for name in ("Port", "Harbour"):
        body = Organisation.objects.get(slug=name.lower())
        body.short_name = name
        body.save()
    answer = preview_file(browser, rows, talk)
    said = admin_text(answer)
    assert "“Ships, Fish and Sea”, in 1 row" in said and "1 is not on record" in said
    answer = check_list(browser, answer, rest="new", rest_kind="government")
    import_list(browser, answer)
    leads = [
        [str(party) for party in row.parties.order_by("pk")]
        for row in talk.commitments.order_by("-pk")[:2]
    ]
    assert leads == [["Ships, Fish and Sea"], ["Port Authority", "Harbour Clinic"]]


def test_words_are_matched_once_for_all_rows(browser: Client, talk: Event) -> None:
    rows = csv("Body;Type", "Quay;NGO", "Ships;NGO", "Fish;Kementerian", "Sea;")
    answer = preview_file(browser, rows, talk)
    answer = check_list(browser, answer, kind="organisations")
    answer = check_list(browser, answer, column0="name", column1="kind")
    said = admin_text(answer)
    assert "“NGO” under Kind, in 2 rows" in said and "2 of 2 to match" in said
    given = {field.label: field.html_name for field in answer.context["form"]}
    answer = check_list(
        browser, answer, **{given["NGO"]: "civil-society", given["Kementerian"]: "government"}
    )
    said = admin_text(answer)
    assert "4 rows: 3 to add" in said and "1 row has a question and stays here." in said
    import_list(browser, answer)
    kinds = dict(Organisation.objects.values_list("name", "kind"))
    assert (kinds["Quay"], kinds["Fish"]) == ("civil-society", "government")
    assert "Sea" not in kinds


def test_rows_without_a_person_and_with_two_are_not_people(browser: Client, talk: Event) -> None:
    rows = csv(
        "Name;Organisation",
        "TBC;port",
        "(vacant);port",
        '"Ana Lim\nTom Lim";port',
        "Rock and Sea;port",
        "Rita Sen;port",
    )
    answer = preview_file(browser, rows, talk)
    said = admin_text(answer)
    assert "5 rows: 1 to add" in said and "2 rows have a question and stay here." in said
    assert "2 rows are no people and are skipped: 2–3." in said
    assert "This looks like two people." in said
    answer = check_list(browser, answer, **{"row.5": "keep", "cell.4.0": "Ana Lim"})
    assert "5 rows: 3 to add" in admin_text(answer)
    import_list(browser, answer)
    names = set(Delegate.objects.values_list("name", flat=True))
    assert {"Rita Sen", "Ana Lim", "Rock and Sea"} <= names
    assert not {"TBC", "(vacant)", "Ana Lim Tom Lim"} & names


def test_only_some_rows_and_what_stays_can_be_downloaded(browser: Client, talk: Event) -> None:
    rows = csv(
        "Name;Organisation;Status;Mail",
        "Rita Sen;port;Published;rita@example.org",
        "Omar Said;port;Draft;",
        "Nour;port;published;nour@",
    )
    answer = preview_file(browser, rows, talk)
    answer = check_list(browser, answer, only_column="2", only_words="Published")
    said = admin_text(answer)
    assert "3 rows: 1 to add" in said and "1 row has another word." in said
    answer = check_list(browser, answer)
    left = browser.get(f"{answer.wsgi_request.path}left/").content.decode("utf-8-sig")
    assert left.splitlines()[0] == "Row,Reason,Name,Organisation,Status,Mail"
    assert answer.context["asked_rows"][0]["field"] == "cell.4.3"
    assert "4,Enter a valid email address." in left and left.count("\n") == 3
    import_list(browser, answer)
    assert talk.participations.filter(delegate__name="Rita Sen").exists()
    assert not talk.participations.filter(delegate__name__in=["Omar Said", "Nour"]).exists()


def test_hostile_answers_change_nothing(browser: Client, talk: Event) -> None:
    answer = preview_file(browser, csv("Participant;Body", "Rita Sen;port"), talk)
    fields = list_fields(answer) | {"act": "check"}
    address = answer.wsgi_request.path
    assert browser.post(address, fields | {"answer.delegates(#1)": "\0"}).status_code == 400
    for name, value in (
        *(("row.0", "out"), ("row.99999999999999999999", "out"), ("row.x", "keep")),
        *(("cell.2.999", "x"), ("cell.0.0", "x"), ("cell.2", "x"), ("cell.2.x", "x")),
    ):
        said = admin_text(check_list(browser, answer, **{name: value}))
        assert "1 row: 1 to add, 0 to change, 0 as on record. Nothing is saved" in said, name
    for name, value in (("heading_row", "77"), ("kind", "users"), ("column0", "password")):
        refused = browser.post(address, fields | {name: value})
        assert refused.status_code == 200 and "Select a valid choice." in admin_text(refused)


def test_what_was_changed_is_checked_before_it_is_imported(browser: Client, talk: Event) -> None:
    answer = preview_file(browser, csv("Participant;Body", "Rita Sen;port", "Omar;port"), talk)
    fields = list_fields(answer) | {"row.2": "out"}
    answer = press_button(browser, answer, "import", **fields)
    said = admin_text(answer)
    assert "You changed something. Look at the result, then import it." in said
    assert "2 rows: 1 to add" in said and "You skip 1 row: 2." in said


def test_columns_are_joined_only_where_a_person_says_so(browser: Client, talk: Event) -> None:
    rows = csv("Action;Action taken;Mail;Mail 2;Who", "Meet.;5;a@x.org;b@x.org;port")
    answer = preview_file(browser, rows, talk)
    fields = list_fields(answer)
    assert [key for key in fields if fields[key] == "text"] == ["column0"]
    answer = check_list(browser, answer, kind="commitments", column1="text")
    said = admin_text(check_list(browser, answer, column1="text"))
    assert "Text: Meet. 5" in said and "“Action + Action taken” are read as one: Text." in said
    answer = check_list(browser, answer, kind="delegates")
    fields = list_fields(answer) | {"column2": "invitation_email", "column3": "invitation_email"}
    refused = press_button(browser, answer, "check", **fields)
    assert "Two columns are “Invitation email”." in admin_text(refused)


def test_whole_heading_is_matched_before_a_part_of_one(browser: Client, talk: Event) -> None:
    rows = ("commitment_num,action_summary,promise,Who", "1,Law,Pass a law on ports.,port")
    fields = list_fields(preview_file(browser, csv(*rows, "2,Law,Open a line.,port"), talk))
    assert [fields[f"column{n}"] for n in range(3)] == ["row_key", "", "text"]
    rows = ("commitment_num,commitment_txt,Who", "1,Pass a law on ports.,port")
    fields = list_fields(preview_file(browser, csv(*rows, "2,Open a line.,port"), talk))
    assert [fields[f"column{n}"] for n in range(2)] == ["row_key", "text"]


def test_markers_of_empty_cells_are_no_values(browser: Client, talk: Event) -> None:
    rows = ("Participant,Employer,Position", "Rita Sen,port,NA", "Omar,port,Clerk")
    import_list(browser, preview_file(browser, csv(*rows), talk))
    posts = Delegate.objects.values_list("name", "affiliations__post").order_by("name")
    assert [*posts] == [("Omar", "Clerk"), ("Rita Sen", None)]


def test_several_organisations_of_one_person_are_asked_about(browser: Client, talk: Event) -> None:
    rows = ("Participant,Employer", "Rita Sen,Quay Union; Port Authority", "Omar,port")
    answer = preview_file(browser, csv(*rows), talk)
    assert "This looks like several organisations." in admin_text(answer)
    import_list(browser, check_list(browser, answer, **{"cell.2.1": "port"}))
    assert Participation.objects.get(delegate__name="Rita Sen").organisation.slug == "port"


def test_country_codes_of_three_letters_are_known(browser: Client, talk: Event) -> None:
    rows = csv("Organisation;Kind;Country", "Coast Guard;government;LKA")
    answer = check_list(browser, preview_file(browser, rows, talk), kind="organisations")
    import_list(browser, check_list(browser, answer, column0="name"))
    assert Organisation.objects.get(name="Coast Guard").country.code == "LK"


def test_ambiguous_date_order_is_asked_for(browser: Client, talk: Event) -> None:
    rows = csv("Link;Document;Date", ";Minutes;05/06/2018", ";List;14/05/2018", ";Plan;43234")
    answer = preview_file(browser, rows, talk)
    said = admin_text(answer)
    assert "Which number is the month?" in said and "Dates such as 05/06/2018" in said
    answer = check_list(browser, answer, date_order="day")
    import_list(browser, answer)
    assert dict(Document.objects.values_list("title", "dated_on")) == {
        "Agenda": None,
        "Minutes": date(2018, 6, 5),
        "List": date(2018, 5, 14),
        "Plan": date(2018, 5, 14),
    }


def test_other_sheet_and_list_kind_can_be_chosen(browser: Client, talk: Event) -> None:
    content = book(("Notes", [["Nothing"]]), ("Bodies", [["Body", "Type"], ["Quay", "Government"]]))
    answer = preview_file(browser, content, talk)
    assert "Bodies, 1 rows" in admin_text(answer)
    answer = check_list(browser, answer, page="Bodies", kind="organisations")
    answer = check_list(browser, answer, column0="name", column1="kind")
    assert "1 row: 1 to add" in admin_text(answer)
    import_list(browser, answer)
    quay = Organisation.objects.get(name="Quay")
    assert (quay.kind, quay.is_demonstration) == ("government", False)
    assert re.fullmatch("quay-[0-9a-f]{4}", quay.slug)


def test_list_keeps_its_own_slugs(browser: Client, talk: Event) -> None:
    rows = csv("Acronym,Body,Short name in addresses,Type", "QY,Quay,the-quay,Government")
    answer = preview_file(browser, rows, talk)
    keys = {"column0": "short_name", "column1": "name", "column2": "slug", "column3": "kind"}
    answer = check_list(browser, answer, kind="organisations")
    answer = check_list(browser, answer, **keys)
    assert "1 row: 1 to add" in admin_text(answer)
    import_list(browser, answer)
    assert re.fullmatch("the-quay-[0-9a-f]{4}", Organisation.objects.get(name="Quay").slug)


def test_rows_are_found_again_and_none_is_lost(browser: Client, talk: Event) -> None:
    rows = [
        "year,country,area,action",
        "2016,Port authority,Law,Ensure that\u200b debt bondage is a crime.",
        "2016,Port Authority,Law,Ensure that debt bondage is a crime.",
        "2017,Port Authority,Law,Ensure that debt bondage is a crime.",
        "2017,harbour clinic,Law,Meet again",
    ]
    for sentence in ("4 rows: 4 to add, 0 to change", "4 rows: 0 to add, 0 to change, 4 as on"):
        answer = preview_file(browser, csv(*rows), talk)
        assert list_fields(answer)["kind"] == "commitments"
        assert sentence in admin_text(answer)
        if "4 to add" in sentence:
            import_list(browser, answer)
    assert [row.reference for row in talk.commitments.order_by("pk")] == [
        *("TALK1-C1", "TALK1-C2", "TALK1-C3", "TALK1-C4", "TALK1-C5")
    ]
    row = Commitment.objects.get(reference="TALK1-C3")
    assert (row.place_in_source, str(row.parties.get())) == ("2016", "Port Authority")
    # One word of one row.
    rows[3] = rows[3].replace("is a crime", "is a grave crime")
    answer = preview_file(browser, csv(*rows), talk)
    said = admin_text(answer)
    assert "4 rows: 0 to add, 1 to change, 3 as on record." in said
    import_list(browser, answer)
    assert talk.commitments.count() == 5


def test_row_is_found_by_its_number_in_the_list(browser: Client, talk: Event) -> None:
    rows = ["No,Pledge,Who", "P-1,Train all officers.,port", "P-2,Open a line at night.,harbour"]
    answer = preview_file(browser, csv(*rows), talk)
    assert list_fields(answer)["column0"] == "row_key"
    import_list(browser, answer)
    rows = ["No,Pledge,Who", "P-2,Close the shelter.,harbour", "P-3,Train all officers.,port"]
    answer = preview_file(browser, csv(*rows), talk)
    assert "2 rows: 0 to add, 1 to change, 1 as on record." in admin_text(answer)
    assert "Text: Open a line at night. Close the shelter." in admin_text(answer)


def test_new_reference_is_that_of_no_commitment_with_same_words(
    browser: Client, talk: Event
) -> None:
    for number in (8, 9):
        make_commitment(talk, reference=f"TALK1-C{number}", text="Meet again.")
    rows = csv("year,country,area,action", "2016,Port authority,Law,Train officers.")
    answer = preview_file(browser, rows, talk)
    import_list(browser, answer)
    texts = dict(talk.commitments.values_list("reference", "text"))
    assert (texts["TALK1-C9"], texts["TALK1-C10"]) == ("Meet again.", "Train officers.")


def test_unstorable_character_is_reported_by_cell(browser: Client, talk: Event) -> None:
    rows: list[list[Any]] = [["Action", "Country"], ["Meet again.", "port_x0000_"]]
    answer = preview_file(browser, book(("Sheet1", rows)), talk)
    answer = check_list(browser, answer, kind="commitments")
    assert "1 row has a question and stays here." in admin_text(answer)


def test_dates_and_numbers_do_not_create_duplicates(browser: Client, talk: Event) -> None:
    rows: list[list[Any]] = [
        ["Area", "Action", "Country"],
        [datetime(2018, 5, 14), "Train inspectors", "port, harbour"],
        [3.0, "Train judges", "port;harbour"],
        [" 3\u200b", "Train clerks", "all"],
    ]
    for added in (3, 0):
        answer = preview_file(browser, book(("Sheet1", rows)), talk)
        answer = check_list(browser, answer, column0="place_in_source")
        assert f"3 rows: {added} to add, 0 to change" in admin_text(answer)
        if added:
            import_list(browser, answer)
    assert list(talk.commitments.order_by("pk").values_list("place_in_source", flat=True)) == [
        *("", "2018-05-14", "3", "3")
    ]


def test_own_columns_are_recognised(browser: Client, talk: Event) -> None:
    answer = preview_file(browser, csv("Name,Organisation,Capacity", "Rita Sen,port,head"), talk)
    assert "1 row: 1 to add" in admin_text(answer)
    answer = preview_file(browser, csv("Name,Organisation,Capacity", "Rita Sen,port,head"))
    assert "Choose the roundtable, then check the file." in admin_text(answer)


def test_database_has_no_cell_of_the_file(browser: Client, talk: Event) -> None:
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
    answer = preview_file(browser, path.read_bytes(), event)
    said = admin_text(answer)
    assert "11953 rows: 0 to add" in said and "304 rows have no text and are skipped:" in said
    # Two spellings of one name.
    answer = check_list(browser, answer, rest="new", rest_kind="government")
    said = admin_text(answer)
    assert "11953 rows: 11649 to add" in said, said[:1000]
    assert "141 new organisations." in said
    # While someone reads the preview, PostgreSQL counts again: no row, in a table as large as with
    # the rows that the preview took back.
    analyse_tables()
    forget_plans()
    for _number in range(10):  # so that PostgreSQL has plans for a few rows, and would keep them
        make_party(make_commitment())
    answer = import_list(browser, answer)
    if connection.vendor == "postgresql":
        # To look through the 12,000 rows for each of them would read 140 million.
        assert count_rows_read() < 10_000_000
    assert "Everything is imported." in admin_text(answer)
    assert event.commitments.count() == 11_953 - 304
    assert Organisation.objects.filter(kind="government").count() == 141
    first = event.commitments.get(reference="USDOL-C1")
    assert first.text == "Ensure that debt bondage is criminally prohibited."
    assert first.place_in_source == "2016"
    assert str(first.parties.get()) == "Afghanistan"
    assert first.history.get().history_user_id == operator.pk
    # Imported again, it creates no duplicates; one cell that was edited is one change.
    answer = preview_file(browser, path.read_bytes(), event)
    assert "11953 rows: 0 to add, 0 to change, 11649 as on record." in admin_text(answer)
    edited = path.read_bytes().replace(b"all of Afghanistan\xe2\x80\x99s 34", b"35", 1)
    answer = preview_file(browser, edited, event)
    assert "11953 rows: 0 to add, 1 to change, 11648 as on record." in admin_text(answer)


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


def test_imported_people_are_read_together_with_the_line_of_each(
    browser: Client, client_of: Sign, talk: Event
) -> None:
    relief = make_organisation(slug="relief", kind="agency")
    make_role(talk, organisation=relief)
    lines = ["Name,Organisation,Nominated by", 'Rita Sen,relief,"Letter of 2 March: Ms Sen"']
    answer = preview_file(
        browser, csv(*lines, 'Ana Ho,relief,"Letter of 2 March: Ms Ho"'), talk, "people.csv"
    )
    import_list(browser, answer)
    reader = client_of(make_holder(talk, on_behalf_of=make_organisation(kind="agency")))
    page = press(reader, QUEUE, f"{QUEUE}together/", "Look at all 2")
    assert "Letter of 2 March: Ms Sen" in page_text(page) and "Ms Ho" in page_text(page)
    # A letter that was entered before stands beside its lines.
    letter = make_letter(talk, organisation=relief)
    lines = ["Name,Organisation,Nominated by,Letter date", "Lin Wu,relief,Ms Wu,2026-03-01"]
    answer = preview_file(browser, csv(*lines, "Bo Yu,relief,Mr Yu,2026-04-01"), talk, "people.csv")
    assert "No letter of this organisation and date is on record." in admin_text(answer)
    import_list(browser, answer)
    assert [part.delegate.name for part in letter.participations.all()] == ["Lin Wu"]
    # What is on record is not replaced.
    handle = Delegate.objects.get(name="Rita Sen").handle
    lines = ["handle,Name,Organisation,Nominated by", f"{handle},Rita Sen,relief,Mr Lee"]
    said = admin_text(preview_file(browser, csv(*lines), talk, "people.csv"))
    assert "0 to change, 1 as on record" in said
