"""Comparison of two versions of a text."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

from roundtable.text.diff import DiffSegment, diff_words

MIN_SIMILARITY = 0.5  # share of common words from which two blocks count as the same
MAX_COMPARED = 100  # limits the run time on long texts
_WORD = re.compile(r"\w+")
_NUMBERED = re.compile(r"^(\d\S*) {2,}")


@dataclass(frozen=True)
class TextBlock:
    """A numbered sentence, or a part before the first one."""

    number: str
    text: str


@dataclass(frozen=True)
class BlockComparison:
    """A block in both versions; None where a version does not have it."""

    before: TextBlock | None
    after: TextBlock | None
    was: list[DiffSegment]
    now: list[DiffSegment]

    @property
    def differs(self) -> bool:
        """False if only the number differs."""
        return self.before is None or self.after is None or self.before.text != self.after.text


def split_blocks(text: str) -> list[TextBlock]:
    """Splits a canonical text into title, roundtable and language, introduction, sentences."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        mark = _NUMBERED.match(line)
        if mark:
            found.append((mark[1], [line[mark.end() :]]))
        elif line and not line.startswith(" "):
            found.append(("", [line]))
        elif line and len(found) == 2:
            found.append(("", [line.strip()]))  # the introduction starts here
        elif found:
            found[-1][1].append(line.strip())
    return [TextBlock(number, "\n".join(lines).strip()) for number, lines in found]


def compare_texts(before: str, after: str) -> list[BlockComparison]:
    """Pairs the blocks in the order of the later text, then lists removed blocks.

    Also pairs blocks that moved, and blocks with MIN_SIMILARITY of common words.
    """
    old, new = split_blocks(before), split_blocks(after)
    match = SequenceMatcher(None, [b.text for b in old], [b.text for b in new], autojunk=False)
    matched: dict[int, TextBlock] = {}
    for begin, start, length in match.get_matching_blocks():
        matched |= {start + n: old[begin + n] for n in range(length)}
    unmatched = [block for block in old if not any(block is other for other in matched.values())]
    for place, block in enumerate(new):
        if place not in matched and (found := _most_similar(block, unmatched)):
            unmatched.remove(found)
            matched[place] = found
    rows = [_compare_blocks(matched.get(place), block) for place, block in enumerate(new)]
    return rows + [_compare_blocks(block, None) for block in unmatched]


def _most_similar(block: TextBlock, others: list[TextBlock]) -> TextBlock | None:
    """The first of those that are equally near, so that changed blocks keep their order."""
    words = Counter(_WORD.findall(block.text))

    def similarity(other: TextBlock) -> float:
        theirs = Counter(_WORD.findall(other.text))
        return 2 * (words & theirs).total() / ((words + theirs).total() or 1)

    found = max(others[:MAX_COMPARED], key=similarity, default=None)
    return found if found and similarity(found) >= MIN_SIMILARITY else None


def _compare_blocks(before: TextBlock | None, after: TextBlock | None) -> BlockComparison:
    return BlockComparison(
        before, after, *diff_words(before.text if before else "", after.text if after else "")
    )
