"""Mistakes in an imported file."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MAX_EXCERPT_LENGTH = 40  # characters
MAX_LISTED_RANGES = 8


@dataclass(frozen=True)
class CellLocation:
    """A sheet of a workbook, or some rows or a column of it."""

    sheet: str
    rows: tuple[int, ...] = ()
    column: str | int = ""  # its label, or its number if we do not know its heading

    def __str__(self) -> str:
        if isinstance(self.column, int):
            text = _("%(sheet)s, column %(column)d")
        elif self.rows and self.column:
            text = ngettext(
                "%(sheet)s, row %(rows)s, %(column)s",
                "%(sheet)s, rows %(rows)s, %(column)s",
                len(self.rows),
            )
        elif self.rows:
            text = ngettext("%(sheet)s, row %(rows)s", "%(sheet)s, rows %(rows)s", len(self.rows))
        else:
            text = _("%(sheet)s, %(column)s") if self.column else "%(sheet)s"
        return text % {"sheet": self.sheet, "rows": row_ranges(self.rows), "column": self.column}


def row_ranges(rows: Sequence[int]) -> str:
    """Text such as “4, 6–9 and others”."""
    breaks = [n for n, (a, b) in enumerate(pairwise(rows), start=1) if b != a + 1]
    ranges = [
        str(rows[start]) if stop - start == 1 else f"{rows[start]}–{rows[stop - 1]}"
        for start, stop in pairwise([0, *breaks, len(rows)] if rows else [])
    ]
    listed = ", ".join(ranges[:MAX_LISTED_RANGES])
    more = len(ranges) > MAX_LISTED_RANGES
    return _("%(rows)s and others") % {"rows": listed} if more else listed


@dataclass(frozen=True)
class Mistake:
    """One mistake: the table and key or the cell, and a sentence that tells what to do."""

    where: str | CellLocation
    message: str
    sheet_message: str = ""  # replaces `message` if the source is a workbook

    def __str__(self) -> str:
        return f"[{self.where}] {self.message}" if self.where else self.message


class Unreadable:
    """In place of the value of a cell whose mistake is already reported."""


UNREADABLE = Unreadable()


class FileRejectedError(Exception):
    """The file has mistakes, and nothing was changed."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))

    def as_text(self, file: str) -> str:
        first = ngettext(
            "%(count)d mistake. Nothing was changed.",
            "%(count)d mistakes. Nothing was changed.",
            len(self.mistakes),
        ) % {"count": len(self.mistakes)}
        return "\n".join(
            [first, *(f"{excerpt(file, 200)}: {mistake}" for mistake in self.mistakes)]
        )


def excerpt(value: object, max_length: int = MAX_EXCERPT_LENGTH) -> str:
    """The beginning of a value, with control characters as U+XXXX."""
    text = str(value)
    start = text[:max_length]
    # A terminal would obey control characters.
    if not start.isprintable():
        start = "".join(
            c if unicodedata.category(c)[0] != "C" else f"U+{ord(c):04X}" for c in start
        )
    return start + ("…" if len(text) > max_length else "")


def suggest_similar(word: str, known: Iterable[str]) -> str:
    """“Did you mean …?” with the closest known word, or an empty text."""
    close = get_close_matches(word[:MAX_EXCERPT_LENGTH], list(known), n=1)
    return _("Did you mean “%s”?") % close[0] if close else ""


def advice_on_unknown(word: str, known: Iterable[str]) -> str:
    """What to write instead of a word that is none of these."""
    words = list(known)
    return suggest_similar(word, words) or _("Remove it, or use one of these: %s.") % ", ".join(
        words
    )
