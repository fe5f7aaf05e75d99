"""A roundtable as a workbook: out, in again, and what is said about what cannot be read."""

from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from pytest_django import Settings

from outcomes.imports.readers.workbooks import read_source_file
from outcomes.imports.records.snapshot import event_content
from outcomes.imports.workbook import export
from outcomes.imports.workbook.rows import ParsedWorkbook
from outcomes.imports.workbook.sheets import SHEETS
from outcomes.models import Commitment, Document, Outcome, Statement
from participants.models import Delegate, OrganisationKind
from roundtable.models import Event
from tests.conftest import FULL
from tests.factories import NOON, make_delegate, make_document, make_statement
from tests.roundtable_files import (
    RECORD_2018,
    changed_workbook,
    database_rows,
    load_demo,
    load_roundtable,
    parse_workbook,
    rejection_messages,
    write_complete_file,
)

pytestmark = pytest.mark.django_db
Filled = Callable[..., Path]
UNREADABLE = (
    "We cannot read a table in this file. Open it in a spreadsheet program, and save it as XLSX."
)
HARMFUL = ["=1+1", "+62 21 555", "-5", "@SUM(A1)", "＝1", "'=1", '=HYPERLINK("https://a.org")']


@pytest.fixture
def filled(tmp_path: Path, talk: Event) -> Filled:
    """The workbook of the roundtable, with some cells written over."""

    def write(**cells: Any) -> Path:
        path = tmp_path / "talk.xlsx"
        path.write_bytes(changed_workbook(event_content(talk), cells))
        return path

    return write


def commitment_cell(key: str) -> str:
    """The cell of the first commitment, whatever columns are before it."""
    (sheet,) = (sheet for sheet in SHEETS if sheet.title == "Commitments")
    return f"{get_column_letter(sheet.keys.index(key) + 1)}2"


@pytest.mark.walk
@pytest.mark.parametrize(
    ("which", "rows"),
    [("2018", 67), ("whole", 20), pytest.param("demonstration", 365, marks=pytest.mark.prove)],
)
def test_reimported_workbook_and_csvs_change_nothing(
    tmp_path: Path, settings: Settings, which: str, rows: int
) -> None:
    settings.DEBUG = True
    if which == "demonstration":
        load_demo(date(2026, 3, 2))
    else:
        load_roundtable(RECORD_2018 if which == "2018" else write_complete_file(tmp_path))
    content = event_content(Event.objects.get(), people=Delegate.objects.all())
    before = database_rows()
    book, csvs = tmp_path / "roundtable.xlsx", tmp_path / "roundtable.zip"
    book.write_bytes(export.write_workbook(content))
    csvs.write_bytes(export.write_csvs(content))
    for path in (book, csvs):
        assert load_roundtable(path) == f"0 added, 0 changed, 0 removed, {rows} unchanged.\n"
    assert database_rows() == before
    with ZipFile(csvs) as parts:
        assert len(parts.namelist()) == 13
        assert all(parts.read(name).startswith(b"\xef\xbb\xbf") for name in parts.namelist())


def test_empty_workbook_has_explanations_and_choices() -> None:
    book = load_workbook(BytesIO(export.write_workbook({})))
    assert book.sheetnames == ["About", *(sheet.title for sheet in SHEETS), "Words"]
    about = [str(row[2].value) for row in book["About"].iter_rows(min_row=3) if row[2].value]
    assert len(about) == sum(len(sheet.keys) for sheet in SHEETS)
    assert "None" not in about
    headings = [cell.value for cell in book["Commitments"][1]]
    assert headings[:4] == ["Reference", "Text", "Place in source", "Due on"]
    (choice,) = [
        found
        for found in book["Organisations"].data_validations.dataValidation
        if "D2" in found.sqref
    ]
    sheet, _mark, span = choice.formula1.replace("$", "").partition("!")
    words = [row[0].value for row in book[sheet][span]]
    assert words == [*OrganisationKind.values]


def test_text_is_never_a_formula(filled: Filled) -> None:
    for text in HARMFUL:
        make_document(Event.objects.get(), title=text)
    path = filled()
    _heading, _agenda, *cells = load_workbook(path)["Documents"]["A"]
    assert [(cell.data_type, cell.value) for cell in cells] == [("s", text) for text in HARMFUL]
    assert [cell.quotePrefix for cell in cells] == [text[0] != "'" for text in HARMFUL]
    assert load_roundtable(path).startswith("0 added, 0 changed")


INVISIBLE = "\u200b\u2060\ufeff\u00ad"


