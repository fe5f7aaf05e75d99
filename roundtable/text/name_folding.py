"""Name search that ignores case, accents and invisible characters."""

import unicodedata
from collections.abc import Iterable

COMBINING_ACCENTS = range(0x300, 0x370)
# Letters that Unicode does not split into a base letter and an accent.
LETTER_REPLACEMENTS = str.maketrans(
    {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"}
)


def normalise_for_search(text: str) -> str:
    """Removes case and accents, and keeps the letters of every script."""
    if text.isascii():  # the directory folds thousands of names for one page
        return text.lower()
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    # Vowel signs and tone marks of South and South-East Asian scripts stay: without them it would
    # be a different name.
    kept = (c for c in text if ord(c) not in COMBINING_ACCENTS and unicodedata.category(c) != "Cf")
    return "".join(kept).translate(LETTER_REPLACEMENTS)


def name_words(name: str) -> tuple[str, ...]:
    """The same for each way of writing a name: in any case and order, with or without accents."""
    folded = normalise_for_search(name)
    return tuple(sorted("".join(c if _is_of_word(c) else " " for c in folded).split()))


def _is_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def contains_all(words: Iterable[str], *texts: str) -> bool:
    """Whether each of the normalised words occurs in one of the texts."""
    normalised = [normalise_for_search(text) for text in texts]
    return all(any(word in place for place in normalised) for word in words)
