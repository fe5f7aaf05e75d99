"""What a second run says about a row: what stood there, what stands there now, who wrote it."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from outcomes.loading.mistakes import shown
from roundtable.text_diff import plain_lines

SHOWN = 60  # signs of a value that are shown
_UNREADABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ufffe\\uffff]")
BEFORE = 20  # signs in front of the first difference


def differs(row: models.Model, name: str, value: Any) -> bool:
    """Whether a row holds something else than this value."""
    if isinstance(value, models.Model):
        return bool(getattr(row, f"{name}_id") != value.pk)
    stored = getattr(row, name)
    if isinstance(stored, str) and isinstance(value, str):
        return comparable(stored) != comparable(value)
    return bool(stored != value)


def readable(text: str) -> str:
    """The same without control characters and the like: no workbook holds them, or none is read."""
    return _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", plain_lines(text))


def comparable(text: str) -> str:
    """The same as it would come back from a file: where a text has one line, a tab is a blank."""
    return readable(text).replace("\t", " ")


def describe_field(row: models.Model, place: str, name: str, value: Any) -> str:
    """The sentence about a field that gets another value; the row still has the former one."""
    attribute = row._meta.get_field(name).attname  # type: ignore[union-attr]
    written = _written(row, lambda any_row: getattr(any_row, attribute))
    return _sentence(f"{place}.{name}", plain(getattr(row, name)), plain(value), written)


def describe_links(row: models.Model, place: str, name: str, wanted: Iterable[models.Model]) -> str:
    """The sentence about a list of other rows that becomes another list."""
    field = row._meta.get_field(name)
    assert isinstance(field, models.ManyToManyField)
    other = f"{field.m2m_reverse_field_name()}_id"

    def read(any_row: models.Model) -> set[Any]:
        if any_row is row:
            return {linked.pk for linked in before}
        return {getattr(link, other) for link in getattr(any_row, name).all()}

    before = list(getattr(row, name).all())
    written = _written(row, read)
    return _sentence(f"{place}.{name}", names(before), names(wanted), written)


def _written(row: models.Model, read: Callable[[Any], Any]) -> datetime | None:
    """When a person wrote what stands; None where no person did, or no history is kept."""
    history = getattr(row, "history", None)
    if history is None:
        return None
    now, first = read(row), None
    for record in history.order_by("-history_date", "-history_id").iterator():
        if read(record) != now:
            break
        first = record
    return first.history_date if first and first.history_user_id else None


def _sentence(where: str, before: str, after: str, written: datetime | None) -> str:
    alike = zip(before, after, strict=False)
    same = next(
        (n for n, (old, new) in enumerate(alike) if old != new), min(len(before), len(after))
    )
    start = max(same - BEFORE, 0)
    values = {"where": where, "before": _cut(before, start), "after": _cut(after, start)}
    sentence = _("[%(where)s] %(before)s -> %(after)s.") % values
    if written is None:
        return sentence
    return (
        sentence
        + " "
        + _("A person had written the former on %s: put it into the file if it was right.")
        % localtime(written).date()
    )


def _cut(text: str, start: int) -> str:
    if not text:
        return _("nothing")
    return f"“{'…' if start else ''}{shown(text[start:], SHOWN)}”"


def plain(value: Any) -> str:
    """A value as a file writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def names(rows: Iterable[models.Model]) -> str:
    """What rows are called, in one line."""
    return ", ".join(sorted(str(row) for row in rows))
