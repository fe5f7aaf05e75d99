"""Parses dates as people write them; never guesses which number is the month."""

import re
from datetime import date, timedelta
from math import isfinite

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH_ABBREVIATIONS = [name[:3] for name in _MONTH_NAMES]
_MIDNIGHT = r"(?:[t ]\s*00:00(?::00(?:\.0+)?)?)?"  # programs add it to dates
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_MIDNIGHT}")
_NUMERIC = re.compile(rf"(\d{{1,2}})[-/.\s]+(\d{{1,2}})[-/.\s]+(\d{{4}}){_MIDNIGHT}")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/.,\s]*([a-z]{3,9})[-/.,\s]*(\d{4})")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})[-/.,\s]*(\d{1,2})(?:st|nd|rd|th)?[-/.,\s]+(\d{4})")
_SERIAL_EPOCH = date(1899, 12, 30)  # day 0 of spreadsheet programs
_SERIAL_RANGE = range(10_000, 100_000)  # the years 1927 to 2173


def parse_date(value: object, *, date_order: str = "") -> date:
    """The date of a text or a spreadsheet serial number; `date_order` is "day", "month" or empty.

    Raises ValidationError if it is no date, or ambiguous without `date_order`.
    """
    is_number = isinstance(value, int | float) and isfinite(value)
    if isinstance(value, int | float) and is_number and value == int(value) in _SERIAL_RANGE:
        return _SERIAL_EPOCH + timedelta(days=int(value))
    text = str(value).strip().lower()
    try:
        return _parse_text(text, date_order)
    except (ValueError, KeyError):
        raise ValidationError(_("Write a date such as 2018-05-14.")) from None


def is_ambiguous_date(value: object) -> bool:
    """Whether day and month of this text could be swapped."""
    found = _NUMERIC.fullmatch(str(value).strip())
    if not found:
        return False
    first, second = int(found[1]), int(found[2])
    return first != second and 1 <= first <= 12 and 1 <= second <= 12


def _parse_text(text: str, date_order: str) -> date:
    if text.isascii() and text.isdecimal() and int(text) in _SERIAL_RANGE:
        return _SERIAL_EPOCH + timedelta(days=int(text))
    if found := _ISO.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIRST.fullmatch(text):
        return date(int(found[3]), _month_number(found[2]), int(found[1]))
    if found := _MONTH_FIRST.fullmatch(text):
        return date(int(found[3]), _month_number(found[1]), int(found[2]))
    if found := _NUMERIC.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        if not date_order and is_ambiguous_date(text):
            raise ValidationError(
                _("Which number is the month? Write %(one)s or %(other)s.")
                % {
                    "one": date(year, second, first).isoformat(),
                    "other": date(year, first, second).isoformat(),
                }
            )
        is_day_first = (
            first > 12 if date_order == "" or max(first, second) > 12 else date_order == "day"
        )
        day, month = (first, second) if is_day_first else (second, first)
        return date(year, month, day)
    raise ValueError(text)


def _month_number(word: str) -> int:
    if word == "sept" or word in _MONTH_NAMES:
        return _MONTH_ABBREVIATIONS.index(word[:3]) + 1
    return _MONTH_ABBREVIATIONS.index(word) + 1
