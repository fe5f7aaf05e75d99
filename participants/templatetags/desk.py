"""Lists of the admin as rows of two lines: what it is, then the other columns as short facts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.views.main import ChangeList
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

register = template.Library()
CELL = re.compile(r"<t[dh]( class=\"action-checkbox\")?[^>]*>(.*)</t[dh]>", re.DOTALL)
BOOLEAN = re.compile(r'<img [^>]*alt="(True|False|None)">')
MOST_CHIPS = 9


@dataclass(frozen=True)
class Entry:
    """A row. Of each fact: the name of its column, whether that is printed, and the value."""

    tick: SafeString
    title: SafeString
    facts: list[tuple[str, bool, str]]


@register.filter
def entry(cells: Sequence[str], headers: Sequence[dict[str, Any]]) -> Entry:
    tick, titles = SafeString(), list[SafeString]()
    facts: list[tuple[str, bool, str]] = []
    for cell, header in zip(cells, headers, strict=True):
        found = CELL.fullmatch(cell)
        assert found
        # Django escaped it.
        content, label = mark_safe(found[2]), capfirst(header["text"])
        if found[1]:
            tick = content
        elif not titles or (not facts and content.startswith("<a ")):
            titles.append(content)
        elif is_true := BOOLEAN.fullmatch(content):
            if is_true[1] != "None":
                facts.append((label, True, "" if is_true[1] == "True" else _("no")))
        elif content not in ("-", "–", ""):
            # A day or a number alone says nothing.
            facts.append((label, strip_tags(content)[:1].isdigit(), content))
    return Entry(tick, mark_safe(" ".join(titles)), facts)


@register.simple_tag
def list_filters(cl: ChangeList) -> dict[str, Any]:
    """The first filter as chips, the others folded with what is chosen in them, and the orders."""
    filters = [(spec.title, list(spec.choices(cl))) for spec in cl.filter_specs]
    chips = filters.pop(0)[1] if filters and len(filters[0][1]) <= MOST_CHIPS else []
    return {
        "chips": chips,
        "folded": filters,
        "chosen": [
            (title, choice["display"], choices[0]["query_string"])
            for title, choices in filters
            for choice in choices[1:]
            if choice["selected"]
        ],
        "orders": [header for header in result_headers(cl) if header["sortable"]],
    }
