"""What is wrong with a file, where, and what to do about it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MAX_EXCERPT_LENGTH = 40  # characters of a value that a sentence repeats


@dataclass(frozen=True)
class Mistake:
    """One mistake: the table and key where it stands, and a sentence that says what to do."""

    where: str
    message: str
    sheet_message: str = ""  # the sentence for who fills in a workbook, where it is another one

    def __str__(self) -> str:
        return f"[{self.where}] {self.message}" if self.where else self.message


class FileRejectedError(Exception):
    """The file has mistakes, and nothing was changed."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        """Keeps the mistakes in the order of the file."""
        self.mistakes = list(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))

    def as_text(self, file: str) -> str:
        """Every mistake on a line of its own, beneath how many there are."""
        first = ngettext(
            "%(count)d mistake; nothing was changed.",
            "%(count)d mistakes; nothing was changed.",
            len(self.mistakes),
        ) % {"count": len(self.mistakes)}
        return "\n".join(
            [first, *(f"{excerpt(file, 200)}: {mistake}" for mistake in self.mistakes)]
        )


def excerpt(value: object, max_length: int = MAX_EXCERPT_LENGTH) -> str:
    """The beginning of a value, with every sign that a terminal would obey written out."""
    text = str(value)
    start = "".join(
        c if unicodedata.category(c)[0] != "C" else f"U+{ord(c):04X}" for c in text[:max_length]
    )
    return start + ("…" if len(text) > max_length else "")


def suggest_similar(word: str, known: Iterable[str]) -> str:
    """Asks whether the most similar known word was meant; empty where none is similar."""
    close = get_close_matches(word[:MAX_EXCERPT_LENGTH], list(known), n=1)
    return _("Did you mean “%s”?") % close[0] if close else ""
