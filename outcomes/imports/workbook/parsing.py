"""From the pages of a file to the content of a roundtable file, and from a mistake to its cell."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from outcomes.imports.readers.pages import Computed, Opened, Reason, Rows, UnreadableError
from outcomes.imports.readers.workbooks import opened
from outcomes.imports.records.errors import FileRefused, Mistake, nearest, shown
from outcomes.imports.records.snapshot import Content, content_of
from outcomes.imports.workbook.dates import day_of
from outcomes.imports.workbook.export import ABOUT, WORDS, rows_of
from outcomes.imports.workbook.rows import Read, Row, arrange
from outcomes.imports.workbook.sheets import EVENT_SHEET, LISTED, SHEETS, Sheet, label_of
from roundtable.models import Event


def sentence_of(problem: UnreadableError) -> str:
    """What a person reads of it."""
    return {
        Reason.NOTHING: _(
            "This is no workbook (XLSX) and no CSV that can be read. Open it, and save it as XLSX."
        ),
        Reason.OLD: _(
            "It is an old workbook, or one with a password. Save it as XLSX, without a password."
        ),
        Reason.OPEN_DOCUMENT: _("It is an OpenDocument file. Save it as XLSX."),
        Reason.UNPACKED: _("The file is too large once unpacked. One roundtable is smaller."),
        Reason.ROWS: _("The sheet “%s” has more than 20,000 rows or 60 columns. Remove some.")
        % shown(problem.page or "CSV"),
        Reason.LONG: _("A cell has more than 500,000 signs. Shorten it."),
        Reason.TWICE: _("The sheet “%s” stands there twice. Remove one.") % shown(problem.page),
        Reason.LIMITS: _(
            "Reading it takes too long, or too much memory. Save it as XLSX once more, or divide "
            "it."
        ),
    }[problem.reason]


LARGEST = 20  # MB
LOOKED_AT = 20  # rows, for that of the headings
TRUE, FALSE = ("true", "yes", "x"), ("false", "no")
# No word of a program holds these; in a text some scripts need others like them.
UNSEEN = re.compile("[\u200b\u2060\ufeff\u00ad]")


def read(content: bytes, *, event: Event | None = None) -> Read:
    """What the sheets of a file say.

    Raises FileRefused where it cannot be opened or is too large.
    """
    try:
        return read_pages(opened(content), event=event)
    except UnreadableError as problem:
        raise FileRefused([Mistake("", sentence_of(problem))]) from None


def read_pages(given: Opened, *, event: Event | None = None) -> Read:
    """The same for a file that is open.

    Of a file without the sheet of the roundtable, that of `event` is meant: sheets that are not
    there stay as they are stored, and so does what roundtables share.
    """
    found = Read()
    pages = _named(given, found)
    if found.mistakes:
        return found
    for title, encoding in given.guessed.items():
        place = f"“{shown(title)}”" if title else _("The file")
        words = _("%(place)s was read as %(encoding)s: look at letters with accents.")
        found.notes.append(words % {"place": place, "encoding": encoding})
    is_part = EVENT_SHEET.title not in pages
    stored = content_of(event) if event and is_part else {}
    if is_part and event is None:
        sentence = _("It has no sheet “Roundtable”. Choose the roundtable that it belongs to.")
        found.mistakes.append(Mistake("", sentence))
    rows = {}
    for sheet in SHEETS:
        if sheet.title in pages or not is_part:
            take = _upright if sheet.is_upright else _level
            rows[sheet.title] = list(take(sheet, pages.get(sheet.title, []), found.mistakes))
            if is_part and sheet.table.is_shared:
                rows[sheet.title] += _others(sheet, rows[sheet.title], stored)
        else:
            rows[sheet.title] = [Row(values, 0) for values in rows_of(sheet, stored)]
        arrange(sheet, rows, found)
    return found


def _others(sheet: Sheet, given: list[Row], stored: Content) -> list[Row]:
    """Rows of what roundtables share that a part does not name: others refer to them."""
    named = {row.values.get(sheet.table.identifier) for row in given}
    rows = rows_of(sheet, stored)
    return [Row(row, 0) for row in rows if row[sheet.table.identifier] not in named]


def sheets_of(cells: Rows) -> list[Sheet]:
    """The sheets that have each of the columns of a table."""
    found = []
    for sheet in SHEETS:
        if not sheet.is_upright and cells:
            headings = [key_of(word) for word in cells[heading_row(sheet, cells)]]
            if set(filter(None, headings)) <= set(sheet.keys) and any(headings):
                found.append(sheet)
    return found


def heading_row(sheet: Sheet, cells: Rows) -> int:
    """Which row holds the headings: titles and blank rows may stand above it."""
    known = [len({key_of(word) for word in row} & set(sheet.keys)) for row in cells[:LOOKED_AT]]
    return known.index(max(known)) if known else 0


def key_of(heading: Any) -> str:
    """The key that a heading would stand for."""
    return "_".join(tidy(str(heading if heading is not None else "")).lower().split())


def tidy(text: str) -> str:
    """A word without blanks at its ends, and without what nobody sees."""
    return " ".join(UNSEEN.sub("", text).split())


def _named(given: Opened, found: Read) -> dict[str, Rows]:
    """The pages by the titles of our sheets; what is no sheet of ours is a mistake."""
    known = {sheet.title.lower(): sheet.title for sheet in SHEETS}
    pages = {}
    for title, cells in given.pages.items():
        if given.is_bare:
            fitting = sheets_of(cells)
            if len(fitting) != 1:
                words = _("The columns of this table are not those of one sheet.")
                found.mistakes.append(Mistake("", words))
                return {}
            pages[fitting[0].title] = cells
        elif ours := known.get(tidy(title).lower()):
            pages[ours] = cells
        elif title not in (ABOUT, WORDS):
            titles = list(known.values())
            advice = nearest(title, titles) or _("Remove it; known are: %s.") % ", ".join(titles)
            sentence = _("This sheet is not known. %s") % advice
            found.mistakes.append(Mistake(shown(title), sentence))
    return pages


def _upright(sheet: Sheet, cells: list[list[Any]], mistakes: list[Mistake]) -> Iterator[Row]:
    values: Content = {}
    for number, row in enumerate(cells, start=1):
        heading, value = [*row, None, None][:2]
        key = _key(sheet, heading, f"{sheet.title}, row {number}", values, mistakes)
        if key is not None:
            where = f"{sheet.title}, row {number}, {label_of(key)}"
            _take(sheet, key, value, where, values, mistakes)
    yield Row(values, 1)


def _level(sheet: Sheet, cells: list[list[Any]], mistakes: list[Mistake]) -> Iterator[Row]:
    if not cells:
        return
    keys: dict[str, None] = {}
    columns: list[str | None] = []
    top = heading_row(sheet, cells)
    for number, heading in enumerate(cells[top], start=1):
        key = _key(sheet, heading, f"{sheet.title}, column {number}", keys, mistakes)
        columns.append(key)
        if key is not None:
            keys[key] = None
    is_filled = False
    for number, row in enumerate(cells[top + 1 :], start=top + 2):
        values: Content = {}
        for heading, key, value in zip_longest(cells[top], columns, row):
            where = f"{sheet.title}, row {number}"
            if key is not None:
                _take(sheet, key, value, f"{where}, {label_of(key)}", values, mistakes)
            elif not str(heading or "").strip() and value not in (None, "") and str(value).strip():
                words = _("“%s” stands in a column without a heading. Remove it, or head it.")
                mistakes.append(Mistake(where, words % shown(value)))
        if values:
            is_filled = True
            yield Row(values, number)
    for key in sheet.table.required() if is_filled else ():
        if key not in keys:
            words = _("The column “%s” is missing. Add it.") % label_of(key)
            mistakes.append(Mistake(sheet.title, words))


def _key(
    sheet: Sheet, heading: Any, where: str, taken: dict[str, Any], mistakes: list[Mistake]
) -> str | None:
    """The key that a heading stands for; None where it is empty, or a mistake."""
    word, key = str(heading if heading is not None else ""), key_of(heading)
    if not key:
        return None
    if key not in sheet.keys:
        labels = [label_of(name) for name in sheet.keys]
        advice = nearest(word, labels) or _("Remove it; known are: %s.") % ", ".join(labels)
        mistakes.append(Mistake(where, _("“%s” is not known. ") % shown(word) + advice))
        return None
    if key in taken:
        mistakes.append(Mistake(where, _("“%s” stands here twice. Remove one.") % shown(word)))
        return None
    return key


def _take(
    sheet: Sheet, key: str, value: Any, where: str, values: Content, mistakes: list[Mistake]
) -> None:
    """Keeps the value of a cell as a roundtable file writes it; an empty cell is left out."""
    if isinstance(value, Computed):
        words = _("It is a formula. Write what it should say.")
        if value.shows:
            words = _("The program shows “%s” here. Write what it should say.") % shown(value)
        mistakes.append(Mistake(where, words))
        return
    try:
        found = plain(sheet, key, value)
    except ValidationError as problem:
        mistakes += [Mistake(where, sentence) for sentence in problem.messages]
    else:
        if found not in ("", [], None):
            values[key] = found


def plain(sheet: Sheet, key: str, value: Any) -> Any:
    """The value of a cell as a roundtable file writes it.

    Raises ValidationError where it is nothing of the kind.
    """
    if value is None or (isinstance(value, str) and not tidy(value)):
        return None
    kind = sheet.field_of(key)
    if isinstance(kind, models.DateField):
        return _day(value)
    if isinstance(kind, models.BooleanField):
        return _yes_or_no(value)
    if isinstance(kind, models.IntegerField):
        return _number(value)
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        value = value.date()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if key in sheet.table.lists:
        words = UNSEEN.sub("", text).replace("\n", LISTED).replace(",", LISTED)
        return [word.strip() for word in words.split(LISTED.strip()) if word.strip()]
    if kind is not None and kind.choices:
        return _chosen(kind, tidy(text))
    is_word = kind is None or isinstance(kind, models.SlugField)
    if is_word or isinstance(kind, models.EmailField) or sheet.table.is_named(key):
        return tidy(text)
    if key in sheet.table.elsewhere:  # of people, who have a post of one line, whatever is broken
        return re.sub(r"\s*[\t\n]\s*", " ", text)
    return text


def _chosen(kind: "models.Field[Any, Any]", text: str) -> str:
    """The word that is stored; people may write what it is called, in any case and spacing."""
    called = {_letters(str(label)): str(word) for word, label in kind.flatchoices}
    called |= {_letters(str(word)): str(word) for word, _label in kind.flatchoices}
    return called.get(_letters(text), text)


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else day_of(value)


def _yes_or_no(value: Any) -> bool:
    word = tidy(str(value)).lower()
    if isinstance(value, bool) or word in (*TRUE, *FALSE):
        return word in TRUE
    raise ValidationError(_("Write yes or no."))


def _number(value: Any) -> int:
    word = tidy(str(int(value) if isinstance(value, float) and value.is_integer() else value))
    if isinstance(value, bool) or len(word) > 9 or not (word.isascii() and word.isdecimal()):
        raise ValidationError(_("Write a whole number."))
    return int(word)
