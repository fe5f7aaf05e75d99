"""Words for pages about one's own account."""

from django import template

from participants.accounts.sessions import device_of

register = template.Library()
register.filter("device", device_of)
