"""A roundtable as CSVs, as programs write them: every text survives, and what cannot be is said."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from io import BytesIO
from pathlib import Path
from unicodedata import category
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.imports.readers.csv_files import read_csv
from outcomes.imports.readers.pages import UnreadableError
from outcomes.imports.readers.workbooks import read_source_file
from outcomes.imports.workbook import export, parsing
from outcomes.models import Commitment, Document
from participants.models import Participation
from roundtable.models import Event, Series
from roundtable.text.spreadsheet_text import escape_formula, unescape_formula
from tests.conftest import SAMPLES
from tests.factories import make_document, make_organisation
from tests.roundtable_files import CORPUS, load_roundtable, parse_workbook, rejection_messages

pytestmark = pytest.mark.django_db
UNREADABLE = (
    "We cannot read a table in this file. Open it in a spreadsheet program, and save it as XLSX."
)
ACCENTS = "Name;Organisation\r\nJosé Müller–Ñandú;“L’été”, Genève\r\nÀ côté;Ça va\r\n"


def hostile_texts() -> list[str]:
    lines = (CORPUS / "naughty.txt").read_text("utf-8").splitlines()
    if SAMPLES.is_dir():
        for file in sorted((SAMPLES / "names").glob("*.csv")):
            lines += file.read_text("utf-8-sig").splitlines()[1:2000]
        for name in ("naughty/blns.txt", "csv-injection/csv-payload.txt"):
            lines += (SAMPLES / "hostile" / name).read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip()]


@pytest.mark.parametrize("write", [export.write_workbook, export.write_csvs])
def test_names_and_payloads_round_trip(write: Callable[..., bytes]) -> None:
    said = [
        {"title": text}
        for text in dict.fromkeys(hostile_texts())
        if not any(category(sign) == "Cc" or sign in "\ufffe\uffff" for sign in text)
        and workbook_shows(text)
    ]
    found = parse_workbook(write({"documents": said}))
    titles = [{"title": row["title"]} for row in found.content["documents"]]
    assert titles == said and found.mistakes == []


def workbook_shows(text: str) -> bool:
    """Nothing that is invisible is kept."""
    return bool(text.strip("\u200b\u2060\ufeff\u00ad \u3000"))


@given(
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20),
    st.sampled_from(["", "=", "'", "'=", "''+", "＠", "\t", "-", "'\t"]),
)
def test_escape_apostrophe_is_removed_exactly(text: str, start: str) -> None:
    assert unescape_formula(escape_formula(start + text)) == start + text


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
def test_encodings_are_decoded_correctly(encoding: str, guessed: str) -> None:
    found = read_source_file(ACCENTS.encode(encoding))
    assert found.pages[""] == [
        ["Name", "Organisation"],
        ["José Müller–Ñandú", "“L’été”, Genève"],
        ["À côté", "Ça va"],
    ]
    assert found.guessed_encodings.get("", "") == guessed


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_detected(delimiter: str) -> None:
    text = f'Name{delimiter}Post\n"Sen{delimiter} Rita"{delimiter}"Head, of; ""all"""\nA{delimiter}'
    assert read_csv(text) == [["Name", "Post"], [f"Sen{delimiter} Rita", 'Head, of; "all"'], ["A"]]
    assert read_csv(f"sep={delimiter}\nA{delimiter}B") == [["A", "B"]]


def test_single_csv_changes_only_its_sheet(tmp_path: Path, talk: Event) -> None:
    path = tmp_path / "list.csv"
    rows = "Participants of the first talk;;\r\n;;\r\nName;Organisation;Post\r\n"
    path.write_bytes(f"{rows}José Ñandú;Port authority;'+ Clerk\r\n".encode("utf-16"))
    assert rejection_messages(path) == [
        "The file has no sheet “Roundtable”. Choose the roundtable that the file belongs to."
    ]
    said = load_roundtable(path, "TALK1")
    assert said.startswith("1 added, 0 changed, 0 removed")
    part = Participation.objects.get()
    assert (part.delegate.name, part.organisation.slug) == ("José Ñandú", "port")
    assert part.delegate.affiliations.get().post == "+ Clerk"
    path.write_text("Name,Organisation,Post\n,port,Clerk\nRita Sen,prt,\n", "utf-8")
    assert rejection_messages(path, "TALK1") == [
        "[Delegates, row 2, Name] This cell is empty. Fill it in. The name as the person writes "
        "it, in any script.",
        "[Delegates, row 3, Organisation] We do not know “prt” here. Add it to the sheet "
        "“Organisations”.",
    ]


