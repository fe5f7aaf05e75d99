"""How a page offers to stay in touch with what it shows."""

from django import template
from django.template import Context

from outcomes.changes import About
from outcomes.following import followed
from outcomes.models import Follow
from outcomes.topics import WHOLE, Topic, topic_of
from participants.models import User

register = template.Library()


@register.inclusion_tag("outcomes/_alternate.html")
def alternate(row: About | None = None) -> dict[str, Topic]:
    """For the head of a page: where programs find its feed."""
    return {"topic": topic_of(row) if row else WHOLE}


@register.inclusion_tag("outcomes/_in_touch.html", takes_context=True)
def in_touch(context: Context, row: About) -> dict[str, object]:
    """Feed, calendar and mail of what a page shows; a query more for whoever is signed in."""
    user, topic = context["user"], topic_of(row)
    return {
        "topic": topic,
        "user": user,
        "follow": followed(user, topic) if isinstance(user, User) else None,
        "paces": reversed(Follow.Pace.choices),
    }
