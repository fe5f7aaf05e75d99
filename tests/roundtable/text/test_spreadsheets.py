"""The one writer of spreadsheets: a text stays a text."""

import csv
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from roundtable.text.spreadsheets import add_row, csv_text, xlsx_content

FORMULAS = [
    "=1+1",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
]


def cells_of_csv(texts: list[str]) -> list[str]:
    content = csv_text([text] for text in texts)
    return [cell for [cell] in csv.reader(StringIO(content, newline=""))]


def test_no_cell_is_a_formula() -> None:
    assert cells_of_csv(FORMULAS) == [f"'{text}" for text in FORMULAS]
    book = Workbook(write_only=True)
    add_row(book.create_sheet(), FORMULAS)
    sheet: Any = load_workbook(BytesIO(b"".join(xlsx_content(book)))).active
    for text, cell in zip(FORMULAS, sheet[1], strict=True):
        assert cell.value.replace("_x000D_", "\r") == text
        assert (cell.data_type, cell.quotePrefix) == ("s", True), text


def test_large_sample_payloads_stay_text(samples: Path) -> None:
    texts = (samples / "hostile/csv-injection/csv-payload.txt").read_text().splitlines()
    for cell in cells_of_csv(texts):
        assert not cell.startswith(("=", "+", "-", "@"))
