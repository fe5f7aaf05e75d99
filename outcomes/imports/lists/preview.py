"""Previews a list: what its good rows would do, and why the others are left."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from outcomes.imports.lists.reader import Problem, Reading, read_list
from outcomes.imports.lists.recipe import REPORT_PREFIX, Recipe
from outcomes.imports.preview import ImportOptions, Preview, preview_import
from outcomes.imports.readers.pages import SourceFile
from outcomes.imports.records.errors import CellLocation, Mistake
from outcomes.imports.records.results import RowResult
from outcomes.imports.workbook.rows import ParsedWorkbook
from outcomes.imports.workbook.sheets import column_label
from participants.permissions import EventPermissions
from roundtable.models import Event

# A row that is left out can make another one wrong, which names it. Lists have few such.
MAX_ROUNDS = 5


@dataclass
class ListPreview:
    """The good rows of a list and what they would do; what is asked about the others."""

    reading: Reading
    preview: Preview
    problems: list[Problem] = field(default_factory=list)
    questions: list[tuple[int, Any]] = field(default_factory=list)  # row, and who it may be

    @property
    def parsed(self) -> ParsedWorkbook:
        return self.reading.parsed

    @property
    def row_keys(self) -> dict[str, str]:
        return self.reading.row_keys

    def counts(self) -> dict[str, int]:
        """How many rows of the list add, change or change nothing, and the new organisations."""
        fates: dict[int, RowResult] = {}
        is_of_updates = "commitments" not in self.parsed.content
        for row in self.preview.found_rows:
            for number in _rows_of(self.parsed.cell_location(row.location)):
                # A report is in the row of its commitment.
                is_main = row.location in self.parsed.locations and (
                    is_of_updates or not row.location.startswith("updates")
                )
                if is_main and row.result == RowResult.ADDED:
                    fates[number] = RowResult.ADDED
                elif row.result != RowResult.UNCHANGED:
                    fates.setdefault(number, RowResult.CHANGED)
                    if fates[number] == RowResult.UNCHANGED:
                        fates[number] = RowResult.CHANGED
                else:
                    fates.setdefault(number, RowResult.UNCHANGED)
        found = {fate.value: [*fates.values()].count(fate) for fate in RowResult}
        return found | {"organisations": len(self.reading.new_organisations)}

    def to_json(self) -> dict[str, Any]:
        reading = self.reading
        return {
            "rows": reading.rows,
            "counts": self.counts(),
            "missing": reading.missing,
            "has_ambiguous_dates": reading.has_ambiguous_dates,
            "words": [asdict(one) for one in reading.words],
            "names": [asdict(one) for one in reading.names],
            "problems": [asdict(one) for one in self.problems],
            "questions": [vars(question) | {"row": row} for row, question in self.questions],
            "skipped": reading.skipped,
        }


def preview_list(
    source: SourceFile,
    recipe: Recipe,
    event: Event,
    permissions: EventPermissions,
    options: ImportOptions,
) -> ListPreview:
    """Rows with a mistake or an open question stay behind, and the others are previewed."""
    without: set[int] = set()
    problems: list[Problem] = []
    questions: dict[int, Any] = {}
    for _round in range(MAX_ROUNDS):
        reading = read_list(source, recipe, event, permissions, without=without)
        if reading.missing or not any(reading.parsed.locations):
            preview = Preview(notes=reading.parsed.notes)
            break
        preview = preview_import(reading.parsed, **options)
        asked = {
            row: question
            for _place, question in preview.questions
            for row in _rows_of(reading.parsed.cell_location(question.location))
        }
        found = [
            one
            for mistake in preview.mistakes
            for one in _problems_of(mistake, reading.parsed, recipe)
        ]
        if not found and not asked:
            break
        questions |= asked
        problems += found
        without |= asked.keys() | {one.row for one in found}
    general = [one for one in preview.mistakes if not _rows_of(one.where)]
    if preview.questions or any(_rows_of(one.where) for one in preview.mistakes):
        general.append(Mistake("", _("Too many rows depend on rows with mistakes.")))
        preview = replace(preview, questions=[])
    preview = replace(preview, mistakes=general)
    rows = {one.row for one in problems}
    problems += [one for one in reading.problems if one.row not in rows]
    return ListPreview(
        reading,
        preview,
        sorted(problems, key=lambda one: (one.row, one.column)),
        sorted(questions.items(), key=lambda one: one[0]),
    )


def _rows_of(where: str | CellLocation) -> tuple[int, ...]:
    """Those of the list: new organisations have the row 0."""
    return where.rows if isinstance(where, CellLocation) and any(where.rows) else ()


def _problems_of(mistake: Mistake, parsed: ParsedWorkbook, recipe: Recipe) -> list[Problem]:
    where = mistake.where
    if not isinstance(where, CellLocation):
        return []
    labels = {
        number: column_label(key.removeprefix(REPORT_PREFIX))
        for number, key in recipe.columns.items()
    }
    columns = [
        number
        for number, label in labels.items()
        if where.column in (label, parsed.headings[label])
    ]
    return [Problem(row, next(iter(columns), -1), mistake.message) for row in _rows_of(where)]
