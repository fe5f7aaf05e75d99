"""What a file would do, row by row, and doing it: all of it or nothing."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from outcomes.imports.records.errors import FileRefused, Mistake
from outcomes.imports.records.loader import load_content
from outcomes.imports.records.results import Fate, Question, Report, RowReport
from outcomes.imports.workbook.rows import Read
from outcomes.imports.workbook.sheets import label_of
from participants.permissions import Rights

_ROW = re.compile(r"(?P<sheet>.+), row (?P<row>\d+)(?P<column>, .+)?")
MOST_NAMED = 8  # runs of rows that one line names


def grouped(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """The same mistakes, each sentence once for a column, with all its rows, in their order."""
    rows: dict[tuple[str, str, str], list[int]] = {}
    for mistake in mistakes:
        match = _ROW.fullmatch(mistake.where)
        if match is None:
            rows.setdefault((mistake.where, "", mistake.sentence), [])
            continue
        key = match["sheet"], match["column"] or "", mistake.sentence
        rows.setdefault(key, []).append(int(match["row"]))
    return [
        Mistake(f"{sheet}{_named(found)}{column}", sentence)
        for (sheet, column, sentence), found in rows.items()
    ]


def _named(rows: list[int]) -> str:
    """How some rows are called: row 4, or rows 4, 6–9 and others."""
    if len(rows) < 2:
        return "".join(f", row {row}" for row in rows)
    ends = [0, *(n for n, (a, b) in enumerate(pairwise(rows), start=1) if b != a + 1), len(rows)]
    runs = [
        str(rows[start]) if stop - start == 1 else f"{rows[start]}–{rows[stop - 1]}"
        for start, stop in pairwise(ends)
    ]
    more = _(" and others") if len(runs) > MOST_NAMED else ""
    return f", rows {', '.join(runs[:MOST_NAMED])}{more}"


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
