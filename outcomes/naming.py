"""What points at people in a text that everyone is going to read.

Authors are told of e-mail addresses and phone numbers alone, which anyone finds by their looks.
Names that the portal knows are for who approves: told to an author, they would be a way to ask
the portal whom it knows.
"""

import re
import unicodedata

import phonenumbers

_ADDRESS = re.compile(
    r"(?<![\w.+%-])[\w.+%'-]{1,64}"
    r"(?:@|\s?[\[({]\s?(?:at|@)\s?[\])}]\s?)"
    r"[\w-]{1,63}(?:(?:\.|\s?[\[({]\s?(?:dot|\.)\s?[\])}]\s?)[\w-]{1,63}){1,8}",
    re.IGNORECASE,
)
_SITE = re.compile(r"\bhttps?://[^\s<>\"]+", re.IGNORECASE)
_LINK_TO_NUMBER = re.compile(
    r"\b(?:wa\.me/|tel:|sms:|whatsapp\.com/send\S{0,40}phone=)\+?\d[\d-]{5,18}", re.IGNORECASE
)
_DAY = re.compile(
    r"(?<![\d./-])(?:\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}([./-])\d{1,2}\2\d{1,2})"
    r"(?![./-]?\d)"
)
_DIGITS = re.compile(r"(?<![\w.,/])[+(]{0,2}\d(?:[ ()./-]{0,2}\d){6,16}(?![\w/]|[.,]\d)")
_YEAR = re.compile(r"(?:19|20)\d\d")


def contact_details_in(text: str) -> list[str]:
    """The e-mail addresses and phone numbers in a text, as they stand there, each once.

    Found by their looks alone, so one that is no address may be among them.
    """
    text = _plain(text)
    found = {match.start(): match.group() for match in _ADDRESS.finditer(text)}
    found |= {match.start(): match.group() for match in _LINK_TO_NUMBER.finditer(text)}
    # Digits of addresses of pages and of days are not looked at again.
    rest = text
    for pattern in (_ADDRESS, _LINK_TO_NUMBER, _SITE, _DAY):
        rest = pattern.sub(lambda match: "\n" * len(match.group()), rest)
    for number in phonenumbers.PhoneNumberMatcher(
        rest, None, leniency=phonenumbers.Leniency.POSSIBLE
    ):
        found[number.start] = number.raw_string
        rest = f"{rest[: number.start]}{'x' * len(number.raw_string)}{rest[number.end :]}"
    found |= {
        match.start(): match.group()
        for match in _DIGITS.finditer(rest)
        if _looks_dialled(match.group())
    }
    return list(dict.fromkeys(words.strip() for _start, words in sorted(found.items())))


def _plain(text: str) -> str:
    """The text with full-width signs and digits of other scripts as usual, and none unseen."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() else c
        for c in text
        if unicodedata.category(c) != "Cf"
    )


def _looks_dialled(words: str) -> bool:
    """Whether digits are more likely dialled than counted."""
    groups = re.findall(r"\d+", words)
    digits = "".join(groups)
    if words[0] in "+(" or digits[0] == "0":
        return True
    if all(_YEAR.fullmatch(group) for group in groups):
        return False
    if len(groups) == 1:
        return len(digits) >= 9
    counted = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    return len(groups) >= 3 and len(digits) >= 9 and not counted
