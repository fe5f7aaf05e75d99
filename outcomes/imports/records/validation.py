"""From tables to entries: each key known, each value possible, each mistake noted."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext as _
from django_countries.fields import CountryField

from outcomes.imports.records.errors import Mistake, nearest, shown
from outcomes.imports.records.format import NEEDED, TABLES, Table
from participants.models.delegate import validate_visible

LINE_SIGNS = {"\n", "\t"}  # control characters that a text of several lines may hold
_validate_url = URLValidator(schemes=["http", "https"])


def clean_value(
    field: "models.Field[Any, Any]",
    value: object,
    *,
    required: bool,
    allowed: tuple[str, ...] = (),
) -> Any:
    """The value as the field stores it; where some words are allowed, only one of those.

    Raises ValidationError with a sentence that says what to write instead.
    """
    if isinstance(field, models.BooleanField):
        _expect(isinstance(value, bool), _("Write true or false, without quotes."))
    elif isinstance(field, models.DateField):
        _expect(type(value) is date, _("Write a date such as 2018-05-14, without quotes."))
    elif isinstance(field, models.IntegerField):
        _expect(type(value) is int, _("Write a whole number, without quotes."))
    else:
        value = clean_text(value, one_line=not isinstance(field, models.TextField))
        if not value and not required:
            return value
        if not value:
            raise ValidationError(_("It is empty. %s") % field.help_text)
        validate_visible(value)
        if isinstance(field, models.SlugField) and not re.fullmatch(r"[a-z0-9-]+", value):
            raise ValidationError(_("Use small letters, digits and hyphens only."))
        _check_choice(field, value, allowed)
        if isinstance(field, models.URLField):
            _check_address(value)
    return field.clean(value, None)


def clean_text(value: object, *, one_line: bool) -> str:
    """A text without blanks at its ends.

    Raises ValidationError where it is no text, or holds what nobody can read.
    """
    if not isinstance(value, str):
        raise ValidationError(_("Write text in quotes."))
    text = value.strip()
    if one_line:
        text = text.replace("\t", " ")  # as somebody pastes it from a table
    if value and not text:
        raise ValidationError(_("It holds nothing but blanks. Write the text, or remove the key."))
    for sign in text:
        if sign in LINE_SIGNS and one_line:
            raise ValidationError(_("Write it on one line."))
        if unicodedata.category(sign) == "Cc" and sign not in LINE_SIGNS:
            raise ValidationError(
                _("It holds the control character U+%04X. Remove it.") % ord(sign)
            )
    return text


def clean_words(value: object) -> list[str]:
    """A list of words, none of them twice.

    Raises ValidationError where it is something else.
    """
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ValidationError(_('Write a list of words in quotes, such as ["one", "two"].'))
    seen: set[str] = set()
    for word in value:
        if word in seen:
            raise ValidationError(_("“%s” stands here twice. Remove one.") % shown(word))
        seen.add(word)
    return list(value)


def _expect(is_right: bool, sentence: str) -> None:
    if not is_right:
        raise ValidationError(sentence)


def _check_address(value: str) -> None:
    try:
        _validate_url(value)
    except ValidationError as problem:
        raise ValidationError(_("Write the whole address, beginning with https://")) from problem


def _check_choice(field: "models.Field[Any, Any]", value: str, allowed: tuple[str, ...]) -> None:
    known = list(allowed) or [str(choice) for choice, _label in field.flatchoices]
    if not known or value in known:
        return
    if isinstance(field, CountryField):
        raise ValidationError(
            _("“%s” is no country's code. Write two capital letters such as TH.") % shown(value)
        )
    sentence = _("“%(value)s” is not known here. Write one of: %(known)s.") % {
        "value": shown(value),
        "known": ", ".join(known),
    }
    raise ValidationError(f"{sentence} {nearest(value, known)}".strip())


@dataclass
class Entry:
    """One table of the file with its values as they will be stored."""

    place: str  # how messages name it, such as organisations(ifrc)
    values: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    tables: "dict[str, list[Entry]]" = field(default_factory=dict)

    def one(self, name: str) -> "Entry | None":
        """The table of that name, where it stands once."""
        return next(iter(self.tables.get(name, [])), None)

    def all(self, name: str) -> "list[Entry]":
        """The tables of that name, in the order of the file."""
        return self.tables.get(name, [])


def check(content: dict[str, Any]) -> tuple[Entry, list[Mistake]]:
    """The entries of a whole file, and the mistakes in its keys and values."""
    mistakes: list[Mistake] = []
    file = Entry("")
    mistakes += _unknown("", content, list(TABLES))
    for name, table in TABLES.items():
        if name in content:
            file.tables[name] = _read_tables(name, table, content[name], mistakes)
        elif name in NEEDED:
            on_sheet = _("Nothing stands on this sheet. Fill it in.")
            mistakes.append(Mistake(name, _("This table is missing. Add it."), on_sheet))
    return file, mistakes


def places_of(place: str, table: Table, rows: list[dict[str, Any]]) -> list[str]:
    """How messages name each row of a list: by its identifier, or by its number in the list."""
    seen: set[str] = set()
    names = []
    for index, row in enumerate(rows, start=1):
        word = _identifier(table, row)
        name = shown(word) if word and shown(word) not in seen else f"#{index}"
        names.append(f"{place}({name})")
        seen.add(shown(word))
    return names


def _identifier(table: Table, row: dict[str, Any]) -> str:
    word = row.get(table.identifier)
    return word.strip() if isinstance(word, str) else ""


def _read_tables(place: str, table: Table, given: object, mistakes: list[Mistake]) -> list[Entry]:
    name = place.rpartition(".")[2]
    if not table.is_list:
        if isinstance(given, dict):
            return [_read_table(place, table, given, mistakes)]
        mistakes.append(Mistake(place, _("Write it as a table: [%s].") % name))
        return []
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        mistakes.append(Mistake(place, _("Write it as a list of tables: [[%s]].") % name))
        return []
    entries: list[Entry] = []
    seen: set[str] = set()
    for name, row in zip(places_of(place, table, given), given, strict=True):
        word = _identifier(table, row)
        entry = _read_table(name, table, row, mistakes)
        if word in seen:
            mistakes.append(
                Mistake(
                    f"{entry.place}.{table.identifier}",
                    _("“%s” stands above already. Give each its own, or remove one.") % shown(word),
                )
            )
        if word:
            seen.add(word)
        entries.append(entry)
    return entries


def _read_table(place: str, table: Table, given: dict[str, Any], mistakes: list[Mistake]) -> Entry:
    entry = Entry(place)
    mistakes += _unknown(place, given, table.keys)
    mistakes += _missing(place, table, given)
    for name in table.fields:
        model_field = table.field_of(name)
        if name not in given:
            if not table.is_shared:
                entry.values[name] = model_field.get_default()
            continue
        try:
            entry.values[name] = clean_value(
                model_field,
                given[name],
                required=name in set(table.required()),
                allowed=table.allowed.get(name, ()),
            )
        except ValidationError as problem:
            mistakes += [Mistake(f"{place}.{name}", sentence) for sentence in problem.messages]
    for name in table.lists:
        try:
            entry.lists[name] = clean_words(given.get(name, []))
        except ValidationError as problem:
            mistakes += [Mistake(f"{place}.{name}", sentence) for sentence in problem.messages]
    for name, inner in table.tables.items():
        entry.tables[name] = _read_tables(f"{place}.{name}", inner, given.get(name, []), mistakes)
    return entry


def _unknown(place: str, given: dict[str, Any], known: list[str]) -> Iterator[Mistake]:
    for name in given:
        if name not in known:
            sentence = _("This key is not known. %s") % (
                nearest(name, known) or _("Remove it; known are: %s.") % ", ".join(known)
            )
            yield Mistake(f"{place}.{shown(name)}".lstrip("."), sentence)


def _missing(place: str, table: Table, given: dict[str, Any]) -> Iterator[Mistake]:
    for name in table.required():
        if name not in given:
            help_text = table.field_of(name).help_text
            on_sheet = _("This cell is empty. Fill it in. %s") % help_text
            yield Mistake(f"{place}.{name}", _("This key is missing. %s") % help_text, on_sheet)
