"""Values of columns, in words."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from outcomes.datasets.tables import COMMITMENTS
from outcomes.models import Commitment

# Pages of a commitment name these in words of their own.
PLACED = (
    *("reference", "text", "place_in_source", "due_on", "is_open"),
    *("source_kind", "source_title", "source_url", "source_dated_on"),
)


def other_columns(commitment: Commitment) -> list[tuple[str, str]]:
    """Name and value of each filled column that came later than the words of the page."""
    values = {name: value_text(commitment, name) for name in COMMITMENTS.others(*PLACED)}
    field = COMMITMENTS.get_field
    return [
        (capfirst(str(field(name).verbose_name)), text) for name, text in values.items() if text
    ]


def value_text(row: Any, field: str) -> str:
    value = getattr(row, field)
    if isinstance(value, date):
        return date_format(value)
    if value is None:
        return _("no due date") if field == "due_on" else ""
    if field == "country":
        return str(value.name)
    display = getattr(row, f"get_{field}_display", None)
    return str(display() if display else value)
