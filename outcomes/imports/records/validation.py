"""Validates the keys and values of a file and collects all mistakes."""

import re
import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext as _
from django_countries.fields import CountryField

from outcomes.datasets.columns import Dataset
from outcomes.imports.records.errors import (
    UNREADABLE,
    Mistake,
    advice_on_unknown,
    excerpt,
    suggest_similar,
)
from outcomes.imports.records.format import REQUIRED_TABLES, TABLES
from participants.models.delegate import validate_has_visible_character

MULTILINE_CHARACTERS = {"\n", "\t"}  # allowed in multi-line text
_validate_url = URLValidator(schemes=["http", "https"])


def clean_value(
    field: "models.Field[Any, Any]",
    value: object,
    *,
    allowed: tuple[str, ...] = (),
) -> Any:
    """The value as the field stores it; `allowed` can restrict its choices.

    Raises ValidationError with advice for the user.
    """
    if isinstance(field, models.BooleanField):
        _require(isinstance(value, bool), _("Write true or false, without quotes."))
    elif isinstance(field, models.DateField):
        _require(type(value) is date, _("Write a date such as 2018-05-14, without quotes."))
    elif isinstance(field, models.IntegerField):
        _require(type(value) is int, _("Write a whole number, without quotes."))
    else:
        value = clean_text(value, one_line=not isinstance(field, models.TextField))
        validate_has_visible_character(value)
        if isinstance(field, models.SlugField) and not re.fullmatch(r"[a-z0-9-]+", value):
            raise ValidationError(_("Use lower-case letters, digits and hyphens only."))
        _check_choice(field, value, allowed)
        if isinstance(field, models.URLField):
            _check_url(value)
    return field.clean(value, None)


def clean_text(value: object, *, one_line: bool) -> str:
    """The text without spaces at its ends.

    Raises ValidationError if the value is no text or contains control characters.
    """
    if not isinstance(value, str):
        raise ValidationError(_("Write text in quotes."))
    text = value.strip()
    if one_line:
        text = text.replace("\t", " ")  # pasted from a table
    if value and not text:
        raise ValidationError(
            _("The text contains only spaces. Write the text, or remove the key.")
        )
    for sign in text:
        if sign in MULTILINE_CHARACTERS and one_line:
            raise ValidationError(_("Write it on one line."))
        if unicodedata.category(sign) == "Cc" and sign not in MULTILINE_CHARACTERS:
            raise ValidationError(
                _("The text contains the control character U+%04X. Remove it.") % ord(sign)
            )
    return text


def clean_words(value: object) -> list[str]:
    """Raises ValidationError if the value is not a list of different words."""
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ValidationError(_('Write a list of words in quotes, such as ["one", "two"].'))
    seen: set[str] = set()
    for word in value:
        if word in seen:
            raise ValidationError(_("“%s” appears twice here. Remove one.") % excerpt(word))
        seen.add(word)
    return list(value)


def _require(is_right: bool, sentence: str) -> None:
    if not is_right:
        raise ValidationError(sentence)


def _check_url(value: str) -> None:
    try:
        _validate_url(value)
    except ValidationError as problem:
        raise ValidationError(
            _("This web address is not complete. Enter the full address, starting with https://")
        ) from problem


def _check_choice(field: "models.Field[Any, Any]", value: str, allowed: tuple[str, ...]) -> None:
    known = list(allowed) or [str(choice) for choice, _label in field.flatchoices]
    if not known or value in known:
        return
    if isinstance(field, CountryField):
        raise ValidationError(
            _("“%s” is not a country code. Write two capital letters, such as TH.") % excerpt(value)
        )
    sentence = _("We do not know “%(value)s” here. Write one of these: %(known)s.") % {
        "value": excerpt(value),
        "known": ", ".join(known),
    }
    raise ValidationError(f"{sentence} {suggest_similar(value, known)}".strip())


@dataclass
class FileEntry:
    """One table of the file with its cleaned values.

    A key that the file does not have is absent here too: a stored row keeps its value, and a new
    row gets the default of the model.
    """

    location: str  # as in messages, such as organisations(ifrc)
    values: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    tables: "dict[str, list[FileEntry]]" = field(default_factory=dict)
    missing: list[Mistake] = field(default_factory=list)  # only if the row is new
    # What the file has for keys with a reported mistake. Such a row is checked, but not stored.
    invalid: dict[str, Any] = field(default_factory=dict)

    def word(self, name: str) -> str:
        """The word of an identifying key, also if it is not valid; empty if there is none."""
        word = self.values.get(name, self.invalid.get(name))
        return word.strip() if isinstance(word, str) else ""

    def reject(self, name: str, message: str) -> Mistake:
        """The mistake at this key, whose value counts no longer."""
        self.invalid[name] = self.values.pop(name)
        return Mistake(f"{self.location}.{name}", message)

    def one(self, name: str) -> "FileEntry | None":
        return next(iter(self.tables.get(name, [])), None)

    def all(self, name: str) -> "list[FileEntry]":
        return self.tables.get(name, [])


