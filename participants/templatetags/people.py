"""Template filters and tags for email addresses and the names of organisations."""

from django import template
from django.utils.html import format_html

from participants.accounts.addresses import mask_address
from participants.models import Organisation

register = template.Library()
register.filter("mask_address", mask_address)


@register.simple_tag
def organisation_link(organisation: Organisation, *, is_short: bool = True) -> str:
    """What public pages call it, as a link if it has a page of its own."""
    name = organisation.short if is_short else organisation.public_name
    url = organisation.get_absolute_url()
    return format_html('<a href="{}">{}</a>', url, name) if url else name
