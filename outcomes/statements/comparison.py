"""Two versions of a text side by side, with the words marked that differ."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

from roundtable.text_diff import Piece, compared

ALIKE = 0.5  # of the words, from which on a part is taken for the same one
MOST_COMPARED = 100  # parts that one other is compared with
_WORD = re.compile(r"\w+")
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
    """The parts of both texts in the order of the later one, then what it lacks.

    A part that moved, or got another number, stands beside itself; so does one whose words changed
    as long as most of them are the same.
    """
    old, new = blocks(before), blocks(after)
    match = SequenceMatcher(None, [b.text for b in old], [b.text for b in new], autojunk=False)
    beside: dict[int, Block] = {}
    for begin, start, length in match.get_matching_blocks():
        beside |= {start + n: old[begin + n] for n in range(length)}
    left = [block for block in old if not any(block is other for other in beside.values())]
    for place, block in enumerate(new):
        if place not in beside and (found := _likest(block, left)):
            left.remove(found)
            beside[place] = found
    rows = [_row(beside.get(place), block) for place, block in enumerate(new)]
    return rows + [_row(block, None) for block in left]


def _likest(block: Block, others: list[Block]) -> Block | None:
    words = Counter(_WORD.findall(block.text))
    best, found = ALIKE, None
    for other in others[:MOST_COMPARED]:
        theirs = Counter(_WORD.findall(other.text))
        ratio = 2 * (words & theirs).total() / ((words + theirs).total() or 1)
        if ratio >= best:
            best, found = ratio, other
    return found


def _row(before: Block | None, after: Block | None) -> Row:
    return Row(before, after, *compared(before.text if before else "", after.text if after else ""))
