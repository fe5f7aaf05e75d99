"""Dates as people say them, links that turn pages, and form fields."""

import secrets
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from roundtable.idempotency import FIELD_NAME, sender_id
from roundtable.models import Event
from roundtable.query_forms import QueryForm

register = template.Library()


@register.filter
def event_dates(event: Event) -> str:
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
    values = form.active_parameters() | {name: str(value) for name, value in changes.items()}
    parameters = QueryDict(mutable=True)
    parameters.update({name: value for name, value in values.items() if value})
    return f"?{parameters.urlencode()}"


@register.simple_tag(takes_context=True)
def idempotency_key(context: Context) -> str:
    """A new key for a form, so that it acts once however often it is sent.

    Only with a session: pages without one are the same for all.
    """
    if not sender_id(context["request"]):
        return ""
    # Without the last attribute some browsers bring the old key back when a page is reloaded.
    return format_html(
        '<input type="hidden" name="{}" value="{}" autocomplete="off">',
        FIELD_NAME,
        secrets.token_urlsafe(16),
    )