def test_guessed_encoding_is_noted(talk: Event) -> None:
    content = "Title,Publisher\nCafé,Genève\n".encode("mac_roman")
    found = parse_workbook(content, event=talk)
    assert found.notes == [
        "The file was read with the encoding MacRoman. Check the letters with accents."
    ]
    assert found.content["documents"] == [{"title": "Café", "publisher": "Genève"}]


def test_sheets_missing_from_archive_are_unchanged(tmp_path: Path, talk: Event) -> None:
    make_document(Event.objects.get(), title="Minutes")
    path = tmp_path / "some.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as parts:
        parts.writestr("__MACOSX/._Documents.csv", b"\0\1")
        parts.writestr("talk/documents.csv", "Title\nMinutes\nList of participants\n")
        parts.writestr("talk/", b"")
    said = load_roundtable(path, "TALK1")
    assert said.startswith("1 added, 0 changed, 0 removed")
    assert "kept: document “Agenda”" in said
    assert [row.title for row in Document.objects.order_by("pk")] == [
        "Agenda",
        "Minutes",
        "List of participants",
    ]


def test_list_of_references_and_days_changes_only_the_days(tmp_path: Path, talk: Event) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Reference,Due on\nTALK1-C1,2030-01-01\n", "utf-8")
    assert load_roundtable(path, "TALK1").startswith("0 added, 1 changed, 0 removed")
    commitment = Commitment.objects.get()
    assert (commitment.due_on, commitment.text) == (date(2030, 1, 1), "Meet again")
    assert {str(party) for party in commitment.parties.all()} == {
        "Harbour Clinic",
        "Port Authority",
        "All",
    }
    assert [str(outcome.number) for outcome in commitment.outcomes.all()] == ["1.a"]


def test_list_may_name_what_the_portal_already_has(tmp_path: Path, talk: Event) -> None:
    make_organisation(slug="quay", name="Quay Union")
    path = tmp_path / "list.csv"
    path.write_text("Reference,Text,Leads,Outcomes\nTALK1-C2,Dredge,quay,1.b\n", "utf-8")
    assert load_roundtable(path, "TALK1").startswith("2 added, 0 changed, 0 removed")
    commitment = Commitment.objects.get(reference="TALK1-C2")
    assert [str(party) for party in commitment.parties.all()] == ["Quay Union"]
    assert [outcome.number for outcome in commitment.outcomes.all()] == ["1.b"]
    make_organisation(slug="made-up", is_demonstration=True)
    path.write_text("Reference,Text,Leads,Outcomes\nTALK1-C2,Dredge,made-up,9.z\n", "utf-8")
    assert [line.partition(". ")[0] for line in rejection_messages(path, "TALK1")] == [
        "[Commitments, row 2, Leads] We do not know “made-up” here",
        "[Commitments, row 2, Outcomes] We do not know “9.z” here",
    ]


def test_archive_with_only_the_series_renames_it(tmp_path: Path, talk: Event) -> None:
    path = tmp_path / "some.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as parts:
        parts.writestr("Series.csv", "Slug,talks\nName,Peace talks\n")
    assert load_roundtable(path, "TALK1").startswith("0 added, 1 changed, 0 removed")
    assert Series.objects.get().name == "Peace talks"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, UNREADABLE),
        (b"Title\n" + b"\0\1\2" * 50, UNREADABLE),
        (b"\n\n \n", UNREADABLE),
        (b"Title\n" + b"a\n" * 20_001, "The sheet “CSV” has more than 20,000 rows or 60"),
        (b"Title\n" + b"a" * 500_001, "A cell has more than 500,000 characters. Shorten it."),
        (b"a," * 61 + b"a\n", "The sheet “CSV” has more than 20,000 rows or 60"),
        (
            b"Colour,Size\nred,1\n",
            "The columns of this table do not match exactly one sheet. Check the headings.",
        ),
    ],
)
def test_unreadable_table_gives_one_message(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "given.csv"
    path.write_bytes(content)
    (line,) = rejection_messages(path)
    assert line.startswith(sentence)


def test_hostile_file_gives_result_or_message(samples: Path) -> None:
    for file in sorted((samples / "hostile").rglob("*")):
        if file.is_file():
            with suppress(UnreadableError):  # said in a sentence
                found = read_source_file(file.read_bytes())
                assert found.pages and parsing.parse_pages(found).mistakes
