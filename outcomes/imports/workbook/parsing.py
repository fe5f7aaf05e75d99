"""Reads the pages of a file as the content of a roundtable file."""

import re
from collections.abc import Collection, Iterator
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from itertools import zip_longest
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_countries import countries
from django_countries.fields import CountryField

from outcomes.imports.readers.pages import (
    FormulaCell,
    Rows,
    SourceFile,
    UnreadableError,
    UnreadableReason,
)
from outcomes.imports.records.errors import (
    UNREADABLE,
    CellLocation,
    Mistake,
    advice_on_unknown,
    excerpt,
)
from outcomes.imports.records.snapshot import Content
from outcomes.imports.workbook.dates import parse_date
from outcomes.imports.workbook.export import NOT_IMPORTED
from outcomes.imports.workbook.rows import ParsedWorkbook, SheetRow, add_rows
from outcomes.imports.workbook.sheets import EVENT_SHEET, SHEETS, Sheet, column_label
from roundtable.models import Event
from roundtable.text.spreadsheet_text import LIST_SEPARATOR


def unreadable_message(problem: UnreadableError) -> str:
    return {
        UnreadableReason.NOT_A_TABLE: _(
            "We cannot read a table in this file. Open it in a spreadsheet program, and save it "
            "as XLSX."
        ),
        UnreadableReason.PDF: _(
            "This is a PDF. Ask for the table as a spreadsheet, or copy it into one."
        ),
        UnreadableReason.HTML: _(
            "This is a web page (HTML or XML), whatever its name says. Open it in a spreadsheet "
            "program, and save it as XLSX."
        ),
        UnreadableReason.WORD: _(
            "This is a text document. Copy its table into a spreadsheet, and save that as XLSX."
        ),
        UnreadableReason.YAML: _("This is YAML. Ask for its records as CSV or JSON."),
        UnreadableReason.JSON: _(
            "This is JSON, but not a list of records. Ask for the records as CSV."
        ),
        UnreadableReason.IMAGE: _(
            "This is a picture. Ask for the table as a spreadsheet, or type it into one."
        ),
        UnreadableReason.PASSWORD: _("The file has a password. Save it without a password."),
        UnreadableReason.TOO_LARGE: _(
            "The file is too large after unpacking. One roundtable is smaller. Check that"
            " this is the correct file."
        ),
        UnreadableReason.TOO_MANY_ROWS: _(
            "The sheet “%s” has more than 20,000 rows or 60 columns. Remove some."
        )
        % excerpt(problem.page or "CSV"),
        UnreadableReason.CELL_TOO_LONG: _("A cell has more than 500,000 characters. Shorten it."),
        UnreadableReason.DUPLICATE_SHEET: _("The sheet “%s” appears twice. Remove one.")
        % excerpt(problem.page),
        UnreadableReason.LIMIT_EXCEEDED: _(
            "The file takes too long, or too much memory, to read. Save it as XLSX again,"
            " or divide it."
        ),
    }[problem.reason]


MAX_FILE_MEGABYTES = 20
HEADING_SEARCH_ROWS = 20
TRUE_WORDS, FALSE_WORDS = ("true", "yes", "x"), ("false", "no")
# Rows of other sheets name the rows of these.
NAMED_SHEETS = ("Themes", "Groups", "Organisations", "Points", "Commitments")
# Not the zero-width joiners: some scripts need them in texts.
INVISIBLE_CHARACTERS = re.compile("[\u200b\u2060\ufeff\u00ad]")


def parse_pages(source: SourceFile, *, event: Event | None = None) -> ParsedWorkbook:
    """Without the sheet “Roundtable”, the file belongs to `event`."""
    parsed = ParsedWorkbook()
    pages = _pages_by_title(source, parsed)
    if parsed.mistakes and not pages:
        parsed.content[EVENT_SHEET.table_path] = UNREADABLE
        return parsed
    for title, encoding in source.guessed_encodings.items():
        place = f"“{excerpt(title)}”" if title else _("The file")
        words = _(
            "%(place)s was read with the encoding %(encoding)s. Check the letters with accents."
        )
        parsed.notes.append(words % {"place": place, "encoding": encoding})
    if EVENT_SHEET.title not in pages:
        if event is None:
            parsed.content[EVENT_SHEET.table_path] = UNREADABLE
            sentence = _(
                "The file has no sheet “Roundtable”. Choose the roundtable that the file belongs "
                "to."
            )
            parsed.mistakes.append(Mistake("", sentence))
        else:
            parsed.content[EVENT_SHEET.table_path] = {"code": event.code, "slug": event.slug}
    for sheet in SHEETS:
        parse_sheet = _parse_vertical_sheet if sheet.is_vertical else _parse_horizontal_sheet
        rows = parse_sheet(sheet, pages.get(sheet.title, []), parsed.mistakes)
        add_rows(sheet, list(rows), parsed)
    return parsed


