"""What of a text was taken out and what was put in, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

LONGEST = 4000  # words of both; longer ones are shown unmarked, for comparing them takes too long


@dataclass(frozen=True)
class Piece:
    """Some words of a text, and whether the other text lacks them."""

    text: str
    differs: bool


def compared(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces; joined again they give the texts."""
    old, new = _words(before), _words(after)
    if not old or not new or len(old) + len(new) > LONGEST:
        return _plain(before), _plain(after)
    match = SequenceMatcher(None, old, new, autojunk=False)
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
    return re.findall(r"\S+\s*|\s+", text)


def _plain(text: str) -> list[Piece]:
    return [Piece(text, False)] if text else []
