"""What a workbook would do, row by row, and doing it: all of it or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

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
from outcomes.workbook.reading import read
from outcomes.workbook.sheets import label_of
from participants.permissions import Rights
from roundtable.models import Event


@dataclass(frozen=True)
class Preview:
    """What would become of each row; or the mistakes, and then of none anything."""

    mistakes: list[Mistake] = field(default_factory=list)
    rows: list[tuple[str, RowReport]] = field(default_factory=list)  # with sheet and row
    kept: list[str] = field(default_factory=list)  # what stands here and not in the workbook
    # New people who look like somebody else, each with its place in the file, and where that is.
    questions: list[tuple[str, Question]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what to look at, though nothing is wrong
    digest: str = ""

    def count(self, fate: Fate) -> int:
        """How many rows would be added, changed, removed or left alone."""
        return sum(row.fate == fate for _place, row in self.rows)

    @property
    def moved(self) -> list[tuple[str, RowReport]]:
        """The rows that would not stay as they are."""
        return [pair for pair in self.rows if pair[1].fate != Fate.UNCHANGED]


def preview(
    content: bytes,
    *,
    event: Event | None = None,
    by: Rights,
    answers: Mapping[str, str] | None = None,
    at: datetime,
) -> Preview:
    """What this workbook would do; nothing is stored."""
    with transaction.atomic():
        found = _bring_in(content, event, by, answers or {}, at)
        transaction.set_rollback(True)
    return found


def bring_in(
    content: bytes,
    *,
    event: Event | None = None,
    digest: str,
    by: Rights,
    answers: Mapping[str, str] | None = None,
    at: datetime,
) -> Preview | None:
    """Stores what a preview showed; None once that is done.

    Where it would do something else by now, or a question is open, nothing is stored, and what it
    would do is returned.
    """
    with transaction.atomic():
        found = _bring_in(content, event, by, answers or {}, at)
        if not found.mistakes and not found.questions and found.digest == digest:
            return None
        transaction.set_rollback(True)
    return found


def load(
    found: Read,
    *,
    by: Rights | None = None,
    answers: Mapping[str, str] | None = None,
    at: datetime,
) -> Report:
    """Stores what a workbook says.

    Raises FileRefused, with each mistake by sheet, row and column, and changes nothing then.
    """
    if found.mistakes:
        raise FileRefused(found.mistakes)
    try:
        return load_content(found.content, by=by, answers=answers, at=at)
    except FileRefused as refusal:
        raise FileRefused(found.located(refusal.mistakes)) from None


def _bring_in(
    content: bytes, event: Event | None, by: Rights, answers: Mapping[str, str], at: datetime
) -> Preview:
    try:
        found = read(content, event=event)
        report = load(found, by=by, answers=answers, at=at)
    except FileRefused as refusal:
        return Preview(mistakes=refusal.mistakes)
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
        notes=found.notes,
        digest=report.digest,
    )
