"""Template filters for account pages."""

from typing import Any

from django import template
from django.utils import timezone

from participants.accounts.carry_over import rights_to_accept
from participants.accounts.sessions import device_name
from participants.models import Grant

register = template.Library()
register.filter("device", device_name)


@register.simple_tag(takes_context=True)
def waiting_rights(context: Any) -> list[Grant]:
    """Rights at the desk that the signed-in person has not accepted."""
    return rights_to_accept(context["request"].user, timezone.now())
