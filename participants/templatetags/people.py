"""Addresses of people on pages that others may see too."""

from django import template

from participants.onboarding.invitations import masked

register = template.Library()
register.filter("masked", masked)
