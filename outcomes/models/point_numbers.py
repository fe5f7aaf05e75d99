"""The number of a point as people write it in a search."""

import re

from django.db.models import Q

# "point 3 a", "paragraph 1(b)". The word is left out: a point has its number only.
POINT = (
    r"(?i:(?:points?|paragraphs?|para\.?)\s+"
    r"(?P<point>\d{1,4}(?:\.?[a-z]{1,2}|\s?\([a-z]{1,2}\)|\s[a-z])?)(?!\S))"
)
# "BP2018/" before the number of a point.
CODE = r"(?P<code>[A-Za-z][A-Za-z0-9]{1,11})/(?=\d{1,4}[.(]?[a-z]{0,2}\)?(?!\S))"
# Not inside of quotes.
_NAMED = re.compile(
    rf'"[^"]*"|(?<!\S)(?:{POINT}|(?:{CODE})?(?P<number>\d{{1,4}}[.(]?[a-z]{{1,2}}\)?)(?!\S))',
    re.IGNORECASE,
)


def take_points(search: str) -> tuple[list[tuple[str, Q]], str]:
    """What a search at the desk says of points, a condition for each, and the other words."""
    points: list[tuple[str, Q]] = []

    def take(found: re.Match[str]) -> str:
        number = found["point"] or found["number"]
        if number is None:
            return found.group()
        digits, *letters = re.findall(r"\d+|[a-z]+", number.lower())
        condition = Q(number=".".join([digits, *letters]))
        if found["code"]:
            condition &= Q(statement__event__code__iexact=found["code"])
        points.append((found.group(), condition))
        return " "

    rest = _NAMED.sub(take, search)
    return points, rest