def is_seen(text: str) -> bool:
    return any(sign not in INVISIBLE and not sign.isspace() for sign in text)


def filled_values(parsed: ParsedWorkbook) -> list[dict[str, Any]]:
    """The documents of a workbook without the empty cells."""
    rows = parsed.content.get("documents", [])
    return [{key: value for key, value in row.items() if value} for row in rows]


def test_cell_of_invisible_characters_is_empty() -> None:
    content = export.write_workbook({"documents": [{"title": f" {INVISIBLE} "}]})
    found = parse_workbook(content)
    assert "documents" not in found.content and found.mistakes == []


@pytest.mark.crawl
@settings(max_examples=50 if FULL else 10)  # each writes and reads a workbook
@given(
    st.lists(
        st.text(
            st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"),
            min_size=1,
            max_size=40,
        ).filter(is_seen),
        min_size=1,
        max_size=5,
    )
)
def test_every_text_round_trips(texts: list[str]) -> None:
    said = [{"title": text.strip()} for text in texts]
    found = parse_workbook(export.write_workbook({"documents": said}))
    assert filled_values(found) == said and found.mistakes == []


SPELLED = ["_x0041_", "a_x000D_b", "_x005F_x0041_", "x005F_", "_x0041_x0042_", "_X0041_", "_x041_"]


SHARED = b"""<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<si><t>%s</t></si></sst>"""
PART = b"""<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-\
officedocument.spreadsheetml.sharedStrings+xml"/></Types>"""


def shared(content: bytes, title: str, text: str) -> bytes:
    """The workbook as other programs write it: a cell refers to a text in another place."""
    stored = BytesIO()
    before, after = b't="inlineStr"><is><t>%s</t></is>' % title.encode(), b't="s"><v>0</v>'
    with ZipFile(BytesIO(content)) as parts, ZipFile(stored, "w", ZIP_DEFLATED) as copy:
        for name in parts.namelist():
            part = parts.read(name).replace(before, after)
            if name == "[Content_Types].xml":
                part = part.replace(b"</Types>", PART)
            copy.writestr(name, part)
        copy.writestr("xl/sharedStrings.xml", SHARED % text.encode())
    return stored.getvalue()


@pytest.mark.parametrize("write", [export.write_workbook, export.write_csvs])
def test_escape_lookalikes_round_trip(write: Callable[..., bytes]) -> None:
    said = [{"title": text} for text in SPELLED]
    assert filled_values(parse_workbook(write({"documents": said}))) == said


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("One_x000D_\nTwo", "One\nTwo"),
        ("caf_x00e9_ _xD83D__xDE00_", "café \N{GRINNING FACE}"),
        ("_x005F_x0041_", "_x0041_"),
        ("x005F_", "x005F_"),
        ("half _xD83D_", "half \ufffd"),
    ],
)
def test_numeric_escapes_are_decoded(text: str, read: str) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.title = "Documents"
    for row in (["Title"], ["Zq"], [text]):
        book.active.append(row)
    stored = BytesIO()
    book.save(stored)
    content = shared(stored.getvalue(), "Zq", text)
    assert read_source_file(content).pages == {"Documents": [["Title"], [read], [read]]}


def test_yes_and_no_are_written_as_words(filled: Filled) -> None:
    Commitment.objects.update(is_open=True)
    path = filled()
    page = load_workbook(path)["Commitments"]
    assert page[commitment_cell("is_open")].value == "yes"
    roundtable = {row[0].value: row[1].value for row in load_workbook(path)["Roundtable"].rows}
    assert roundtable["Is public"] == "no"
    csvs = export.write_csvs(event_content(Event.objects.get()))
    with ZipFile(BytesIO(csvs)) as parts:
        assert "Is public,no" in parts.read("Roundtable.csv").decode("utf-8-sig")
    before = database_rows()
    assert load_roundtable(path).startswith("0 added, 0 changed, 0 removed")
    assert database_rows() == before
    load_roundtable(filled(**{f"Commitments_{commitment_cell('is_open')}": "no"}))
    assert Commitment.objects.get().is_open is False


def test_points_of_other_events_are_neither_exported_nor_lost(filled: Filled) -> None:
    other = make_statement().outcomes.points()[0]
    commitment = Commitment.objects.earliest("pk")
    commitment.outcomes.add(other)
    before = database_rows()
    path = filled()
    assert load_workbook(path)["Commitments"][commitment_cell("outcomes")].value == "1.a"
    assert load_roundtable(path).startswith("0 added, 0 changed, 0 removed")
    assert database_rows() == before


