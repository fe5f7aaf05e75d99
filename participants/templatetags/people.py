"""Addresses of people on pages that others may see too."""

from django import template

from participants.invitations import masked

register = template.Library()
register.filter("masked", masked)
