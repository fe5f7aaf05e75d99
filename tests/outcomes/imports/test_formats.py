"""Tables in any format are known by their content; what is no table is told what it is."""

import json
import random
import struct
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart

from outcomes.imports.readers.pages import (
    FormulaCell,
    Rows,
    SourceFile,
    UnreadableError,
    UnreadableReason,
)
from outcomes.imports.readers.workbooks import read_source_file
from outcomes.imports.tasks import read_in_subprocess
from outcomes.imports.workbook.parsing import unreadable_message
from tests.roundtable_files import CORPUS

CELLS: Rows = [["Text", "Due on"], ["Déminer\nla côte สมชาย", 7], ["Rita", None]]


def make_zip(**parts: str | bytes) -> bytes:
    """The parts by their paths; two underlines stand for a slash."""
    stored = BytesIO()
    with ZipFile(stored, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return stored.getvalue()


def xlsx(rows: Rows = CELLS, *, replaced: dict[str, str] | None = None) -> bytes:
    """`replaced` changes the XML of the sheet."""
    book = Workbook()
    assert book.active is not None
    book.active.title = "List"
    for row in rows:
        book.active.append(row)
    stored, changed = BytesIO(), BytesIO()
    book.save(stored)
    with ZipFile(stored) as parts, ZipFile(changed, "w", ZIP_DEFLATED) as copy:
        for name in parts.namelist():
            text = parts.read(name).decode()
            for before, after in (replaced or {}).items() if name.endswith("sheet1.xml") else ():
                assert before in text
                text = text.replace(before, after)
            copy.writestr(name, text)
    return changed.getvalue()


def ods_row(row: list[Any], repeated: int = 1) -> str:
    cells = ""
    for value in row:
        lines = "".join(f"<text:p>{line}</text:p>" for line in str(value).split("\n"))
        if isinstance(value, str):
            cells += f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
        elif value is None:
            cells += "<table:table-cell/>"
        else:
            cells += f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


def ods(rows: str = "", manifest: str = "") -> bytes:
    rows = rows or "".join(map(ods_row, CELLS))
    empty = f'<table:table-cell table:number-columns-repeated="{16_384}"/>'
    kinds = "office", "table", "text", "style", "manifest"
    names = "".join(
        f' xmlns:{kind}="urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0"' for kind in kinds
    )
    return make_zip(
        mimetype="application/vnd.oasis.opendocument.spreadsheet",
        **{"META-INF__manifest.xml": f"<manifest:manifest{names}>{manifest}</manifest:manifest>"},
        **{
            "content.xml": f"""<office:document-content{names}><office:automatic-styles>
<style:style style:name="hidden" style:family="table">
<style:table-properties table:display="false"/></style:style></office:automatic-styles>
<office:body><office:spreadsheet><table:table table:name="List">{rows}
<table:table-row table:number-rows-repeated="1000000">{empty}</table:table-row></table:table>
<table:table table:name="Old" table:style-name="hidden">{ods_row(["Title"])}</table:table>
</office:spreadsheet></office:body></office:document-content>"""
        },
    )


def record(kind: int, content: bytes = b"") -> bytes:
    """Of an XLSB; numbers have seven bits in each byte."""
    assert len(content) < 2**14
    size = len(content)
    head = bytes([kind] if kind < 128 else [kind & 127 | 128, kind >> 7])
    return head + bytes([size & 127 | 128, size >> 7]) + content


def wide(text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return struct.pack("<I", len(encoded) // 2) + encoded


def xlsb(cells: dict[tuple[int, int], Any] | None = None) -> bytes:
    if cells is None:
        cells = {(r, c): value for r, row in enumerate(CELLS) for c, value in enumerate(row)}
    sheet = record(148, struct.pack("<4I", 0, max(row for row, _c in cells), 0, 1)) + record(145)
    for (row, column), value in cells.items():
        sheet += record(0, struct.pack("<I", row) + bytes(13))
        start = struct.pack("<II", column, 0)
        if isinstance(value, str):
            sheet += record(6, start + wide(value))
        elif value is not None:
            sheet += record(5, start + struct.pack("<d", value))
    office = "http://schemas.openxmlformats.org"
    links = "".join(
        f'<Relationship Id="{key}" Target="worksheets/{key}.bin" '
        f'Type="{office}/officeDocument/2006/relationships/worksheet"/>'
        for key in ("a", "b")
    )
    sheets = ((0, "a", "List"), (1, "b", "Old"))  # the second one is hidden
    book = b"".join(
        record(156, struct.pack("<II", state, 1) + wide(key) + wide(name))
        for state, key, name in sheets
    )
    names = f'xmlns="{office}/package/2006/relationships"'
    old = record(145) + record(0, bytes(17)) + record(6, bytes(8) + wide("Title")) + record(146)
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "xl__workbook.bin": record(143) + book + record(144) + record(132),
        "xl__worksheets__a.bin": sheet + record(146),
        "xl__worksheets__b.bin": record(148, bytes(16)) + old,
        "xl___rels__workbook.bin.rels": f"<Relationships {names}>{links}</Relationships>",
    }
    return make_zip(**parts)


def ole(*streams: str) -> bytes:
    """The beginning of an OLE file, and its list of streams."""
    entries = (f"{name}\0".encode("utf-16-le").ljust(128, b"\0") for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + b"".join(entries)


def locked_xls() -> bytes:
    """The second record of the workbook says that it has a password."""
    content = (CORPUS / "list.xls").read_bytes()
    second = content.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
    return content[:second] + b"\x2f\x00" + content[second + 2 :]


def locked_zip() -> bytes:
    content = bytearray(make_zip(**{"Themes.csv": "Slug,Name"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def reason_of(content: bytes) -> UnreadableReason:
    with pytest.raises(UnreadableError) as refused:
        read_source_file(content)
    assert unreadable_message(refused.value).endswith(".")
    return refused.value.reason


@pytest.mark.parametrize("make", [ods, xlsb])
def test_open_document_and_binary_workbook(make: Callable[[], bytes]) -> None:
    found = read_source_file(make())
    assert found.pages == {"List": [*CELLS[:2], ["Rita"]], "Old": [["Title"]]}
    assert found.hidden_pages == ["Old"]


def test_old_workbook() -> None:
    found = read_source_file((CORPUS / "list.xls").read_bytes())
    assert found.pages == {
        "Commitments": [
            ["Reference", "Text", "Due on", "Number", "Sum", "Is open"],
            ["C1", "Déminer la côte\nสมชาย", date(2027, 5, 1), 7, 2.5, True],
            ["C2", "Two rows"],  # merged with the cell below
            ["C3"],
        ],
        "Old": [["Title"]],
    }
    assert found.hidden_pages == ["Old"]


CELL = "<f>1+1</f><v></v>"


@pytest.mark.parametrize(
    ("stored", "kind", "read"),
    [
        ("<f>1+1</f><v>2</v>", "", 2),
        ("<f>1+1</f><v>2.5</v>", "", 2.5),
        ("<f>TRUE()</f><v>1</v>", ' t="b"', True),
        ('<f>"a"</f><v>a_x000D_\nb</v>', ' t="str"', "a\nb"),
        ('<f>""</f><v></v>', ' t="str"', None),
        (CELL, "", FormulaCell()),
        ("<f>1+1</f>", "", FormulaCell()),
        ("<f>1/0</f><v>#DIV/0!</v>", ' t="e"', FormulaCell("#DIV/0!")),
        ("<v>#N/A</v>", ' t="e"', FormulaCell("#N/A")),
    ],
)
def test_formula_counts_as_its_stored_value(stored: str, kind: str, read: Any) -> None:
    changes = {'<c r="A2">': f'<c r="A2"{kind}>', CELL: stored}
    found = read_source_file(xlsx([["Sum", "Name"], ["=1+1", "Rita"]], replaced=changes))
    assert found.pages == {"List": [["Sum", "Name"], [read, "Rita"]]}
    assert SourceFile.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_formula_without_value_at_the_end() -> None:
    found = read_source_file(xlsx([["Sum"], [], [None, "=1+1"]]))
    assert found.pages == {"List": [["Sum"], [], [None, FormulaCell()]]}


# The library that is tried first does not know the characters that are written as two halves.
@pytest.mark.parametrize("last", ["Rita", "_xD83D__xDE00_"])
def test_hidden_rows_and_sheets_are_named(last: str) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.title = "List"
    for row in (["Title", "Note"], [], ["=1+1", "hidden"], ["hidden too"], ["kept"], [last]):
        book.active.append(row)
    for number in (2, 3, 4, 9):
        book.active.row_dimensions[number].hidden = True
    book.create_sheet("Old").append(["Title"])
    book["Old"].sheet_state = "veryHidden"
    book.create_chartsheet("Chart").add_chart(BarChart())
    stored = BytesIO()
    book.save(stored)
    found = read_source_file(stored.getvalue())
    assert list(found.pages) == ["List", "Old"]
    assert found.pages["List"][2:5] == [[FormulaCell(), "hidden"], ["hidden too"], ["kept"]]
    assert found.hidden_rows == {"List": [1, 2, 3]}
    assert found.hidden_pages == ["Old"]
    assert SourceFile.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_strict_workbook() -> None:
    stored = BytesIO()
    with ZipFile(BytesIO(xlsx())) as parts, ZipFile(stored, "w") as copy:
        for name in parts.namelist():
            text = parts.read(name).decode()
            for kind, strict in (
                ("spreadsheetml/2006/main", "spreadsheetml/main"),
                ("officeDocument/2006/relationships", "officeDocument/relationships"),
            ):
                start = "http://schemas.openxmlformats.org/"
                text = text.replace(start + kind, f"http://purl.oclc.org/ooxml/{strict}")
            copy.writestr(name, text.replace('<row r="2"', '<row r="2" hidden="true"'))
    found = read_source_file(stored.getvalue())
    assert found.pages == {"List": [*CELLS[:2], ["Rita"]]}
    assert found.hidden_rows == {"List": [1]}


RECORDS = [
    {"Text": "Dredge\r\nthe port", "Open": True, "Tags": ["a", 2, None]},
    {"Open": None, "Due": {"day": "2027-05-01"}, "Text": ""},
]
READ = [
    ["Text", "Open", "Tags", "Due"],
    ["Dredge\nthe port", True, "a; 2", None],
    [None, None, None, '{"day": "2027-05-01"}'],
]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=2),
        json.dumps({"count": 2, "next": None, "names": ["a"], "results": RECORDS}),
        "\n".join(map(json.dumps, RECORDS)),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_records_of_json(text: str, encoding: str) -> None:
    found = read_source_file(text.encode(encoding))
    assert found.pages == {"": READ} and found.is_single_table


def test_half_a_character_of_json_is_replaced() -> None:
    assert read_source_file(rb'[{"a": "\ud83d!"}]').pages == {"": [["a"], ["\ufffd!"]]}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("{id},Name\n{1},Rita\n", [["{id}", "Name"], ["{1}", "Rita"]]),
        ("[id];Name\n[1];Rita\n", [["[id]", "Name"], ["[1]", "Rita"]]),
        ("<b>Name</b>,Post\nRita,Clerk\n", [["<b>Name</b>", "Post"], ["Rita", "Clerk"]]),
        ("<Name>\nRita\n", [["<Name>"], ["Rita"]]),
        ("- Name|Post: all\nRita|a: b\n", [["- Name", "Post: all"], ["Rita", "a: b"]]),
        ("Name: all,Post\na: b,Clerk\n", [["Name: all", "Post"], ["a: b", "Clerk"]]),
        ("- Name\n- Rita\n", [["- Name"], ["- Rita"]]),
        ("BMP,PDF\n1,%PDF-\n", [["BMP", "PDF"], ["1", "%PDF-"]]),
    ],
)
def test_csv_may_begin_like_other_formats(text: str, rows: Rows) -> None:
    assert read_source_file(text.encode()).pages == {"": rows}


LOCKED = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
YAML = "- name: Rita\n  post: Head, of all\n  note: >\n    first\n    second\n\n- name: José\n"
HTML = "<table>\n<tr><td style='a: b; c: d;'>Name</td></tr>\n<tr><td>Rita, Sen</td></tr></table>"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7\n1,2\n3,4\n", "pdf"),
        (f"\ufeff<!-- a --> <!-- b -->\n<!DOCTYPE html><html>{HTML}</html>".encode(), "html"),
        (HTML.encode("utf-16"), "html"),
        (f"<p>List</p>\n<div>{HTML}</div>\n".encode(), "html"),
        (b"<center><p>Name, post</p></center>", "html"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n" + HTML.encode(), "html"),
        (b"<?xml version='1.0'?>\n<a b='1,2'/>\n<c d='1,2'/>", "html"),
        (make_zip(**{"List.csv": HTML}), "html"),
        (make_zip(**{"[Content_Types].xml": "", "word__document.xml": ""}), "word"),
        (make_zip(mimetype="application/vnd.oasis.opendocument.text"), "word"),
        (ole("Root Entry", "WordDocument", "Workbook"), "word"),
        (rb"{\rtf1 a,b;}", "word"),
        (YAML.encode(), "yaml"),
        (YAML.replace("\n", "\r\n").encode(), "yaml"),
        (b"# List\n---\n- a\n- b\n", "yaml"),
        (b"%YAML 1.2\n---\n- a\n", "yaml"),
        (b"- {name: Rita, post: Clerk}\n- {name: Sen, post: Head}\n", "yaml"),
        (b"title: List\npeople:\n- name: Rita\n- name: Sen\n", "yaml"),
        (b'["a", "b"]', "json"),
        (b"{}", "json"),
        (b"[]", "json"),
        (b'{"a": [{"b": 1}], "c": [{"d": 1}]}', "json"),
        (b'[\n {\n  "a": "b, c",\n  "d": "e, f"\n }', "json"),  # the end is missing
        (b'[{"a": ' * 100_000, "json"),
        (b"\x89PNG\r\n\x1a\n\0", "image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image"),
        (b"\0\0\0\x18ftypheic", "image"),
        (ole("Root Entry", "EncryptionInfo", "EncryptedPackage"), "password"),
        (locked_xls(), "password"),
        (locked_zip(), "password"),
        (ods(manifest=LOCKED), "password"),
    ],
)
def test_other_formats_are_told_what_they_are(content: bytes, reason: str) -> None:
    assert reason_of(content) == reason


def test_limits_hold_in_each_format() -> None:
    for content, reason in (
        (json.dumps([{"a": 1}] * 20_000).encode(), "rows"),
        (json.dumps([{str(number): 1 for number in range(61)}]).encode(), "rows"),
        (json.dumps([{"a": "b" * 500_001}]).encode(), "long"),
        (xlsb({(0, 0): "a", (20_000, 0): "a"}), "rows"),
        (xlsb({(0, 0): "a", (0, 60): "a"}), "rows"),
        (ods(ods_row(["a"], 20_001)), "rows"),
        (ods(ods_row(["a" * 400_000], 100)), "unpacked"),
        (ods(ods_row(["a" * 500_001])), "long"),
    ):
        assert reason_of(content) == reason


SHARED = '"s"><v>0</v>'


@pytest.mark.own_process
def test_bombs_end_with_their_process() -> None:
    shared = BytesIO(xlsx([["a"]] * 9_999, replaced={'"inlineStr"><is><t>a</t></is>': SHARED}))
    with ZipFile(shared, "a", ZIP_DEFLATED) as parts:
        parts.writestr("xl/sharedStrings.xml", f"<sst><si><t>{'a' * 400_000}</t></si></sst>")
    for content in (
        shared.getvalue(),
        xlsb({(0, 0): "a", (1_048_575, 16_383): "a"}),
        ods(ods_row(["a" * 400_000] * 60, 20_000)),
    ):
        with pytest.raises(UnreadableError) as refused:
            read_in_subprocess(content)
        assert refused.value.reason == UnreadableReason.LIMIT_EXCEEDED


@pytest.mark.own_process
def test_damaged_files_give_pages_or_reason() -> None:
    chance = random.Random(62)
    for content in ((CORPUS / "list.xls").read_bytes(), xlsx(), xlsb(), ods()):
        for _time in range(3):
            damaged = bytearray(content)
            for _byte in range(5):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            content = bytes(damaged[: chance.choice([None, len(damaged) // 2])])
            with suppress(UnreadableError):
                assert read_in_subprocess(content).pages
