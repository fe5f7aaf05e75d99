"""Names as people look for them: without regard to case, accents, or signs that do not show."""

import unicodedata
from collections.abc import Iterable

COMBINING_ACCENTS = range(0x300, 0x370)
# Letters that no accent can be taken off.
LETTER_REPLACEMENTS = str.maketrans(
    {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"}
)


def normalise_for_search(text: str) -> str:
    """The text as it is compared: case and accents gone, letters of every script kept.

    Vowel signs and tones of the scripts of South and South-East Asia are letters here: without
    them another name would remain.
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (c for c in text if ord(c) not in COMBINING_ACCENTS and unicodedata.category(c) != "Cf")
    return "".join(kept).translate(LETTER_REPLACEMENTS)


def contains_all(words: Iterable[str], *texts: str) -> bool:
    """Whether each of the folded words stands in one of the texts."""
    normalised = [normalise_for_search(text) for text in texts]
    return all(any(word in place for place in normalised) for word in words)
