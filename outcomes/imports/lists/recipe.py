"""What a person said, or what we propose, about a list: its table, columns, words and names."""

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from outcomes.imports.lists.tables import SourceTable, cell_text, find_tables
from outcomes.imports.readers.pages import Rows, SourceFile
from outcomes.imports.records.duplicate_matcher import TITLES, normalise_name
from outcomes.imports.workbook.parsing import heading_key
from outcomes.imports.workbook.sheets import SHEETS, Sheet, column_label

_PUNCTUATION = re.compile(r"[^\w\s]|_")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TITLES = TITLES | {"m", "mme", "mlle", "sr", "sra", "hon", "h.e", "professor"}
LIST_SHEETS = {
    sheet.table_path: sheet for sheet in SHEETS if not sheet.is_vertical and not sheet.owner
}
# The number or code that a row has in its own list, by which it is found again.
ROW_KEY = "row_key"
# Of the report on a commitment, which is in the same row.
REPORT_PREFIX = "report."
REPORT_STATUS, REPORT_DAY = "report.status", "report.reported_on"
REPORT_TEXT, REPORT_IS_CHECKED = "report.text", "report.has_no_personal_details"
# Of an organisation that a list of people or commitments names, if it is new.
NEW_KIND, NEW_COUNTRY = "new_kind", "new_country"
_EXTRA_KEYS = {
    "commitments": (ROW_KEY, NEW_KIND, NEW_COUNTRY, REPORT_STATUS, REPORT_DAY, REPORT_TEXT),
    "delegates": (NEW_KIND, NEW_COUNTRY),
    "updates": (),
}
_EXTRA_LABELS = {
    ROW_KEY: _("Number of the row in the list"),
    NEW_KIND: _("Kind of the organisation"),
    NEW_COUNTRY: _("Country of the organisation"),
    REPORT_STATUS: _("Report: status"),
    REPORT_DAY: _("Report: as of"),
    REPORT_TEXT: _("Report: what was done"),
    REPORT_IS_CHECKED: _("Reports name no person and no shelter"),
}
_EXTRA_SYNONYMS = {
    NEW_KIND: "kind type category constituency sector jenis tipo",
    NEW_COUNTRY: "country countrycode iso iso2 iso3 pays pais negara",
    REPORT_STATUS: "status implementationstatus progressstatus implementation state",
    REPORT_DAY: "statusdate asof reportedon lastupdated updated",
    REPORT_TEXT: "progress update comments implementationprogress whatwasdone",
}
# The columns with names of organisations and groups.
NAME_KEYS = {
    "commitments": ("leads", "partners"),
    "delegates": ("organisation",),
    "updates": ("party",),
}
MAX_KEY_LENGTH = 40


@dataclass
class NewOrganisation:
    """An organisation that the list names and that is to be added."""

    kind: str
    country: str = ""


@dataclass
class Recipe:
    """How the rows of a table become rows of the portal. Rows and columns count from 0."""

    page: str
    kind: str  # which of LIST_SHEETS
    heading_row: int
    columns: dict[int, str] = field(default_factory=dict)  # a key of the sheet, or an extra one
    # One value for all rows, by key.
    for_all: dict[str, str] = field(default_factory=dict)
    date_order: str = ""
    # What a word of the list means, by key.
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    # Which organisation or group a name means: its slug, by normalised name.
    names: dict[str, str] = field(default_factory=dict)
    new_names: dict[str, NewOrganisation] = field(default_factory=dict)
    # Only rows with one of these words in a column.
    only_column: int | None = None
    only_words: list[str] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    as_they_are: list[int] = field(default_factory=list)  # rows that look like no person, but are
    cells: dict[int, dict[int, str]] = field(default_factory=dict)  # corrected, by row and column
    has_hidden_rows: bool = False
    # Under which it is kept for the next list of this shape; None until a person said it.
    name: str | None = None

    @property
    def sheet(self) -> Sheet:
        return LIST_SHEETS[self.kind]

    @property
    def has_reports(self) -> bool:
        return REPORT_STATUS in self.columns.values()

    @property
    def has_source(self) -> bool:
        """Whether commitments get a source from a column or a value for all rows."""
        keys = {*self.columns.values(), *self.for_all}
        return bool(keys & {"source_title", "source_url"})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Recipe":
        given = deepcopy(stored)
        new = {name: NewOrganisation(**one) for name, one in given["new_names"].items()}
        columns = {int(number): key for number, key in given["columns"].items()}
        cells = {
            int(row): {int(column): text for column, text in texts.items()}
            for row, texts in given["cells"].items()
        }
        return cls(**given | {"new_names": new, "columns": columns, "cells": cells})


