"""Dates as people say them, links that turn pages, and form fields."""

from typing import Any

from django import template
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from roundtable.models import Event
from roundtable.querystrings import QueryForm

register = template.Library()


@register.filter
def days_of(event: Event) -> str:
    """When it met, for example 14–15 May 2018."""
    first, last = event.starts_on, event.ends_on
    if first == last:
        return date_format(first)
    if (first.year, first.month) == (last.year, last.month):
        return _("%(first)s–%(last)s %(month)s") % {
            "first": date_format(first, "j"),
            "last": date_format(last, "j"),
            "month": date_format(first, "YEAR_MONTH_FORMAT"),
        }
    return _("%(first)s – %(last)s") % {"first": date_format(first), "last": date_format(last)}


@register.simple_tag
def query(form: QueryForm, **changes: Any) -> str:
    """The query string of the form with some parameters set, or left out where they are empty."""
    chosen = form.chosen() | {name: str(value) for name, value in changes.items()}
    parameters = QueryDict(mutable=True)
    parameters.update({name: value for name, value in chosen.items() if value})
    return f"?{parameters.urlencode()}"