def fitting_sheets(cells: Rows) -> list[Sheet]:
    """The sheets that have all columns of a table."""
    found = []
    for sheet in SHEETS:
        if not sheet.is_vertical and cells:
            headings = [heading_key(word) for word in cells[find_heading_row(sheet, cells)]]
            if set(filter(None, headings)) <= set(sheet.keys) and any(headings):
                found.append(sheet)
    return found


def find_heading_row(sheet: Sheet, cells: Rows) -> int:
    """Its index; titles and empty rows may be above it."""
    known = [
        len({heading_key(word) for word in row} & set(sheet.keys))
        for row in cells[:HEADING_SEARCH_ROWS]
    ]
    return known.index(max(known)) if known else 0


def heading_key(heading: Any) -> str:
    return "_".join(clean_word(str(heading if heading is not None else "")).lower().split())


def clean_word(text: str) -> str:
    """The word without invisible characters and extra spaces."""
    return " ".join(INVISIBLE_CHARACTERS.sub("", text).split())


def _pages_by_title(source: SourceFile, parsed: ParsedWorkbook) -> dict[str, Rows]:
    known = {sheet.title.lower(): sheet.title for sheet in SHEETS}
    pages: dict[str, Rows] = {}
    unknown: dict[str, Rows] = {}
    for title, cells in source.pages.items():
        if source.is_single_table:
            fitting = fitting_sheets(cells)
            if len(fitting) != 1:
                words = _(
                    "The columns of this table do not match exactly one sheet. Check the headings."
                )
                parsed.mistakes.append(Mistake("", words))
                return {}
            pages[fitting[0].title] = cells
        elif ours := known.get(clean_word(title).lower()):
            pages[ours] = cells
            parsed.sheets.append(ours)
        elif title not in NOT_IMPORTED:
            sentence = _("We do not know this sheet. %s") % advice_on_unknown(title, known.values())
            parsed.mistakes.append(Mistake(excerpt(title), sentence))
            parsed.sheets.append(excerpt(title))
            unknown[title] = cells
    for title, cells in unknown.items():
        if meant := _sheet_meant(title, cells, pages):
            pages[meant] = cells
            parsed.sheets.insert(parsed.sheets.index(excerpt(title)) + 1, meant)
    # Where another unknown sheet may hold what the rows name, each name would be a mistake.
    if unknown.keys() - {EVENT_SHEET.title} and not set(NAMED_SHEETS) <= pages.keys():
        parsed.are_names_known = False
    return pages


def _sheet_meant(title: str, cells: Rows, taken: Collection[str]) -> str:
    """The sheet that this one is with a wrong title; empty if it is none."""
    free = [sheet.title for sheet in SHEETS if sheet.title not in taken]
    fitting = [sheet.title for sheet in fitting_sheets(cells) if sheet.title in free]
    close = get_close_matches(title, free, n=1)
    return next(iter(close or (fitting if len(fitting) == 1 else [])), "")


def _parse_vertical_sheet(
    sheet: Sheet, cells: list[list[Any]], mistakes: list[Mistake]
) -> Iterator[SheetRow]:
    values: Content = {}
    has_unknown = False
    for number, row in enumerate(cells, start=1):
        heading, value = [*row, None, None][:2]
        where = CellLocation(sheet.title, (number,))
        key = _check_heading(sheet, heading, where, values, mistakes)
        if key is not None:
            store_cell(sheet, key, value, number, values, mistakes)
        elif heading_key(heading):
            has_unknown = True
    if _is_filled(values):
        if has_unknown:
            _mark_missing(sheet, values)
        yield SheetRow(values, 1)


def _parse_horizontal_sheet(
    sheet: Sheet, cells: list[list[Any]], mistakes: list[Mistake]
) -> Iterator[SheetRow]:
    if not cells:
        return
    keys: dict[str, None] = {}
    columns: list[str | None] = []
    heading_number = find_heading_row(sheet, cells)
    for number, heading in enumerate(cells[heading_number], start=1):
        where = CellLocation(sheet.title, column=number)
        key = _check_heading(sheet, heading, where, keys, mistakes)
        columns.append(key)
        if key is not None:
            keys[key] = None
    has_unknown = any(
        key is None and heading_key(heading)
        for key, heading in zip(columns, cells[heading_number], strict=True)
    )
    missing = [
        key
        for key in sheet.table.required()
        if key not in keys and sheet.table.is_always_required(key)
    ]
    is_filled = False
    for number, row in enumerate(cells[heading_number + 1 :], start=heading_number + 2):
        values: Content = {}
        for heading, key, value in zip_longest(cells[heading_number], columns, row):
            if key is not None:
                store_cell(sheet, key, value, number, values, mistakes)
            elif not str(heading or "").strip() and value not in (None, "") and str(value).strip():
                words = _("“%s” is in a column without a heading. Remove it, or add a heading.")
                where = CellLocation(sheet.title, (number,))
                mistakes.append(Mistake(where, words % excerpt(value)))
        if _is_filled(values):
            is_filled = True
            if has_unknown:
                _mark_missing(sheet, values)
            values |= dict.fromkeys(missing, UNREADABLE)
            yield SheetRow(values, number)
    for key in missing if is_filled else ():
        words = _("The column “%s” is missing. Add it.") % column_label(key)
        mistakes.append(Mistake(sheet.title, words))


