"""What waits for the signed-in person."""

from functools import partial
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.urls import reverse
from django.utils import timezone

from outcomes.own_tasks import OwnTask, OwnTasks
from participants.accounts.sessions import recent
from participants.models import Delegate
from participants.permissions import may_enter_admin

register = template.Library()


@register.inclusion_tag("_account_menu.html", takes_context=True)
def account_menu(context: Context) -> dict[str, Any]:
    request: HttpRequest = context["request"]
    is_exact = request.path == reverse("me")  # which lists what is counted
    found = recent(request, "account_menu", partial(_menu, request), is_exact=is_exact)
    return dict(found)  # to which Django adds values that a session cannot keep


def _menu(request: HttpRequest) -> dict[str, Any]:
    tasks = _tasks(request)
    return {"number": tasks.number if tasks else 0, "has_desk": may_enter_admin(request.user)}


@register.simple_tag(takes_context=True)
def own_tasks(context: Context) -> list[OwnTask]:
    tasks = _tasks(context["request"])
    return tasks.listed() if tasks else []


def _tasks(request: Any) -> OwnTasks | None:
    if not hasattr(request, "own_tasks"):
        delegate = Delegate.objects.filter(user=request.user.pk).first()
        at = timezone.now()
        request.own_tasks = OwnTasks(request.user, delegate, at) if delegate else None
    found: OwnTasks | None = request.own_tasks
    return found
