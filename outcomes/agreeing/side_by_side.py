"""Two versions of a text side by side, with the words marked that differ."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from roundtable.wording import Piece, compared

_NUMBERED = re.compile(r"^(\d\S*) {2,}")


@dataclass(frozen=True)
class Block:
    """A part of a canonical text: a sentence with its number, or what stands before the first."""

    number: str
    text: str


@dataclass(frozen=True)
class Row:
    """A part in both versions; None where one of them lacks it."""

    before: Block | None
    after: Block | None
    was: list[Piece]
    now: list[Piece]

    @property
    def differs(self) -> bool:
        """Whether the words, not only the number, are others."""
        return self.before is None or self.after is None or self.before.text != self.after.text


def blocks(text: str) -> list[Block]:
    """The parts of a canonical text: title, roundtable and language, introduction, sentences."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        mark = _NUMBERED.match(line)
        if mark:
            found.append((mark[1], [line[mark.end() :]]))
        elif line and not line.startswith(" "):
            found.append(("", [line]))
        elif line and found and len(found) == 2 and not found[1][0]:
            found.append(("", [line.strip()]))  # the introduction begins
        elif found:
            found[-1][1].append(line.strip())
    return [Block(number, "\n".join(lines).strip()) for number, lines in found]


def side_by_side(before: str, after: str) -> list[Row]:
    """The parts of both texts in order; a part that only moved in number is the same part."""
    old, new = blocks(before), blocks(after)
    match = SequenceMatcher(None, [b.text for b in old], [b.text for b in new], autojunk=False)
    rows = []
    for _what, begin, end, start, stop in match.get_opcodes():
        for was, now in zip_longest(old[begin:end], new[start:stop]):
            pieces = compared(was.text if was else "", now.text if now else "")
            rows.append(Row(was, now, *pieces))
    return rows
