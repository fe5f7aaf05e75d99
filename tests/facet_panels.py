"""The facets of a list as a page shows them, and what their numbers must be.

Nothing here knows how the portal counts: a row is the set of values that it has of each facet.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from html import unescape
from random import Random
from typing import Any

from tests.page_text import page_html

Row = Mapping[str, set[str]]
Choice = dict[str, list[str]]
VALUE = re.compile(
    r'<label><input type="checkbox" name="([^"]*)" value="([^"]*)"( checked)?>'
    r"<bdi>([^<]*)</bdi> <b>(\d+)</b></label>"
)
CHIP = re.compile(r'<a class="chip" href="([^"]*)">([^<]*): <bdi>([^<]*)</bdi>')


def shown_facets(answer: Any) -> dict[str, dict[str, int]]:
    """Numbers by value, by facet; each in the order of the page."""
    found: dict[str, dict[str, int]] = {}
    for name, value, _checked, _label, number in VALUE.findall(page_html(answer)):
        assert unescape(value) not in found.setdefault(name, {})
        found[name][unescape(value)] = int(number)
    return found


def facet_labels(answer: Any, facet: str) -> list[str]:
    rows = VALUE.findall(page_html(answer))
    return [unescape(label) for name, _value, _checked, label, _number in rows if name == facet]


def checked_values(answer: Any) -> Choice:
    found: Choice = {}
    for name, value, checked, _label, _number in VALUE.findall(page_html(answer)):
        if checked:
            found.setdefault(name, []).append(unescape(value))
    return found


def shown_chips(answer: Any) -> dict[str, str]:
    """Where each chip leads, by its words."""
    chips = CHIP.findall(page_html(answer))
    return {f"{unescape(name)}: {unescape(value)}": unescape(url) for url, name, value in chips}


def matches(row: Row, chosen: Choice, without: str = "") -> bool:
    """Several values of one facet widen, several facets narrow."""
    return all(row[name] & {*values} for name, values in chosen.items() if name != without)


def expected_facets(
    rows: Iterable[Row], chosen: Choice, not_offered: Iterable[str] = ()
) -> dict[str, dict[str, int]]:
    """As shown_facets(), in no order; a value that no row would have is shown if it is chosen."""
    rows = list(rows)
    found: dict[str, dict[str, int]] = {}
    for name in {name for row in rows for name in row}:
        counts = Counter(
            value for row in rows if matches(row, chosen, without=name) for value in row[name]
        )
        counts.update(dict.fromkeys(chosen.get(name, ()), 0))
        if offered := {value: n for value, n in counts.items() if value not in not_offered}:
            found[name] = offered
    return found


def random_choices(
    rows: Iterable[Row], random: Random, number: int, not_offered: Iterable[str] = ()
) -> list[Choice]:
    """No filter, each filter alone, and so many with several facets, some with several values."""
    values: dict[str, set[str]] = {}
    for row in rows:
        for name, found in row.items():
            values.setdefault(name, set()).update(found - {*not_offered})
    values = {name: found for name, found in sorted(values.items()) if found}
    choices: list[Choice] = [{}]
    choices += [{name: [random.choice(sorted(found))]} for name, found in values.items()]
    for _number in range(number):
        names = random.sample(sorted(values), random.randint(1, min(4, len(values))))
        choice: Choice = {}
        for name in names:
            most = min(len(values[name]), random.choice([1, 1, 2, 3]))
            choice[name] = random.sample(sorted(values[name]), most)
        choices.append(choice)
    return choices