def _mark_missing(sheet: Sheet, values: Content) -> None:
    """A heading that we do not know may be one of these."""
    for key in sheet.table.required():
        values.setdefault(key, UNREADABLE)


def _is_filled(values: Content) -> bool:
    return any(value not in ("", []) for value in values.values())


def _check_heading(
    sheet: Sheet, heading: Any, where: CellLocation, taken: dict[str, Any], mistakes: list[Mistake]
) -> str | None:
    """The key of a heading; None if it is empty or a mistake."""
    word, key = str(heading if heading is not None else ""), heading_key(heading)
    if not key:
        return None
    if key not in sheet.keys:
        advice = advice_on_unknown(word, map(column_label, sheet.keys))
        mistakes.append(Mistake(where, _("We do not know “%s”. ") % excerpt(word) + advice))
        return None
    if key in taken:
        mistakes.append(Mistake(where, _("“%s” appears twice here. Remove one.") % excerpt(word)))
        return None
    return key


def store_cell(
    sheet: Sheet, key: str, value: Any, row: int, values: Content, mistakes: list[Mistake]
) -> None:
    where = CellLocation(sheet.title, (row,), column_label(key))
    if isinstance(value, FormulaCell):
        words = _("This cell contains a formula. Write its value instead.")
        if value.error_text:
            words = _(
                "The spreadsheet program shows “%s” here. Write the correct value."
            ) % excerpt(value)
        mistakes.append(Mistake(where, words))
        values[key] = UNREADABLE
        return
    try:
        found = parse_cell(sheet, key, value)
    except ValidationError as problem:
        mistakes += [Mistake(where, sentence) for sentence in problem.messages]
        values[key] = UNREADABLE
    else:
        if found in ("", [], None):
            # An empty cell empties a value, but shared rows and delegates keep theirs: lists name
            # them with some of their values only.
            if sheet.table.is_shared and key not in set(sheet.table.required()):
                return
            found = [] if key in sheet.table.lists else ""
        values[key] = found


def parse_cell(sheet: Sheet, key: str, value: Any) -> Any:
    """The value of a cell as a roundtable file has it; None if empty.

    Raises ValidationError if it is no such value.
    """
    if value is None or (isinstance(value, str) and not clean_word(value)):
        return None
    kind = sheet.get_field(key)
    if isinstance(kind, models.DateField):
        return _parse_date_cell(value)
    if isinstance(kind, models.BooleanField):
        return _parse_boolean(value)
    if isinstance(kind, models.IntegerField):
        return _parse_integer(value)
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        value = value.date()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if key in sheet.table.lists:
        words = (
            INVISIBLE_CHARACTERS.sub("", text)
            .replace("\n", LIST_SEPARATOR)
            .replace(",", LIST_SEPARATOR)
        )
        return [word.strip() for word in words.split(LIST_SEPARATOR.strip()) if word.strip()]
    if kind is not None and kind.choices:
        return match_choice(kind, clean_word(text))
    is_word = kind is None or isinstance(kind, models.SlugField)
    if is_word or isinstance(kind, models.EmailField) or sheet.table.is_reference(key):
        return clean_word(text)
    # Texts about people have one line, even if the cell has line breaks.
    if not sheet.table.is_stored(key):
        return re.sub(r"\s*[\t\n]\s*", " ", text)
    return text


def match_choice(kind: "models.Field[Any, Any]", text: str) -> str:
    """The stored value of a choice; accepts value or label, in any case and spacing."""
    return _words_of_choices(kind, get_language()).get(_letters_and_digits(text), text)


@cache
def choice_values(kind: "models.Field[Any, Any]") -> frozenset[str]:
    return frozenset(str(word) for word, _label in kind.flatchoices)


@cache
def _words_of_choices(kind: "models.Field[Any, Any]", language: str) -> dict[str, str]:
    """The stored value by the letters and digits of each label in a language, and of each value."""
    called = {_letters_and_digits(str(label)): str(word) for word, label in kind.flatchoices}
    if isinstance(kind, CountryField):  # also by the codes of three letters
        called |= {countries.alpha3(word).casefold(): word for word, _label in kind.flatchoices}
    return called | {_letters_and_digits(str(word)): str(word) for word, _l in kind.flatchoices}


def _letters_and_digits(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _parse_date_cell(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else parse_date(value)


def _parse_boolean(value: Any) -> bool:
    word = clean_word(str(value)).lower()
    if isinstance(value, bool) or word in (*TRUE_WORDS, *FALSE_WORDS):
        return word in TRUE_WORDS
    raise ValidationError(_("Write yes or no."))


def _parse_integer(value: Any) -> int:
    word = clean_word(str(int(value) if isinstance(value, float) and value.is_integer() else value))
    if isinstance(value, bool) or len(word) > 9 or not (word.isascii() and word.isdecimal()):
        raise ValidationError(_("Write a whole number."))
    return int(word)
