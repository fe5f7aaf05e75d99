"""The one way in which the text of a statement is written down, so that anyone can check it.

Plain text in UTF-8 with lines that end in LF. The title, then the code of the roundtable and the
language; the introduction; then each lead-in and point with its number. Numbers stand at the
margin, all text is set in, so no text can look like another sentence.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

NUMBER_COLUMN_WIDTH = 8  # signs; a number has at most twelve, and two spaces follow at least


@dataclass(frozen=True)
class Sentence:
    """A lead-in or a point, with the number that it has or will have."""

    number: str
    text: str


@dataclass(frozen=True)
class CanonicalText:
    """All that is agreed in a statement; what the portal adds, such as themes, is no part of it."""

    title: str
    code: str
    language: str
    introduction: str
    sentences: tuple[Sentence, ...]

    def text(self) -> str:
        """The canonical text, which ends with the end of a line."""
        head = [" ".join(self.title.split()), f"{self.code}, {self.language}"]
        lines = [*head, ""]
        if self.introduction.strip():
            lines += [*_indent(self.introduction), ""]
        for sentence in self.sentences:
            first, *others = _indent(sentence.text) or [""]
            mark = f"{sentence.number}  ".ljust(NUMBER_COLUMN_WIDTH)
            lines += [f"{mark}{first.lstrip()}", *others]
        return "".join(f"{line}\n" for line in lines)


def _indent(text: str) -> list[str]:
    lines = (line.strip() for line in text.strip().splitlines())
    return [f"{' ' * NUMBER_COLUMN_WIDTH}{line}" if line else "" for line in lines]


# They make a text look other than it is: what is read would not be what is signed.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e]")


def check_bidi_controls(text: str) -> None:
    """Raises ValidationError where a sign that nobody sees turns the direction of some words."""
    if _BIDI_CONTROLS.search(text):
        raise ValidationError(
            _(
                "There is a sign in it that nobody sees and that turns the direction of words. "
                "Write those words anew instead of copying them."
            )
        )


def sha256_of(text: str) -> str:
    """The SHA-256 of a canonical text, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()
