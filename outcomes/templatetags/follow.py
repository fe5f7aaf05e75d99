"""How a page offers to stay in touch with what it shows."""

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import timezone

from outcomes.changes.scope import About
from outcomes.changes.subscriptions import followed
from outcomes.changes.topics import WHOLE, Topic, topic_of
from outcomes.models import Commitment, Follow, Outcome, Theme
from participants.models import User
from participants.permissions import rights_of
from roundtable.models import Event

register = template.Library()


@register.inclusion_tag("outcomes/_alternate.html")
def alternate(row: About | None = None) -> dict[str, Topic]:
    """For the head of a page: where programs find its feed."""
    return {"topic": topic_of(row) if row else WHOLE}


@register.inclusion_tag("outcomes/_in_touch.html", takes_context=True)
def in_touch(context: Context, row: About) -> dict[str, object]:
    """Feed, calendar and mail of what a page shows, and its page at the desk for who works there.

    Two queries more for whoever is signed in.
    """
    user, topic = context["user"], topic_of(row)
    return {
        "desk": desk_page(user, row) if isinstance(user, User) else "",
        "topic": topic,
        "user": user,
        "follow": followed(user, topic) if isinstance(user, User) else None,
        "paces": reversed(Follow.Pace.choices),
    }


def desk_page(user: User, row: About) -> str:
    """Where the row stands at the co-chairs' desk; empty for who may not open it there."""
    if isinstance(row, Theme):
        return ""
    rights = rights_of(user, timezone.localdate())
    if rights is None:
        return ""
    event = None
    if isinstance(row, Event):
        event = row.pk
    elif isinstance(row, Commitment):
        event = row.event_id
    elif isinstance(row, Outcome):
        event = row.statement.event_id
    # What is public about an organisation is read at the desk by everybody who works there.
    if event is not None and not rights.may_read(event):
        return ""
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
