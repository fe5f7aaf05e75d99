"""A roundtable as CSVs, as programs write them: every text survives, and what cannot be is said."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from io import BytesIO
from pathlib import Path
from unicodedata import category
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.management import CommandError
from hypothesis import given
from hypothesis import strategies as st

from outcomes.imports.readers.csv_files import rows_of
from outcomes.imports.readers.pages import UnreadableError
from outcomes.imports.readers.workbooks import opened
from outcomes.imports.records.snapshot import content_of
from outcomes.imports.workbook import export, parsing
from outcomes.models import Document
from participants.models import Participation
from roundtable.models import Event
from roundtable.spreadsheet_text import escape, unescape
from tests.factories import make_document
from tests.roundtable_files import CORPUS, RECORD, demo, everything, load, refusal, write_whole

pytestmark = pytest.mark.django_db
ACCENTS = "Name;Organisation\r\nJosé Müller–Ñandú;“L’été”, Genève\r\nÀ côté;Ça va\r\n"


@pytest.mark.parametrize("which", ["2018", "whole"])
def test_csvs_brought_in_again_change_nothing(tmp_path: Path, which: str) -> None:
    load(RECORD if which == "2018" else write_whole(tmp_path))
    path = tmp_path / "roundtable.zip"
    path.write_bytes(export.write_csvs(content_of(Event.objects.get(), people=True)))
    with ZipFile(path) as parts:
        assert len(parts.namelist()) == 13
        assert all(parts.read(name).startswith(b"\xef\xbb\xbf") for name in parts.namelist())
    before = everything()
    assert load(path).startswith("0 added, 0 changed, 0 removed")
    assert everything() == before


@pytest.mark.prove
def test_demonstration_with_its_people_survives(tmp_path: Path, settings: object) -> None:
    settings.DEBUG = True  # type: ignore[attr-defined]
    demo(date(2026, 3, 2))
    path = tmp_path / "roundtable.zip"
    path.write_bytes(export.write_csvs(content_of(Event.objects.get(), people=True)))
    before = everything()
    assert load(path).startswith("0 added, 0 changed, 0 removed, 364 unchanged.")
    assert everything() == before


def texts_of(samples: Path | None) -> list[str]:
    lines = (CORPUS / "naughty.txt").read_text("utf-8").splitlines()
    if samples:
        for file in sorted((samples / "names").glob("*.csv")):
            lines += file.read_text("utf-8-sig").splitlines()[1:2000]
        lines += (samples / "hostile" / "naughty" / "blns.txt").read_text("utf-8").splitlines()
        lines += (
            (samples / "hostile" / "csv-injection" / "csv-payload.txt")
            .read_text("utf-8")
            .splitlines()
        )
    return [line.strip() for line in lines if line.strip()]


@pytest.mark.parametrize("write", [export.write, export.write_csvs])
def test_naughty_texts_survive(write: Callable[..., bytes]) -> None:
    survive(texts_of(None), write)


@pytest.mark.parametrize("write", [export.write, export.write_csvs])
def test_names_and_payloads_survive(samples: Path, write: Callable[..., bytes]) -> None:
    survive(texts_of(samples), write)


def survive(texts: list[str], write: Callable[..., bytes]) -> None:
    said = [
        {"title": text}
        for text in dict.fromkeys(texts)
        if not any(category(sign) == "Cc" or sign in "\ufffe\uffff" for sign in text)
        and workbook_shows(text)
    ]
    found = parsing.read(write({"documents": said}))
    assert found.content.get("documents") == said and found.mistakes == []


def workbook_shows(text: str) -> bool:
    """Of what nobody sees nothing is kept."""
    return bool(text.strip("\u200b\u2060\ufeff\u00ad \u3000"))


@given(
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20),
    st.sampled_from(["", "=", "'", "'=", "''+", "＠", "\t", "-", "'\t"]),
)
def test_apostrophe_comes_off_exactly(text: str, start: str) -> None:
    assert unescape(escape(start + text)) == start + text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_of_a_csv_begins_a_formula(start: str) -> None:
    stored = export.write_csvs({"documents": [{"title": f"{start}1+1"}]})
    with ZipFile(BytesIO(stored)) as parts:
        text = parts.read("Documents.csv").decode("utf-8-sig")
    cell = text.splitlines()[1].lstrip('"')
    assert cell.startswith(f"'{start}".replace("\r", ""))


@pytest.mark.parametrize(
    ("encoding", "guessed"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("mac_roman", "MacRoman"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_letters_are_read_as_they_were_written(encoding: str, guessed: str) -> None:
    rows, said = rows_of(ACCENTS.encode(encoding))
    assert rows == [
        ["Name", "Organisation"],
        ["José Müller–Ñandú", "“L’été”, Genève"],
        ["À côté", "Ça va"],
    ]
    assert said == guessed


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_parts_the_cells_is_found(delimiter: str) -> None:
    text = f'Name{delimiter}Post\n"Sen{delimiter} Rita"{delimiter}"Head, of; ""all"""\nA{delimiter}'
    rows, _said = rows_of(text.encode())
    assert rows == [["Name", "Post"], [f"Sen{delimiter} Rita", 'Head, of; "all"'], ["A"]]
    assert rows_of(f"sep={delimiter}\nA{delimiter}B".encode())[0] == [["A", "B"]]


