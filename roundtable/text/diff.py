"""Compares two texts word by word."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

# Thai, Lao, Burmese, Khmer, Japanese and Chinese have no spaces between words, so each character
# with its marks counts as a word.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_MARKS = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u17dd"
)
_UNSPACED_SIGN = re.compile(f"[^{_MARKS}][{_MARKS}]*\\s*|[{_MARKS}]+")
MAX_WORD_PAIRS = 300_000  # pairs of equal words; repetitive texts take too long as well
MAX_WORDS = 4000  # in both texts; comparing longer ones takes too long, so they are unmarked


@dataclass(frozen=True)
class DiffSegment:
    """Some words of a text, and whether the other text lacks them."""

    text: str
    differs: bool


def normalise_newlines(text: str) -> str:
    # Forms send CRLF.
    return text.replace("\r\n", "\n").replace("\r", "\n")


def diff_words(before: str, after: str) -> tuple[list[DiffSegment], list[DiffSegment]]:
    """Splits both texts into segments; joined, the segments give the texts."""
    old, new = _split_words(before), _split_words(after)
    if not old or not new or len(old) + len(new) > MAX_WORDS:
        return _unmarked(before), _unmarked(after)
    # Spaces are ignored, because the last word of a text has none after it.
    bare_old, bare_new = [*map(str.strip, old)], [*map(str.strip, new)]
    counts = Counter(bare_new)
    if sum(counts[word] for word in bare_old) > MAX_WORD_PAIRS:
        return _unmarked(before), _unmarked(after)
    match = SequenceMatcher(None, bare_old, bare_new, autojunk=False)
    if match.ratio() < 0.3:  # too different for marks to be useful
        return _unmarked(before), _unmarked(after)
    before_segments, after_segments = [], []
    for operation, begin, end, start, stop in match.get_opcodes():
        if begin < end:
            before_segments.append(DiffSegment("".join(old[begin:end]), operation != "equal"))
        if start < stop:
            after_segments.append(DiffSegment("".join(new[start:stop]), operation != "equal"))
    return before_segments, after_segments


def merge_words(before: str, after: str) -> list[tuple[str, str]]:
    """Both texts as one: pieces with "del", "ins", or "" for the words of both."""
    old, new = diff_words(before, after)
    if not any(part.differs for part in old + new):  # too different or too long to be marked
        return [(before, "del"), (" ", ""), (after, "ins")]
    found: list[tuple[str, str]] = []
    while old or new:
        if old and old[0].differs:
            found += _mark(old.pop(0).text, "del")
        elif new and new[0].differs:
            if found and found[-1][1] == "del":
                found.append((" ", ""))
            found += _mark(new.pop(0).text, "ins")
        else:  # only one of them may end with a space
            found.append((max(old.pop(0).text, new.pop(0).text, key=len), ""))
    return found


def _mark(text: str, element: str) -> list[tuple[str, str]]:
    """The space after the words is not marked."""
    words = text.rstrip() or text
    space = text[len(words) :]
    return [(words, element), (space, "")] if space else [(words, element)]


def _split_words(text: str) -> list[str]:
    words = []
    for word in re.findall(r"\w+\s*|[^\w\s]+\s*|\s+", text):
        words += _UNSPACED_SIGN.findall(word) if _UNSPACED.search(word) else [word]
    return words


def _unmarked(text: str) -> list[DiffSegment]:
    return [DiffSegment(text, False)] if text else []
