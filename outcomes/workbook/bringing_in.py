"""What a workbook would do, row by row, and doing it: all of it or nothing."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction

from outcomes.loading import Fate, FileRefused, Mistake, Report, RowReport, load_content
from outcomes.workbook.arranging import Read
from outcomes.workbook.reading import read
from outcomes.workbook.sheets import label_of


@dataclass(frozen=True)
class Preview:
    """What would become of each row; or the mistakes, and then of none anything."""

    mistakes: list[Mistake] = field(default_factory=list)
    rows: list[tuple[str, RowReport]] = field(default_factory=list)  # with sheet and row
    kept: list[str] = field(default_factory=list)  # what stands here and not in the workbook
    digest: str = ""

    def count(self, fate: Fate) -> int:
        """How many rows would be added, changed, removed or left alone."""
        return sum(row.fate == fate for _place, row in self.rows)

    @property
    def moved(self) -> list[tuple[str, RowReport]]:
        """The rows that would not stay as they are."""
        return [pair for pair in self.rows if pair[1].fate != Fate.UNCHANGED]


def preview(content: bytes, *, at: datetime) -> Preview:
    """What this workbook would do; nothing is stored."""
    with transaction.atomic():
        found = _bring_in(content, at)
        transaction.set_rollback(True)
    return found


def bring_in(content: bytes, *, digest: str, at: datetime) -> Preview | None:
    """Stores what a preview showed; None once that is done.

    Where it would do something else by now, nothing is stored, and what it would do is returned.
    """
    with transaction.atomic():
        found = _bring_in(content, at)
        if not found.mistakes and found.digest == digest:
            return None
        transaction.set_rollback(True)
    return found


def load(found: Read, *, at: datetime) -> Report:
    """Stores what a workbook says.

    Raises FileRefused, with each mistake by sheet, row and column, and changes nothing then.
    """
    if found.mistakes:
        raise FileRefused(found.mistakes)
    try:
        return load_content(found.content, at=at)
    except FileRefused as refusal:
        raise FileRefused(found.located(refusal.mistakes)) from None


def _bring_in(content: bytes, at: datetime) -> Preview:
    try:
        found = read(content)
        report = load(found, at=at)
    except FileRefused as refusal:
        return Preview(mistakes=refusal.mistakes)
    rows = [
        (
            found.cell_of(row.place),
            replace(row, changes=tuple((label_of(key), was, now) for key, was, now in row.changes)),
        )
        for row in report.rows
    ]
    return Preview(rows=rows, kept=report.kept, digest=report.digest)