def keys_of(kind: str) -> list[tuple[str, str]]:
    """What a column can be, with labels."""
    own = [(key, column_label(key)) for key in LIST_SHEETS[kind].keys]
    return own + [(key, str(_EXTRA_LABELS[key])) for key in _EXTRA_KEYS.get(kind, ())]


def label_of(key: str) -> str:
    return str(_EXTRA_LABELS.get(key) or column_label(key))


def place_of(kind: str, key: str) -> tuple[Sheet, str] | None:
    """The sheet and its key that a column fills; None if it only says more about another one."""
    sheet = LIST_SHEETS[kind]
    if key.startswith(REPORT_PREFIX):
        sheet, key = LIST_SHEETS["updates"], key.removeprefix(REPORT_PREFIX)
    return (sheet, key) if key in sheet.keys else None


def propose(source: SourceFile) -> Recipe:
    """For the longest table of the file."""
    table = find_tables(source)[0]
    return propose_for(table, source.pages[table.page], guess_kind(table))


def propose_for(table: SourceTable, cells: Rows, kind: str) -> Recipe:
    found = guess_columns(kind, table.headings, table.samples)
    columns = {number: key for number, key in enumerate(found) if key}
    rows = cells[table.heading_row + 1 :]
    if kind == "delegates" and "invitation_email" not in found:
        _propose_address(columns, table)
    if kind == "commitments":
        _propose_row_key(columns, table, rows)
        _propose_text(columns, rows)
    return Recipe(table.page, kind, table.heading_row, columns)


def _propose_address(columns: dict[int, str], table: SourceTable) -> None:
    for number, texts in enumerate(table.samples):
        if number not in columns and texts and all(_ADDRESS.fullmatch(text) for text in texts):
            columns[number] = "invitation_email"
            return


def _propose_row_key(columns: dict[int, str], table: SourceTable, rows: Rows) -> None:
    """Instead of our reference, which few other lists have, a number of their own."""
    for number, key in list(columns.items()):
        if key == "reference" and not are_references(table.samples[number]):
            del columns[number]
    if "reference" in columns.values():
        return
    for number in range(len(table.headings)):
        if number not in columns and is_row_key(rows, number):
            columns[number] = ROW_KEY
            return


def are_references(texts: Sequence[str]) -> bool:
    """Whether these are numbers of commitments of a roundtable, not of another list."""
    return all(re.search(r"-C\d+$", text) for text in texts)


def is_row_key(rows: Rows, column: int) -> bool:
    """Whether the column has another number or code in each row."""
    texts = [cell_text(row[column]) if column < len(row) else "" for row in rows if any(row)]
    return (
        len(texts) > 1
        and len({*texts}) == len(texts)
        and all(text and len(text) <= MAX_KEY_LENGTH for text in texts)
        and all(any(sign.isdigit() for sign in text) and " " not in text for text in texts)
    )


def _propose_text(columns: dict[int, str], rows: Rows) -> None:
    """The column with the longest texts, if no heading says which it is."""
    if "text" in columns.values():
        return
    lengths: dict[int, int] = {}
    for row in rows[:200]:
        for number, cell in enumerate(row):
            lengths[number] = lengths.get(number, 0) + len(cell_text(cell))
    free = [number for number in lengths if number not in columns]
    if free:
        columns[max(free, key=lambda number: lengths[number])] = "text"


def guess_columns(
    kind: str, headings: Sequence[Any], samples: Sequence[Sequence[str]] = ()
) -> list[str]:
    """The probable key of each column, each once; empty if unknown."""
    found = [""] * len(headings)
    # A whole heading says more than one word of another.
    for guessed in (_keys_of_heading, _keys_of_words):
        for number, heading in enumerate(headings):
            if found[number]:
                continue
            texts = samples[number] if number < len(samples) else []
            free = [key for key in guessed(heading, kind) if key not in found]
            found[number] = next((key for key in free if _can_be(key, texts)), "")
    if REPORT_STATUS not in found:
        found = ["" if key.startswith(REPORT_PREFIX) else key for key in found]
    _join_names(found, headings, kind)
    return found


def _keys_of_heading(heading: Any, kind: str) -> list[str]:
    own = heading_key(heading)
    if own in LIST_SHEETS[kind].keys:
        return [own]
    return _called("".join(_words_of(heading)), kind)


