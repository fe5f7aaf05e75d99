"""Template filters and tags for email addresses, names of organisations, and rights."""

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from participants.accounts.addresses import mask_address
from participants.admin_base.fields import request_permissions
from participants.models import Delegate, Organisation
from participants.permissions import OfEvent
from participants.privacy.desk_names import cochairs_naming

register = template.Library()
register.filter("mask_address", mask_address)


@register.simple_tag(takes_context=True)
def organisation_link(
    context: Context, organisation: Organisation, *, is_short: bool = True
) -> str:
    """What public pages call it, as a link to its page, if any, on the day that is shown."""
    name = organisation.short if is_short else organisation.public_name
    url = organisation.get_absolute_url()
    link = f"{url}{context.get('as_of_query', '')}"
    return format_html('<a href="{}">{}</a>', link, name) if url else name


@register.simple_tag(takes_context=True)
def may_decide(context: Context, row: OfEvent) -> bool:
    """On pages of the desk."""
    return request_permissions(context["request"]).may_decide(row.event.pk)


@register.simple_tag
def is_named_to_cochairs(person: Delegate | str) -> bool:
    """Whether a co-chair reads the person's name at the desk; false without a profile."""
    today = timezone.localdate()
    return isinstance(person, Delegate) and any(cochairs_naming(person, today))


@register.simple_tag
def line_attributes(form: Any, *names: str) -> str:
    """Of a fold with fields of the form, or with all. With an error it is open, else one is."""
    forms = form if isinstance(form, list) else [form]
    fields = [form[name] for form in forms for name in names]
    has_error = any(field.errors for field in fields) if names else any(f.errors for f in forms)
    return "open" if has_error else mark_safe('name="line"')