def test_single_csv_changes_its_sheet_alone(tmp_path: Path) -> None:
    load(write_whole(tmp_path))
    path = tmp_path / "list.csv"
    rows = "Participants of the first talk;;\r\n;;\r\nName;Organisation;Post\r\n"
    path.write_bytes(f"{rows}José Ñandú;Port authority;'+ Clerk\r\n".encode("utf-16"))
    assert refusal(path) == [
        "It has no sheet “Roundtable”. Choose the roundtable that it belongs to."
    ]
    said = load(path, "TALK1")
    assert said.startswith("1 added, 0 changed, 0 removed")
    part = Participation.objects.get()
    assert (part.delegate.name, part.organisation.slug) == ("José Ñandú", "port")
    assert part.delegate.affiliations.get().post == "+ Clerk"
    path.write_text("Name,Organisation,Post\n,port,Clerk\nRita Sen,prt,\n", "utf-8")
    assert refusal(path, "TALK1") == [
        "[Delegates, row 2, Name] This cell is empty. Fill it in. As the person writes it, in any "
        "script."
    ]
    path.write_text("Name,Organisation,Post\nRita Sen,prt,\n", "utf-8")
    (line,) = refusal(path, "TALK1")
    assert line.startswith("[Delegates, row 2, Organisation] “prt” is not known here.")
    with pytest.raises(CommandError, match="No roundtable has the code NONE"):
        load(path, "NONE")


def test_letters_that_were_guessed_are_told_of(tmp_path: Path) -> None:
    load(write_whole(tmp_path))
    event = Event.objects.get()
    found = parsing.read("Title,Publisher\nCafé,Genève\n".encode("mac_roman"), event=event)
    assert found.notes == ["The file was read as MacRoman: look at letters with accents."]
    assert found.content["documents"] == [{"title": "Café", "publisher": "Genève"}]


def test_sheets_that_are_not_in_the_archive_stay(tmp_path: Path) -> None:
    load(write_whole(tmp_path))
    make_document(Event.objects.get(), title="Minutes")
    path = tmp_path / "some.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as parts:
        parts.writestr("__MACOSX/._Documents.csv", b"\0\1")
        parts.writestr("talk/documents.csv", "Title\nMinutes\nList of participants\n")
        parts.writestr("talk/", b"")
    assert load(path, "TALK1").startswith("1 added, 0 changed, 1 removed")
    assert {row.title for row in Document.objects.all()} == {"Minutes", "List of participants"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "It is an old workbook, or one with a password."),
        (b"\x89PNG\r\n\x1a\n" + b"\0\1\2" * 50, "This is no workbook (XLSX) and no CSV"),
        (b"\n\n \n", "This is no workbook (XLSX) and no CSV"),
        (b"Title\n" + b"a\n" * 20_001, "The sheet “CSV” has more than 20,000 rows or 60"),
        (b"Title\n" + b"a" * 500_001, "A cell has more than 500,000 signs."),
        (b"a," * 61 + b"a\n", "The sheet “CSV” has more than 20,000 rows or 60"),
        (b"Colour,Size\nred,1\n", "The columns of this table are not those of one sheet."),
    ],
)
def test_what_is_no_table_is_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "given.csv"
    path.write_bytes(content)
    (line,) = refusal(path)
    assert line.startswith(sentence)


def test_every_hostile_file_gives_a_result_or_a_sentence(samples: Path) -> None:
    for file in sorted((samples / "hostile").rglob("*")):
        if file.is_file():
            with suppress(UnreadableError):  # said in a sentence
                assert opened(file.read_bytes()).pages