def _keys_of_words(heading: Any, kind: str) -> list[str]:
    """By its last words first."""
    if heading_key(heading) in LIST_SHEETS[kind].keys:
        return []
    return [key for word in reversed(_words_of(heading)) for key in _called(word, kind)]


def _words_of(heading: Any) -> list[str]:
    return _PUNCTUATION.sub(" ", cell_text(heading)).split()


def _called(word: str, kind: str) -> list[str]:
    folded = normalise_name(word)
    columns = LIST_SHEETS[kind].table.columns
    found = [column.name for column in columns if folded in column.synonyms.split()]
    extra = _EXTRA_KEYS.get(kind, ())
    return found + [key for key in extra if folded in _EXTRA_SYNONYMS.get(key, "").split()]


def _can_be(key: str, texts: Sequence[str]) -> bool:
    """Whether the first values of a column can be those of a key that its heading names."""
    if key == "post":
        return not _are_titles(texts)
    if key == REPORT_STATUS:
        return _tell_progress(texts)
    if key == "text":
        return not texts or not all(text.isdecimal() for text in texts)
    return True


_GIVEN_NAMES = {"firstname", "givenname", "givennames", "forename", "forenames", "prenom", "nombre"}
_FAMILY_NAMES = {"lastname", "surname", "familyname", "nom", "apellido", "apellidos", "family"}


def _join_names(found: list[str], headings: Sequence[Any], kind: str) -> None:
    """The two halves of a name: either alone would be a person with another name."""
    if kind != "delegates":
        return
    folded = [normalise_name(_PUNCTUATION.sub(" ", cell_text(heading))) for heading in headings]
    given = [number for number, word in enumerate(folded) if word in _GIVEN_NAMES]
    family = [number for number, word in enumerate(folded) if word in _FAMILY_NAMES]
    if len(given) == len(family) == 1 and "name" in (found[given[0]], found[family[0]]):
        found[given[0]] = found[family[0]] = "name"


def _are_titles(samples: Sequence[str]) -> bool:
    """Whether a column has “Ms” and “Dr.”: “Title” is also a heading of posts."""
    values = [text for text in samples if text]
    return bool(values) and all(
        word.strip(".").casefold() in _TITLES
        for text in values
        for word in re.split(r"[\s/]+", text)
    )


_PROGRESS = re.compile(
    r"complet|fulfil|achiev|implement|progress|ongoing|on.?track|under.?way|start|delay|pending"
    r"|open|closed|dropped|cancelled|done|partial|met\b",
    re.IGNORECASE,
)


def _tell_progress(texts: Sequence[str]) -> bool:
    """Whether a column says how far things are: “Status” may also be “Published”."""
    return any(map(_PROGRESS.search, texts))


LONG_TEXT = 60  # characters


def guess_kind(table: SourceTable) -> str:
    """The kind of list with most matching headings; exact headings, then the title, break ties."""
    has_long_texts = any(len(text) > LONG_TEXT for cells in table.samples for text in cells)
    likely = "commitments" if has_long_texts else "delegates"

    def likeness(kind: str) -> tuple[int, int, bool, bool]:
        guessed = guess_columns(kind, table.headings, table.samples)
        known = sum(bool(key) and not key.startswith(REPORT_PREFIX) for key in guessed)
        # Reports are found by our references; elsewhere they stand beside their commitment.
        if kind == "updates" and not any(
            key == "reference" and are_references(texts)
            for key, texts in zip(guessed, table.samples, strict=False)
        ):
            known = -1
        own = len({heading_key(heading) for heading in table.headings} & {*LIST_SHEETS[kind].keys})
        is_title = table.page.strip().lower() == LIST_SHEETS[kind].title.lower()
        return known, own, is_title, kind == likely

    return max(LIST_SHEETS, key=likeness)


def can_join(kind: str, key: str) -> bool:
    """Whether several columns can form one value, such as the two halves of a name."""
    sheet = LIST_SHEETS[kind]
    found = sheet.get_field(key) if key in sheet.keys else None
    if found is None or type(found) not in (models.CharField, models.TextField) or found.choices:
        return False
    return key not in (sheet.table.identifier, "organisation", "reference", "party")


def date_columns(recipe: Recipe) -> list[int]:
    places = {number: place_of(recipe.kind, key) for number, key in recipe.columns.items()}
    return [
        number
        for number, place in places.items()
        if place and isinstance(place[0].get_field(place[1]), models.DateField)
    ]