def validate_content(
    content: dict[str, Any], skipped: Container[str] = ()
) -> tuple[FileEntry, list[Mistake]]:
    """Without the entries at the locations `skipped`."""
    mistakes: list[Mistake] = []
    file = FileEntry("")
    mistakes += _unknown_keys("", content, list(TABLES))
    for name, table in TABLES.items():
        if content.get(name) is UNREADABLE:
            continue
        if name in content and name not in skipped:
            file.tables[name] = _validate_tables(name, table, content[name], mistakes, skipped)
        elif name in REQUIRED_TABLES:
            mistakes.append(missing_table(name))
    return file, mistakes


def missing_table(name: str) -> Mistake:
    on_sheet = _("This sheet is empty. Fill it in.")
    return Mistake(name, _("This table is missing. Add it."), on_sheet)


def entry_locations(location: str, table: Dataset, rows: list[dict[str, Any]]) -> list[str]:
    """The name of each row in messages: its identifier if unique so far, else its number."""
    seen: set[str] = set()
    names = []
    for index, row in enumerate(rows, start=1):
        word = _identifier(table, row)
        shown = excerpt(word)
        name = shown if word and shown not in seen else f"#{index}"
        names.append(f"{location}({name})")
        seen.add(shown)
    return names


def _identifier(table: Dataset, row: dict[str, Any]) -> str:
    word = row.get(table.identifier)
    return word.strip() if isinstance(word, str) else ""


def _validate_tables(
    location: str,
    table: Dataset,
    given: object,
    mistakes: list[Mistake],
    skipped: Container[str] = (),
) -> list[FileEntry]:
    name = location.rpartition(".")[2]
    if not table.is_list:
        if isinstance(given, dict):
            return [_validate_table(location, table, given, mistakes)]
        mistakes.append(Mistake(location, _("Write it as a table: [%s].") % name))
        return []
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        mistakes.append(Mistake(location, _("Write it as a list of tables: [[%s]].") % name))
        return []
    entries: list[FileEntry] = []
    seen: set[str] = set()
    for name, row in zip(entry_locations(location, table, given), given, strict=True):
        if name in skipped:
            continue
        word = _identifier(table, row)
        entry = _validate_table(name, table, row, mistakes)
        if word in seen:
            mistakes.append(
                Mistake(
                    f"{entry.location}.{table.identifier}",
                    _("“%s” already appears above. Give each entry its own value, or remove one.")
                    % excerpt(word),
                )
            )
            entry.invalid[table.identifier] = entry.values.pop(table.identifier, word)
        if word:
            seen.add(word)
        entries.append(entry)
    return entries


def _validate_table(
    location: str, table: Dataset, given: dict[str, Any], mistakes: list[Mistake]
) -> FileEntry:
    entry = FileEntry(location)
    unknown = list(_unknown_keys(location, given, table.keys))
    mistakes += unknown
    required = set(table.required())
    for name in table.fields:
        model_field = table.get_field(name)
        if given.get(name) is UNREADABLE:
            entry.invalid[name] = UNREADABLE
        elif name in required and given.get(name, "") == "":
            is_needed = name in given or table.is_always_required(name)
            mistake = _missing_value(f"{location}.{name}", model_field, is_empty=name in given)
            (mistakes if is_needed else entry.missing).append(mistake)
            if is_needed:
                entry.invalid[name] = ""
        elif given.get(name) == "":
            entry.values[name] = model_field.get_default()
        elif name in given:
            try:
                entry.values[name] = clean_value(model_field, given[name])
            except ValidationError as problem:
                entry.invalid[name] = given[name]
                mistakes += [Mistake(f"{location}.{name}", words) for words in problem.messages]
    for name in table.lists:
        if given.get(name) is UNREADABLE:
            entry.invalid[name] = UNREADABLE
        elif name in given:
            try:
                entry.lists[name] = clean_words(given[name])
            except ValidationError as problem:
                entry.invalid[name] = given[name]
                mistakes += [Mistake(f"{location}.{name}", words) for words in problem.messages]
    if unknown:  # each may be what is missing
        entry.invalid |= dict.fromkeys(required - given.keys())
        entry.missing.clear()
    for name, inner in table.tables.items():
        if name in given:
            entry.tables[name] = _validate_tables(
                f"{location}.{name}", inner, given[name], mistakes
            )
    return entry


def _unknown_keys(location: str, given: dict[str, Any], known: list[str]) -> Iterator[Mistake]:
    for name in given:
        if name not in known:
            sentence = _("We do not know this key. %s") % advice_on_unknown(name, known)
            yield Mistake(f"{location}.{excerpt(name)}".lstrip("."), sentence)


def _missing_value(where: str, field: "models.Field[Any, Any]", *, is_empty: bool) -> Mistake:
    message = _("It is empty. %s") if is_empty else _("This key is missing. %s")
    on_sheet = (
        _("This cell is empty. Fill it in. %s") if is_empty else _("This is missing. Add it. %s")
    )
    return Mistake(where, message % field.help_text, on_sheet % field.help_text)
