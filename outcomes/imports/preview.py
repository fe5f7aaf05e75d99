"""Previews an import row by row, and then imports all of it or nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from outcomes.imports.records.errors import CellLocation, FileRejectedError, Mistake
from outcomes.imports.records.loader import load_content
from outcomes.imports.records.results import DuplicateQuestion, ImportReport, RowReport, RowResult
from outcomes.imports.workbook.rows import ParsedWorkbook
from outcomes.imports.workbook.sheets import column_label
from participants.permissions import EventPermissions


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


@dataclass(frozen=True)
class Preview:
    """The result of an import that is not stored: rows, or only mistakes."""

    mistakes: list[Mistake] = field(default_factory=list)
    rows: list[tuple[str, RowReport]] = field(default_factory=list)  # with sheet and row
    kept: list[str] = field(default_factory=list)  # stored rows that are not in the file
    # Possible duplicates, with the sheet and row of each.
    questions: list[tuple[str, DuplicateQuestion]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # hints that are no mistakes
    digest: str = ""

    def count(self, result: RowResult) -> int:
        return sum(row.result == result for _place, row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """The preview for the page, without unchanged rows."""
        return {
            "mistakes": [[str(row.where), row.message] for row in group_mistakes(self.mistakes)],
            "counts": {fate.value: self.count(fate) for fate in RowResult},
            "rows": [
                {
                    "location": place,
                    "result": row.result.value,
                    "title": row.title,
                    "changes": row.changes,
                }
                for place, row in self.rows
                if row.result != RowResult.UNCHANGED
            ],
            "kept": self.kept,
            "questions": [
                {
                    "where": place,
                    "location": question.location,
                    "title": question.title,
                    "candidates": question.candidates,
                }
                for place, question in self.questions
            ],
            "notes": self.notes,
            "digest": self.digest,
        }


def preview_import(
    parsed: ParsedWorkbook,
    *,
    by: EventPermissions,
    answers: Mapping[str, str] | None = None,
    on_progress: ProgressCallback | None = None,
    at: datetime,
) -> Preview:
    with transaction.atomic():
        result = _try_import(parsed, by, answers or {}, on_progress, at)
        transaction.set_rollback(True)
    return result


def import_previewed(
    parsed: ParsedWorkbook,
    *,
    digest: str,
    by: EventPermissions,
    answers: Mapping[str, str] | None = None,
    on_progress: ProgressCallback | None = None,
    at: datetime,
) -> Preview | None:
    """Imports what a preview showed, and returns None.

    If the digest differs, or there are mistakes or open questions, stores nothing and returns the
    new preview.
    """
    with transaction.atomic():
        result = _try_import(parsed, by, answers or {}, on_progress, at)
        if not result.mistakes and not result.questions and result.digest == digest:
            return None
        transaction.set_rollback(True)
    return result


def import_workbook(
    parsed: ParsedWorkbook,
    *,
    by: EventPermissions | None = None,
    answers: Mapping[str, str] | None = None,
    on_progress: ProgressCallback | None = None,
    at: datetime,
) -> ImportReport:
    """Raises FileRejectedError with every mistake by sheet, row and column, and stores nothing."""
    if parsed.mistakes:
        raise FileRejectedError(parsed.mistakes)
    try:
        return load_content(parsed.content, by=by, answers=answers, on_progress=on_progress, at=at)
    except FileRejectedError as refusal:
        raise FileRejectedError(parsed.locate_mistakes(refusal.mistakes)) from None


def _try_import(
    parsed: ParsedWorkbook,
    by: EventPermissions,
    answers: Mapping[str, str],
    on_progress: ProgressCallback | None,
    at: datetime,
) -> Preview:
    try:
        report = import_workbook(parsed, by=by, answers=answers, on_progress=on_progress, at=at)
    except FileRejectedError as refusal:
        return Preview(mistakes=refusal.mistakes, notes=parsed.notes)
    rows = [
        (
            str(parsed.cell_location(row.location)),
            replace(
                row, changes=tuple((column_label(key), was, now) for key, was, now in row.changes)
            ),
        )
        for row in report.rows
    ]
    questions = [
        (str(parsed.cell_location(question.location)), question) for question in report.questions
    ]
    return Preview(
        rows=rows,
        kept=report.kept,
        questions=questions,
        notes=parsed.notes
        + [f"{row.where}: {row.message}" for row in parsed.locate_mistakes(report.notes)],
        digest=report.digest,
    )