def test_common_cell_values_are_parsed(filled: Filled) -> None:
    cells = {
        f"Commitments_{commitment_cell('due_on')}": " 2027-05-01 ",
        f"Commitments_{commitment_cell('is_open')}": "Yes",
        "Roundtable_B4": datetime(2024, 9, 1, 0, 0),
        "Counts_B2": 7.0,
    }
    load_roundtable(filled(**cells))
    commitment = Commitment.objects.earliest("pk")
    assert (commitment.due_on, commitment.is_open) == (date(2027, 5, 1), True)
    assert Event.objects.get().recorded_counts.earliest("pk").number == 7


SERIES = {f"Series_{letter}{row}": None for letter in "ABC" for row in range(1, 4)}
NEW = {"Roundtable_B1": "NEW1", "Roundtable_B2": "new-1", "Commitments_A2": "NEW1-C1"}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            {"Themes_A1": None, "Themes_A2": None, "Roles_A2": None},
            [
                "[Themes] The column “Slug” is missing. Add it.",
                "[Roles, row 2, Organisation] This cell is empty. Fill it in.",
            ],
        ),
        (
            {"Roles_A2": "unknown"},
            ["[Roles, row 2] “unknown” is not on the sheet “Organisations”. Add it there."],
        ),
        (
            {"Themes_A2": "new", "Themes_B1": None, "Themes_B2": None},
            ["[Themes, row 2, Name] This is missing. Add it. As written in the source."],
        ),
        (
            {"Themes_B2": None, "Roundtable_B3": None},
            [
                "[Roundtable, Title] This cell is empty. Fill it in. The roundtable's own title.",
                "[Themes, row 2, Name] This cell is empty. Fill it in. As written in the source.",
            ],
        ),
        (SERIES | NEW, ["[Series] This sheet is empty. Fill it in."]),
        (
            {"Themes_H2": "lost"},
            [
                "[Themes, row 2] “lost” is in a column without a heading. Remove it, or add a "
                "heading."
            ],
        ),
        *(
            (
                {f"Themes_{cell}": "lost"},
                ["The sheet “Themes” has more than 20,000 rows or 60 columns. Remove some."],
            )
            for cell in ("B400002", "DR2", "XFD1")
        ),
    ],
)
def test_mistakes_are_said_in_the_words_of_workbooks(
    filled: Filled, cells: dict[str, Any], said: list[str]
) -> None:
    assert rejection_messages(filled(**cells)) == said


def without(path: Path, *, sheet: str, column: str = "", row: int = 0) -> Path:
    """The workbook without a column or a row of a sheet, or without the sheet."""
    book = load_workbook(path)
    page = book[sheet]
    if column:
        page.delete_cols([cell.value for cell in page[1]].index(column) + 1)
    elif row:
        page.delete_rows(row)
    else:
        del book[sheet]
    book.save(path)
    return path


@pytest.mark.walk
@pytest.mark.parametrize(
    ("part", "kept"),
    [
        ({"sheet": "Series"}, []),
        ({"sheet": "Organisations"}, []),
        ({"sheet": "Commitments"}, []),
        ({"sheet": "Commitments", "column": "Leads"}, []),
        ({"sheet": "Points", "row": 4}, ["point 1.b"]),
        ({"sheet": "Roles", "row": 3}, ["role “Port Authority, participant”"]),
        ({"sheet": "Organisations", "row": 3}, []),
        ({"sheet": "Roundtable", "row": 3}, []),
    ],
)
def test_part_that_the_workbook_lacks_changes_nothing(
    filled: Filled, part: dict[str, Any], kept: list[str]
) -> None:
    path = without(filled(), **part)
    before = database_rows()
    first, *said = load_roundtable(path).splitlines()
    assert first.startswith("0 added, 0 changed, 0 removed, ")
    assert said == [f"Not in the file, but kept: {what}." for what in kept]
    assert database_rows() == before


def test_empty_cell_empties_the_field(filled: Filled) -> None:
    cells = ("due_on", "outcomes", "partners")
    load_roundtable(filled(**{f"Commitments_{commitment_cell(key)}": None for key in cells}))
    commitment = Commitment.objects.get()
    assert commitment.due_on is None and not commitment.outcomes.exists()
    assert {party.role for party in commitment.parties.all()} == {"lead"}


def test_point_above_every_lead_in_is_rejected(filled: Filled) -> None:
    first, *_more = rejection_messages(filled(Points_B2="principle"))
    assert first.startswith("[Points, row 2] This point has no lead-in. Add a row of the kind")


