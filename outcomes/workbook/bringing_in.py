"""What a file would do, row by row, and doing it: all of it or nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from outcomes.loading import (
    Fate,
    FileRefused,
    Mistake,
    Question,
    Report,
    RowReport,
    load_content,
)
from outcomes.workbook.arranging import Read
from outcomes.workbook.grouping import grouped
from outcomes.workbook.sheets import label_of
from participants.permissions import Rights

Tick = Callable[[int], None]


@dataclass(frozen=True)
class Preview:
    """What would become of each row; or the mistakes, and then of none anything."""

    mistakes: list[Mistake] = field(default_factory=list)
    rows: list[tuple[str, RowReport]] = field(default_factory=list)  # with sheet and row
    kept: list[str] = field(default_factory=list)  # what stands here and not in the file
    # New people who look like somebody else, each with its place in the file, and where that is.
    questions: list[tuple[str, Question]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what to look at, though nothing is wrong
    digest: str = ""

    def count(self, fate: Fate) -> int:
        """How many rows would be added, changed, removed or left alone."""
        return sum(row.fate == fate for _place, row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """The same for a page, without the rows that would stay as they are."""
        return {
            "mistakes": [[row.where, row.sentence] for row in grouped(self.mistakes)],
            "counts": {fate.value: self.count(fate) for fate in Fate},
            "rows": [
                {
                    "place": place,
                    "fate": row.fate.value,
                    "title": row.title,
                    "changes": row.changes,
                }
                for place, row in self.rows
                if row.fate != Fate.UNCHANGED
            ],
            "kept": self.kept,
            "questions": [
                {
                    "where": place,
                    "place": question.place,
                    "title": question.title,
                    "alike": question.alike,
                }
                for place, question in self.questions
            ],
            "notes": self.notes,
            "digest": self.digest,
        }


def preview(
    found: Read,
    *,
    by: Rights,
    answers: Mapping[str, str] | None = None,
    tick: Tick | None = None,
    at: datetime,
) -> Preview:
    """What this file would do; nothing is stored."""
    with transaction.atomic():
        shown = _bring_in(found, by, answers or {}, tick, at)
        transaction.set_rollback(True)
    return shown


def bring_in(
    found: Read,
    *,
    digest: str,
    by: Rights,
    answers: Mapping[str, str] | None = None,
    tick: Tick | None = None,
    at: datetime,
) -> Preview | None:
    """Stores what a preview showed; None once that is done.

    Where it would do something else by now, or a question is open, nothing is stored, and what it
    would do is returned.
    """
    with transaction.atomic():
        shown = _bring_in(found, by, answers or {}, tick, at)
        if not shown.mistakes and not shown.questions and shown.digest == digest:
            return None
        transaction.set_rollback(True)
    return shown


def load(
    found: Read,
    *,
    by: Rights | None = None,
    answers: Mapping[str, str] | None = None,
    tick: Tick | None = None,
    at: datetime,
) -> Report:
    """Stores what a file says.

    Raises FileRefused, with each mistake by sheet, row and column, and changes nothing then.
    """
    if found.mistakes:
        raise FileRefused(found.mistakes)
    try:
        return load_content(found.content, by=by, answers=answers, tick=tick, at=at)
    except FileRefused as refusal:
        raise FileRefused(found.located(refusal.mistakes)) from None


def _bring_in(
    found: Read, by: Rights, answers: Mapping[str, str], tick: Tick | None, at: datetime
) -> Preview:
    try:
        report = load(found, by=by, answers=answers, tick=tick, at=at)
    except FileRefused as refusal:
        return Preview(mistakes=refusal.mistakes, notes=found.notes)
    rows = [
        (
            found.cell_of(row.place),
            replace(row, changes=tuple((label_of(key), was, now) for key, was, now in row.changes)),
        )
        for row in report.rows
    ]
    questions = [(found.cell_of(question.place), question) for question in report.questions]
    return Preview(
        rows=rows,
        kept=report.kept,
        questions=questions,
        notes=found.notes + [f"{row.where}: {row.sentence}" for row in found.located(report.notes)],
        digest=report.digest,
    )
