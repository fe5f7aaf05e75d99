"""All mistakes of a file are reported in one round, each once and none that only follows."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from outcomes.imports.records.snapshot import event_content
from outcomes.imports.workbook import export
from roundtable.models import Event
from tests.roundtable_files import (
    load_roundtable,
    rejection_messages,
    write_complete_file,
)

pytestmark = pytest.mark.django_db
Cells = dict[tuple[str, int, str], Any]  # by sheet, row and heading


class Book:
    """The workbook of a roundtable, with rows that are new and right, and some wrong cells."""

    def __init__(self, folder: Path) -> None:
        load_roundtable(write_complete_file(folder))
        content = event_content(Event.objects.get(code="TALK1"))
        content["commitments"].append(
            {"reference": "TALK1-C2", "text": "Write to each other", "leads": ["port"]}
        )
        content["delegates"] = [
            {"name": "Rita Sen", "organisation": "port"},
            {"name": "Ana Lim", "organisation": "harbour"},
        ]
        self.path = folder / "talk.xlsx"
        self.book = load_workbook(BytesIO(export.write_workbook(content)))

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
TEN: list[tuple[tuple[str, int, str], Any, str, Any]] = [
    # Cells that cannot be read.
    (("Counts", 2, "Number"), "=1+1", "[Counts, row 2, Number] This cell contains a formula.", 4),
    (("Commitments", 2, "Due on"), "soon", "[Commitments, row 2, Due on] Write a date", None),
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


def test_ten_mistakes_of_all_kinds_come_in_one_round(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.write(UPDATE)
    said = rejection_messages(book.write({cell: wrong for cell, wrong, _says, _right in TEN}))
    for _cell, _wrong, says, _right in TEN:
        assert [line for line in said if line.startswith(says)], (says, said)
    assert len(said) == len(TEN), said
    cells = {cell: right for cell, _wrong, _says, right in TEN}
    del cells["Themes", 2, "Colour"]
    book.book["Themes"].delete_cols(book.book["Themes"].max_column)
    path = book.write(cells)
    assert load_roundtable(path).startswith("5 added, 1 changed, 0 removed")
