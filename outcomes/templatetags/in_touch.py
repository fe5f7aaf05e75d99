"""How a page offers to stay in touch with what it shows."""

from django import template

from outcomes.changes import About
from outcomes.topics import WHOLE, Topic, topic_of

register = template.Library()


@register.inclusion_tag("outcomes/_alternate.html")
def alternate(row: About | None = None) -> dict[str, Topic]:
    """For the head of a page: where programs find its feed."""
    return {"topic": topic_of(row) if row else WHOLE}


@register.inclusion_tag("outcomes/_in_touch.html")
def in_touch(row: About | None = None) -> dict[str, object]:
    """The feed and the calendar of what a page shows; of the portal where it shows no one thing."""
    return {"topic": topic_of(row) if row else WHOLE}
