"""The canonical form of a statement's text, so that anyone can check it.

Plain text in UTF-8, with lines that end in LF: the title, then the code of the roundtable and the
language; the introduction; then each lead-in and point with its number. Numbers are at the margin
and all text is indented, so no text can look like another sentence.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

NUMBER_COLUMN_WIDTH = 8  # characters; at least two spaces follow a number, which has at most twelve


@dataclass(frozen=True)
class Sentence:
    """A lead-in or a point, with the number that it has or will have."""

    number: str
    text: str


@dataclass(frozen=True)
class CanonicalText:
    """Everything that is agreed in a statement, without the portal's additions, such as themes."""

    title: str
    code: str
    language: str
    introduction: str
    sentences: tuple[Sentence, ...]

    def text(self) -> str:
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


# They change how a text looks, so people would not sign what they read.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e]")


def check_bidi_controls(text: str) -> None:
    if _BIDI_CONTROLS.search(text):
        raise ValidationError(
            _(
                "The text contains an invisible character that changes the direction of "
                "words. Type these words again instead of copying them."
            )
        )


def sha256_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()
