"""All mistakes of a file are reported in one round, each once and none that only follows."""

from pathlib import Path
from typing import Any

import pytest

from outcomes.imports.records.snapshot import event_content
from roundtable.models import Event
from tests.roundtable_files import (
    HEAD,
    load_roundtable,
    open_workbook,
    rejection_messages,
    replace_text,
)

pytestmark = pytest.mark.django_db
Cells = dict[tuple[str, int, str], Any]  # by sheet, row and heading


class Book:
    """The workbook of a roundtable, with rows that are new and right, and some wrong cells."""

    def __init__(self, folder: Path, event: Event) -> None:
        content = event_content(event)
        content["commitments"].append(
            {"reference": "TALK1-C2", "text": "Write to each other", "leads": ["port"]}
        )
        content["delegates"] = [
            {"name": "Rita Sen", "organisation": "port"},
            {"name": "Ana Lim", "organisation": "harbour"},
        ]
        self.path = folder / "talk.xlsx"
        self.book = open_workbook(content)

    def write(self, cells: Cells) -> Path:
        for (sheet, row, heading), value in cells.items():
            page = self.book[sheet]
            if sheet in ("Roundtable", "Series", "Statement"):
                (number,) = (cell.row for cell in page["A"] if cell.value == heading)
                page.cell(number, 2).value = value
                continue
            found = [cell.column for cell in page[1] if cell.value == heading]
            column = found[0] if found else page.max_column + 1
            page.cell(1, column).value = heading
            page.cell(row, column).value = value
        self.book.save(self.path)
        return self.path


# The wrong cell, what is said about it, and the right value.
MISTAKES: list[tuple[tuple[str, int, str], Any, str, Any]] = [
    # Cells that cannot be read.
    (("Counts", 2, "Number"), "=1+1", "[Counts, row 2, Number] This cell contains a formula.", 4),
    (("Commitments", 2, "Due on"), "soon", "[Commitments, row 2, Due on] Write a date", None),
    (("Roundtable", 0, "Starts on"), "today", "[Roundtable, row 4, Starts on]", "2025-01-01"),
    (("Themes", 2, "Colour"), "red", "[Themes, column", None),
    # Values that the portal does not know.
    (("Roundtable", 0, "Time zone"), "Asia/Daka", "[Roundtable, Time zone]", "Asia/Dhaka"),
    (("Organisations", 2, "Kind"), "goverment", "[Organisations, row 2, Kind]", "civil-society"),
    # Names of rows that are not there.
    (("Commitments", 3, "Leads"), "nobody", "[Commitments, row 3, Leads] We do not know", "port"),
    # What does not fit to what is stored.
    (("Points", 4, "Number"), "1.c", "[Points, row 4, Number]", "1.b"),
    (("Delegates", 2, "Handle"), "zzzzzzzzzz", "[Delegates, row 2, Handle] There is no", None),
    (("Delegates", 3, "Organisation"), "prt", "[Delegates, row 3, Organisation] We do", "harbour"),
    (("Updates", 2, "Reference"), "TALK1-C9", "[Updates, row 2, Reference] This round", "TALK1-C1"),
]
UPDATE: Cells = {
    ("Updates", 2, "Party"): "port",
    ("Updates", 2, "Reported on"): "2026-03-01",
    ("Updates", 2, "Status"): "planning",
    ("Updates", 2, "Text"): "We met.",
    ("Updates", 2, "Source"): "Letter of 1 March 2026",
    ("Updates", 2, "Has no personal details"): "yes",
}


def test_mistakes_of_all_kinds_come_in_one_round(tmp_path: Path, talk: Event) -> None:
    book = Book(tmp_path, talk)
    book.write(UPDATE)
    said = rejection_messages(book.write({cell: wrong for cell, wrong, *_more in MISTAKES}))
    for _cell, _wrong, says, _right in MISTAKES:
        assert [line for line in said if line.startswith(says)], (says, said)
    assert len(said) == len(MISTAKES), said
    cells = {cell: right for cell, _wrong, _says, right in MISTAKES}
    del cells["Themes", 2, "Colour"]
    book.book["Themes"].delete_cols(book.book["Themes"].max_column)
    path = book.write(cells)
    assert load_roundtable(path).startswith("5 added, 1 changed, 0 removed")


FORMULA = "This cell contains a formula. Write its value instead."


CELLS = [
    ("Organisations", 2, "Slug"),
    ("Organisations", 3, "Kind"),
    ("Themes", 2, "Slug"),
    ("Points", 2, "Kind"),
    ("Points", 3, "Number"),
    ("Commitments", 2, "Reference"),
    ("Delegates", 2, "Organisation"),
]


@pytest.mark.parametrize(
    ("cell", "is_new"),
    [
        # In the short run, every second cell is one of a new roundtable.
        pytest.param(cell, is_new, marks=[pytest.mark.prove] if number % 2 != is_new else [])
        for number, cell in enumerate(CELLS)
        for is_new in (False, True)
    ],
)
def test_one_wrong_cell_is_one_mistake(
    tmp_path: Path, talk: Event, is_new: bool, cell: tuple[str, int, str]
) -> None:
    book = Book(tmp_path, talk)
    if is_new:
        for value in (value for page in book.book for row in page.iter_rows() for value in row):
            if isinstance(value.value, str):
                value.value = value.value.replace("TALK1", "NEW1").replace("talk-1", "new-1")
    sheet, row, heading = cell
    said = rejection_messages(book.write({cell: "=1+1"}))
    assert said == [f"[{sheet}, row {row}, {heading}] {FORMULA}"]


def test_sheet_with_a_wrong_title_is_one_mistake(tmp_path: Path, talk: Event) -> None:
    book = Book(tmp_path, talk)
    book.book["Organisations"].title = "Organisation"
    book.book["Counts"]["B2"] = "=1+1"
    book.book.save(book.path)
    said = rejection_messages(book.path)
    assert said == [
        "[Organisation] We do not know this sheet. Did you mean “Organisations”?",
        f"[Counts, row 2, Number] {FORMULA}",
    ]


def test_wrong_event_and_its_rows_are_reported_together(tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    path.write_text(HEAD, "utf-8")
    replace_text(path, "Asia/Dhaka", "Asia/Daka")
    with path.open("a", encoding="utf-8") as file:
        file.write('\n[[delegates]]\nname = "Rita Sen"\norganisation = "prt"\n')
    where = [line.partition("] ")[0] for line in rejection_messages(path)]
    assert where == ["[event.time_zone", "[delegates(#1).organisation"]
