"""Reads the rows of a list as its recipe says."""

import re
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from outcomes.imports.lists.identity import give_references, give_slugs
from outcomes.imports.lists.names import NameFinder, NameQuestion
from outcomes.imports.lists.recipe import (
    LIST_SHEETS,
    NAME_KEYS,
    NEW_COUNTRY,
    NEW_KIND,
    REPORT_DAY,
    REPORT_IS_CHECKED,
    REPORT_PREFIX,
    REPORT_STATUS,
    ROW_KEY,
    Recipe,
    date_columns,
    label_of,
    place_of,
)
from outcomes.imports.lists.tables import cell_text, clean_cell, describe_table
from outcomes.imports.readers.pages import SourceFile
from outcomes.imports.records.errors import Mistake, excerpt
from outcomes.imports.records.snapshot import Content
from outcomes.imports.workbook.dates import is_ambiguous_date, parse_date
from outcomes.imports.workbook.parsing import choice_values, match_choice, store_cell
from outcomes.imports.workbook.rows import ParsedWorkbook, SheetRow, add_rows
from outcomes.imports.workbook.sheets import column_label
from outcomes.models.commitment import UNFULFILLED_STATUSES
from participants.models import Organisation
from participants.permissions import EventPermissions
from roundtable.database.fields import field_of
from roundtable.models import Event

ORGANISATION_KIND = field_of(Organisation, "kind")
COUNTRY = field_of(Organisation, "country")
# What people write in a cell that has no content.
EMPTY_MARKERS = {
    *("", "-", "–", "—", ".", "?", "n/a", "na", "n.a.", "none", "nil", "no value"),
    *("not applicable", "not available"),
}
NO_PERSON = EMPTY_MARKERS | {
    *("tbc", "tbd", "tba", "t.b.c", "t.b.d", "to be confirmed", "to be decided", "to be advised"),
    *("to be announced", "to be nominated", "not yet nominated", "vacant", "vacancy"),
    *("position vacant", "xxx", "x", "total", "name", "unknown", "same", "ditto", '"'),
}
_SEVERAL_PEOPLE = re.compile(r"\n|;|\s/\s|\s&\s|\s(?:and|et|y|dan)\s", re.IGNORECASE)
MAX_WORDS = 60  # different words of one column that are asked about


@dataclass
class WordQuestion:
    """A word of the list that is none of our choices."""

    key: str
    word: str
    rows: int
    choices: list[tuple[str, str]]
    answer: str | None = None  # a choice, or empty for none


@dataclass(frozen=True)
class Problem:
    """Why a row is not read."""

    row: int  # as the file counts, from 1
    column: int  # counts from 0; -1 if no column is the cause
    message: str
    is_asked_once: bool = False  # under “Words” or “Names”, for all rows
    may_be_kept: bool = False  # if it is right as it is


@dataclass
class Reading:
    """A list as our own format would have it, and what is open."""

    parsed: ParsedWorkbook
    missing: list[str] = field(default_factory=list)  # labels of columns that must be matched
    words: list[WordQuestion] = field(default_factory=list)
    names: list[NameQuestion] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: dict[str, list[int]] = field(default_factory=dict)  # rows by reason
    has_ambiguous_dates: bool = False
    rows: int = 0
    row_keys: dict[str, str] = field(default_factory=dict)  # by reference
    new_organisations: list[str] = field(default_factory=list)


def read_list(
    source: SourceFile,
    recipe: Recipe,
    event: Event,
    permissions: EventPermissions,
    *,
    without: Collection[int] = (),
) -> Reading:
    """`without` are rows, as the file counts, that are left for later."""
    return _ListReader(source, recipe, event, permissions).read(without)


