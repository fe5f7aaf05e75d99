"""Mistakes in an imported file."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MAX_EXCERPT_LENGTH = 40  # characters


@dataclass(frozen=True)
class Mistake:
    """One mistake: the table and key, and a sentence that tells the user what to do."""

    where: str
    message: str
    sheet_message: str = ""  # replaces `message` if the source is a workbook

    def __str__(self) -> str:
        return f"[{self.where}] {self.message}" if self.where else self.message


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
    # A terminal would obey control characters.
    start = "".join(
        c if unicodedata.category(c)[0] != "C" else f"U+{ord(c):04X}" for c in text[:max_length]
    )
    return start + ("…" if len(text) > max_length else "")


def suggest_similar(word: str, known: Iterable[str]) -> str:
    """“Did you mean …?” with the closest known word, or an empty text."""
    close = get_close_matches(word[:MAX_EXCERPT_LENGTH], list(known), n=1)
    return _("Did you mean “%s”?") % close[0] if close else ""
