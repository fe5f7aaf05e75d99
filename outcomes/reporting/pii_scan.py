"""Detection of possible personal data before a text becomes public.

Authors see only email addresses and phone numbers. Names are for reviewers: otherwise authors could
test which names the portal knows.
"""

import re
import unicodedata
from collections.abc import Iterable

import phonenumbers
from django.utils.translation import ngettext

from participants.models import Organisation
from participants.permissions import EventPermissions, visible_organisations, visible_people

MAX_LISTED = 50
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
    """Email addresses and phone numbers, found by pattern, with false positives.

    After MAX_LISTED, the last entry is the number of further matches.
    """
    text = _normalise(text)
    found = {match.start(): match.group() for match in _EMAIL.finditer(text)}
    found |= {match.start(): match.group() for match in _PHONE_LINK.finditer(text)}
    # Digits in URLs and dates are not phone numbers.
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
    if more > 0:
        text = ngettext("%d more is not listed here.", "%d more are not listed here.", more)
        shown.append(text % more)
    return shown


def _normalise(text: str) -> str:
    """NFKC form with ASCII digits and without invisible format characters."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() else c
        for c in text
        if unicodedata.category(c) != "Cf"
    )


def _looks_like_phone_number(words: str) -> bool:
    groups = re.findall(r"\d+", words)
    digits = "".join(groups)
    if re.fullmatch(r"0\.\d+", words):  # a decimal fraction
        return False
    if words[0] in "+(" or digits[0] == "0":
        return True
    if all(_YEAR.fullmatch(group) for group in groups):
        return False
    if len(groups) == 1:
        return len(digits) >= 9
    counted = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    return len(groups) >= 3 and len(digits) >= 9 and not counted


# Letters that NFKD does not decompose, but people replace with these.
_LETTER_VARIANTS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Thai, Lao, Burmese, Khmer, Japanese and Chinese: no spaces between words.
_UNSPACED_SCRIPTS = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
)


def find_names(text: str, viewer: EventPermissions) -> list[str]:
    """Names of people and non-public organisations in the text, of those whom the viewer may see.

    Never for authors. Ignores case, accents, word order and middle names.
    """
    folded, positions = _fold(text)
    words = set(folded.split())
    found: dict[int, str] = {}
    for name in _known_names(viewer):
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
    while end < len(text) and unicodedata.category(text[end]) == "Mn":
        end += 1
    return end


def _known_names(viewer: EventPermissions) -> Iterable[str]:
    # Any other name would tell a viewer, who writes a text full of names, whom the portal knows.
    people = visible_people(viewer).filter(erased_at=None)
    for pair in people.values_list("name", "name_latin"):
        yield from pair
    public = Organisation.objects.published().values("pk")
    hidden = visible_organisations(viewer).exclude(pk__in=public).order_by()
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
    """Lower case without accents, with the position of each character in `text`."""
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