class _ListReader:
    def __init__(
        self, source: SourceFile, recipe: Recipe, event: Event, permissions: EventPermissions
    ) -> None:
        self.recipe, self.sheet, self.event = recipe, recipe.sheet, event
        self.permissions = permissions
        self.cells = source.pages[recipe.page]
        self.hidden = set(source.hidden_rows.get(recipe.page, ()))
        self.names = NameFinder(recipe, event, permissions)
        self.words: dict[str, Counter[str]] = {}
        self.columns: dict[str, list[int]] = {}
        for number, key in sorted(recipe.columns.items()):
            self.columns.setdefault(key, []).append(number)
        places = {key: place_of(recipe.kind, key) for key in [*self.columns, *recipe.for_all]}
        self.places = {key: place for key, place in places.items() if place}
        self.choices = {
            key: sheet.get_field(own)
            for key, (sheet, own) in self.places.items()
            if sheet.choices_of(own)
        }
        self.reports: list[tuple[SheetRow, Content]] = []  # each with the row of its commitment
        self.days = set(date_columns(recipe))
        parsed = ParsedWorkbook(page=recipe.page)
        parsed.content["event"] = {"code": event.code, "slug": event.slug}
        headings = describe_table(recipe.page, self.cells, recipe.heading_row).headings
        for key, numbers in self.columns.items():
            heading = " + ".join(filter(None, (headings[number] for number in numbers)))
            # A commitment and its report both have a text.
            own = key.removeprefix(REPORT_PREFIX)
            parsed.headings.setdefault(column_label(own), heading or label_of(key))
        self.reading = Reading(parsed)

    def read(self, without: Collection[int]) -> Reading:
        reading, parsed = self.reading, self.reading.parsed
        given = self.columns.keys() | self.recipe.for_all.keys() | self._given_by_us()
        required = [*self.sheet.table.required()]
        if self.recipe.has_reports:
            required.append(REPORT_IS_CHECKED)
            if "source_dated_on" not in given:
                required.append(REPORT_DAY)
        reading.missing = [label_of(key) for key in required if key not in given]
        rows: list[SheetRow] = []
        originals: list[list[str]] = []
        for index in range(self.recipe.heading_row + 1, len(self.cells)):
            cells, number = self._cells_of(index), index + 1
            if not any(map(cell_text, cells)):
                continue
            reading.rows += 1
            if reason := self._reason_to_skip(index, cells):
                reading.skipped.setdefault(reason, []).append(number)
            elif number not in without and not reading.missing:
                problems = len(reading.problems)
                values, report = self._values(number, cells)
                if len(reading.problems) == problems:
                    rows.append(SheetRow(values, number))
                    originals.append([*map(cell_text, cells)])
                    if report:
                        self.reports.append((rows[-1], report))
        if self.recipe.kind == "commitments" and "reference" not in self.columns:
            key_columns = self.columns.get(ROW_KEY, [])
            reading.row_keys = give_references(rows, originals, key_columns, self.event)
        if self.recipe.kind == "organisations" and "slug" not in self.columns:
            give_slugs(rows, self.permissions)
        reading.new_organisations = [row["name"] for row in self.names.new_rows()]
        if new := [SheetRow(values, 0) for values in self.names.new_rows()]:
            add_rows(LIST_SHEETS["organisations"], new, parsed)
        add_rows(self.sheet, rows, parsed)
        reports = [
            SheetRow({"reference": row.values["reference"]} | report, row.number)
            for row, report in self.reports
        ]
        if reports:
            add_rows(LIST_SHEETS["updates"], reports, parsed)
        reading.names = self.names.questions()
        reading.words = self._word_questions()
        return reading

    def _given_by_us(self) -> set[str]:
        return {"reference"} if self.recipe.kind == "commitments" else {"slug"}

    def _cells_of(self, index: int) -> list[Any]:
        cells = [*map(clean_cell, self.cells[index])]
        for column, text in self.recipe.cells.get(index, {}).items():
            cells += [None] * (column + 1 - len(cells))
            cells[column] = text
        return cells

    def _cell(self, cells: list[Any], key: str) -> Any:
        """The cell of a column; several that are joined are one text."""
        numbers = self.columns.get(key, ())
        filled = [cells[n] for n in numbers if n < len(cells) and cells[n] not in (None, "")]
        if not filled:
            return self.recipe.for_all.get(key)
        return filled[0] if len(filled) == 1 else " ".join(map(cell_text, filled))

    def _reason_to_skip(self, index: int, cells: list[Any]) -> str:
        recipe = self.recipe
        if index in recipe.left_out:
            return "left-out"
        if index in self.hidden and not recipe.has_hidden_rows:
            return "hidden"
        if recipe.only_column is not None:
            column = recipe.only_column
            text = cell_text(cells[column]) if column < len(cells) else ""
            if text.casefold() not in {word.casefold() for word in recipe.only_words}:
                return "other"
        if index in recipe.as_they_are:
            return ""
        if recipe.kind == "commitments" and _is_empty(self._cell(cells, "text")):
            return "no-text"
        if recipe.kind == "delegates":
            name = cell_text(self._cell(cells, "name")).casefold().strip("()[]*. ")
            return "no-person" if name in NO_PERSON else ""
        return ""

    def _values(self, number: int, cells: list[Any]) -> tuple[Content, Content]:
        """The values of a row, and those of the report in it, by key; adds its problems."""
        values: Content = {}
        report: Content = {}
        for key, (sheet, own) in self.places.items():
            cell = self._cell(cells, key)
            if isinstance(cell, str) and _is_empty(cell):
                cell = None
            if key in NAME_KEYS.get(self.recipe.kind, ()):
                self._store_names(number, key, cells, cell, values)
                continue
            if key in self.choices and cell_text(cell):
                cell = self._choice(number, key, cell_text(cell))
            elif isinstance(cell, str) and self.days & {*self.columns.get(key, ())}:
                cell = self._day(cell)
            found: list[Mistake] = []
            filled = values if sheet is self.sheet else report
            store_cell(sheet, own, cell, number, filled, found)
            for mistake in found:
                self._add_problem(number, key, mistake.message)
            # In a list, an empty cell says nothing.
            if found or filled.get(own) in ("", []):
                filled.pop(own, None)
        if self.recipe.kind == "delegates" and number - 1 not in self.recipe.as_they_are:
            self._check_person(number, cells)
        if "status" not in report or not self.recipe.has_reports:
            return values, {}
        return values, self._complete_report(number, cells, values, report)

    def _complete_report(
        self, number: int, cells: list[Any], values: Content, report: Content
    ) -> Content:
        """Where the row says no more of the status, in its own words."""
        if not values.get("leads"):
            if _is_empty(self._cell(cells, "leads")):  # else it is asked who that is
                message = _("A report needs an organisation that leads the commitment.")
                self._add_problem(number, REPORT_STATUS, message)
            return {}
        report.setdefault("text", cell_text(self._cell(cells, REPORT_STATUS)))
        if report["status"] in UNFULFILLED_STATUSES:
            report["reason"] = report["text"]
        given = {
            "party": values["leads"][0],
            "source": values.get("source_url") or values.get("source_title"),
            "reported_on": values.get("source_dated_on"),
        }
        return {key: word for key, word in given.items() if word} | report

    def _add_problem(self, number: int, key: str, message: str, **given: bool) -> None:
        column = next(iter(self.columns.get(key, ())), -1)
        self.reading.problems.append(Problem(number, column, message, **given))

    def _check_person(self, number: int, cells: list[Any]) -> None:
        raw = self._cell(cells, "name")
        if isinstance(raw, str) and _SEVERAL_PEOPLE.search(raw.strip()):
            message = _("This looks like two people. Correct it, skip it, or keep it.")
            self._add_problem(number, "name", message, may_be_kept=True)

    def _store_names(
        self, number: int, key: str, cells: list[Any], cell: Any, values: Content
    ) -> None:
        text = cell if isinstance(cell, str) else cell_text(cell)
        if text.strip().casefold() in EMPTY_MARKERS:
            text = ""
        is_list = key in self.sheet.table.lists
        is_kept = number - 1 in self.recipe.as_they_are
        if not is_list and ";" in text and not is_kept and not self.names.find(text):
            message = _("This looks like several organisations. Correct it, skip it, or keep it.")
            self._add_problem(number, key, message, may_be_kept=True)
            return
        found = self.names.find_all(text) if is_list else [(text, self.names.find(text))]
        found = [(name, slug) for name, slug in found if name]
        for name, slug in found:
            if not self.names.is_on_record(name):
                kind = self._kind_of_new(cell_text(self._cell(cells, NEW_KIND)))
                country = cell_text(self._cell(cells, NEW_COUNTRY)) or name
                self.names.note(name, kind, _choice_value(COUNTRY, country))
            if not slug:
                message = _("“%s” is not on record. Say under “Names” who that is.")
                self._add_problem(number, key, message % excerpt(name), is_asked_once=True)
        if is_list and found:
            values[key] = [slug for _name, slug in found if slug]
        elif found:
            values[key] = found[0][1]

    def _kind_of_new(self, text: str) -> str:
        """The kind that a row says of an organisation; its words are asked about, too."""
        value = _choice_value(ORGANISATION_KIND, text)
        if value or not text:
            return value
        self.words.setdefault(NEW_KIND, Counter())[text] += 1
        return self.recipe.words.get(NEW_KIND, {}).get(text, "")

    def _choice(self, number: int, key: str, text: str) -> str:
        """The stored value that a word means."""
        model_field: Any = self.choices[key]
        value = match_choice(model_field, text)
        if value in choice_values(model_field):
            return value
        self.words.setdefault(key, Counter())[text] += 1
        answer = self.recipe.words.get(key, {}).get(text)
        if answer is None:
            message = _("Say under “Words” what “%s” means.") % excerpt(text)
            self._add_problem(number, key, message, is_asked_once=True)
            return ""
        return answer

    def _day(self, cell: str) -> Any:
        if is_ambiguous_date(cell):
            self.reading.has_ambiguous_dates = True
        with suppress(ValidationError):  # store_cell() says what is wrong
            return parse_date(cell, date_order=self.recipe.date_order)
        return cell

    def _word_questions(self) -> list[WordQuestion]:
        return [
            WordQuestion(
                key,
                word,
                rows,
                [(str(kind), str(label)) for kind, label in ORGANISATION_KIND.flatchoices]
                if key == NEW_KIND
                else self.places[key][0].choices_of(self.places[key][1]),
                self.recipe.words.get(key, {}).get(word),
            )
            for key, counts in self.words.items()
            for word, rows in counts.most_common(MAX_WORDS)
        ]


def _choice_value(model_field: Any, text: str) -> str:
    value = match_choice(model_field, text) if text else ""
    return value if value in choice_values(model_field) else ""


def _is_empty(cell: Any) -> bool:
    return cell_text(cell).casefold() in EMPTY_MARKERS