def zipped(**parts: bytes) -> bytes:
    stored = BytesIO()
    with ZipFile(stored, "w", ZIP_DEFLATED) as parts_of:
        for name, content in parts.items():
            parts_of.writestr(name, content)
    return stored.getvalue()


def long_book() -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "Themes"
    for _row in range(20_002):
        page.append(["a"])
    stored = BytesIO()
    book.save(stored)
    return stored.getvalue()


@pytest.mark.walk
@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: b"", UNREADABLE),
        (lambda: b"PK\x03\x04 nothing", UNREADABLE),
        (lambda: zipped(a=b"b"), UNREADABLE),
        (
            lambda: zipped(a=b"\0" * 101 * 1024 * 1024),
            "The file is too large after unpacking. One roundtable is smaller.",
        ),
        (long_book, "The sheet “Themes” has more than 20,000 rows or 60 columns."),
    ],
    ids=["empty", "damaged", "zip", "bomb", "long"],
)
def test_unreadable_file_gives_one_message(
    tmp_path: Path, make: Callable[[], bytes], sentence: str
) -> None:
    path = tmp_path / "given.xlsx"
    path.write_bytes(make())
    (said,) = rejection_messages(path)
    assert said.startswith(sentence)


def test_draft_points_round_trip_without_numbers(filled: Filled) -> None:
    Statement.objects.update(state="draft", published_at=None)
    Outcome.objects.update(number="")
    before = database_rows()
    assert load_roundtable(filled()).startswith("0 added, 0 changed, 0 removed")
    assert database_rows() == before


def test_line_breaks_tabs_and_control_characters_change_nothing(
    filled: Filled, tmp_path: Path
) -> None:
    signs = "".join(["\x0b", "\ufffe", "\x7f", "\x80", "\x85", "\x9f"])
    Commitment.objects.update(text=f"One.\r\n\r\nTwo.\n{signs}", place_in_source=f"Page\t3{signs}")
    Document.objects.update(title=f"List\tof all{signs}")
    before = database_rows()
    path = filled()
    page = load_workbook(path)["Commitments"]
    assert page["B2"].value == "One.\n\nTwo.\n" + "\ufffd" * len(signs)
    assert load_roundtable(path).startswith("0 added, 0 changed, 0 removed")
    csvs = tmp_path / "talk.zip"
    csvs.write_bytes(export.write_csvs(event_content(Event.objects.get())))
    assert load_roundtable(csvs).startswith("0 added, 0 changed, 0 removed")
    assert database_rows() == before
    assert load_roundtable(filled(Documents_A2="Map\tof all")).startswith("1 added, 0 changed, 0")
    assert Document.objects.latest("pk").title == "Map of all"


@pytest.mark.walk
def test_text_longer_than_cell_is_not_truncated(filled: Filled) -> None:
    Commitment.objects.update(text="x" * 32_767)
    assert load_roundtable(filled()).startswith("0 added, 0 changed, 0 removed")
    for text in ("x" * 32_768, "_x0041_" + "x" * 32_760):
        Commitment.objects.update(text=text)
        with pytest.raises(export.CellTooLongError):
            filled()


@pytest.mark.walk
def test_coloured_empty_rows_are_ignored(filled: Filled) -> None:
    path = filled()
    book = load_workbook(path)
    book["Themes"].row_dimensions[20_000].height = 30
    book["Themes"]["C50"] = " "
    book.save(path)
    assert load_roundtable(path).startswith("0 added, 0 changed, 0 removed")


def test_errors_of_similar_long_names_are_distinguished(filled: Filled) -> None:
    name = "A document of the working group on labour, of the year "
    cells = {"Documents_A2": f"{name} 2018", "Documents_A3": f"{name} 2019"}
    said = rejection_messages(filled(**cells, Documents_C3="nowhere"))
    assert [line.partition("]")[0] for line in said] == ["[Documents, row 3, Url"]


def test_focal_point_is_asked_again_after_text_change(filled: Filled) -> None:
    party = Commitment.objects.get().parties.earliest("pk")
    party.request_focal_point(make_delegate())
    party.accept(NOON)
    assert load_roundtable(filled(Commitments_B2="Meet  again")).startswith("0 added, 1 changed")
    party.refresh_from_db()
    assert party.focal_point_accepted_at
    said = load_roundtable(filled(Commitments_B2="Never meet again"))
    assert "a focal point of TALK1-C1, who is asked again because its text changed" in said
    party.refresh_from_db()
    assert party.focal_point and party.focal_point_accepted_at is None
