"""Template filters and tags for email addresses and the names of organisations."""

from django import template
from django.template import Context
from django.utils.html import format_html

from participants.accounts.addresses import mask_address
from participants.models import Organisation

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
