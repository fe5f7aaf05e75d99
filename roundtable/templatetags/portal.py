"""Template tags and filters for dates, links to pages, and form fields."""

import base64
import functools
import hashlib
import secrets
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.forms import BaseForm, BaseFormSet
from django.template import Context
from django.template.base import FilterExpression
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from roundtable.cache.values import get_or_set
from roundtable.filters.query_forms import QueryForm, encode_query
from roundtable.models import Event
from roundtable.text.diff import DiffSegment, merge_words
from roundtable.web.idempotency import FIELD_NAME, sender_id
from roundtable.web.row_keys import row_key

register = template.Library()
# Names in the context of a page for errors that belong to no form.
PAGE_ERRORS = ("is_rate_limited", "is_refused", "is_stale", "mistakes", "problem")


@register.filter
def event_dates(event: Event) -> str:
    """For example 14–15 May 2018."""
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


@register.filter
def event_place(event: Event) -> str:
    """For example Bangkok, Thailand; empty if not recorded."""
    return ", ".join(filter(None, [event.city, event.country.name]))


@register.simple_tag
def demonstration_tag(row: Any) -> SafeString:
    """Marks a made-up event, organisation or person; empty for real ones."""
    if not row.is_demonstration:
        return SafeString("")
    return format_html('<span class="tag">{}</span>', _("Demonstration"))


@register.filter
def after_comma(value: object) -> str:
    # Between two template tags, the formatter would add a space before the comma.
    return f", {value}" if value else ""


@register.filter
def mark_differences(segments: list[DiffSegment], element: str) -> SafeString:
    """Puts the segments that differ into this element: ins, del or strong."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<{0}>{1}</{0}>", element, part.text) if part.differs else part.text,)
            for part in segments
        ),
    )


@register.filter
def mark_changes(before: str, after: str) -> SafeString:
    """One text, in which ins and del mark the words that changed."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<{0}>{1}</{0}>", element, text) if element else text,)
            for text, element in merge_words(before, after)
        ),
    )


register.filter("row_key", row_key)


@register.simple_tag
def script(path: str) -> SafeString:
    """A script of the portal, which browsers run only if it is the file that was installed."""
    checksum = _checksum(path)
    integrity = format_html(' integrity="{}"', checksum) if checksum else ""
    return format_html(
        '<script src="{}"{} defer></script>', staticfiles_storage.url(path), integrity
    )


@functools.cache
def _checksum(path: str) -> str:
    """Of the file as it is served; empty in development, where files change while it runs."""
    if not isinstance(staticfiles_storage, ManifestFilesMixin):
        return ""
    with staticfiles_storage.open(staticfiles_storage.stored_name(path)) as file:
        return "sha384-" + base64.b64encode(hashlib.sha384(file.read()).digest()).decode()


class PublicCacheNode(template.Node):
    """Its part of the page is rendered once for each key, until something public changes."""

    def __init__(self, nodelist: template.NodeList, key: list[FilterExpression]) -> None:
        self.nodelist, self.key = nodelist, key

    def render(self, context: Context) -> SafeString:
        assert self.token
        place = (self.origin.name, self.token.lineno)
        key = (*place, *(str(part.resolve(context)) for part in self.key))
        return get_or_set(key, lambda: self.nodelist.render(context))


@register.tag
def public_cache(parser: template.base.Parser, token: template.base.Token) -> PublicCacheNode:
    """Put it only around what everyone sees alike at the same key."""
    key = [parser.compile_filter(part) for part in token.split_contents()[1:]]
    nodelist = parser.parse(["endpublic_cache"])
    parser.delete_first_token()
    return PublicCacheNode(nodelist, key)


@register.simple_tag
def query(form: QueryForm, **changes: Any) -> str:
    """The form's query string with some parameters changed, or removed if empty."""
    changed = {name: [str(value)] if value else [] for name, value in changes.items()}
    return encode_query(form.active_values() | changed)


@register.simple_tag(takes_context=True)
def canonical_link(context: Context) -> SafeString:
    """The address of the page as it is today, with its filters and its page, in one order."""
    form, page = context.get("form") or context.get("page_form"), context.get("page")
    if isinstance(form, QueryForm) and form.errors:
        return SafeString("")
    values = form.active_values() if isinstance(form, QueryForm) else {}
    values = {name: words for name, words in values.items() if name != "as_of"}
    if page is not None and getattr(page, "number", 1) > 1:
        values["page"] = [str(page.number)]
    query = encode_query(values) if values else ""
    address = f"{settings.PORTAL_URL}{context['request'].path}{query}"
    return format_html('<link rel="canonical" href="{}">', address)


@register.simple_tag(takes_context=True)
def page_address(context: Context) -> str:
    """The address of the page with all its filters, also an earlier day, to pass on."""
    form = context.get("form")
    values = form.active_values() if isinstance(form, QueryForm) else {}
    query = encode_query(values) if values else ""
    return f"{settings.PORTAL_URL}{context['request'].path}{query}"


@register.simple_tag(takes_context=True)
def error_prefix(context: Context) -> str:
    """Starts the title of a page that shows errors, whatever the names of its forms."""
    values = context.flatten()
    has_errors = any(values.get(name) for name in PAGE_ERRORS) or any(
        _has_errors(value) for value in values.values()
    )
    return _("Error:") if has_errors else ""


def _has_errors(value: Any) -> bool:
    # isinstance() would evaluate lazy values. For csrf_token, this sets a cookie on every page.
    if not issubclass(type(value), (BaseForm, BaseFormSet)):
        return False
    return bool(value.is_bound and not value.is_valid())


@register.simple_tag(takes_context=True)
def idempotency_key(context: Context) -> str:
    # Pages without a session must be the same for everyone.
    if not sender_id(context["request"]):
        return ""
    # Without the last attribute, some browsers restore the old key when a page is reloaded.
    return format_html(
        '<input type="hidden" name="{}" value="{}" autocomplete="off">',
        FIELD_NAME,
        secrets.token_urlsafe(16),
    )
