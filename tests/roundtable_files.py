"""What the tests of loading share: running the command, and asking whether anything changed."""

from contextlib import AbstractContextManager
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils.timezone import now
from openpyxl import Workbook, load_workbook

from outcomes.imports.preview import import_workbook
from outcomes.imports.readers.pages import UnreadableError
from outcomes.imports.readers.workbooks import read_source_file
from outcomes.imports.records.errors import FileRejectedError, Mistake
from outcomes.imports.workbook import export
from outcomes.imports.workbook.parsing import parse_pages, unreadable_message
from outcomes.imports.workbook.rows import ParsedWorkbook
from outcomes.management.commands.load_roundtable import Command
from outcomes.models import Upload
from outcomes.sources import comparisons
from roundtable.models import Event
from tests.recorded_fixtures import rows_of

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "outcomes" / "fixtures"
CORPUS = ROOT / "tests" / "corpus"
RECORD_2018 = FIXTURES / "bali-process-2018.toml"

HEAD = """
[series]
slug = "talks"
name = "Talks"

[event]
code = "TALK1"
slug = "talk-1"
title = "First talk"
starts_on = 2025-01-01
ends_on = 2025-01-02
time_zone = "Asia/Dhaka"
"""

BODY = """
[[themes]]
slug = "sea"
name = "Work at sea"

[[groups]]
slug = "all"
name = "All"

[[organisations]]
slug = "harbour"
name = "Harbour Clinic"
kind = "civil-society"
country = "LK"
site = "https://example.org/"

[[organisations.roles]]
role = "cohost"

[[organisations]]
slug = "port"
name = "Port Authority"
kind = "government"

[[organisations.roles]]
role = "participant"

[[counts]]
kind = "government"
number = 4

[[documents]]
title = "Agenda"

[statement]
source_title = "Communiqué"
title = "What was agreed"
state = "published"

[[statement.lead_ins]]
number = "1"
text = "We agree to:"

[[statement.lead_ins.points]]
number = "1.a"
kind = "undertaking"
text = "meet again;"
themes = ["sea"]
addressees = ["all", "port"]

[[statement.lead_ins.points]]
number = "1.b"
kind = "principle"
text = "listen first."

[[commitments]]
reference = "TALK1-C1"
text = "Meet again"
due_on = 2026-01-01
outcomes = ["1.a"]
leads = ["harbour", "port"]
partners = ["all"]
"""
COMPLETE_FILE = HEAD + BODY
SLUG = 'slug = "talk-1"'
POINTS = "statement.lead_ins(1).points"


def replace_text(file: Path, before: str, after: str) -> Path:
    """The same file with other words."""
    text = file.read_text("utf-8")
    assert text.count(before) == 1, before
    file.write_text(text.replace(before, after), "utf-8")
    return file


def write_complete_file(folder: Path) -> Path:
    """A roundtable file with something in each table."""
    path = folder / "talk.toml"
    path.write_text(COMPLETE_FILE, "utf-8")
    return path


def shipped_with_release() -> AbstractContextManager[object]:
    """A file that a test wrote, as if the release contained it: no one compares its statement."""
    return patch.multiple(comparisons, RELEASED=Everything(), RELEASED_REFERENCES=Everything())


class Everything:
    """A set that contains each hash, or each reference."""

    def __contains__(self, word: str) -> bool:
        return True


def parse_workbook(content: bytes, *, event: Event | None = None) -> ParsedWorkbook:
    """Raises FileRejectedError if the file cannot be read or is too large."""
    try:
        return parse_pages(read_source_file(content), event=event)
    except UnreadableError as problem:
        raise FileRejectedError([Mistake("", unreadable_message(problem))]) from None


def load_roundtable(path: Path | str, roundtable: str = "") -> str:
    """Loads a TOML file or a workbook; what was said, without the name of the file."""
    output = StringIO()
    with shipped_with_release():
        if Path(path).suffix in (".xlsx", ".zip", ".csv"):
            event = Event.objects.filter(code=roundtable).first()
            try:
                parsed = parse_workbook(Path(path).read_bytes(), event=event)
                report = import_workbook(parsed, at=now())
            except FileRejectedError as refusal:
                raise CommandError(refusal.as_text(str(path))) from None
            Command(stdout=output).print_report(str(path), report)
        else:
            call_command("load_roundtable", str(path), stdout=output)
    return output.getvalue().removeprefix(f"{path}: ")


_written: dict[str, bytes] = {}


def open_workbook(content: dict[str, Any]) -> Workbook:
    """The workbook that the portal writes; of the same content it is written once."""
    key = repr(content)
    if key not in _written:
        _written[key] = export.write_workbook(content)
    return load_workbook(BytesIO(_written[key]))


def changed_workbook(content: dict[str, Any], cells: dict[str, Any]) -> bytes:
    """The workbook with some cells written over, such as Commitments_B2."""
    book = open_workbook(content)
    for place, value in cells.items():
        sheet, cell = place.split("_")
        book[sheet][cell] = value
    stored = BytesIO()
    book.save(stored)
    return stored.getvalue()


def load_demo(on: date) -> str:
    """Makes the demonstration with progress up to that day; what the command said."""
    output = StringIO()
    call_command("demo", f"--on={on}", stdout=output)
    return output.getvalue().strip()


def rejection_messages(path: Path | str, roundtable: str = "") -> list[str]:
    """The sentences with which a file is refused; fails where anything is changed."""
    before = database_rows()
    with pytest.raises(CommandError) as rejected:
        load_roundtable(path, roundtable)
    assert database_rows() == before
    first, *lines = str(rejected.value).split("\n")
    assert first.split()[0] == str(len(lines))
    assert all(line.startswith(f"{path}: ") for line in lines)
    return [line.removeprefix(f"{path}: ") for line in lines]


def database_rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of ours, histories and links between tables included.

    Save what is under way: a file that someone imports.
    """
    return {
        model._meta.label: list(rows_of(model).values())
        for app in ("roundtable", "participants", "outcomes")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if model is not Upload
    }
