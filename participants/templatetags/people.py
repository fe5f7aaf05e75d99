"""Template filters for email addresses."""

from django import template

from participants.onboarding.invitations import mask_email

register = template.Library()
register.filter("mask_email", mask_email)
