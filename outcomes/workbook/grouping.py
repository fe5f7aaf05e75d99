"""Mistakes that are the same in many rows, said once."""

import re
from collections.abc import Iterable
from itertools import pairwise

from django.utils.translation import gettext as _

from outcomes.loading import Mistake

_ROW = re.compile(r"(?P<sheet>.+), row (?P<row>\d+)(?P<column>, .+)?")
MOST_NAMED = 8  # runs of rows that one line names


def grouped(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """The same mistakes, each sentence once for a column, with all its rows, in their order."""
    rows: dict[tuple[str, str, str], list[int]] = {}
    for mistake in mistakes:
        match = _ROW.fullmatch(mistake.where)
        if match is None:
            rows.setdefault((mistake.where, "", mistake.sentence), [])
            continue
        key = match["sheet"], match["column"] or "", mistake.sentence
        rows.setdefault(key, []).append(int(match["row"]))
    return [
        Mistake(f"{sheet}{_named(found)}{column}", sentence)
        for (sheet, column, sentence), found in rows.items()
    ]


def _named(rows: list[int]) -> str:
    """How some rows are called: row 4, or rows 4, 6–9 and others."""
    if len(rows) < 2:
        return "".join(f", row {row}" for row in rows)
    ends = [0, *(n for n, (a, b) in enumerate(pairwise(rows), start=1) if b != a + 1), len(rows)]
    runs = [
        str(rows[start]) if stop - start == 1 else f"{rows[start]}–{rows[stop - 1]}"
        for start, stop in pairwise(ends)
    ]
    more = _(" and others") if len(runs) > MOST_NAMED else ""
    return f", rows {', '.join(runs[:MOST_NAMED])}{more}"
