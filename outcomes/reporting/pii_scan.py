"""What points at people in a text that everyone is going to read.

Authors are told of e-mail addresses and phone numbers alone, which anyone finds by their looks.
Names that the portal knows are for who approves: told to an author, they would be a way to ask
the portal whom it knows.
"""

import re
import unicodedata
from collections.abc import Iterable

import phonenumbers
from django.utils.translation import ngettext

from participants.models import Delegate, Organisation

MAX_LISTED = 50  # that are listed
_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%'-]{1,64}"
    r"(?:@|\s?[\[({]\s?(?:at|@)\s?[\])}]\s?)"
    r"[\w-]{1,63}(?:(?:\.|\s?[\[({]\s?(?:dot|\.)\s?[\])}]\s?)[\w-]{1,63}){1,8}",
    re.IGNORECASE,
)
_URL = re.compile(r"\bhttps?://[^\s<>\"]+", re.IGNORECASE)
_PHONE_LINK = re.compile(
    r"\b(?:wa\.me/|tel:|sms:|whatsapp\.com/send\S{0,40}phone=)\+?\d[\d-]{5,18}", re.IGNORECASE
)
_DATE = re.compile(
    r"(?<![\d./-])(?:\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}([./-])\d{1,2}\2\d{1,2})"
    r"(?![./-]?\d)"
)
_DIGITS = re.compile(r"(?<![\w.,/])[+(]{0,2}\d(?:[ ()./-]{0,2}\d){6,16}(?![\w/]|[.,]\d)")
_YEAR = re.compile(r"(?:19|20)\d\d")


def find_contact_details(text: str) -> list[str]:
    """The e-mail addresses and phone numbers in a text, as they stand there, each once.

    Found by their looks alone, so one that is no address may be among them. Of very many, as in a
    table of figures, the last one says how many more there are.
    """
    text = _normalise(text)
    found = {match.start(): match.group() for match in _EMAIL.finditer(text)}
    found |= {match.start(): match.group() for match in _PHONE_LINK.finditer(text)}
    # Digits of addresses of pages and of days are not looked at again.
    remaining_text = text
    for pattern in (_EMAIL, _PHONE_LINK, _URL, _DATE):
        remaining_text = pattern.sub(lambda match: "\n" * len(match.group()), remaining_text)
    for number in phonenumbers.PhoneNumberMatcher(
        remaining_text, None, leniency=phonenumbers.Leniency.POSSIBLE
    ):
        found[number.start] = number.raw_string
        masked = "x" * len(number.raw_string)
        remaining_text = remaining_text[: number.start] + masked + remaining_text[number.end :]
    found |= {
        match.start(): match.group()
        for match in _DIGITS.finditer(remaining_text)
        if _looks_like_phone_number(match.group())
    }
    all_of_them = list(dict.fromkeys(words.strip() for _start, words in sorted(found.items())))
    shown, more = all_of_them[:MAX_LISTED], len(all_of_them) - MAX_LISTED
    return [*shown, ngettext("and %d more", "and %d more", more) % more] if more > 0 else shown


def _normalise(text: str) -> str:
    """The text with full-width signs and digits of other scripts as usual, and none unseen."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() else c
        for c in text
        if unicodedata.category(c) != "Cf"
    )


def _looks_like_phone_number(words: str) -> bool:
    """Whether digits are more likely dialled than counted."""
    groups = re.findall(r"\d+", words)
    digits = "".join(groups)
    if re.fullmatch(r"0\.\d+", words):  # a share
        return False
    if words[0] in "+(" or digits[0] == "0":
        return True
    if all(_YEAR.fullmatch(group) for group in groups):
        return False
    if len(groups) == 1:
        return len(digits) >= 9
    counted = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    return len(groups) >= 3 and len(digits) >= 9 and not counted


# What no accent makes of another letter, though readers write the one for the other.
_LETTER_VARIANTS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Scripts that set no spaces between words.
_UNSPACED_SCRIPTS = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
)


def find_names(text: str) -> list[str]:
    """The names of people, and of organisations that are not public, as they stand in a text.

    For who approves, never for an author: what is found says whom the portal knows. A name is
    found in any case, with or without accents, its words in either order, middle names left out.
    """
    folded, positions = _fold(text)
    words = set(folded.split())
    found: dict[int, str] = {}
    for name in _known_names():
        for phrase in _name_variants(name):
            if not _UNSPACED_SCRIPTS.search(phrase) and not words.issuperset(phrase.split()):
                continue
            for start, end in _find_phrase(phrase, folded):
                words_there = text[
                    positions[start] : _end_with_combining_marks(text, positions[end - 1] + 1)
                ]
                found[start] = max(found.get(start, ""), " ".join(words_there.split()), key=len)
    return list(dict.fromkeys(words for _start, words in sorted(found.items())))


def _end_with_combining_marks(text: str, end: int) -> int:
    """The end, after the signs that belong to the last letter."""
    while end < len(text) and unicodedata.category(text[end]) == "Mn":
        end += 1
    return end


def _known_names() -> Iterable[str]:
    for pair in Delegate.objects.filter(erased_at=None).values_list("name", "name_latin"):
        yield from pair
    public = Organisation.objects.published().values("pk")
    hidden = Organisation.objects.exclude(pk__in=public).order_by()
    for pair in hidden.values_list("name", "short_name"):
        yield from pair


def _name_variants(name: str) -> set[str]:
    words = _fold(name)[0].split()
    ways = [words]
    if len(words) > 1:
        ways += [[words[0], words[-1]], [words[-1], words[0]], [words[-1], *words[:-1]]]
    return {" ".join(way) for way in ways if len("".join(way)) > 1}


def _find_phrase(phrase: str, folded: str) -> list[tuple[int, int]]:
    pattern = re.escape(phrase)
    if not _UNSPACED_SCRIPTS.search(phrase):
        pattern = rf"(?<!\S){pattern}(?!\S)"
    return [match.span() for match in re.finditer(pattern, folded)]


def _fold(text: str) -> tuple[str, list[int]]:
    """Small letters without accents, one space for all that is no letter or digit.

    With the place of each of its characters in the text.
    """
    letters: list[str] = []
    positions: list[int] = []
    for position, character in enumerate(text):
        folded = unicodedata.normalize("NFKD", character).casefold().translate(_LETTER_VARIANTS)
        for char in unicodedata.normalize("NFKD", folded):
            kind = unicodedata.category(char)
            if kind in ("Mn", "Cf"):
                continue
            char = char if kind[0] in "LMN" else " "
            if char != " " or (letters and letters[-1] != " "):
                letters.append(char)
                positions.append(position)
    return "".join(letters), positions
