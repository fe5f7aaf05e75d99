"""What of a text was taken out and what was put in, word by word."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

# Thai, Lao, Burmese, Khmer, Japanese and Chinese write no spaces: each sign with its marks is one.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_MARKS = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u17dd"
)
_UNSPACED_SIGN = re.compile(f"[^{_MARKS}][{_MARKS}]*\\s*|[{_MARKS}]+")
MOST_PAIRS = 300_000  # of equal words in both; a text that repeats itself takes too long as well
LONGEST = 4000  # words of both; longer ones are shown unmarked, for comparing them takes too long


@dataclass(frozen=True)
class Piece:
    """Some words of a text, and whether the other text lacks them."""

    text: str
    differs: bool


def plain_lines(text: str) -> str:
    """The text with its lines ended as files end them; forms do it in another way."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def compared(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces; joined again they give the texts."""
    old, new = _words(before), _words(after)
    if not old or not new or len(old) + len(new) > LONGEST:
        return _plain(before), _plain(after)
    # Spaces differ in nothing: the last word of a text has none behind it.
    bare_old, bare_new = [*map(str.strip, old)], [*map(str.strip, new)]
    often = Counter(bare_new)
    if sum(often[word] for word in bare_old) > MOST_PAIRS:
        return _plain(before), _plain(after)
    match = SequenceMatcher(None, bare_old, bare_new, autojunk=False)
    if match.ratio() < 0.3:  # so little is the same that marks would only disturb
        return _plain(before), _plain(after)
    was, now = [], []
    for what, begin, end, start, stop in match.get_opcodes():
        if begin < end:
            was.append(Piece("".join(old[begin:end]), what != "equal"))
        if start < stop:
            now.append(Piece("".join(new[start:stop]), what != "equal"))
    return was, now


def _words(text: str) -> list[str]:
    words = []
    for word in re.findall(r"\w+\s*|[^\w\s]+\s*|\s+", text):
        words += _UNSPACED_SIGN.findall(word) if _UNSPACED.search(word) else [word]
    return words


def _plain(text: str) -> list[Piece]:
    return [Piece(text, False)] if text else []
