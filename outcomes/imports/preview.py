"""Previews an import row by row, and imports what is stored at once."""

import sqlite3
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Required, TypedDict, Unpack

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from outcomes.imports.records.errors import CellLocation, FileRejectedError, Mistake
from outcomes.imports.records.loader import load_content
from outcomes.imports.records.new_records import NewRecord
from outcomes.imports.records.results import (
    AllBut,
    DuplicateQuestion,
    ImportReport,
    Part,
    RowReport,
    RowResult,
    Touched,
    digest_of,
)
from outcomes.imports.storage import uploads_folder
from outcomes.imports.workbook.rows import ParsedWorkbook
from outcomes.imports.workbook.sheets import column_label
from participants.permissions import EventPermissions
from roundtable.audit import log as audit
from roundtable.database.giving_way import giving_way, until_not_in_the_way


def group_mistakes(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """One mistake per sheet, column and sentence, with the rows of all of them."""
    groups: dict[tuple[str | CellLocation, str], list[int]] = {}
    for mistake in mistakes:
        where, rows = mistake.where, tuple[int, ...]()
        if isinstance(where, CellLocation):
            where, rows = replace(where, rows=()), where.rows
        groups.setdefault((where, mistake.message), []).extend(rows)
    return [
        Mistake(
            replace(where, rows=tuple(rows)) if isinstance(where, CellLocation) else where, sentence
        )
        for (where, sentence), rows in groups.items()
    ]


ProgressCallback = Callable[[int], None]


class ImportOptions(TypedDict, total=False):
    """As load_content() takes them."""

    by: EventPermissions | None
    answers: Mapping[str, str]
    on_progress: ProgressCallback
    at: Required[datetime]


@dataclass(frozen=True)
class Preview:
    """The result of an import that is not stored: rows, or only mistakes."""

    mistakes: list[Mistake] = field(default_factory=list)
    found_rows: list[RowReport] = field(default_factory=list)
    parsed: ParsedWorkbook = field(default_factory=ParsedWorkbook)
    kept: list[str] = field(default_factory=list)  # stored rows that are not in the file
    # Possible duplicates, with the sheet and row of each.
    questions: list[tuple[str, DuplicateQuestion]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # hints that are no mistakes
    digest: str = ""
    # What an import stores first, and what it stores afterwards in batches.
    parts: list[Part] = field(default_factory=list)
    new_records: list[NewRecord] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.mistakes and not self.questions

    @property
    def rows(self) -> list[tuple[str, RowReport]]:
        """With the sheet and row of each, and with the labels of columns."""
        return [self._as_shown(row) for row in self.found_rows]

    def _as_shown(self, row: RowReport) -> tuple[str, RowReport]:
        changes = tuple((column_label(key), was, now) for key, was, now in row.changes)
        return str(self.parsed.cell_location(row.location)), replace(row, changes=changes)

    def count(self, result: RowResult) -> int:
        return sum(row.result == result for row in self.found_rows)

    def to_json(self) -> dict[str, Any]:
        """The preview for the page, without unchanged rows."""
        return {
            "mistakes": [[str(row.where), row.message] for row in group_mistakes(self.mistakes)],
            "counts": {fate.value: self.count(fate) for fate in RowResult},
            "rows": [
                vars(row) | {"location": place}
                for place, row in (
                    self._as_shown(row)
                    for row in self.found_rows
                    if row.result != RowResult.UNCHANGED
                )
            ],
            "kept": self.kept,
            "questions": [vars(question) | {"where": place} for place, question in self.questions],
            "notes": self.notes,
            "digest": self.digest,
        }


def preview_import(parsed: ParsedWorkbook, **options: Unpack[ImportOptions]) -> Preview:
    def preview() -> Preview:
        # No one waits for a copy.
        is_copy = connections[DEFAULT_DB_ALIAS].vendor == "sqlite"
        with audit.not_written(), transaction.atomic():
            with nullcontext() if is_copy else giving_way():
                result = _try_import(parsed, is_preview=True, **options)
            transaction.set_rollback(True)
        return result

    with _copy_of_sqlite():
        return until_not_in_the_way(preview)


@contextmanager
def _copy_of_sqlite() -> Iterator[None]:
    """Uses a private copy of the database, which is deleted at the end.

    SQLite has one lock for all who write: without the copy, everyone would wait for the preview.
    A server has a lock for each row, so there a transaction that is rolled back is enough. The copy
    is in the folder of uploads, where the clean-up also deletes what a killed process left.
    """
    original: Any = connections[DEFAULT_DB_ALIAS]
    # Within a transaction, this process has the lock already.
    if original.vendor != "sqlite" or original.in_atomic_block:
        yield
        return
    with tempfile.TemporaryDirectory(dir=uploads_folder()) as folder:
        path = Path(folder) / "preview.sqlite3"
        path.touch(mode=0o600)
        original.ensure_connection()
        with closing(sqlite3.connect(path)) as copy:
            original.connection.backup(copy)
        connection = type(original)(original.settings_dict | {"NAME": path}, DEFAULT_DB_ALIAS)
        connections[DEFAULT_DB_ALIAS] = connection
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = original
            connection.close()


def import_part(
    parsed: ParsedWorkbook, part: Part, **options: Unpack[ImportOptions]
) -> list[Touched] | None:
    """Returns the stored rows; None if they would no longer be what was planned.

    The caller undoes it then.
    """
    try:
        report = import_workbook(parsed, skipped=AllBut(part), **options)
    except FileRejectedError:
        return None
    is_same = report.digest_of_entries(part.entries) == part.digest
    return report.touched if is_same and not report.questions else None


def import_workbook(
    parsed: ParsedWorkbook,
    *,
    is_preview: bool = False,
    skipped: Container[str] = (),
    **options: Unpack[ImportOptions],
) -> ImportReport:
    """Raises FileRejectedError with every mistake by sheet, row and column, and stores nothing."""
    try:
        return load_content(
            parsed.content,
            is_preview=is_preview,
            skipped=skipped,
            is_rejected=bool(parsed.mistakes),
            are_names_known=parsed.are_names_known,
            **options,
        )
    except FileRejectedError as refusal:
        located = parsed.locate_mistakes(refusal.mistakes)
        mistakes = parsed.in_file_order([*parsed.mistakes, *located])
        raise FileRejectedError(mistakes) from None


def _try_import(
    parsed: ParsedWorkbook,
    *,
    is_preview: bool = False,
    **options: Unpack[ImportOptions],
) -> Preview:
    try:
        report = import_workbook(parsed, is_preview=is_preview, **options)
    except FileRejectedError as refusal:
        return Preview(mistakes=refusal.mistakes, notes=parsed.notes)
    questions = [
        (str(parsed.cell_location(question.location)), question) for question in report.questions
    ]
    return Preview(
        found_rows=report.rows,
        parsed=parsed,
        kept=report.kept,
        questions=questions,
        notes=parsed.notes
        + [
            f"{note.where}: {note.message}"
            for note in group_mistakes(parsed.locate_mistakes(report.notes))
        ],
        digest=digest_of(report.rows),
        parts=report.parts(),
        new_records=report.new_records,
    )
