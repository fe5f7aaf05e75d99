"""Template filters for account pages."""

from django import template

from participants.accounts.sessions import device_name

register = template.Library()
register.filter("device", device_name)
