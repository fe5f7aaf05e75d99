"""The stem of an English word, by the algorithm of M. F. Porter (1980).

The databases reduce words in the same way. This one marks the words that they found.
"""

import re
from functools import lru_cache

MIN_LENGTH = 3  # shorter words stay as they are

_STEP_2 = {
    "ational": "ate",
    "tional": "tion",
    "enci": "ence",
    "anci": "ance",
    "izer": "ize",
    "bli": "ble",
    "alli": "al",
    "entli": "ent",
    "eli": "e",
    "ousli": "ous",
    "ization": "ize",
    "ation": "ate",
    "ator": "ate",
    "alism": "al",
    "iveness": "ive",
    "fulness": "ful",
    "ousness": "ous",
    "aliti": "al",
    "iviti": "ive",
    "biliti": "ble",
    "logi": "log",
}
_STEP_3 = {
    "icate": "ic",
    "ative": "",
    "alize": "al",
    "iciti": "ic",
    "ical": "ic",
    "ful": "",
    "ness": "",
}
_STEP_4 = ["al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent"]
_STEP_4 += ["ion", "ou", "ism", "ate", "iti", "ous", "ive", "ize"]
# Longest first, because the longest ending that fits decides.
_ENDINGS_2, _ENDINGS_3, _ENDINGS_4 = (
    sorted(endings, key=len, reverse=True) for endings in (_STEP_2, _STEP_3, _STEP_4)
)
_DOUBLE_CONSONANT = re.compile(r"([^aeiou])\1$")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Of a folded word; words with other letters than a to z stay as they are."""
    if len(word) < MIN_LENGTH or not (word.isascii() and word.isalpha()):
        return word
    word = _plural(word)
    word = _past_and_gerund(word)
    if word.endswith("y") and _has_vowel(word[:-1]):
        word = word[:-1] + "i"
    for endings, replacements in ((_ENDINGS_2, _STEP_2), (_ENDINGS_3, _STEP_3)):
        ending = _ending(word, endings)
        if ending and _measure(word[: -len(ending)]) > 0:
            word = word[: -len(ending)] + replacements[ending]
    ending = _ending(word, _ENDINGS_4)
    if ending:
        rest = word[: -len(ending)]
        if _measure(rest) > 1 and (ending != "ion" or rest.endswith(("s", "t"))):
            word = rest
    return _final_e_and_l(word)


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past_and_gerund(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    rest = next((word[: -len(end)] for end in ("ed", "ing") if word.endswith(end)), "")
    if not rest or not _has_vowel(rest):
        return word
    if rest.endswith(("at", "bl", "iz")):
        return rest + "e"
    if _ends_double(rest) and not rest.endswith(("l", "s", "z")):
        return rest[:-1]
    return rest + "e" if _measure(rest) == 1 and _ends_short(rest) else rest


def _final_e_and_l(word: str) -> str:
    if word.endswith("e"):
        rest = word[:-1]
        if _measure(rest) > 1 or (_measure(rest) == 1 and not _ends_short(rest)):
            word = rest
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word


def _ending(word: str, endings: list[str]) -> str:
    return next((ending for ending in endings if word.endswith(ending)), "")


def _shape(word: str) -> str:
    """A letter for each: c for a consonant, v for a vowel. A y after a consonant is a vowel."""
    shape = ""
    for letter in word:
        is_vowel = letter in "aeiou" or (letter == "y" and shape.endswith("c"))
        shape += "v" if is_vowel else "c"
    return shape


def _measure(word: str) -> int:
    """How often consonants follow vowels."""
    return _shape(word).count("vc")


def _has_vowel(word: str) -> bool:
    return "v" in _shape(word)


def _ends_double(word: str) -> bool:
    return bool(_DOUBLE_CONSONANT.search(word)) and _shape(word).endswith("c")


def _ends_short(word: str) -> bool:
    return _shape(word).endswith("cvc") and word[-1] not in "wxy"
